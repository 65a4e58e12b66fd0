'use strict';
// A kernel whose Jupyter was killed would run on.
const { Worker } = require('node:worker_threads');

/** Ends the kernel, and what it has started, when the process that started it is gone. */
exports.endWithJupyter = () => {
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
};
