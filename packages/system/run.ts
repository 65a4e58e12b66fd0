// Child processes that end when set-up ends: each has its own process group, which set-up stops on a signal.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { nameChildren } from './lock';
import { bornAt, killGroup, type Process } from './processes';
import { UserError, windows } from './project';

/** How a child and all that it started is ended: by this signal and, if that does not help in time, by SIGKILL. */
interface Ending {
  signal: NodeJS.Signals;
  seconds: number;
}

const running: Map<number, Process & { ending: Ending }> = new Map();
let stopping = false;
const SOON: Ending = { signal: 'SIGTERM', seconds: 5 };

/** Thrown by `run` while set-up is being stopped, so that no step mistakes a killed child for a result. */
export class Stopped extends Error {}

/** Whether the children are being ended: then nobody wants to hear how far they are. */
export const isStopping = () => stopping;

/** Ends all children and resolves when they are gone; those that take too long are killed. */
export async function endChildren() {
  stopping = true;
  for (const { pid, ending } of running.values()) killGroup(pid, ending.signal);
  const patience = Math.max(0, ...[...running.values()].map(({ ending }) => ending.seconds * 1000));
  for (let waited = 0; running.size > 0 && waited < patience; waited += 50) await wait(50);
  for (const pid of running.keys()) killGroup(pid, 'SIGKILL');
  await wait(100); // for the steps to clean up
}

interface RunOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** Infinity for as long as it takes */
  minutes?: number;
  ending?: Ending;
  /** ends it, with the code -1 */
  giveUp?: AbortSignal;
  onLine?: (line: string) => void;
}

/**
 * Runs a command without a shell. Resolves to `{code, lines}`, with the last 400 lines of stdout and stderr together.
 * If it cannot be started or takes longer than `minutes`, the code is -1 and the last line gives the reason.
 */
export async function run(
  command: string,
  args: string[],
  { cwd, env = process.env, minutes = 20, ending = SOON, giveUp, onLine }: RunOptions = {},
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
  const tell = () => nameChildren([...running.values()].map(({ pid, born }) => ({ pid, born })));
  if (pid) running.set(pid, { pid, born: bornAt(pid), ending });
  tell();
  const stop = (why: string) => {
    lines.push(why);
    if (pid) killGroup(pid, 'SIGKILL');
  };
  const limit = Number.isFinite(minutes)
    ? setTimeout(() => stop(`stopped after ${minutes} minutes`), minutes * 60_000)
    : undefined;
  giveUp?.addEventListener('abort', () => stop(String(giveUp.reason)), { once: true });
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
  tell();
  if (stopping) throw new Stopped();
  return { code: code ?? -1, lines };
}

const OFFLINE =
  /ECONN|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|ERR_SOCKET|timed? ?out|Connection|IncompleteRead|network|HTTP error 5/i;
/** Lines of npm (with `--loglevel=http`) and of pip that name what has arrived, or what was there already. */
const ARRIVED =
  /^npm http (cache|fetch [A-Z]+ [23])|^ *(Downloading|Using cached|Processing|Requirement already satisfied|Saved) /;
/** What a line says of a network that is not there, in a word or two. */
const CAUSE =
  /\b(E(?:CONN[A-Z]+|TIMEDOUT|NOTFOUND|AI_AGAIN)|connection refused|timed out|name or service not known|name resolution|nodename nor servname|getaddrinfo failed|cannot connect to proxy)\b/i;
/** After so many seconds in which nothing has arrived, the network is given up: npm by itself tries for minutes. */
const SILENCE = 40;
const HELP =
  'connect this machine, or set up from a bundle: see “Without a network, or behind a mirror” in environment.md';

const isOffline = (lines: string[]) => lines.some((line) => !ARRIVED.test(line) && OFFLINE.test(line));

/** What the first of the lines that names a cause says. */
const causeIn = (lines: string[]) => lines.map((line) => CAUSE.exec(line)?.[1]).find(Boolean);

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

/**
 * Throws if a command failed: without a network in one line, else with the first and last lines of its output, since npm
 * names the cause first, pip last.
 * @param command as a person would type it
 * @param help what helps without a network
 */
export function succeeded(result: { code: number; lines: string[] }, command: string, help: string = HELP) {
  if (result.code === 0) return;
  const lines = result.lines.filter((line) => !/^Ignoring .*: markers |^npm http /.test(line));
  const cause = causeIn(lines);
  if (cause) throw new UserError(`no network: npm's registry or pip's index does not answer (${cause}); ${help}`);
  const shown = lines.length <= 24 ? lines : [...lines.slice(0, 12), '…', ...lines.slice(-12)];
  throw new UserError(`\`${command}\` failed (exit ${result.code}):\n${shown.map((line) => `    ${line}`).join('\n')}`);
}
