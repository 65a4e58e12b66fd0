// Runs a command in place of this process: same terminal, same signals, same exit status.
import { type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { createInterface } from 'node:readline';
import { endWithParent, onSignals } from './parent';

/**
 * Runs a command in this terminal and resolves to its exit status (128 + number for a signal). It gets the signals that
 * this process gets, and ends with it. Rejects if it cannot be started.
 * @param options `onLine` receives what the command prints, instead of the terminal
 */
export async function runInForeground(
  command: string,
  args: string[],
  { env = process.env, onLine, ...options }: SpawnOptions & { onLine?: (line: string) => void } = {},
): Promise<number> {
  const child = spawn(command, args, {
    stdio: onLine ? ['inherit', 'pipe', 'pipe'] : 'inherit',
    ...options,
    env: { ...env, LIF_FC_MNIST_CALLER: String(process.pid) },
  });
  if (onLine) {
    for (const input of [child.stdout, child.stderr]) if (input) createInterface({ input }).on('line', onLine);
  }
  // A terminal sends Ctrl-C to the whole group, but `kill` signals only this process: always pass it on.
  const unhandle = onSignals((_, signal) => child.kill(signal));
  const unwatch = endWithParent(child);
  try {
    // With pipes, the last lines arrive after the process has exited.
    const [status, signal] = await once(child, onLine ? 'close' : 'exit');
    return status ?? 128 + constants.signals[signal as NodeJS.Signals];
  } finally {
    unwatch();
    unhandle();
  }
}
