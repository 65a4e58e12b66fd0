'use strict';
// Where many kernels share a machine (LIF_FC_MNIST_SHARED), those who arrive come first: after its first cell a kernel gives
// way to others, so that in a full room the first cell of the last one does not wait for the fifth cell of the first one.
const { writeFileSync } = require('node:fs');
const os = require('node:os');

exports.isShared = Boolean(process.env.LIF_FC_MNIST_SHARED);

/** How far a kernel gives way (the "nice" value of Unix): before its first cell as its server does, then more. */
const [BEFORE, AFTER] = [2, 19];

function giveWay(level) {
  os.setPriority(Math.max(level, os.getPriority()));
  try {
    // Where Linux shares between sessions first, and each kernel is one, that alone would change nothing.
    writeFileSync('/proc/self/autogroup', String(level));
  } catch {
    // It does not share so.
  }
}

/** @param {NodeJS.Require} ofTslab the `require` of tslab's program */
exports.giveWayAfterFirstCell = (ofTslab) => {
  giveWay(BEFORE);
  const { JupyterHandlerImpl } = ofTslab('tslab/dist/jupyter.js');
  const { handleExecute } = JupyterHandlerImpl.prototype;
  JupyterHandlerImpl.prototype.handleExecute = async function (...args) {
    try {
      return await handleExecute.apply(this, args);
    } finally {
      JupyterHandlerImpl.prototype.handleExecute = handleExecute;
      giveWay(AFTER);
    }
  };
};
