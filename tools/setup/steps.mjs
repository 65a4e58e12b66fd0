// How a step of set-up is run and reported. The tutorial and the hub share it.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { SetupError, windows } from './project.mjs';
import { Stopped } from './run.mjs';

export const seconds = (since) => `${((performance.now() - since) / 1000).toFixed(1)} s`;

/** Runs one step: prints a line when it begins, one every ten seconds while it works, and one when it is done. */
export async function step(name, doing, work) {
  const begin = performance.now();
  let last = '';
  console.log(`  ${name}: ${doing}`);
  const pulse = setInterval(() => {
    console.log(`  ${name}: ${seconds(begin)} …${last === '' ? '' : ` ${last.slice(0, 100)}`}`);
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

/** Throws if a command failed, with the first and last lines of its output: npm names the cause first, pip last. */
export function succeeded({ code, lines }, command) {
  if (code === 0) return;
  lines = lines.filter((line) => !/^Ignoring .*: markers /.test(line));
  const shown = lines.length <= 24 ? lines : [...lines.slice(0, 12), '…', ...lines.slice(-12)];
  throw new SetupError(`\`${command}\` failed (exit ${code}):\n${shown.map((line) => `    ${line}`).join('\n')}`);
}

/** How npm is started without a shell: `[command, first arguments]`. */
export function npmCommand() {
  const beside = dirname(process.execPath);
  const candidates = [
    process.env.npm_execpath,
    join(beside, 'node_modules', 'npm', 'bin', 'npm-cli.js'),
    join(beside, '..', 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js'),
  ];
  const cli = candidates.find((path) => path && /npm-cli\.c?js$/.test(path) && existsSync(path));
  if (cli) return [process.execPath, [cli]];
  if (windows) throw new SetupError(`no npm found next to ${process.execPath}: run set-up as \`npm run setup\``);
  return ['npm', []];
}
