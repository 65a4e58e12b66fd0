// Ends a program whose caller is gone. A signal sent to npm (by `kill`, `timeout`, a CI job) does not reach what npm runs:
// without this, JupyterLab or a kernel would keep running.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const PATIENCE = 20_000; // ms that a child has to clean up after SIGTERM

/** The parent of a process, or undefined if that process is gone or the system does not tell. */
function parentOf(pid) {
  try {
    if (process.platform === 'linux') {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    }
    if (process.platform === 'win32') return undefined;
    return Number(execFileSync('ps', ['-o', 'ppid=', '-p', String(pid)], { encoding: 'utf8' }));
  } catch {
    return undefined;
  }
}

function exists(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/**
 * Calls `onGone` once the caller of this process is gone: its parent or, where npm started it, the npm above the shell.
 * A process that was started by hand in a shell may outlive that shell, so nothing is watched then.
 * Returns a function that stops watching.
 */
export function watchParent(onGone) {
  const parent = process.ppid;
  const fromTool = process.env.LIF_FC_MNIST_CALLER === String(parent);
  const fromNpm = process.env.npm_lifecycle_event !== undefined;
  if (!fromTool && !fromNpm) return () => {};
  // `npm run` puts a shell in between. It is gone when npm gets SIGTERM, but stays when npm gets SIGKILL.
  const npm = fromNpm && !fromTool ? parentOf(parent) : undefined;
  const isThere = () => process.ppid === parent && exists(parent) && (npm === undefined || parentOf(parent) === npm);
  const timer = setInterval(() => {
    if (isThere()) return;
    clearInterval(timer);
    onGone();
  }, 1000);
  timer.unref();
  return () => clearInterval(timer);
}

/**
 * Ends `child` once the caller of this process is gone: with SIGTERM, and with SIGKILL if it is still there 20 s later.
 * Without a child, this process gets the SIGTERM, whose handler cleans up.
 * Returns a function that stops watching.
 */
export function endWithParent(child) {
  return watchParent(() => {
    if (!child) {
      process.kill(process.pid, 'SIGTERM');
      return;
    }
    child.kill('SIGTERM');
    setTimeout(() => child.kill('SIGKILL'), PATIENCE).unref();
  });
}
