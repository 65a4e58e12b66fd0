// The grids of a file: which runs they are. A grid is a block, or a list of blocks: the document of a run, in which a list
// of values may stand in place of a value. A block means every combination of its lists.
import { join } from 'node:path';
import { LineCounter, parseDocument } from 'yaml';
import { unflatten } from '../../packages/runs/document';
import { readWhole, root } from '../../packages/system/project';
import { inOneLine } from '../../src/common/checks';
import { BadMap, orBadMap, type Run, runOf } from './plan';

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

const isMapping = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What was found instead of something else. */
const quoted = (value: unknown) => (value === null ? 'nothing' : JSON.stringify(value).slice(0, 60));

type Lists = [path: string, values: unknown[]][];

/**
 * The places of a block, each with its values. A list of mappings, such as the layers of a network, is one value, in
 * which lists may stand in turn; any other list means each of what is in it.
 */
function listsOf(part: unknown, path: string): Lists {
  const isWhole = isMapping(part) || (Array.isArray(part) && part.length > 0 && part.every(isMapping));
  if (!isWhole) return [[path, valuesOf(path, part)]];
  const parts = Object.entries(part as object);
  if (parts.length === 0) return path === '' ? [] : [[path, [part]]];
  return parts.flatMap(([key, own]) => listsOf(own, path === '' ? key : `${path}.${key}`));
}

/** The values of a place. */
function valuesOf(path: string, given: unknown) {
  const values = Array.isArray(given) ? given : [given];
  if (values.length === 0) throw new BadMap(`${path}: expected at least one value, found an empty list`);
  const texts = values.map((value) => JSON.stringify(value));
  const twice = texts.find((text, i) => texts.indexOf(text) < i);
  if (twice !== undefined) throw new BadMap(`${path}: expected each value once, found ${twice} twice`);
  return values;
}

/** Every combination of a block's values; the last list runs fastest. */
function combinations(lists: Lists) {
  let runs: Record<string, unknown>[] = [{}];
  for (const [path, values] of lists) runs = runs.flatMap((run) => values.map((value) => ({ ...run, [path]: value })));
  return runs;
}

/** The runs of one grid, each once. `take` is asked for as many as a block means before they are made. */
function runsOf(given: unknown, take: (count: number) => void) {
  const blocks = Array.isArray(given) ? given : [given];
  if (blocks.length === 0) throw new BadMap('expected the document of a run, found an empty list');
  const runs = blocks.flatMap((block) => {
    if (!isMapping(block)) throw new BadMap(`expected the document of a run, found ${quoted(block)}`);
    const lists = listsOf(block, '');
    const places = lists.map(([path]) => path);
    const twice = places.find((path, i) => places.indexOf(path) < i);
    if (twice !== undefined) throw new BadMap(`${twice}: expected each place once, found it twice`);
    take(lists.reduce((product, [, values]) => product * values.length, 1));
    return combinations(lists).map((columns) => runOf(orBadMap(() => unflatten(columns))));
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
