// Which process is which, and whether it has ended.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** What identifies a process: systems reuse a number after a while. */
export interface Process {
  pid: number;
  /** when it was started, in the system's own format; undefined if the system does not tell */
  born?: string;
}

/**
 * A process as the system shows it: its parent, when it was started, in the system's own format, and whether it has
 * ended and is only waited for. Undefined if it is gone, or if the system does not tell, as on Windows.
 */
function look(pid: number) {
  try {
    if (process.platform === 'win32') return undefined;
    if (process.platform === 'linux') {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      // The second field, the program's name in brackets, may itself hold spaces and brackets.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return { hasEnded: fields[0] === 'Z', parent: Number(fields[1]), born: fields[19] };
    }
    const env = { ...process.env, LC_ALL: 'C', TZ: 'UTC' };
    const line = execFileSync('ps', ['-o', 'stat=,ppid=,lstart=', '-p', String(pid)], { encoding: 'utf8', env });
    const [state, parent, ...born] = line.trim().split(/\s+/);
    return { hasEnded: state.startsWith('Z'), parent: Number(parent), born: born.join(' ') };
  } catch {
    return undefined;
  }
}

/** Whether a process of this number runs. */
export function isAlive(pid: number) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // A process of another user is alive, too.
    return codeOf(error) === 'EPERM';
  }
  return look(pid)?.hasEnded !== true;
}

/** The number of the process that started this one; undefined if the system does not tell. */
export const parentOf = (pid: number) => look(pid)?.parent;

/** When a process was started (`Process`). */
export const bornAt = (pid: number) => look(pid)?.born;

/** Whether this process has ended; undefined if one of its number runs and the system does not tell which it is. */
export function hasEnded({ pid, born }: Process) {
  if (!isAlive(pid)) return true;
  const now = bornAt(pid);
  return now === undefined || born === undefined ? undefined : now !== born;
}

/** Sends a signal to a process and to all that it started. */
export function killGroup(pid: number, signal: NodeJS.Signals) {
  try {
    if (process.platform === 'win32') execFileSync('taskkill', ['/pid', String(pid), '/T', '/F'], { stdio: 'ignore' });
    else process.kill(-pid, signal);
  } catch {
    // It has ended in the meantime.
  }
}

/** The code of an error of Node or the system, such as ENOENT, or of what caused it. */
export function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  return 'code' in error && typeof error.code === 'string' ? error.code : codeOf(error.cause);
}
