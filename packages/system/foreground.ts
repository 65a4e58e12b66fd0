// Runs a command in place of this process: same terminal, same signals, same end.
import { type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { createInterface } from 'node:readline';
import { endWithParent, onSignals } from './parent';

/**
 * Runs a command with this terminal and resolves to its exit status (128 + number for a signal). It gets the signals
 * that this process gets, and ends with it. Rejects if it cannot be started.
 * @param options with `onLine`, what it prints goes there and not to the terminal
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
  // A terminal sends Ctrl-C to the whole group, `kill` to this process alone. So it is always passed on.
  const unhandle = onSignals((_, signal) => child.kill(signal));
  const unwatch = endWithParent(child);
  try {
    // With pipes, the last lines come after the end.
    const [status, signal] = await once(child, onLine ? 'close' : 'exit');
    return status ?? 128 + constants.signals[signal as NodeJS.Signals];
  } finally {
    unwatch();
    unhandle();
  }
}
