// Loaded into the kernel before tslab (`node --require`, in the kernelspec that set-up writes). Each file beside this
// one patches one thing, and says what would happen without it.
import { createRequire } from 'node:module';
import { isMainThread, Worker } from 'node:worker_threads';

/** Ends the kernel, and what it has started, when the Jupyter that started it was killed. */
function endWithJupyter() {
  // In a separate thread: a cell in an endless loop would keep a timer from firing.
  const watch = `setInterval(() => {
    if (process.ppid === ${process.ppid}) return;
    try {
      process.kill(-process.pid, 'SIGKILL'); // with what the kernel has started: Jupyter gives it a group of its own
    } catch {}
    process.kill(process.pid, 'SIGKILL');
  }, 1000)`;
  // A thread sets half a gigabyte aside for machine code in new versions of Node, which counts where memory is limited.
  const resourceLimits = { codeRangeSizeMb: 16 };
  new Worker(watch, { eval: true, execArgv: [], stdin: false, stdout: false, stderr: false, resourceLimits }).unref();
}

// Worker threads and forked processes get the same options from node.
if (isMainThread && process.argv[2] === 'kernel') {
  const { beginStart, patchCells } = require('./cells') as typeof import('./cells');
  beginStart();
  const ofTslab = createRequire(process.argv[1]);
  const { patchSockets } = require('./sockets') as typeof import('./sockets');
  patchSockets(ofTslab('zeromq'));
  endWithJupyter();
  // Before tslab's own files are loaded: they keep what they then see of TypeScript and each other.
  const { patchCompiler } = require('./compiler') as typeof import('./compiler');
  patchCompiler(ofTslab);
  patchCells(ofTslab);
  const { isShared, giveWayAfterFirstCell } = require('./sharing') as typeof import('./sharing');
  if (isShared) giveWayAfterFirstCell(ofTslab);
}
