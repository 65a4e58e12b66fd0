// The table: one row per run, as texts by column.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as parser from '../../packages/runs/map/parse';
import { readJson, readWhole, remove, root } from '../../packages/system/project';
import type { Grid } from './grids';
import { count } from './progress';
import { missingValue, type Run, runOfRow, SETTING_COLUMNS, WRITTEN_COLUMNS } from './settings';

export type Row = Record<string, string>;

/** The committed table. */
export const TABLE = join(root, 'editions', 'map', 'map.csv');

/** After these epochs the table has the test accuracy. */
export const EPOCHS = [1, 2, 3, 5, 10, 20, 50, 100];

/** What a run finds out, in the order of the columns. */
export const RESULT_COLUMNS = [...EPOCHS.map((epoch) => `acc_${epoch}`), ...parser.RESULT_COLUMNS];

const COLUMNS = ['id', 'grid', ...SETTING_COLUMNS, ...RESULT_COLUMNS];

// Runs on the disk ---------------------------------------------------------------------------------------------------

export const rowFile = (folder: string, id: string) => join(folder, 'runs', `${id}.json`);
export const weightsFile = (folder: string, id: string) => join(folder, 'runs', `${id}.bin`);

export const sha256 = (content: string | Uint8Array) => createHash('sha256').update(content).digest('hex');

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
export function doneRow(folder: string, { id, columns }: Run, onDamage?: (file: string) => void): Row | undefined {
  const [file, weights] = [rowFile(folder, id), weightsFile(folder, id)];
  if (!existsSync(file) && !existsSync(weights)) return undefined;
  const { row = {}, sha256: seal } = readJson(file) ?? {};
  const isWhole =
    seal === sealed(row).sha256 &&
    SETTING_COLUMNS.every((column) => row[column] === columns[column]) &&
    hashOf(weights) === row.weights_sha256;
  if (isWhole) return row;
  onDamage?.(file);
  remove(file);
  remove(weights);
  return undefined;
}

// As a file ----------------------------------------------------------------------------------------------------------

/**
 * The columns of a table: without those of settings that have no effect in it.
 * @param written settings that have a column in any case
 */
const columnsOf = (rows: Row[], written: readonly string[] = WRITTEN_COLUMNS) =>
  COLUMNS.filter(
    (column) =>
      !SETTING_COLUMNS.includes(column) ||
      written.includes(column) ||
      rows.some((row) => row[column] !== missingValue(column, row)),
  );

/** @param written as of `columnsOf` */
export function formatTable(rows: Row[], written?: readonly string[]) {
  const columns = columnsOf(rows, written);
  return `${[columns, ...rows.map((row) => columns.map((column) => row[column]))].map((cells) => cells.join(',')).join('\n')}\n`;
}

/**
 * The rows of a table, each with all columns: a setting that the table lacks has its default.
 * @param file how messages call it
 * @throws Error in one line if it is not one, or a row of it cannot be right
 */
export function parseTable(text: string, file: string): Row[] {
  parser.parseMap(text, file);
  const [columns, ...rows] = text
    .trimEnd()
    .split('\n')
    .map((line) => line.split(','));
  const missing = SETTING_COLUMNS.filter((column) => !columns.includes(column));
  return rows.map((cells) => {
    const row = Object.fromEntries(columns.map((column, i) => [column, cells[i]]));
    return { ...row, ...Object.fromEntries(missing.map((column) => [column, missingValue(column, row)])) };
  });
}

/** The rows of those grids whose runs are all done, each run once, with the names of its grids. */
export function wholeGrids(grids: Grid[], rowOf: (run: Run) => Row | undefined) {
  const whole = grids.filter(({ runs }) => runs.every((run) => rowOf(run)));
  const rows = new Map<string, Row>();
  for (const { name, runs } of whole) {
    for (const run of runs) {
      const { grid: others, ...row } = rows.get(run.id) ?? (rowOf(run) as Row);
      rows.set(run.id, { ...row, id: run.id, grid: others === undefined ? name : `${others}+${name}` });
    }
  }
  return { names: whole.map(({ name }) => name), rows: [...rows.values()] };
}

/**
 * What is wrong with a table without computing anything: a line for each row or grid that cannot be right.
 * @param grids whose table it is
 */
export function faultsIn(rows: Row[], grids: Grid[]) {
  const faults: string[] = [];
  for (const row of rows) {
    const names = grids.filter(({ runs }) => runs.some(({ id }) => id === row.id)).map(({ name }) => name);
    const { id } = runOfRow(row);
    if (id !== row.id) faults.push(`row ${row.id}: id: expected ${id}, which its settings give, found another`);
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
