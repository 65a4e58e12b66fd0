// Ends a program that is asked to end, or whose caller is gone. A signal sent to npm (by `kill`, `timeout`, a CI job)
// does not reach what npm runs: without this, JupyterLab or a kernel would keep running.
import { isAlive, parentOf } from './processes.cjs';

const PATIENCE = 20_000; // ms that a child has to clean up after SIGTERM

/**
 * Calls `onGone` once the caller of this process is gone: the npm above the shell that `npm run` starts, or the process
 * that `LIF_FC_MNIST_CALLER` names. A process that was started by hand in a shell may outlive that shell, so then
 * nothing is watched. Returns a function that stops watching.
 * @param {() => void} onGone
 */
export function watchParent(onGone) {
  const parent = process.ppid;
  const fromNpm = process.env.npm_lifecycle_event !== undefined;
  const caller = Number(process.env.LIF_FC_MNIST_CALLER) || undefined;
  if (!fromNpm && !caller) return () => {};
  // The shell between npm and this process is gone when npm gets SIGTERM, but stays when npm gets SIGKILL.
  const npm = fromNpm ? parentOf(parent) : undefined;
  const isThere = () =>
    process.ppid === parent &&
    (caller === undefined || isAlive(caller)) &&
    (npm === undefined ? isAlive(parent) : parentOf(parent) === npm);
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
 * @param {import('node:child_process').ChildProcess} [child]
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

/**
 * Calls `stop(status)` when this process is to end: on Ctrl-C, on `kill`, or because its terminal was closed.
 * `status` is what a shell expects of a program that such a signal has ended. Returns a function that undoes it.
 * @param {(status: number) => void} stop
 */
export function onSignals(stop) {
  const statuses = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 };
  const handlers = Object.entries(statuses).map(([signal, status]) => ({ signal, handler: () => stop(status) }));
  for (const { signal, handler } of handlers) process.on(signal, handler);
  return () => {
    for (const { signal, handler } of handlers) process.off(signal, handler);
  };
}
