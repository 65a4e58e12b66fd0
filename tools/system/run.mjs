// Child processes that end when set-up ends: each has its own process group, which set-up stops on a signal.
import { execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { windows } from './project.mjs';

const running = new Map();
let onChange = () => {};
let stopping = false;

/** Thrown by `run` while set-up is being stopped, so that no step mistakes a killed child for a result. */
export class Stopped extends Error {}

/** Calls `listener` with the running children, as `{pid, born}`, whenever one starts or ends. */
export function watchChildren(listener) {
  onChange = listener;
}

/**
 * When the process `pid` was started, in the system's own format; undefined if there is none. The system reuses pids:
 * only pid and start time together identify a process.
 */
export function bornAt(pid) {
  try {
    if (process.platform === 'linux') {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return fields[0] === 'Z' ? undefined : fields[19];
    }
    if (!windows) return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
    process.kill(pid, 0);
    return 'unknown';
  } catch {
    return undefined;
  }
}

export function killGroup(pid, signal) {
  try {
    if (windows) execFileSync('taskkill', ['/pid', String(pid), '/T', '/F'], { stdio: 'ignore' });
    else process.kill(-pid, signal);
  } catch {
    // It ended by itself in the meantime.
  }
}

/** Ends all children and resolves when they are gone; after 5 s they are killed. */
export async function endChildren() {
  stopping = true;
  for (const pid of running.keys()) killGroup(pid, 'SIGTERM');
  for (let waited = 0; running.size > 0 && waited < 5000; waited += 50) {
    await new Promise((done) => setTimeout(done, 50));
  }
  for (const pid of running.keys()) killGroup(pid, 'SIGKILL');
  // Time for the steps to clean up.
  await new Promise((done) => setTimeout(done, 100));
}

/**
 * Runs a command without a shell. Resolves to `{code, lines}`, with the last 400 lines of stdout and stderr together.
 * If it cannot be started or takes longer than `minutes`, the code is -1 and the last line gives the reason.
 */
export function run(command, args, { cwd, env = process.env, minutes = 20, onLine = () => {} } = {}) {
  return new Promise((done, fail) => {
    const lines = [];
    if (stopping) return fail(new Stopped());
    const child = spawn(command, args, {
      cwd,
      env,
      detached: !windows,
      windowsHide: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const tell = () => onChange([...running.values()]);
    if (child.pid !== undefined) {
      running.set(child.pid, { pid: child.pid, born: bornAt(child.pid) });
      tell();
    }
    const limit = setTimeout(() => {
      lines.push(`stopped after ${minutes} minutes`);
      killGroup(child.pid, 'SIGKILL');
    }, minutes * 60_000);
    let rest = '';
    const read = (text) => {
      const parts = (rest + text).split(/\r?\n|\r/);
      rest = parts.pop();
      for (const line of parts.filter((part) => part.trim() !== '')) {
        lines.push(line);
        if (lines.length > 400) lines.shift();
        onLine(line);
      }
    };
    child.stdout.setEncoding('utf8').on('data', read);
    child.stderr.setEncoding('utf8').on('data', read);
    const end = (code) => {
      clearTimeout(limit);
      if (rest.trim() !== '') lines.push(rest);
      running.delete(child.pid);
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

/** `run`, repeated once after three seconds if the command failed and its output mentions the network. */
export async function runTwice(command, args, options) {
  const first = await run(command, args, options);
  if (first.code === 0 || !first.lines.some((line) => OFFLINE.test(line))) return first;
  options?.onLine?.('network error; trying once more');
  await new Promise((done) => setTimeout(done, 3000));
  return run(command, args, options);
}
