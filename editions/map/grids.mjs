// The grids of a file: which runs they are. A grid is a block, or a list of blocks, of settings with a value or a list of
// values each; a block means every combination of its lists.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root, venvPython } from '../../packages/system/project.mjs';
import { pythonEnv } from '../../packages/system/requirements.cjs';
import { BadMap, runOf } from './settings.mjs';

/** @typedef {import('./settings.mjs').Run} Run */
/** @typedef {{ name: string, runs: Run[] }} Grid */

/** The grids whose table is committed. */
export const PUBLISHED = join(root, 'editions', 'map', 'grids.yaml');

/** Nobody means more: a list too many multiplies quickly. */
const MOST = 10_000;

/** A YAML file as plain data. */
function readYaml(/** @type {string} */ file) {
  if (!existsSync(file)) throw new BadMap(`${file}: expected a file with grids, found none`);
  const script = join(root, 'editions', 'map', 'read_yaml.py');
  const result = spawnSync(venvPython, [script, file], { encoding: 'utf8', env: pythonEnv() });
  if (result.status !== 0) {
    const line = (result.error?.message ?? result.stderr).trim().split('\n').at(-1);
    throw new BadMap(`${file}: ${line}`);
  }
  return JSON.parse(result.stdout);
}

const isMapping = (/** @type {unknown} */ value) =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What was found instead of something else. */
const shown = (/** @type {unknown} */ value) => (value === null ? 'nothing' : JSON.stringify(value).slice(0, 60));

/** The values of a setting. */
function valuesOf(/** @type {string} */ column, /** @type {unknown} */ given) {
  const values = Array.isArray(given) ? given : [given];
  if (values.length === 0) throw new BadMap(`${column}: expected at least one value, found an empty list`);
  for (const value of values) {
    if (!['string', 'number', 'boolean'].includes(typeof value)) {
      throw new BadMap(`${column}: expected values, found ${shown(value)}`);
    }
  }
  const twice = values.find((value, i) => values.indexOf(value) !== i);
  if (twice !== undefined) throw new BadMap(`${column}: expected each value once, found ${twice} twice`);
  return values;
}

/** Every combination of a block's values; the last list runs fastest. */
function combinations(/** @type {unknown} */ block) {
  if (!isMapping(block)) throw new BadMap(`expected settings with their values, found ${shown(block)}`);
  const lists = Object.entries(/** @type {object} */ (block)).map(
    ([column, given]) => /** @type {const} */ ([column, valuesOf(column, given)]),
  );
  const count = lists.reduce((product, [, values]) => product * values.length, 1);
  if (count > MOST) throw new BadMap(`expected at most ${MOST} runs, found ${count}`);
  /** @type {Record<string, unknown>[]} */
  let runs = [{}];
  for (const [column, values] of lists)
    runs = runs.flatMap((run) => values.map((value) => ({ ...run, [column]: value })));
  return runs;
}

/** The runs of one grid, each once. */
function runsOf(/** @type {unknown} */ given) {
  const blocks = Array.isArray(given) ? given : [given];
  if (blocks.length === 0) throw new BadMap('expected settings with their values, found an empty list');
  const runs = new Map(blocks.flatMap(combinations).map((one) => [runOf(one).id, runOf(one)]));
  return [...runs.values()];
}

/**
 * Reads the grids of a file, in its order.
 * @returns {Grid[]}
 * @throws BadMap in one line that names file, grid and setting
 */
export function readGrids(/** @type {string} */ file) {
  const content = readYaml(file);
  const grids = isMapping(content) ? content.grids : undefined;
  const other = Object.keys(isMapping(content) ? content : {}).find((key) => key !== 'grids');
  if (other !== undefined) throw new BadMap(`${file}: expected \`grids:\` alone at the top, found ${other}`);
  if (!isMapping(grids) || Object.keys(grids).length === 0) {
    throw new BadMap(
      `${file}: expected \`grids:\` with at least one grid by its name, found ${shown(grids ?? content)}`,
    );
  }
  const read = Object.entries(grids).map(([name, given]) => {
    if (!/^[a-z][\w-]*$/i.test(name)) {
      throw new BadMap(`${file}: expected the name of a grid (letters, digits, - and _), found ${name}`);
    }
    try {
      return { name, runs: runsOf(given) };
    } catch (error) {
      if (error instanceof BadMap) throw new BadMap(`${file}: ${name}: ${error.message}`);
      throw error;
    }
  });
  const count = read.reduce((sum, { runs }) => sum + runs.length, 0);
  if (count > MOST) throw new BadMap(`${file}: expected at most ${MOST} runs, found ${count}`);
  return read;
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
