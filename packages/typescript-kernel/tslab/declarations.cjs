'use strict';
// Before the first cell runs, TypeScript reads the declarations of Node, and those of TensorFlow.js with the package: 4
// MB, and most of it comments. The comments cost a kernel 0.4 seconds of a core and 12 MB. Here those of Node are not
// read, so hovering over a name of Node shows its type alone. Where many kernels share a machine, those of
// TensorFlow.js are not read either. Where a notebook runs without anybody who could hover, neither are those of
// JavaScript: 0.1 seconds more.
const OF_NODE = /\/node_modules\/(@types\/node|undici-types)\//;
const OF_BOTH = /\/node_modules\/(@types\/node|undici-types|@tensorflow|@webgpu)\//;
const OF_JAVASCRIPT = /\/node_modules\/@tslab\/typescript-for-tslab\/lib\/lib\.es/;

/**
 * Whether a file is read without its comments.
 * @param {string} path
 * @param {NodeJS.ProcessEnv} [env]
 */
const isStripped = (path, { LIF_FC_MNIST_SHARED: shared, LIF_FC_MNIST_HEADLESS: headless } = process.env) =>
  (shared === '1' || headless === '1' ? OF_BOTH : OF_NODE).test(path) || (headless === '1' && OF_JAVASCRIPT.test(path));
exports.isStripped = isStripped;

/** Comments, and what could hold the beginning of one: lines such as `/// <reference …`, which are kept, and texts. */
const PARTS = /\/\*[\s\S]*?\*\/|\/\/.*|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`/g;

/** The same declarations without comments of the form that may be longer than a line. */
const withoutComments = (/** @type {string} */ text) =>
  text.replace(PARTS, (part) => (part.startsWith('/*') ? ' ' : part));
exports.withoutComments = withoutComments;

/**
 * Changes how TypeScript reads files.
 * @param {{ readFile(path: string, encoding?: string): string | undefined }} system TypeScript's
 */
exports.readWithoutComments = (system) => {
  const { readFile } = system;
  system.readFile = (path, encoding) => {
    const text = readFile(path, encoding);
    return text !== undefined && isStripped(path) ? withoutComments(text) : text;
  };
};
