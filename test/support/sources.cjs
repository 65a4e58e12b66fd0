'use strict';
// To be required before a program (`node --require`): it can require sources in TypeScript, as with tsx. Packages are
// left to Node: tsx reads each of their files for the syntax of ES modules, and Node their source maps, with which
// TensorFlow.js takes three times as long to load.
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
    // An ES module that Node cannot require: none before 20.19, and none for bundlers, which import folders and leave
    // out `.js`.
    const codes = ['ERR_REQUIRE_ESM', 'ERR_UNSUPPORTED_DIR_IMPORT', 'ERR_MODULE_NOT_FOUND'];
    if (!codes.includes(error.code) && !(error instanceof SyntaxError)) throw error;
    return translated(module, file);
  } finally {
    process.setSourceMapsEnabled(true);
  }
};
