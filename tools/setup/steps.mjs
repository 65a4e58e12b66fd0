// What steps of set-up share.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { SetupError, windows } from './project.mjs';

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
