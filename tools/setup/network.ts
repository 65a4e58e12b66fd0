// npm and pip, where the network may be slow, or not there.
import { setTimeout as wait } from 'node:timers/promises';
import { type RunOptions, run } from '../../packages/system/run';
import { ARRIVED, isOffline, SILENCE } from '../packages.mjs';

/**
 * `run` for npm or pip. If nothing arrives, it gives up. If the command failed and its output mentions the network, it
 * is repeated once after three seconds.
 */
export async function runTwice(
  command: string,
  args: string[],
  { silence = SILENCE, ...options }: RunOptions & { silence?: number } = {},
) {
  const giveUp = new AbortController();
  const timer = setTimeout(() => giveUp.abort('timed out'), silence * 1000);
  const onLine = (line: string) => {
    if (ARRIVED.test(line)) clearTimeout(timer);
    options.onLine?.(line);
  };
  const first = await run(command, args, { ...options, onLine, giveUp: giveUp.signal });
  clearTimeout(timer);
  if (first.code === 0 || giveUp.signal.aborted || !isOffline(first.lines)) return first;
  await wait(3000);
  return run(command, args, options);
}
