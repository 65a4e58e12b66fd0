// The table: one row per run.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { flatten, type RunDocument } from '../../packages/runs/document';
import * as parser from '../../packages/runs/map/parse';
import { readJson, readWhole, remove, root } from '../../packages/system/project';
import type { Grid } from './grids';
import { type Run, runOf, sha256 } from './plan';
import { count } from './progress';

/** A run that is done. */
export interface Row {
  id: string;
  run: RunDocument;
  /** What it found out, as texts by column. */
  results: Record<string, string>;
}

/** A row of a table: the names of its grids are joined by +. */
export type TableRow = Row & { grid: string };

/** The committed table. */
export const TABLE = join(root, 'editions', 'map', 'map.csv');

/** After these epochs the table has the test accuracy. */
export const EPOCHS = [1, 2, 3, 5, 10, 20, 50, 100];

/** What a run finds out, in the order of the columns. */
export const RESULT_COLUMNS = [...EPOCHS.map((epoch) => `acc_${epoch}`), ...parser.RESULT_COLUMNS];

// Runs on the disk ---------------------------------------------------------------------------------------------------

export const rowFile = (folder: string, id: string) => join(folder, 'runs', `${id}.json`);
export const weightsFile = (folder: string, id: string) => join(folder, 'runs', `${id}.bin`);
/** Which test samples the run got right after its last epoch: a 0 or 1 for each. */
export const hitsFile = (folder: string, id: string) => join(folder, 'runs', `${id}.hits`);

/** The hash of a file; undefined if it is missing. */
function hashOf(file: string) {
  try {
    return sha256(readWhole(file));
  } catch {
    return undefined;
  }
}

/** What a file of a row holds: the row, and a hash by which a changed character is noticed. */
export const sealed = (row: Row) => ({ row, sha256: sha256(JSON.stringify(row)) });

/**
 * The row of a run that is done; undefined where it is missing, damaged, another run's, or does not fit its weights.
 * Where there is something, but no such row, it is removed: the run is done again.
 */
export function doneRow(folder: string, { id, run }: Run, onDamage?: (file: string) => void): Row | undefined {
  const [file, weights] = [rowFile(folder, id), weightsFile(folder, id)];
  if (!existsSync(file) && !existsSync(weights)) return undefined;
  const { row, sha256: seal } = readJson(file) ?? {};
  const isWhole =
    row !== undefined &&
    seal === sealed(row).sha256 &&
    JSON.stringify(row.run) === JSON.stringify(run) &&
    hashOf(weights) === row.results.weights_sha256;
  if (isWhole) return row;
  onDamage?.(file);
  remove(file);
  remove(weights);
  return undefined;
}

// As a file ----------------------------------------------------------------------------------------------------------

/** The text of a table. It has a column for each place at which a document of it is not as by default. */
export function formatTable(rows: TableRow[]) {
  const runs = rows.map(({ run }) => flatten(run));
  const paths = parser.columnsOf(runs);
  const lines = rows.map(({ id, grid, results }, i) => [
    id,
    grid,
    ...paths.map((path) => (path in runs[i] ? String(runs[i][path]) : '')),
    ...RESULT_COLUMNS.map((column) => results[column]),
  ]);
  return `${[['id', 'grid', ...paths, ...RESULT_COLUMNS], ...lines].map((cells) => cells.join(',')).join('\n')}\n`;
}

/**
 * The rows of a table.
 * @param file how messages call it
 * @throws Error in one line if it is not one, or a row of it cannot be right
 */
export function parseTable(text: string, file: string): TableRow[] {
  const { rows } = parser.parseMap(text, file);
  const [columns, ...lines] = text
    .trimEnd()
    .split(/\r?\n/)
    .map((line) => line.split(','));
  const resultOf = (cells: string[]) =>
    Object.fromEntries(RESULT_COLUMNS.map((column) => [column, cells[columns.indexOf(column)]]));
  return rows.map(({ id, grids, run }, i) => ({ id, grid: grids.join('+'), run, results: resultOf(lines[i]) }));
}

/** The rows of those grids whose runs are all done, each run once, with the names of its grids. */
export function wholeGrids(grids: Grid[], rowOf: (run: Run) => Row | undefined) {
  const whole = grids.filter(({ runs }) => runs.every((run) => rowOf(run)));
  const rows = new Map<string, TableRow>();
  for (const { name, runs } of whole) {
    for (const run of runs) {
      const before = rows.get(run.id);
      rows.set(run.id, before ? { ...before, grid: `${before.grid}+${name}` } : { ...(rowOf(run) as Row), grid: name });
    }
  }
  return { names: whole.map(({ name }) => name), rows: [...rows.values()] };
}

/**
 * What is wrong with a table without computing anything: a line for each row or grid that cannot be right.
 * @param grids whose table it is
 */
export function faultsIn(rows: TableRow[], grids: Grid[]) {
  const faults: string[] = [];
  for (const row of rows) {
    const names = grids.filter(({ runs }) => runs.some(({ id }) => id === row.id)).map(({ name }) => name);
    const { id } = runOf(row.run);
    if (id !== row.id) faults.push(`row ${row.id}: id: expected ${id}, which its run gives, found another`);
    else if (row.grid !== names.join('+')) {
      faults.push(`row ${row.id}: grid: expected ${names.join('+') || 'one of the grids'}, found ${row.grid}`);
    }
  }
  const ids = rows.map(({ id }) => id);
  for (const { name, runs } of grids) {
    const found = runs.filter(({ id }) => ids.includes(id)).length;
    if (found < runs.length) faults.push(`grid ${name}: expected ${count(runs.length, 'row')}, found ${found}`);
  }
  return faults;
}
