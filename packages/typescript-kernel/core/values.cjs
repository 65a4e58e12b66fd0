'use strict';
// How a value is printed, short enough to be read: of arrays the first values, of deep objects the top.

/**
 * Node's `util.inspect`, or what prints as it does in a page.
 * @typedef {(value: unknown, options?: object) => string} Inspect
 */

const ARRAY_VALUES = 5;
const STRING_LENGTH = 2000;
const LINES = 30;

/**
 * A value as text. An object may throw when it is looked at; that must not take the kernel with it.
 * @param {Inspect} inspect
 * @param {unknown} value
 * @param {object} [options] of `inspect`
 */
function show(inspect, value, options) {
  try {
    return inspect(value, options);
  } catch {
    return '[a value that cannot be shown]';
  }
}
exports.show = show;

/**
 * The text of the value on a cell's last line.
 * @param {Inspect} inspect
 * @param {unknown} value
 */
exports.describeValue = (inspect, value) => {
  if (typeof value === 'string') return value;
  const options = { breakLength: 100, maxArrayLength: ARRAY_VALUES, maxStringLength: STRING_LENGTH };
  /** @type {string[]} */
  let lines = [];
  for (let depth = 2; depth >= 0; depth--) {
    lines = show(inspect, value, { ...options, depth }).split('\n');
    if (lines.length <= LINES) return lines.join('\n');
  }
  return [...lines.slice(0, LINES), `… ${lines.length - LINES} more lines`].join('\n');
};
