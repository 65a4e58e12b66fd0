'use strict';
// Loaded into the kernel before tslab (`node --require`, in the kernelspec that set-up writes). Each file beside this
// one patches one thing, and says what would happen without it.
const { createRequire } = require('node:module');
const { isMainThread } = require('node:worker_threads');

// Worker threads and forked processes get the same options from node.
if (isMainThread && process.argv[2] === 'kernel') {
  require('./start.cjs').beginStart();
  const ofTslab = createRequire(process.argv[1]);
  require('./sockets.cjs').patchSockets(ofTslab('zeromq'));
  require('./parent.cjs').endWithJupyter();
  // Before tslab's own files are loaded: they keep what they then see of TypeScript and each other.
  require('./compiler.cjs').patchCompiler(ofTslab);
  require('./cells.cjs').patchCells(ofTslab);
  require('./builtins.cjs').patchBuiltIns(ofTslab);
  const { isShared, giveWayAfterFirstCell } = require('./sharing.cjs');
  if (isShared) giveWayAfterFirstCell(ofTslab);
}
