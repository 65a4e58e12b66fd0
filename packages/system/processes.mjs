// Which process is which. `packages/system/process-identity.ts` knows as much for the package: that is built from src/ alone, and this
// here runs before anything is built.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const windows = process.platform === 'win32';

/**
 * A process as the system shows it: its parent, when it was started, in the system's own format, and whether it has ended
 * and is only waited for. Undefined if it is gone, or if the system does not tell, as on Windows.
 * @param {number} pid
 */
function look(pid) {
  try {
    if (windows) return undefined;
    if (process.platform === 'linux') {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      // The second field, the program's name in brackets, may itself hold spaces and brackets.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return { hasEnded: fields[0] === 'Z', parent: Number(fields[1]), born: fields[19] };
    }
    const line = execFileSync('ps', ['-o', 'stat=,ppid=,lstart=', '-p', String(pid)], { encoding: 'utf8' });
    const [state, parent, ...born] = line.trim().split(/\s+/);
    return { hasEnded: state.startsWith('Z'), parent: Number(parent), born: born.join(' ') };
  } catch {
    return undefined;
  }
}

/** Whether a process of this number runs. */
export function isAlive(/** @type {number} */ pid) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // A process of another user is alive, too.
    return codeOf(error) === 'EPERM';
  }
  return look(pid)?.hasEnded !== true;
}

/** The number of the process that started this one; undefined if the system does not tell. */
export const parentOf = (/** @type {number} */ pid) => look(pid)?.parent;

/**
 * When a process was started, in the system's own format; undefined if it does not exist. Systems reuse a number
 * after a while: number and start together identify a process.
 */
export function bornAt(/** @type {number} */ pid) {
  if (windows) return isAlive(pid) ? 'unknown' : undefined;
  const found = look(pid);
  return found?.hasEnded ? undefined : found?.born;
}

/** The code of an error of Node or the system, such as ENOENT. */
export const codeOf = (/** @type {unknown} */ error) =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
