'use strict';
// What a cell shows of what TypeScript refuses, and what to do about a name that nobody has declared.

/** TypeScript's codes for a name that nothing declares. */
const UNKNOWN_NAME = [2304, 2503, 18004];

/** What engines say of such a name when the cell runs; the last is Safari. */
const UNDEFINED_NAME = / is not defined$|Can't find variable: /;

/**
 * A learner who has restarted the kernel has no variables. A kernel does not know the notebook's cells, so this is said of
 * a misspelt name, too.
 * @param {string} text
 */
const withHint = (text) => `${text.replace(/[.?]?$/, '.')} If a cell above declares it, run that cell first.`;

/**
 * A type error at a place of a cell; line and column from 1.
 * @typedef {{ line: number, column: number, code: number, messageText: string }} TypeProblem
 */

/** A cell that is an object as people write it: `{ a: 1, b: 2 }`. */
const OBJECT = /^\s*\{\s*(?:[\p{ID_Continue}$]+|'[^'\n]*'|"[^"\n]*")\s*[:,][^;]*\}\s*;?\s*$/u;

/** TypeScript's codes for what cannot be read. */
const isSyntax = (/** @type {number} */ code) => code >= 1000 && code < 2000;

const BLOCK = 'A line that begins with { is a block. An object needs parentheses around it: ({ … })';

/**
 * The same type errors, the first unknown name with its hint; of a cell that is an object, that alone.
 * @template {{ code: number, messageText: string }} Problem
 * @param {Problem[]} problems
 * @param {string} source of the cell
 * @returns {Problem[]}
 */
const withHints = (problems, source) => {
  const [syntax] = problems.filter(({ code }) => isSyntax(code));
  if (syntax && OBJECT.test(source)) return [{ ...syntax, messageText: BLOCK }];
  const first = problems.find(({ code }) => UNKNOWN_NAME.includes(code));
  return problems.map((one) => (one === first ? { ...one, messageText: withHint(one.messageText) } : one));
};
exports.withHints = withHints;

/**
 * The line that a cell shows of a type error: `2:9 - Property 'encodee' does not exist on type 'PoissonEncoder'.`
 * @param {number} line from 1
 * @param {number} column from 1
 * @param {string} text
 */
const problemLine = (line, column, text) => `${line}:${column} - ${text}`;
exports.problemLine = problemLine;

/**
 * The lines that a cell shows of all its type errors, each with its end.
 * @param {TypeProblem[]} problems
 * @param {string} source of the cell
 */
exports.problemLines = (problems, source) =>
  withHints(problems, source)
    .map(({ line, column, messageText }) => `${problemLine(line, column, messageText)}\n`)
    .join('');

/**
 * The same of a cell that runs all the same: what to do is said where it fails.
 * @param {TypeProblem[]} problems
 */
exports.warningLines = (problems) =>
  problems.map(({ line, column, messageText }) => `warning ${problemLine(line, column, messageText)}\n`).join('');

/**
 * The text of an error that ended a cell, where it is about an unknown name with the hint. TypeScript says it before the cell
 * runs, unless there are no types or the name is hidden from them.
 * @param {string} text message and frames
 */
exports.withRuntimeHint = (text) =>
  text.replace(/^ReferenceError: .*(?=\n {4}at cell )/, (line) => (UNDEFINED_NAME.test(line) ? withHint(line) : line));
