// Child processes that end when set-up ends: each has its own process group, which set-up stops on a signal.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { bornAt } from './processes.cjs';
import { UserError, windows } from './requirements.cjs';

/** @typedef {{ pid: number, born: string | undefined }} Child */

/**
 * How a child and all that it started is ended: by this signal and, if that does not help in time, by SIGKILL.
 * @typedef {{ signal: NodeJS.Signals, seconds: number }} Ending
 */

/** @type {Map<number, Child & { ending: Ending }>} */
const running = new Map();
/** @type {(children: Child[]) => void} */
let onChange = () => {};
let stopping = false;
/** @type {Ending} */
const SOON = { signal: 'SIGTERM', seconds: 5 };

/** Thrown by `run` while set-up is being stopped, so that no step mistakes a killed child for a result. */
export class Stopped extends Error {}

/**
 * Calls `listener` with the running children whenever one starts or ends.
 * @param {(children: Child[]) => void} listener
 */
export function watchChildren(listener) {
  onChange = listener;
}

/**
 * Sends a signal to a process and to all that it started.
 * @param {number} pid
 * @param {NodeJS.Signals} signal
 */
export function killGroup(pid, signal) {
  try {
    if (windows) execFileSync('taskkill', ['/pid', String(pid), '/T', '/F'], { stdio: 'ignore' });
    else process.kill(-pid, signal);
  } catch {
    // It has ended in the meantime.
  }
}

/** Whether the children are being ended: then nobody wants to hear how far they are. */
export const isStopping = () => stopping;

/** Ends all children and resolves when they are gone; those that take too long are killed. */
export async function endChildren() {
  stopping = true;
  for (const { pid, ending } of running.values()) killGroup(pid, ending.signal);
  const patience = Math.max(0, ...[...running.values()].map(({ ending }) => ending.seconds * 1000));
  for (let waited = 0; running.size > 0 && waited < patience; waited += 50) {
    await new Promise((done) => setTimeout(done, 50));
  }
  for (const pid of running.keys()) killGroup(pid, 'SIGKILL');
  // Time for the steps to clean up.
  await new Promise((done) => setTimeout(done, 100));
}

/**
 * @typedef {object} RunOptions
 * @property {string} [cwd]
 * @property {NodeJS.ProcessEnv} [env]
 * @property {number} [minutes] Infinity for as long as it takes
 * @property {Ending} [ending]
 * @property {AbortSignal} [giveUp] ends it, with the code -1
 * @property {(line: string) => void} [onLine]
 */

/**
 * Runs a command without a shell. Resolves to `{code, lines}`, with the last 400 lines of stdout and stderr together.
 * If it cannot be started or takes longer than `minutes`, the code is -1 and the last line gives the reason.
 * @param {string} command
 * @param {string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<{ code: number, lines: string[] }>}
 */
export function run(command, args, { cwd, env = process.env, minutes = 20, ending = SOON, giveUp, onLine } = {}) {
  return new Promise((done, fail) => {
    /** @type {string[]} */
    const lines = [];
    if (stopping) return fail(new Stopped());
    const child = spawn(command, args, {
      cwd,
      env,
      detached: !windows,
      windowsHide: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const { pid } = child;
    const tell = () => onChange([...running.values()].map(({ pid, born }) => ({ pid, born })));
    if (pid !== undefined) {
      running.set(pid, { pid, born: bornAt(pid), ending });
      tell();
    }
    const stop = (/** @type {string} */ why) => {
      lines.push(why);
      if (pid !== undefined) killGroup(pid, 'SIGKILL');
    };
    const limit = Number.isFinite(minutes)
      ? setTimeout(() => stop(`stopped after ${minutes} minutes`), minutes * 60_000)
      : undefined;
    giveUp?.addEventListener('abort', () => stop(String(giveUp.reason)), { once: true });
    let rest = '';
    const read = (/** @type {string} */ text) => {
      const parts = (rest + text).split(/\r?\n|\r/);
      rest = parts.pop() ?? '';
      for (const line of parts.filter((part) => part.trim() !== '')) {
        lines.push(line);
        if (lines.length > 400) lines.shift();
        onLine?.(line);
      }
    };
    child.stdout.setEncoding('utf8').on('data', read);
    child.stderr.setEncoding('utf8').on('data', read);
    const end = (/** @type {number} */ code) => {
      clearTimeout(limit);
      if (rest.trim() !== '') lines.push(rest);
      if (pid !== undefined) running.delete(pid);
      tell();
      if (stopping) fail(new Stopped());
      else done({ code, lines });
    };
    child.on('error', (error) => {
      lines.push(error.message);
      end(-1);
    });
    child.on('close', (code) => end(code ?? -1));
  });
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

/** Thrown where npm or pip reached nothing, and trying once more did not help. */
export class Offline extends UserError {}

const isOffline = (/** @type {string[]} */ lines) => lines.some((line) => !ARRIVED.test(line) && OFFLINE.test(line));

/** What the first of the lines that names a cause says. */
const causeIn = (/** @type {string[]} */ lines) => lines.map((line) => CAUSE.exec(line)?.[1]).find(Boolean);

/**
 * `run` for npm or pip. If nothing arrives, it gives up. If the command failed and its output mentions the network, it
 * is repeated once after three seconds.
 * @param {string} command
 * @param {string[]} args
 * @param {RunOptions & { silence?: number, offline?: string[] }} [options] `offline`: arguments with which it takes
 * everything from its cache, tried before it is given up
 */
export async function runTwice(command, args, { silence = SILENCE, offline, ...options } = {}) {
  const giveUp = new AbortController();
  const timer = setTimeout(() => giveUp.abort('timed out'), silence * 1000);
  const onLine = (/** @type {string} */ line) => {
    if (ARRIVED.test(line)) clearTimeout(timer);
    options.onLine?.(line);
  };
  const first = await run(command, args, { ...options, onLine, giveUp: giveUp.signal });
  clearTimeout(timer);
  if (first.code === 0 || !isOffline(first.lines)) return first;
  if (giveUp.signal.aborted) {
    const cached = offline ? await run(command, [...args, ...offline], options) : first;
    return cached.code === 0 ? cached : first;
  }
  await new Promise((done) => setTimeout(done, 3000));
  return run(command, args, options);
}

/**
 * Throws if a command failed: without a network in one line, else with the first and last lines of its output, since npm
 * names the cause first, pip last.
 * @param {{ code: number, lines: string[] }} result
 * @param {string} command as a person would type it
 * @param {string} [help] what helps without a network
 */
export function succeeded(result, command, help = HELP) {
  if (result.code === 0) return;
  const lines = result.lines.filter((line) => !/^Ignoring .*: markers |^npm http /.test(line));
  const cause = causeIn(lines);
  if (cause) throw new Offline(`no network: npm's registry or pip's index does not answer (${cause}); ${help}`);
  const shown = lines.length <= 24 ? lines : [...lines.slice(0, 12), '…', ...lines.slice(-12)];
  throw new UserError(`\`${command}\` failed (exit ${result.code}):\n${shown.map((line) => `    ${line}`).join('\n')}`);
}

/**
 * npm as a command and its first arguments.
 * @returns {[string, string[]]}
 */
export function npmCommand() {
  const beside = dirname(process.execPath);
  const candidates = [
    process.env.npm_execpath,
    join(beside, 'node_modules', 'npm', 'bin', 'npm-cli.js'),
    join(beside, '..', 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js'),
  ];
  const cli = candidates.find((path) => path && /npm-cli\.c?js$/.test(path) && existsSync(path));
  if (cli) return [process.execPath, [cli]];
  if (windows) throw new UserError(`no npm found next to ${process.execPath}: run set-up as \`npm run setup\``);
  return ['npm', []];
}
