'use strict';
// To be required before a program (`node --require`): it can require sources in TypeScript, as with tsx. Packages are left to Node:
// tsx reads each of their files for the syntax of ES modules, and Node their source maps, with which TensorFlow.js takes three
// times as long to load.
const Module = require('node:module');
const { sep } = require('node:path');

const extensions = Module._extensions;
const plain = extensions['.js'];
require('tsx/cjs');
const translated = extensions['.js'];

const PACKAGES = `${sep}node_modules${sep}`;

extensions['.js'] = (module, file) => {
  if (!file.includes(PACKAGES)) return translated(module, file);
  process.setSourceMapsEnabled(false);
  try {
    return plain(module, file);
  } catch (error) {
    // An ES module, which older Nodes do not require.
    if (error.code !== 'ERR_REQUIRE_ESM' && !(error instanceof SyntaxError)) throw error;
    return translated(module, file);
  } finally {
    process.setSourceMapsEnabled(true);
  }
};
