// The grids of a file: which runs they are. A grid is a block, or a list of blocks: the document of a run, in which a list
// of values may stand in place of a value. A block means every combination of its lists, or so many trials of a random
// search (`draw`), each with every combination.
import { join } from 'node:path';
import { LineCounter, parseDocument } from 'yaml';
import { exp, log } from '../../packages/networks/exact';
import { entryAt, type RunDocument, setPath, unflatten } from '../../packages/runs/document';
import { readWhole, root } from '../../packages/system/project';
import { inOneLine } from '../../src/common/checks';
import { readDeclarations } from './compare';
import { BadMap, orBadMap, type Run, randomOf, runOf } from './plan';

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

/** A random search: the places whose values are drawn, each with how it draws the next one. */
interface Draw {
  trials: number;
  knobs: [path: string, next: () => unknown][];
}

/** Whether an option takes whole numbers alone. */
function isWhole(path: string) {
  const entry = entryAt(path);
  try {
    if (entry.kind === 'leaf') entry.check('', 1.5);
    return false;
  } catch {
    return true;
  }
}

/** Of two numbers one between them, its logarithm uniform, with two significant digits; of other lists any. */
function drawer(path: string, values: unknown[], random: () => number) {
  const [low, high] = values;
  if (values.length !== 2 || typeof low !== 'number' || typeof high !== 'number') {
    return () => values[Math.floor(random() * values.length)];
  }
  if (!(low > 0 && high > low)) {
    throw new BadMap(`draw.${path}: expected two numbers above 0, the larger one last, found ${quoted(values)}`);
  }
  const round = orBadMap(() => isWhole(path)) ? Math.round : (value: number) => Number(value.toPrecision(2));
  return () => round(exp(log(low) + random() * (log(high) - log(low))));
}

/**
 * Reads `draw`. Each place has a stream of its own, so what is drawn for it stays where others are added.
 * @param name of the grid and its block, from which the streams start
 * @param places that the block itself gives values
 */
function readDraw(given: unknown, name: string, places: string[]): Draw {
  if (!isMapping(given)) throw new BadMap(`draw: expected trials and lists by place, found ${quoted(given)}`);
  const { trials, ...lists } = given;
  if (!Number.isInteger(trials) || (trials as number) < 1) {
    throw new BadMap(`draw.trials: expected a whole number of at least 1, found ${quoted(trials ?? null)}`);
  }
  if (Object.keys(lists).length === 0) throw new BadMap('draw: expected a list by place beside trials, found none');
  const knobs = Object.entries(lists).map(([path, values]): Draw['knobs'][number] => {
    if (places.includes(path)) throw new BadMap(`${path}: expected each place once, found it in draw as well`);
    if (!Array.isArray(values) || values.length < 2) {
      throw new BadMap(`draw.${path}: expected a list of at least two values, found ${quoted(values)}`);
    }
    const random = randomOf(`${name} ${path}`);
    return [path, drawer(path, valuesOf(`draw.${path}`, values), random)];
  });
  return { trials: trials as number, knobs };
}

/** The values of each trial by place; no two trials are the same. */
function drawTrials({ trials, knobs }: Draw) {
  const drawn = new Map<string, [path: string, value: unknown][]>();
  for (let i = 0; drawn.size < trials; i++) {
    if (i === 100 * trials)
      throw new BadMap(`draw.trials: expected at most ${drawn.size}, as many as differ, found ${trials}`);
    const values = knobs.map(([path, next]): [string, unknown] => [path, next()]);
    drawn.set(JSON.stringify(values), values);
  }
  return [...drawn.values()];
}

/** The runs of one grid, each once. `take` is asked for as many as a block means before they are made. */
function runsOf(name: string, given: unknown, take: (count: number) => void) {
  const blocks = Array.isArray(given) ? given : [given];
  if (blocks.length === 0) throw new BadMap('expected the document of a run, found an empty list');
  const runs = blocks.flatMap((block, i) => {
    if (!isMapping(block)) throw new BadMap(`expected the document of a run, found ${quoted(block)}`);
    const { draw, ...fixed } = block;
    const lists = listsOf(fixed, '');
    const places = lists.map(([path]) => path);
    const twice = places.find((path, i) => places.indexOf(path) < i);
    if (twice !== undefined) throw new BadMap(`${twice}: expected each place once, found it twice`);
    const search = draw === undefined ? undefined : readDraw(draw, `${name} ${i}`, places);
    take(lists.reduce((product, [, values]) => product * values.length, search?.trials ?? 1));
    const trials = search ? drawTrials(search) : [[]];
    const documents = combinations(lists).map((columns) => orBadMap(() => unflatten(columns)));
    return trials.flatMap((values) => documents.map((document) => runOf(withValues(document, values))));
  });
  return [...new Map(runs.map((run) => [run.id, run])).values()];
}

const withValues = (document: RunDocument, values: [path: string, value: unknown][]) =>
  orBadMap(() => values.reduce((run, [path, value]) => setPath(run, path, value), document));

/**
 * Reads the grids of a file, in its order, and the comparisons that it declares.
 * @throws BadMap in one line that names file, grid and setting
 */
export const readMapFile = (file: string) => inOneLine(() => mapIn(file));

/** The same, without the comparisons. */
export const readGrids = (file: string): Grid[] => readMapFile(file).grids;

function mapIn(file: string) {
  const content = readYaml(file);
  const { compare = {}, ...others } = isMapping(content) ? content : {};
  const other = Object.keys(others).find((key) => key !== 'grids');
  if (other !== undefined) {
    throw new BadMap(`${file}: expected \`grids:\` and \`compare:\` alone at the top, found ${other}`);
  }
  const grids = gridsIn(file, others.grids, content);
  if (!isMapping(compare)) throw new BadMap(`${file}: compare: expected comparisons by name, found ${quoted(compare)}`);
  try {
    return { grids, comparisons: readDeclarations(compare, grids) };
  } catch (error) {
    throw new BadMap(`${file}: ${(error as Error).message}`);
  }
}

function gridsIn(file: string, grids: unknown, content: unknown): Grid[] {
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
      return { name, runs: runsOf(name, given, take) };
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
