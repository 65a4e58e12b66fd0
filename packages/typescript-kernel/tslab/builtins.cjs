'use strict';
// A cell can change what tslab works with: after `JSON = null` it never answers again. Here the built-ins are put back
// when a cell has begun to wait, when it has ended, and when a message comes, and a line says so. What cannot be put
// back ends the kernel, which Jupyter then starts again.
const crypto = require('node:crypto');
const { EventEmitter } = require('node:events');
const fs = require('node:fs');
const path = require('node:path');
const vm = require('node:vm');
const { createGuard } = require('../core/guard.cjs');
const { lockedOut, putBack } = require('../core/interrupts.cjs');

const log = console.log.bind(console);
const { setTimeout } = globalThis;
const end = /** @type {any} */ (process).reallyExit.bind(process, 1);

/** Milliseconds until what was said has reached Jupyter. */
const FAREWELL = 500;

const OF_NODE = /** @type {const} */ ([
  ...['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'setImmediate', 'clearImmediate', 'queueMicrotask'],
  ...['console', 'process', 'global', 'performance', 'TextDecoder', 'TextEncoder', 'structuredClone', 'WebAssembly'],
]);

/** Node's own objects, with the keys that tslab, TypeScript and the sockets use; without keys all of them. */
function ofNode() {
  // Node has accessors for them, which do not show that something else was set.
  for (const name of ['process', 'Buffer']) {
    const value = /** @type {any} */ (globalThis)[name];
    Object.defineProperty(globalThis, name, { value, writable: true, configurable: true });
  }
  const ofProcess = ['nextTick', 'on', 'emit', 'listeners', 'removeAllListeners', 'cwd', 'stdout', 'stderr', 'kill'];
  const ofFiles = [
    'readFileSync',
    'existsSync',
    'statSync',
    'readdirSync',
    'realpathSync',
    'openSync',
    'readSync',
    'closeSync',
  ];
  return /** @type {[string, object, PropertyKey[]?][]} */ ([
    ...OF_NODE.map((name) => [name, /** @type {any} */ (globalThis)[name], []]),
    ['process', process, ofProcess],
    ['Buffer', Buffer],
    ['Buffer.prototype', Buffer.prototype],
    ['EventEmitter.prototype', EventEmitter.prototype],
    ['Performance.prototype', Object.getPrototypeOf(performance), ['now']],
    ['TextDecoder.prototype', TextDecoder.prototype, ['decode']],
    ['fs', fs, ofFiles],
    ['path', path, Object.keys(path)],
    ['crypto', crypto, ['createHmac', 'createHash', 'randomBytes']],
  ]);
}

/** @type {ReturnType<typeof createGuard> | undefined} */
let guard;
let isEnding = false;

/** Remembers what is there before the first cell runs. */
exports.rememberBuiltIns = () => {
  guard ??= createGuard((name) => {
    isEnding = true;
    setTimeout(end, FAREWELL);
    log(lockedOut(name));
  }, ofNode());
};

/** Puts back what cells have changed, and says so; returns whether that was possible. */
function restoreBuiltIns() {
  try {
    const names = isEnding ? [] : (guard?.putBack() ?? []);
    if (names.length > 0) log(putBack(names));
  } catch {
    // What it was is said, if it can be: the kernel ends.
  }
  return !isEnding;
}
exports.restoreBuiltIns = restoreBuiltIns;

/** @param {NodeJS.Require} ofTslab the `require` of tslab's program */
exports.patchBuiltIns = (ofTslab) => {
  // A cell's first part ends here; what tslab then does to wait for the others needs promises.
  const { runInThisContext } = vm;
  vm.runInThisContext = (/** @type {any[]} */ ...given) => {
    try {
      return /** @type {any} */ (runInThisContext)(...given);
    } finally {
      restoreBuiltIns();
    }
  };
  // What a timer has changed since.
  const { prototype } = ofTslab('tslab/dist/jupyter.js').ZmqServer;
  const { handleShellMessage } = prototype;
  prototype.handleShellMessage = function (/** @type {unknown[]} */ ...message) {
    restoreBuiltIns();
    return handleShellMessage.apply(this, message);
  };
};
