// Runs child processes that end when this program ends: each has its own process group, which gets this program's signals.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { killGroup } from './processes';
import { windows } from './project';

/** How to end a child and everything it started: this signal, and SIGKILL if it is still running after `seconds`. */
interface Ending {
  signal: NodeJS.Signals;
  seconds: number;
}

const running: Map<number, Ending> = new Map();
let stopping = false;
const SOON: Ending = { signal: 'SIGTERM', seconds: 5 };

/** Thrown by `run` while the program is being stopped, so that no step takes a killed child for a result. */
export class Stopped extends Error {}

/** Ends all children and resolves when they have ended; those that take too long are killed. */
export async function endChildren() {
  stopping = true;
  for (const [pid, { signal }] of running) killGroup(pid, signal);
  const patience = Math.max(0, ...[...running.values()].map(({ seconds }) => seconds * 1000));
  for (let waited = 0; running.size > 0 && waited < patience; waited += 50) await wait(50);
  for (const pid of running.keys()) killGroup(pid, 'SIGKILL');
  await wait(100); // lets the steps clean up
}

export interface RunOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** time limit; Infinity for none */
  minutes?: number;
  ending?: Ending;
  /** kills the command when aborted */
  abort?: AbortSignal;
  onLine?: (line: string) => void;
}

/**
 * Runs a command without a shell. Resolves to `{code, lines}`, with the last 400 lines of stdout and stderr together.
 * If it cannot be started or takes longer than `minutes`, the code is -1 and the last line gives the reason.
 */
export async function run(
  command: string,
  args: string[],
  { cwd, env = process.env, minutes = 20, ending = SOON, abort, onLine }: RunOptions = {},
): Promise<{ code: number; lines: string[] }> {
  if (stopping) throw new Stopped();
  const lines: string[] = [];
  const child = spawn(command, args, {
    cwd,
    env,
    detached: !windows,
    windowsHide: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const { pid = 0 } = child;
  if (pid) running.set(pid, ending);
  const stop = (why: string) => {
    lines.push(why);
    if (pid) killGroup(pid, 'SIGKILL');
  };
  const limit = Number.isFinite(minutes)
    ? setTimeout(() => stop(`stopped after ${minutes} minutes`), minutes * 60_000)
    : undefined;
  abort?.addEventListener('abort', () => stop(String(abort.reason)), { once: true });
  for (const input of [child.stdout, child.stderr]) {
    createInterface({ input }).on('line', (line) => {
      if (line.trim() === '') return;
      lines.push(line);
      if (lines.length > 400) lines.shift();
      onLine?.(line);
    });
  }
  const [code] = await once(child, 'close').catch((error) => {
    lines.push(error.message);
    return [-1];
  });
  clearTimeout(limit);
  running.delete(pid);
  if (stopping) throw new Stopped();
  return { code: code ?? -1, lines };
}

export const seconds = (since: number) => `${((performance.now() - since) / 1000).toFixed(1)} s`;

/**
 * Runs one step: prints a line when it begins, every ten seconds while it works, and when it is done.
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
    if (!stopping) console.log(`  ${name}: ${seconds(begin)} …${last === '' ? '' : ` ${last.slice(0, 100)}`}`);
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
