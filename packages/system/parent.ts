// Ends a program on a signal, or when its caller has ended. A signal sent to npm (by `kill`, `timeout`, a CI job) does not
// reach what npm runs: without this, JupyterLab or a kernel would keep running.
import type { ChildProcess } from 'node:child_process';
import { isAlive, parentOf } from './processes';

const SIGNALS: NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];
const CLEANUP_MS = 20_000; // that a child has after SIGTERM

/**
 * Calls `onGone` once the caller of this process has ended: the npm above the shell that `npm run` starts, or the process
 * that `LIF_FC_MNIST_CALLER` names. A process started by hand may outlive its shell, so then nothing is watched.
 * @returns a function that stops watching
 */
export function watchParent(onGone: () => void) {
  const parent = process.ppid;
  const fromNpm = process.env.npm_lifecycle_event !== undefined;
  const caller = Number(process.env.LIF_FC_MNIST_CALLER) || undefined;
  if (!fromNpm && !caller) return () => {};
  // The shell between npm and this process ends when npm gets SIGTERM, but stays when npm gets SIGKILL.
  const npm = fromNpm ? parentOf(parent) : undefined;
  const isCallerAlive = () =>
    process.ppid === parent &&
    (caller === undefined || isAlive(caller)) &&
    (npm === undefined ? isAlive(parent) : parentOf(parent) === npm);
  const timer = setInterval(() => {
    if (isCallerAlive()) return;
    clearInterval(timer);
    onGone();
  }, 1000);
  timer.unref();
  return () => clearInterval(timer);
}

/**
 * Ends `child` once the caller of this process has ended: with SIGTERM, and with SIGKILL if it still runs 20 s later.
 * Without a child, this process gets the SIGTERM, whose handler cleans up.
 * @returns a function that stops watching
 */
export function endWithParent(child?: ChildProcess) {
  return watchParent(() => {
    if (!child) {
      process.kill(process.pid, 'SIGTERM');
      return;
    }
    child.kill('SIGTERM');
    setTimeout(() => child.kill('SIGKILL'), CLEANUP_MS).unref();
  });
}

/**
 * Calls `stop(status)` when this process has to end: on Ctrl-C, on `kill`, or because its terminal was closed. `status` is
 * what a shell expects of a program that the signal has ended.
 * @returns a function that removes the handlers
 */
export function onSignals(stop: (status: number, signal: NodeJS.Signals) => void) {
  const handler = (signal: NodeJS.Signals, number: number) => stop(128 + number, signal);
  for (const signal of SIGNALS) process.on(signal, handler);
  return () => {
    for (const signal of SIGNALS) process.off(signal, handler);
  };
}
