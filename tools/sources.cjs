'use strict';
// Preload (`node --require`) with which programs can require TypeScript, by tsx. Packages are left to Node, without source
// maps: if tsx scanned them for ES modules and Node read their maps, TensorFlow.js would take three times as long to load.
const { accessSync, constants, existsSync, mkdirSync } = require('node:fs');
const Module = require('node:module');
const { join, sep } = require('node:path');

const extensions = Module._extensions;
const plain = extensions['.js'];

// tsx caches translations in the folder for temporary files, where another account could place files, and reads the
// tsconfig.json of the current folder. Here it uses those of the clone.
const { TMPDIR, TEMP, TSX_DISABLE_CACHE, TSX_TSCONFIG_PATH } = process.env;
const build = join(__dirname, '..', 'build');
try {
  mkdirSync(build, { recursive: true });
  accessSync(build, constants.W_OK);
} catch {
  process.env.TSX_DISABLE_CACHE = '1';
}
Object.assign(process.env, { TMPDIR: build, TEMP: build });
const config = join(__dirname, '..', 'tsconfig.json');
if (existsSync(config)) process.env.TSX_TSCONFIG_PATH = config;
require('tsx/cjs');
for (const [name, value] of Object.entries({ TMPDIR, TEMP, TSX_DISABLE_CACHE, TSX_TSCONFIG_PATH })) {
  if (value === undefined) delete process.env[name];
  else process.env[name] = value;
}
const translated = extensions['.js'];

const PACKAGES = `${sep}node_modules${sep}`;

extensions['.js'] = (module, file) => {
  if (!file.includes(PACKAGES)) return translated(module, file);
  process.setSourceMapsEnabled(false);
  try {
    return plain(module, file);
  } catch (error) {
    // An ES module that Node cannot require: any before 20.19, and those for bundlers, which import folders and leave out
    // `.js`.
    const codes = ['ERR_REQUIRE_ESM', 'ERR_UNSUPPORTED_DIR_IMPORT', 'ERR_MODULE_NOT_FOUND'];
    if (!codes.includes(error.code) && !(error instanceof SyntaxError)) throw error;
    return translated(module, file);
  } finally {
    process.setSourceMapsEnabled(true);
  }
};
