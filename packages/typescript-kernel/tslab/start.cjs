'use strict';
// Until its first cell is compiled, a kernel does everything once: TypeScript reads megabytes of declarations. The
// machine code that V8 optimizes meanwhile comes too late to be of use, and takes a quarter of a start's computing: 0.3
// s of 1.25 s. So V8 begins to optimize when the first cell begins to run.
const { setFlagsFromString } = require('node:v8');

let isStarting = false;

/** V8 optimizes nothing from now on. */
exports.beginStart = () => {
  isStarting = true;
  setFlagsFromString('--no-opt');
};

/** The first cell is compiled: V8 optimizes again. */
exports.endStart = () => {
  if (isStarting) setFlagsFromString('--opt');
  isStarting = false;
};
