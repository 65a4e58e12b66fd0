// Runs a command in place of this process: same terminal, same signals, same end.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { createInterface } from 'node:readline';
import { endWithParent } from './parent.mjs';

/** @type {NodeJS.Signals[]} */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Runs a command with this terminal and resolves to its exit status (128 + number for a signal). It gets the signals
 * that this process gets, and ends with it. Rejects if it cannot be started.
 * @param {string} command
 * @param {string[]} args
 * @param {import('node:child_process').SpawnOptions & { onLine?: (line: string) => void }} [options] with `onLine`,
 *   what it prints goes there and not to the terminal
 * @returns {Promise<number>}
 */
export function runInForeground(command, args, { env = process.env, onLine, ...options } = {}) {
  const child = spawn(command, args, {
    stdio: onLine ? ['inherit', 'pipe', 'pipe'] : 'inherit',
    ...options,
    env: { ...env, LIF_FC_MNIST_CALLER: String(process.pid) },
  });
  if (onLine) {
    for (const input of [child.stdout, child.stderr]) if (input) createInterface({ input }).on('line', onLine);
  }
  // A terminal sends Ctrl-C to the whole group, `kill` to this process alone. So it is always passed on.
  const passOn = (/** @type {NodeJS.Signals} */ signal) => child.kill(signal);
  for (const signal of SIGNALS) process.on(signal, passOn);
  const unwatch = endWithParent(child);
  return new Promise((done, fail) => {
    const end = () => {
      unwatch();
      for (const signal of SIGNALS) process.off(signal, passOn);
    };
    child.on('error', (error) => {
      end();
      fail(error);
    });
    // With pipes, the last lines come after the end.
    child.on(onLine ? 'close' : 'exit', (status, signal) => {
      end();
      done(status ?? 128 + constants.signals[/** @type {NodeJS.Signals} */ (signal)]);
    });
  });
}
