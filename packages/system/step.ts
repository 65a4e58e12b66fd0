// How a step of set-up is run and reported.
import { isStopping, Stopped } from './run';

export const seconds = (since: number) => `${((performance.now() - since) / 1000).toFixed(1)} s`;

/**
 * Runs one step: prints a line when it begins, one every ten seconds while it works, and one when it is done.
 * @param work may return a note for the last line
 */
export async function step(
  name: string,
  doing: string,
  work: (onLine: (line: string) => void) => Promise<string | undefined> | Promise<void>,
) {
  const begin = performance.now();
  let last = '';
  console.log(`  ${name}: ${doing}`);
  const pulse = setInterval(() => {
    if (!isStopping()) console.log(`  ${name}: ${seconds(begin)} …${last === '' ? '' : ` ${last.slice(0, 100)}`}`);
  }, 10_000);
  try {
    const note = await work((line) => {
      last = line.trim();
    });
    console.log(`  ${name}: done in ${seconds(begin)}${note ? ` (${note})` : ''}`);
  } catch (error) {
    if (!(error instanceof Stopped)) console.log(`  ${name}: failed after ${seconds(begin)}`);
    throw error;
  } finally {
    clearInterval(pulse);
  }
}
