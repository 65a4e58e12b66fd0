'use strict';
// Before the first cell runs, TypeScript reads the declarations of Node, and those of TensorFlow.js with the package: 4 MB,
// and most of it comments. They cost a kernel half a second of a core and 20 MB. Here the comments of Node's are not read,
// so hovering over a name of Node shows its type alone. Where many kernels share a machine, TensorFlow.js is read so, too.
const { isShared } = require('./sharing.cjs');

const OF_NODE = /\/node_modules\/(@types\/node|undici-types)\//;
const OF_BOTH = /\/node_modules\/(@types\/node|undici-types|@tensorflow|@webgpu)\//;

/** Comments, and what could hold the beginning of one: lines such as `/// <reference …`, which are kept, and texts. */
const PARTS = /\/\*[\s\S]*?\*\/|\/\/.*|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`/g;

/** The same declarations without comments of the form that may be longer than a line. */
const withoutComments = (text) => text.replace(PARTS, (part) => (part.startsWith('/*') ? ' ' : part));
exports.withoutComments = withoutComments;

/**
 * Changes how TypeScript reads files.
 * @param {{ readFile(path: string, encoding?: string): string | undefined }} system TypeScript's
 */
exports.readWithoutComments = (system) => {
  const of = isShared ? OF_BOTH : OF_NODE;
  const { readFile } = system;
  system.readFile = (path, encoding) => {
    const text = readFile(path, encoding);
    return text !== undefined && of.test(path) ? withoutComments(text) : text;
  };
};
