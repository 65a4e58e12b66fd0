'use strict';
// Which process is which. Set-up asks before anything is built, the package once it is compiled: so this is CommonJS
// with types in comments.
const { execFileSync } = require('node:child_process');
const { readFileSync } = require('node:fs');

/**
 * A process as the system shows it: its parent, when it was started, in the system's own format, and whether it has
 * ended and is only waited for. Undefined if it is gone, or if the system does not tell, as on Windows.
 * @param {number} pid
 */
function look(pid) {
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

/**
 * Whether a process of this number runs.
 * @param {number} pid
 */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // A process of another user is alive, too.
    return codeOf(error) === 'EPERM';
  }
  return look(pid)?.hasEnded !== true;
}

/**
 * The number of the process that started this one; undefined if the system does not tell.
 * @param {number} pid
 */
const parentOf = (pid) => look(pid)?.parent;

/**
 * When a process was started, in the system's own format; undefined if the system does not tell. Systems reuse a number
 * after a while: number and start together identify a process.
 * @param {number} pid
 */
const bornAt = (pid) => look(pid)?.born;

/**
 * Whether this process has ended; undefined if one of its number runs and the system does not tell which it is.
 * @param {{ pid: number, born?: string }} process
 */
function hasEnded({ pid, born }) {
  if (!isAlive(pid)) return true;
  const now = bornAt(pid);
  return now === undefined || born === undefined ? undefined : now !== born;
}

/**
 * The code of an error of Node or the system, such as ENOENT, or of what caused it.
 * @param {unknown} error
 * @returns {string | undefined}
 */
function codeOf(error) {
  if (!(error instanceof Error)) return undefined;
  return 'code' in error && typeof error.code === 'string' ? error.code : codeOf(error.cause);
}

module.exports = { bornAt, codeOf, hasEnded, isAlive, parentOf };
