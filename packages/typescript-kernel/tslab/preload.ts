// Loaded before tslab (`node --require`, in the kernelspec that set-up writes). Each file beside it makes one kind of patch,
// and describes what would happen without it.
import { createRequire } from 'node:module';
import { isMainThread, Worker } from 'node:worker_threads';

/** Ends the kernel and everything that it started if its Jupyter was killed. */
function endWithJupyter() {
  // In a thread: an endless loop in a cell would block a timer.
  const watch = `setInterval(() => {
    if (process.ppid === ${process.ppid}) return;
    try {
      process.kill(-process.pid, 'SIGKILL'); // the whole group, which Jupyter made for the kernel
    } catch {}
    process.kill(process.pid, 'SIGKILL');
  }, 1000)`;
  // In new versions of Node a thread reserves half a gigabyte for machine code, which counts against memory limits.
  const resourceLimits = { codeRangeSizeMb: 16 };
  new Worker(watch, { eval: true, execArgv: [], stdin: false, stdout: false, stderr: false, resourceLimits }).unref();
}

// Worker threads and forked processes inherit `--require`.
if (isMainThread && process.argv[2] === 'kernel') {
  const { beginStart, patchCells } = require('./cells') as typeof import('./cells');
  beginStart();
  const ofTslab = createRequire(process.argv[1]);
  const { patchSockets } = require('./sockets') as typeof import('./sockets');
  patchSockets(ofTslab('zeromq'));
  endWithJupyter();
  // Before tslab's own files are loaded, since they keep references to TypeScript and to each other.
  const { patchCompiler } = require('./compiler') as typeof import('./compiler');
  patchCompiler(ofTslab);
  patchCells(ofTslab);
  const { isShared, lowerPriorityAfterFirstCell } = require('./priority') as typeof import('./priority');
  if (isShared) lowerPriorityAfterFirstCell(ofTslab);
}
