// Comparisons: two sides, each tuned in what its kind has by as many trials on samples held back, then read once on test
// samples. README.md has the protocol. The grids' file declares them, comparisons.json has what came of them.
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isSame, type Value } from '../../packages/networks/options/schema';
import { entryAt, flatten, type RunDocument } from '../../packages/runs/document';
import { type ComparedSide, type Comparison, orderOf } from '../../packages/runs/map';
import { readJson, readText, root, UserError, writeJson } from '../../packages/system/project';
import type { Grid } from './grids';
import { BadMap, randomOf, runOf, sha256 } from './plan';
import { count, workThrough } from './progress';
import { doneRow, hitsFile, type TableRow } from './table';
import { computeRun } from './verify';

/** A comparison as the file of grids declares it. */
export interface Declaration {
  /** Two networks by name: the grid of their trials, and that of the best trial's document with more seeds. */
  sides: Record<string, { trials: string; best: string }>;
  /** Places that have one value, the same on both sides. */
  budgets: string[];
  /** Values near which the best of a place may be the outermost one, since there are none beyond. */
  limits: Record<string, number[]>;
  /** Places that are tuned on one side alone, since the other kind of network has none. */
  own: string[];
  /** Three seeds of the best are all that is paid for. */
  costly: boolean;
  /** `a > b` or `a ≈ b` */
  order: string;
}

/** Of the published grids. */
export const COMPARISONS = join(root, 'editions', 'map', 'comparisons.json');

export const readComparisons = (file = COMPARISONS): Record<string, Comparison> => readJson(file) ?? {};

// The declaration ----------------------------------------------------------------------------------------------------

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
const isList = (value: unknown, fits: (one: unknown) => boolean): value is unknown[] =>
  Array.isArray(value) && value.every(fits);
const isNamed = (value: unknown, fits: (one: unknown) => boolean) =>
  typeof value === 'object' && value !== null && Object.values(value).every(fits);

/** What each key may be. */
const KEYS: Record<keyof Declaration, [expected: string, fits: (value: unknown) => boolean, standard?: unknown]> = {
  sides: [
    'two sides by name, each with the grids { trials, best }',
    (value) =>
      isNamed(value, (side) => isText(Object(side).trials) && isText(Object(side).best)) &&
      Object.keys(value as object).length === 2,
  ],
  budgets: ['a list of places', (value) => isList(value, isText), []],
  limits: ['lists of numbers by place', (value) => isNamed(value, (one) => isList(one, Number.isFinite)), {}],
  own: ['a list of places', (value) => isList(value, isText), []],
  costly: ['true or false', (value) => typeof value === 'boolean', false],
  order: ['a > b or a ≈ b, of the sides', isText],
};

/**
 * Reads `compare` of a file of grids.
 * @throws BadMap that names the comparison and the key
 */
export function readDeclarations(given: Record<string, unknown>, grids: Grid[]): Map<string, Declaration> {
  const names = grids.map(({ name }) => name);
  return new Map(
    Object.entries(given).map(([name, own]) => {
      const fail = (what: string): never => {
        throw new BadMap(`compare: ${name}: ${what}`);
      };
      const keys = Object.keys(KEYS);
      const stray = Object.keys(Object(own)).find((key) => !keys.includes(key));
      if (stray !== undefined) fail(`expected ${keys.join(', ')}, found ${stray}`);
      const values = Object.entries(KEYS).map(([key, [expected, fits, standard]]) => {
        const value = Object(own)[key] ?? standard;
        return fits(value) ? [key, value] : fail(`${key}: expected ${expected}, found ${JSON.stringify(value)}`);
      });
      const declared = Object.fromEntries(values) as Declaration;
      const sides = Object.keys(declared.sides);
      const orders = [sides, [...sides].reverse()].flatMap(([a, b]) => [`${a} > ${b}`, `${a} ≈ ${b}`]);
      if (!orders.includes(declared.order)) fail(`order: expected ${orders.join(' or ')}, found ${declared.order}`);
      const { budgets, own: alone, limits } = declared;
      for (const place of [...budgets, ...alone, ...Object.keys(limits)]) {
        const { kind } = placeIn(place, fail);
        if (kind !== 'leaf' && kind !== 'either') fail(`${place}: expected a place with one value, found more in it`);
      }
      for (const grid of Object.values(declared.sides).flatMap(({ trials, best }) => [trials, best])) {
        if (!names.includes(grid)) fail(`expected one of the grids, found ${grid}`);
      }
      return [name, declared];
    }),
  );
}

function placeIn(place: string, fail: (what: string) => never) {
  try {
    return entryAt(place);
  } catch (error) {
    return fail((error as Error).message);
  }
}

// What the rows say --------------------------------------------------------------------------------------------------

/** Trials or finalists: runs that differ in their seeds alone. */
interface Trial {
  document: RunDocument;
  seeds: number[];
  rows: TableRow[];
}

interface Side {
  name: string;
  trials: Trial[];
  best: Trial;
  finals: Trial[];
}

const withoutSeed = ({ engine, ...rest }: RunDocument): RunDocument =>
  runOf({ ...rest, engine: { ...engine, seed: 0 } }).run;

/** The value of a place, also where a document leaves it out. */
const valueAt = (document: RunDocument, place: string): Value =>
  flatten(document)[place] ?? ((entryAt(place).about.default ?? null) as Value);

/** The rows of a grid by trial. @throws BadMap without a row */
function trialsOf(name: string, grids: Grid[], rows: Map<string, TableRow>): Trial[] {
  const trials = new Map<string, Trial>();
  for (const { id, run: document } of grids.find((grid) => grid.name === name)?.runs ?? []) {
    const row = rows.get(id);
    if (!row) throw new BadMap(`expected each row of grid ${name} in the table, found none of ${id}; --update adds it`);
    const alike = withoutSeed(document);
    const key = JSON.stringify(alike);
    const trial = trials.get(key) ?? { document: alike, seeds: [], rows: [] };
    trials.set(key, trial);
    trial.seeds.push(document.engine?.seed ?? 0);
    trial.rows.push(row);
  }
  return [...trials.values()];
}

const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const meanOf = ({ rows }: Trial, column: string) => mean(rows.map(({ results }) => Number(results[column])));

function sidesOf({ sides }: Declaration, grids: Grid[], table: TableRow[]): Side[] {
  const rows = new Map(table.map((row) => [row.id, row]));
  return Object.entries(sides).map(([name, grid]) => {
    const trials = trialsOf(grid.trials, grids, rows);
    const best = trials.reduce((a, b) => (meanOf(b, 'held_back') > meanOf(a, 'held_back') ? b : a));
    return { name, trials, best, finals: trialsOf(grid.best, grids, rows) };
  });
}

/** What was tuned on a side: the places at which its trials differ. */
function knobsOf({ trials, best }: Side): ComparedSide['knobs'] {
  const documents = trials.map(({ document }) => document);
  const places = [...new Set(documents.flatMap((document) => Object.keys(flatten(document))))];
  const all = places.map((place) => {
    const values = [...new Set(documents.map((document) => valueAt(document, place)))];
    const tried = values.every((value) => typeof value === 'number') ? values.sort((a, b) => a - b) : values;
    return [place, { tried, best: valueAt(best.document, place) }] as const;
  });
  return Object.fromEntries(all.filter(([, { tried }]) => tried.length > 1));
}

/** How near a limit an outermost value has to be, as a share of the limit. */
const NEAR = 1 / 8;

function edgeFaults(side: Side, { limits }: Declaration): string[] {
  return Object.entries(knobsOf(side)).flatMap(([place, { tried, best }]) => {
    const numbers = tried.filter((value) => typeof value === 'number');
    const isEdge = best === Math.min(...numbers) || best === Math.max(...numbers);
    const isLimit = (limits[place] ?? []).some((limit) => Math.abs(Number(best) - limit) <= NEAR * Math.abs(limit));
    if (!isEdge || isLimit) return [];
    return [
      `${side.name}: ${place}: expected its best inside the values tried, found ${best} of ${numbers.join(', ')}`,
    ];
  });
}

function seedFaults({ name, trials, finals }: Side, { costly }: Declaration): string[] {
  const least = costly ? 3 : 5;
  const few = trials.find(({ seeds }) => seeds.length < 3 || !isSame(seeds, trials[0].seeds));
  const faults = [];
  if (few) faults.push(`${name}: expected at least 3 seeds, the same in each trial, found ${few.seeds.join(', ')}`);
  if (finals[0].seeds.length < least) {
    faults.push(`${name}: expected at least ${least} seeds of the best, found ${finals[0].seeds.join(', ')}`);
  }
  return faults;
}

function sideFaults(side: Side, declared: Declaration): string[] {
  const { name, trials, best, finals } = side;
  if (!trials.every(({ rows }) => rows.every(({ results }) => results.held_back !== '')))
    return [`${name}: expected trials with samples held back, found some without`];
  const faults = [...seedFaults(side, declared), ...edgeFaults(side, declared)];
  if (finals.length !== 1 || !isSame(finals[0].document, best.document)) {
    faults.push(`${name}: expected the document of the best trial in its grid, ${JSON.stringify(best.document)}`);
  }
  return faults;
}

/** What both sides have to share. */
function pairFaults([a, b]: Side[], { budgets, own }: Declaration): string[] {
  const faults: string[] = [];
  if (a.trials.length !== b.trials.length) {
    faults.push(`expected as many trials on both sides, found ${a.trials.length} and ${b.trials.length}`);
  }
  if (!isSame(a.finals[0].seeds, b.finals[0].seeds)) {
    faults.push(
      `expected the best of both sides with the same seeds, found ${a.finals[0].seeds} and ${b.finals[0].seeds}`,
    );
  }
  for (const place of budgets) {
    const values = [a, b].map(({ trials, finals }) => [
      ...new Set([...trials, ...finals].map(({ document }) => valueAt(document, place))),
    ]);
    if (new Set(values.flat()).size === 1) continue;
    faults.push(`expected the budget ${place} alike, found ${values.map((all) => all.join(', ')).join(' and ')}`);
  }
  const [ofA, ofB] = [a, b].map((side) => Object.keys(knobsOf(side)));
  for (const place of [...ofA, ...ofB].filter((one) => !(ofA.includes(one) && ofB.includes(one)))) {
    if (own.includes(place)) continue;
    faults.push(
      `expected ${place} tuned on both sides, found it on one; tune it, or name it in own if the other has none`,
    );
  }
  return faults;
}

/** Of all that a comparison is computed from. */
function digestOf({ order: _, ...declared }: Declaration, sides: Side[]) {
  const rows = sides.flatMap(({ trials, finals }) => [...trials, ...finals].flatMap((trial) => trial.rows));
  return sha256(
    JSON.stringify([declared, rows.map(({ id, results }) => [id, results.held_back, results.weights_sha256])]),
  );
}

/** The sides of a comparison, and what is wrong with how they were tuned: a line each. */
function examine(declared: Declaration, grids: Grid[], table: TableRow[]) {
  try {
    const sides = sidesOf(declared, grids, table);
    return { sides, faults: [...sides.flatMap((side) => sideFaults(side, declared)), ...pairFaults(sides, declared)] };
  } catch (error) {
    if (error instanceof BadMap) return { sides: [], faults: [error.message] };
    throw error;
  }
}

/**
 * What is wrong with the comparisons of a file of grids: a line for each fault, which names the comparison.
 * @param results what came of them when they were computed last
 */
export function comparisonFaults(
  declarations: Map<string, Declaration>,
  grids: Grid[],
  table: TableRow[],
  results: Record<string, Comparison>,
): string[] {
  const stray = Object.keys(results).filter((name) => !declarations.has(name));
  const faults = [...declarations].flatMap(([name, declared]) => {
    const { sides, faults } = examine(declared, grids, table);
    const all = faults.length > 0 ? faults : resultFaults(declared, sides, results[name]);
    return all.map((fault) => `compare: ${name}: ${fault}`);
  });
  return [...faults, ...stray.map((name) => `compare: ${name}: expected its declaration, found its result alone`)];
}

function resultFaults(declared: Declaration, sides: Side[], result: Comparison | undefined): string[] {
  if (result?.sha256 !== digestOf(declared, sides)) {
    return ['expected what was computed from these rows, found it changed since; run `npm run map -- --compare`'];
  }
  const { low, high } = result.difference;
  const [a, b] = Object.keys(declared.sides);
  const carried = { '>': [`${a} > ${b}`], '<': [`${b} > ${a}`], '≈': [`${a} ≈ ${b}`, `${b} ≈ ${a}`] }[
    orderOf(result.difference)
  ];
  if (carried.includes(declared.order)) return [];
  return [`expected the order ${carried[0]}, which the interval ${low} to ${high} carries, found ${declared.order}`];
}

// The difference -----------------------------------------------------------------------------------------------------

const RESAMPLES = 2000;

/**
 * The mean difference of two sides, paired by seed and sample, and its interval of 95 %: seeds and samples are both drawn
 * with replacement. Where chance alone tells hits apart, that is too wide by up to √3, never too narrow (A. Owen, "The
 * Pigeonhole Bootstrap", 2007).
 * @param a and `b`: per seed, for each sample whether it was right, 0 or 1
 * @param random numbers in [0, 1)
 */
export function pairedInterval(a: Uint8Array[], b: Uint8Array[], random: () => number) {
  const samples = a[0].length;
  const differences = a.map((hits, seed) => Int8Array.from(hits, (hit, i) => hit - b[seed][i]));
  const pick = (n: number) => Math.floor(random() * n);
  const overSeeds = new Int32Array(samples);
  const means = Float64Array.from({ length: RESAMPLES }, () => {
    overSeeds.fill(0);
    for (let s = 0; s < a.length; s++) {
      const ofSeed = differences[pick(a.length)];
      for (let i = 0; i < samples; i++) overSeeds[i] += ofSeed[i];
    }
    let sum = 0;
    for (let i = 0; i < samples; i++) sum += overSeeds[pick(samples)];
    return sum / samples / a.length;
  }).sort();
  const total = differences.reduce((sum, ofSeed) => sum + ofSeed.reduce((x, y) => x + y, 0), 0);
  const short = (value: number) => Number(value.toFixed(6));
  return {
    mean: short(total / samples / a.length),
    low: short(means[Math.floor(0.025 * RESAMPLES)]),
    high: short(means[Math.ceil(0.975 * RESAMPLES) - 1]),
  };
}

/** Which test samples the run of a row got right, 0 or 1 each; undefined if it has yet to be computed here. */
function hitsOf(folder: string, { id, run: document, results }: TableRow): Uint8Array | undefined {
  const row = doneRow(folder, runOf(document));
  const text = readText(hitsFile(folder, id));
  if (!row || !text) return undefined;
  if (row.results.weights_sha256 !== results.weights_sha256)
    throw new UserError(
      `row ${id}: expected the weights ${results.weights_sha256}, found ${row.results.weights_sha256}`,
    );
  const hits = Uint8Array.from(text, Number);
  const accuracy = Number(mean([...hits]).toFixed(6));
  if (accuracy !== Number(results.last))
    throw new UserError(`row ${id}: expected an accuracy of ${results.last}, found ${accuracy}`);
  return hits;
}

/** Computes runs whose hits are missing. */
async function computeHits(rows: TableRow[], folder: string) {
  mkdirSync(folder, { recursive: true });
  console.log(`${count(rows.length, 'run')} to do. Ctrl-C stops; the same command continues.`);
  const secondsOf = (row: TableRow) => runOf(row.run).seconds;
  await workThrough('runs', rows, secondsOf, async ({ id, run }) => {
    const { code, lines } = await computeRun(run, folder);
    if (code !== 0) throw new UserError(`row ${id}: its run failed: ${lines.at(-1)}`);
  });
}

/**
 * Computes comparisons, and writes them into a file beside those that are there.
 * @param names all without names
 * @throws BadMap that names a comparison and what is wrong with how its sides were tuned
 */
export async function compare(
  file: string,
  names: string[],
  declarations: Map<string, Declaration>,
  grids: Grid[],
  table: TableRow[],
  folder: string,
) {
  const stray = names.find((name) => !declarations.has(name));
  if (stray !== undefined)
    throw new BadMap(`--compare: expected ${[...declarations.keys()].join(', ')}, found ${stray}`);
  const wanted = [...declarations].filter(([name]) => names.length === 0 || names.includes(name));
  const examined = wanted.map(([name, declared]) => {
    const { sides, faults } = examine(declared, grids, table);
    if (faults.length > 0) throw new BadMap(`compare: ${name}: ${faults[0]}`);
    return { name, declared, sides };
  });
  const finals = examined.flatMap(({ sides }) => sides.flatMap((side) => side.finals[0].rows));
  const hits = new Map(finals.map((row) => [row, hitsOf(folder, row)]));
  const missing = [...hits.keys()].filter((row) => !hits.get(row));
  if (missing.length > 0) await computeHits(missing, folder);
  for (const row of missing) hits.set(row, hitsOf(folder, row));
  const results = { ...readComparisons(file) };
  for (const { name, declared, sides } of examined) {
    const [a, b] = sides.map((side) => side.finals[0].rows.map((row) => hits.get(row) as Uint8Array));
    if (a[0].length !== b[0].length) throw new BadMap(`compare: ${name}: expected the same test samples on both sides`);
    const difference = pairedInterval(a, b, randomOf(name));
    results[name] = { sha256: digestOf(declared, sides), sides: resultsOf(sides), difference };
    const [mid, low, high] = [difference.mean, difference.low, difference.high].map((x) => (100 * x).toFixed(2));
    console.log(`${name}: ${sides.map((side) => side.name).join(' − ')} = ${mid} points, 95 % from ${low} to ${high}`);
  }
  const declared = [...declarations.keys()].filter((name) => results[name]);
  mkdirSync(dirname(file), { recursive: true });
  writeJson(file, Object.fromEntries(declared.map((name) => [name, results[name]])));
}

const resultsOf = (sides: Side[]): Record<string, ComparedSide> =>
  Object.fromEntries(
    sides.map((side) => {
      const [final] = side.finals;
      const accuracy = Number(meanOf(final, 'last').toFixed(6));
      const rows = final.rows.map(({ id }) => id);
      return [
        side.name,
        { trials: side.trials.length, seeds: final.seeds.length, knobs: knobsOf(side), accuracy, rows },
      ];
    }),
  );
