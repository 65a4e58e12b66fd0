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

/**
 * The same type errors, the first unknown name with its hint.
 * @template {{ code: number, messageText: string }} Problem
 * @param {Problem[]} problems
 * @returns {Problem[]}
 */
const withHints = (problems) => {
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
 */
exports.problemLines = (problems) =>
  withHints(problems)
    .map(({ line, column, messageText }) => `${problemLine(line, column, messageText)}\n`)
    .join('');

/**
 * The text of an error that ended a cell, where it is about an unknown name with the hint. TypeScript says it before the cell
 * runs, unless there are no types or the name is hidden from them.
 * @param {string} text message and frames
 */
exports.withRuntimeHint = (text) =>
  text.replace(/^ReferenceError: .*(?=\n {4}at cell )/, (line) => (UNDEFINED_NAME.test(line) ? withHint(line) : line));
