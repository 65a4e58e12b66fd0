// The grids of a file: which runs they are. A grid is a block, or a list of blocks, of settings with a value or a list
// of values each; a block means every combination of its lists.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isScalar, Lexer, LineCounter, Parser, parseDocument, visit } from 'yaml';
import { readWhole, root } from '../../packages/system/project.mjs';
import { BadMap, inOneLine, meaningOf, runOf } from './settings.mjs';

/** @typedef {import('./settings.mjs').Run} Run */
/** @typedef {{ name: string, runs: Run[] }} Grid */

/** The grids whose table is committed. */
export const PUBLISHED = join(root, 'editions', 'map', 'grids.yaml');

/** More is a slip: a list too many multiplies quickly. */
const MOST = 10_000;

/** Bytes of a file of grids. The time that a hostile one takes grows with their square. */
const MOST_BYTES = 2 ** 16;
/** How often the values of anchors may be used. */
const MOST_ALIASES = 100;
/** Lists in lists, about: for each level the composer calls itself, and a full stack can end the whole process. */
const DEEPEST = 60;

/** A YAML file as plain data. */
function readYaml(/** @type {string} */ file) {
  if (!existsSync(file)) throw new BadMap(`${file}: expected a file with grids, found none`);
  const lineCounter = new LineCounter();
  /** @returns {never} */
  const refuse = (/** @type {string} */ what, /** @type {number} */ offset) => {
    throw new BadMap(`${file}: line ${lineCounter.linePos(offset).line}: ${what}`);
  };
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(readWhole(file, MOST_BYTES));
    refuseDepth(text);
    // Each name once is checked here: the parser compares every name with every other.
    const options = { prettyErrors: false, uniqueKeys: false, schema: 'core', lineCounter };
    const document = parseDocument(text, options);
    const [fault] = [...document.errors, ...document.warnings];
    if (fault) refuse(`expected YAML, found a fault: ${fault.message}`, fault.pos[0]);
    visit(document, {
      Map(_, { items, range }) {
        const names = new Set();
        for (const { key } of items) {
          if (!isScalar(key)) return refuse('expected names, found another value in place of one', range?.[0] ?? 0);
          const name = String(key.value);
          if (names.has(name)) refuse(`expected each name once, found ${name} twice`, key.range?.[0] ?? 0);
          names.add(name);
        }
      },
    });
    const content = document.toJS({ maxAliasCount: MOST_ALIASES });
    JSON.stringify(content); // Throws if a list holds itself.
    return content;
  } catch (error) {
    if (error instanceof BadMap) throw error;
    const [line] = /** @type {Error} */ (error).message.split('\n');
    throw new BadMap(`${file}: expected a YAML file, cannot read it: ${line}`);
  }
}

/** @throws Error where a text nests deeper than any grid. This parser's own stack is a list. */
function refuseDepth(/** @type {string} */ text) {
  const parser = new Parser();
  for (const lexeme of new Lexer().lex(text)) {
    for (const _ of parser.next(lexeme));
    if (parser.stack.length > DEEPEST) throw new Error(`more than ${DEEPEST} lists lie in one another`);
  }
}

const isMapping = (/** @type {unknown} */ value) =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What was found instead of something else. */
const quoted = (/** @type {unknown} */ value) => (value === null ? 'nothing' : JSON.stringify(value).slice(0, 60));

/** The values of a setting. */
function valuesOf(/** @type {string} */ column, /** @type {unknown} */ given) {
  const values = Array.isArray(given) ? given : [given];
  if (values.length === 0) throw new BadMap(`${column}: expected at least one value, found an empty list`);
  for (const value of values) {
    if (!['string', 'number', 'boolean'].includes(typeof value)) {
      throw new BadMap(`${column}: expected values, found ${quoted(value)}`);
    }
  }
  const seen = new Set();
  const twice = values.find((value) => seen.size === seen.add(meaningOf(column, value)).size);
  if (twice !== undefined) throw new BadMap(`${column}: expected each value once, found ${twice} twice`);
  return values;
}

/** @typedef {(readonly [column: string, values: unknown[]])[]} Lists */

/** The settings of a block, each with its values. @returns {Lists} */
function listsOf(/** @type {unknown} */ block) {
  if (!isMapping(block)) throw new BadMap(`expected settings with their values, found ${quoted(block)}`);
  return Object.entries(/** @type {object} */ (block)).map(([column, given]) => [column, valuesOf(column, given)]);
}

const countOf = (/** @type {Lists} */ lists) => lists.reduce((product, [, values]) => product * values.length, 1);

/** Every combination of a block's values; the last list runs fastest. */
function combinations(/** @type {Lists} */ lists) {
  /** @type {Record<string, unknown>[]} */
  let runs = [{}];
  for (const [column, values] of lists)
    runs = runs.flatMap((run) => values.map((value) => ({ ...run, [column]: value })));
  return runs;
}

/** The blocks of one grid. `take` is asked for as many runs as they mean, of which none is made yet. */
function blocksOf(/** @type {unknown} */ given, /** @type {(count: number) => void} */ take) {
  const blocks = Array.isArray(given) ? given : [given];
  if (blocks.length === 0) throw new BadMap('expected settings with their values, found an empty list');
  const lists = blocks.map(listsOf);
  for (const block of lists) take(countOf(block));
  return lists;
}

/** The runs of some blocks, each once. */
function runsOf(/** @type {Lists[]} */ blocks) {
  const runs = blocks.flatMap(combinations).map(runOf);
  return [...new Map(runs.map((run) => [run.id, run])).values()];
}

/**
 * Reads the grids of a file, in its order.
 * @returns {Grid[]}
 * @throws BadMap in one line that names file, grid and setting
 */
export const readGrids = (/** @type {string} */ file) => inOneLine(() => gridsIn(file));

/** @returns {Grid[]} */
function gridsIn(/** @type {string} */ file) {
  const content = readYaml(file);
  const grids = isMapping(content) ? content.grids : undefined;
  const other = Object.keys(isMapping(content) ? content : {}).find((key) => key !== 'grids');
  if (other !== undefined) throw new BadMap(`${file}: expected \`grids:\` alone at the top, found ${other}`);
  if (!isMapping(grids) || Object.keys(grids).length === 0) {
    throw new BadMap(
      `${file}: expected \`grids:\` with at least one grid by its name, found ${quoted(grids ?? content)}`,
    );
  }
  let count = 0;
  const take = (/** @type {number} */ more) => {
    count += more;
    if (count > MOST) throw new BadMap(`expected at most ${MOST} runs, found ${count}`);
  };
  /** @type {<R>(name: string, read: () => R) => R} */
  const inGrid = (name, read) => {
    try {
      return read();
    } catch (error) {
      if (error instanceof BadMap) throw new BadMap(`${file}: ${name}: ${error.message}`);
      throw error;
    }
  };
  // All are counted before any is made: ten thousand runs take seconds.
  const counted = Object.entries(grids).map(([name, given]) => {
    if (/^[a-z][\w-]*$/i.test(name)) return { name, blocks: inGrid(name, () => blocksOf(given, take)) };
    throw new BadMap(`${file}: expected the name of a grid (letters, digits, - and _), found ${name}`);
  });
  return counted.map(({ name, blocks }) => ({ name, runs: inGrid(name, () => runsOf(blocks)) }));
}

/**
 * Of these grids those with these names; all without names.
 * @param {Grid[]} grids
 * @param {string[]} names
 */
export function choose(grids, names) {
  const known = grids.map(({ name }) => name);
  const stray = names.find((name) => !known.includes(name));
  if (stray !== undefined) throw new BadMap(`--grid: expected ${known.join(', ')}, found ${stray}`);
  return names.length === 0 ? grids : grids.filter(({ name }) => names.includes(name));
}

/** The runs of several grids, each once, in the order of the grids. */
export const allRuns = (/** @type {Grid[]} */ grids) => [
  ...new Map(grids.flatMap(({ runs }) => runs.map((run) => [run.id, run]))).values(),
];
