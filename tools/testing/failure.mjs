// A failed test in a few short lines: where in the TypeScript source, what was expected, what was found.
import { readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';

const WIDTH = 160;

const cut = (text, width = WIDTH) => (text.length > width ? `${text.slice(0, width - 1)}…` : text);
const oneLine = (text) => text.trim().replace(/\s+/g, ' ');

/** A value in one line: long arrays and strings are cut. */
function shown(value) {
  if (value instanceof Error) return cut(`${value.name}: ${oneLine(value.message)}`);
  const options = { breakLength: Infinity, compact: true, maxArrayLength: 6, maxStringLength: 200, depth: 2 };
  return cut(oneLine(inspect(value, options)));
}

const isContainer = (value) =>
  value !== null && typeof value === 'object' && (Array.isArray(value) || ArrayBuffer.isView(value) || isPlain(value));
const isPlain = (value) => [Object.prototype, null].includes(Object.getPrototypeOf(value));

/**
 * The first place at which two values differ: `{ path, expected, found }`, where the path is empty if they differ as a
 * whole. Of long texts it has the lines that differ.
 */
export function firstDifference(expected, found, path = '') {
  if (typeof expected === 'string' && typeof found === 'string') return textDifference(expected, found, path);
  if (isContainer(expected) && isContainer(found)) {
    const keys = [...new Set([...Object.keys(expected), ...Object.keys(found)])];
    for (const key of keys) {
      const name = /^\d+$/.test(key) ? `[${key}]` : `.${key}`;
      if (!(key in expected)) return { path: path + name, expected: undefined, found: found[key] };
      if (!(key in found)) return { path: path + name, expected: expected[key], found: undefined };
      if (isContainer(expected[key]) && isContainer(found[key])) {
        const inside = firstDifference(expected[key], found[key], path + name);
        if (inside) return inside;
      } else if (!isSame(expected[key], found[key])) return firstDifference(expected[key], found[key], path + name);
    }
    return undefined;
  }
  return { path, expected, found };
}

const isSame = (a, b) => Object.is(a, b) || (typeof a === 'object' && inspect(a) === inspect(b));

function textDifference(expected, found, path) {
  if (Math.max(expected.length, found.length) <= WIDTH / 2) return { path, expected, found };
  const [a, b] = [expected.split('\n'), found.split('\n')];
  const line = a.findIndex((text, i) => text !== b[i]);
  const number = line === -1 ? a.length : line;
  const [one, other] = [a[number], b[number]];
  const where = a.length > 1 || b.length > 1 ? `${path} line ${number + 1}` : path;
  if (one === undefined || other === undefined) return { path: where, expected: one, found: other };
  let start = 0;
  while (start < one.length && one[start] === other[start]) start++;
  const from = Math.max(0, start - 30);
  const piece = (text) => (from > 0 ? '…' : '') + text.slice(from, from + 80);
  return { path: `${where}${from > 0 ? ` at character ${start + 1}` : ''}`, expected: piece(one), found: piece(other) };
}

const EQUAL = ['strictEqual', 'deepStrictEqual', 'equal', 'deepEqual', 'partialDeepStrictEqual', '=='];

/** What an error says, in one or two lines. `source` is the line of the test that failed. */
export function explain(error, source = '') {
  const cause = error?.cause instanceof Error ? error.cause : error;
  if (!(cause instanceof Error)) return [cut(oneLine(String(cause?.cause ?? cause)))];
  if (cause.code !== 'ERR_ASSERTION') return [cut(`${cause.name}: ${oneLine(cause.message)}`)];
  const { actual, expected, operator, generatedMessage } = cause;
  const own = cause.message.split('\n+ actual - expected')[0]; // some versions of Node append the difference
  const message = cut(oneLine(own), 2 * WIDTH);
  const lines = generatedMessage ? [] : [message];
  if (EQUAL.includes(operator) && !(operator === '==' && expected === true)) {
    const difference = firstDifference(expected, actual) ?? { path: '', expected, found: actual };
    const where = difference.path === '' ? '' : `${difference.path.trim()}: `;
    const count = ArrayBuffer.isView(actual) || Array.isArray(actual) ? countOf(expected, actual) : '';
    lines.push(`${where}expected ${shown(difference.expected)}, found ${shown(difference.found)}${count}`);
  } else if (operator === 'match' || operator === 'doesNotMatch') {
    const what = operator === 'match' ? 'a match of' : 'no match of';
    lines.push(`expected ${what} ${expected}, found ${shown(actual)}`);
  } else if ((operator === 'throws' || operator === 'rejects') && actual !== undefined) {
    lines.push(`expected an error like ${shown(expected)}, found ${shown(actual)}`);
  } else if (generatedMessage && operator === '==') lines.push(cut(`expected a true value: ${source || message}`));
  else if (generatedMessage) lines.push(message);
  return lines;
}

function countOf(expected, actual) {
  if (expected?.length !== actual.length || actual.length < 2) return '';
  let differ = 0;
  for (let i = 0; i < actual.length; i++) if (!isSame(expected[i], actual[i])) differ++;
  return ` (${differ} of ${actual.length} elements differ)`;
}

/** The frames of an error's stack that are in the project, as `path:line:column`, innermost first. */
export function framesOf(stack, root) {
  const found = [];
  for (const [, file, line, column] of String(stack).matchAll(/\(?((?:file:\/\/)?[^\s()]*?):(\d+):(\d+)\)?$/gm)) {
    const path = file.startsWith('file://') ? fileURLToPath(file) : file;
    const inside = relative(root, path);
    if (inside.startsWith('..') || inside.startsWith('node_modules') || inside === path) continue;
    found.push({ path: inside.split(sep).join('/'), line: Number(line), column: Number(column) });
  }
  return found;
}

/**
 * Where a test failed: the frame in the test's own file, and behind it the innermost one if that is in another file.
 * An error without frames (a missing rejection, a time limit) gets the line on which the test's name stands.
 */
export function placeOf(error, name, file, root) {
  const own = relative(root, file).split(sep).join('/');
  const frames = framesOf(error?.cause?.stack ?? error?.stack, root).filter(({ line }) => line > 0);
  const text = ({ path, line, column }) => `${path}:${line}:${column}`;
  const inTest = frames.find(({ path }) => path === own);
  if (!inTest) return frames[0] ? text(frames[0]) : `${own}${lineOfName(name, file)}`;
  return frames[0].path === own ? text(inTest) : `${text(inTest)}, in ${text(frames[0])}`;
}

/** The line of the project that a place names, without its indent. */
export function sourceOf(place, root) {
  const [path, line] = place.split(':');
  try {
    return readFileSync(join(root, path), 'utf8').split('\n')[Number(line) - 1]?.trim() ?? '';
  } catch {
    return '';
  }
}

function lineOfName(name, file) {
  try {
    const lines = readFileSync(file, 'utf8').split('\n');
    const quoted = [`'${name.replaceAll("'", "\\'")}'`, `"${name}"`, `\`${name}\``];
    const index = lines.findIndex((line) => quoted.some((text) => line.includes(text)));
    return index === -1 ? '' : `:${index + 1}`;
  } catch {
    return '';
  }
}
