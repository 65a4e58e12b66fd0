// Identifies processes, and tells whether they have ended.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** What identifies a process: systems reuse process numbers. */
export interface Process {
  pid: number;
  /** when it started, in the system's own format; undefined if the system does not tell */
  born?: string;
}

/**
 * A process's parent, when it started, and whether it is a zombie: it has ended, but its parent has not read its status.
 * Undefined if there is no such process, or if the system does not tell, as on Windows.
 */
function inspect(pid: number) {
  try {
    if (process.platform === 'win32') return undefined;
    if (process.platform === 'linux') {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      // The second field, the program's name in brackets, may itself contain spaces and brackets.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return { isZombie: fields[0] === 'Z', parent: Number(fields[1]), born: fields[19] };
    }
    const env = { ...process.env, LC_ALL: 'C', TZ: 'UTC' };
    const line = execFileSync('ps', ['-o', 'stat=,ppid=,lstart=', '-p', String(pid)], { encoding: 'utf8', env });
    const [state, parent, ...born] = line.trim().split(/\s+/);
    return { isZombie: state.startsWith('Z'), parent: Number(parent), born: born.join(' ') };
  } catch {
    return undefined;
  }
}

/** Whether a process with this number is running. */
export function isAlive(pid: number) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // A process of another user is alive, too.
    return codeOf(error) === 'EPERM';
  }
  return inspect(pid)?.isZombie !== true;
}

/** The number of the process that started this one; undefined if the system does not tell. */
export const parentOf = (pid: number) => inspect(pid)?.parent;

/** When a process started (see `Process`). */
export const bornAt = (pid: number) => inspect(pid)?.born;

/** Whether a process has ended; undefined if one of its number runs and the system does not tell which one. */
export function hasEnded({ pid, born }: Process) {
  if (!isAlive(pid)) return true;
  const now = bornAt(pid);
  return now === undefined || born === undefined ? undefined : now !== born;
}

/** Sends a signal to a process and everything it started. */
export function killGroup(pid: number, signal: NodeJS.Signals) {
  try {
    if (process.platform === 'win32') execFileSync('taskkill', ['/pid', String(pid), '/T', '/F'], { stdio: 'ignore' });
    else process.kill(-pid, signal);
  } catch {
    // It has ended meanwhile.
  }
}

/** The code of an error of Node or the system, such as ENOENT, or of its cause. */
export function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  return 'code' in error && typeof error.code === 'string' ? error.code : codeOf(error.cause);
}
