// The grids of a file: which runs they are. A grid is a block, or a list of blocks, of settings with a value or a list
// of values each; a block means every combination of its lists.
import { join } from 'node:path';
import { LineCounter, parseDocument } from 'yaml';
import { readWhole, root } from '../../packages/system/project';
import { BadMap, inOneLine, meaningOf, type Run, runOf } from './settings';

export interface Grid {
  name: string;
  runs: Run[];
}

/** The grids whose table is committed. */
export const PUBLISHED = join(root, 'editions', 'map', 'grids.yaml');

/** More is a slip: a list too many multiplies quickly. */
const MOST = 10_000;

/** A YAML file as plain data. */
function readYaml(file: string) {
  const lineCounter = new LineCounter();
  try {
    const document = parseDocument(readWhole(file).toString(), { prettyErrors: false, schema: 'core', lineCounter });
    const [fault] = [...document.errors, ...document.warnings];
    if (!fault) return document.toJS();
    throw new Error(`line ${lineCounter.linePos(fault.pos[0]).line}: ${fault.message}`);
  } catch (error) {
    const [line] = (error as Error).message.split('\n');
    throw new BadMap(`${file}: expected a YAML file, cannot read it: ${line}`);
  }
}

const isMapping = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value);

/** What was found instead of something else. */
const quoted = (value: unknown) => (value === null ? 'nothing' : JSON.stringify(value).slice(0, 60));

/** The values of a setting. */
function valuesOf(column: string, given: unknown) {
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

type Lists = (readonly [column: string, values: unknown[]])[];

/** The settings of a block, each with its values. */
function listsOf(block: unknown): Lists {
  if (!isMapping(block)) throw new BadMap(`expected settings with their values, found ${quoted(block)}`);
  return Object.entries(block as object).map(([column, given]) => [column, valuesOf(column, given)]);
}

/** Every combination of a block's values; the last list runs fastest. */
function combinations(lists: Lists) {
  let runs: Record<string, unknown>[] = [{}];
  for (const [column, values] of lists)
    runs = runs.flatMap((run) => values.map((value) => ({ ...run, [column]: value })));
  return runs;
}

/** The runs of one grid, each once. `take` is asked for as many as a block means before they are made. */
function runsOf(given: unknown, take: (count: number) => void) {
  const blocks = Array.isArray(given) ? given : [given];
  if (blocks.length === 0) throw new BadMap('expected settings with their values, found an empty list');
  const runs = blocks.map(listsOf).flatMap((lists) => {
    take(lists.reduce((product, [, values]) => product * values.length, 1));
    return combinations(lists).map(runOf);
  });
  return [...new Map(runs.map((run) => [run.id, run])).values()];
}

/**
 * Reads the grids of a file, in its order.
 * @throws BadMap in one line that names file, grid and setting
 */
export const readGrids = (file: string): Grid[] => inOneLine(() => gridsIn(file));

function gridsIn(file: string): Grid[] {
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
  const take = (more: number) => {
    count += more;
    if (count > MOST) throw new BadMap(`expected at most ${MOST} runs, found ${count}`);
  };
  return Object.entries(grids).map(([name, given]) => {
    if (!/^[a-z][\w-]*$/i.test(name))
      throw new BadMap(`${file}: expected the name of a grid (letters, digits, - and _), found ${name}`);
    try {
      return { name, runs: runsOf(given, take) };
    } catch (error) {
      if (error instanceof BadMap) throw new BadMap(`${file}: ${name}: ${error.message}`);
      throw error;
    }
  });
}

/** Of these grids those with these names; all without names. */
export function choose(grids: Grid[], names: string[]) {
  const known = grids.map(({ name }) => name);
  const stray = names.find((name) => !known.includes(name));
  if (stray !== undefined) throw new BadMap(`--grid: expected ${known.join(', ')}, found ${stray}`);
  return names.length === 0 ? grids : grids.filter(({ name }) => names.includes(name));
}

/** The runs of several grids, each once, in the order of the grids. */
export const allRuns = (grids: Grid[]) => [
  ...new Map(grids.flatMap(({ runs }) => runs.map((run) => [run.id, run]))).values(),
];
