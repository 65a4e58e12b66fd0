// The table: one row per run, as texts by column.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { readJson, readWhole, remove, root } from '../../packages/system/project.mjs';
import { count } from './progress.mjs';
import {
  BadMap,
  MISSING_COLUMNS,
  missingValue,
  runOfRow,
  SETTING_COLUMNS,
  standardColumns,
  WRITTEN_COLUMNS,
} from './settings.mjs';

/** @typedef {import('./settings.mjs').Run} Run */
/** @typedef {import('./grids.mjs').Grid} Grid */
/** @typedef {Record<string, string>} Row */

/** The committed table. */
export const TABLE = join(root, 'editions', 'map', 'map.csv');

/** After these epochs the table has the test accuracy. */
export const EPOCHS = [1, 2, 3, 5, 10, 20, 50, 100];

const require = createRequire(import.meta.url);
/** @type {typeof import('../../packages/runs/map/parse.js')} */
const parser = require(join(root, 'dist', 'packages', 'runs', 'map', 'parse.js'));
/** @type {typeof import('../../src/common/mnist.js')} */
const { IMAGE_SIZE } = require(join(root, 'dist', 'src', 'common', 'mnist.js'));

/** What a run finds out, in the order of the columns. */
export const RESULT_COLUMNS = [...EPOCHS.map((epoch) => `acc_${epoch}`), ...parser.RESULT_COLUMNS];

export const COLUMNS = ['id', 'grid', ...SETTING_COLUMNS, ...RESULT_COLUMNS];

// Runs on the disk ---------------------------------------------------------------------------------------------------

export const rowFile = (/** @type {string} */ folder, /** @type {string} */ id) => join(folder, 'runs', `${id}.json`);
export const weightsFile = (/** @type {string} */ folder, /** @type {string} */ id) =>
  join(folder, 'runs', `${id}.bin`);

export const sha256 = (/** @type {string | Uint8Array} */ content) =>
  createHash('sha256').update(content).digest('hex');

/** The hash of a file; undefined if it is missing. */
function hashOf(/** @type {string} */ file) {
  try {
    return sha256(readWhole(file));
  } catch {
    return undefined;
  }
}

/** What a file of a row holds: the row, and a hash by which a changed character is noticed. */
export const sealed = (/** @type {Row} */ row) => ({ row, sha256: sha256(JSON.stringify(row)) });

/**
 * The row of a run that is done; undefined where it is missing, damaged, another run's, or does not fit its weights.
 * Where there is something, but no such row, it is removed: the run is done again.
 * @param {string} folder
 * @param {Run} run
 * @param {(file: string) => void} [onDamage]
 * @returns {Row | undefined}
 */
export function doneRow(folder, run, onDamage) {
  const { id, columns } = run;
  const [file, weights] = [rowFile(folder, id), weightsFile(folder, id)];
  if (!existsSync(file) && !existsSync(weights)) return undefined;
  const { row: found, sha256: seal } = readJson(file) ?? {};
  // A row that is older than a setting does not name it: its run has the default.
  const row = { ...standardColumns(run), ...found };
  const isWhole =
    seal === sealed(found ?? {}).sha256 &&
    SETTING_COLUMNS.every((column) => row[column] === columns[column]) &&
    faultIn({ ...row, id, grid: 'any' }) === undefined &&
    hashOf(weights) === row.weights_sha256;
  if (isWhole) return row;
  onDamage?.(file);
  remove(file);
  remove(weights);
  return undefined;
}

// What may be in a row -----------------------------------------------------------------------------------------------

/** A number from `least` to `most`, or nothing where it may be missing. */
const number = (/** @type {number} */ least, /** @type {number} */ most) => (/** @type {string} */ text) =>
  /^\d+(\.\d+)?(e[+-]\d+)?$/.test(text) && Number(text) >= least && Number(text) <= most;
const orEmpty = (/** @type {(text: string) => boolean} */ fits) => (/** @type {string} */ text) =>
  text === '' || fits(text);

/** @type {[RegExp, string, (text: string) => boolean][]} */
const WANTED = [
  [/^id$/, 'twelve hexadecimal digits', (text) => /^[0-9a-f]{12}$/.test(text)],
  [/^(acc_\d+|held_back)$/, 'a share from 0 to 1, or nothing', orEmpty(number(0, 1))],
  [/^(last|best)$/, 'a share from 0 to 1', number(0, 1)],
  [/^best_epoch$/, 'an epoch', number(1, 100_000)],
  [/^output_spikes$/, 'spikes per image and step, or nothing', orEmpty(number(0, 10))],
  [/^input_spikes$/, 'spikes per image and step, or nothing', orEmpty(number(0, IMAGE_SIZE))],
  [/^rows_added$/, 'rows per image, or nothing', orEmpty(number(0, 1e9))],
  [/^weights_sha256$/, '64 hexadecimal digits', (text) => /^[0-9a-f]{64}$/.test(text)],
];

/** The first column of a row that cannot be right, and why, in words; undefined if all can. */
export function faultIn(/** @type {Row} */ row) {
  for (const column of ['id', ...RESULT_COLUMNS]) {
    const [, wanted, fits] = /** @type {(typeof WANTED)[number]} */ (WANTED.find(([pattern]) => pattern.test(column)));
    if (!fits(row[column] ?? '')) return `${column}: expected ${wanted}, found ${row[column] || 'nothing'}`;
  }
  try {
    const { id, settings } = runOfRow(row);
    const { epochs } = settings;
    const stray = EPOCHS.find((epoch) => (row[`acc_${epoch}`] !== '') !== epoch <= epochs);
    if (stray) return `acc_${stray}: expected ${stray <= epochs ? 'a share' : 'nothing'} after ${epochs} epochs`;
    if (id !== row.id) return `id: expected ${id}, which its settings give, found another`;
  } catch (error) {
    if (error instanceof BadMap) return error.message;
    throw error;
  }
  return undefined;
}

// As a file ----------------------------------------------------------------------------------------------------------

/**
 * The columns of a table: without those of settings that have no effect in it.
 * @param {Row[]} rows
 * @param {readonly string[]} written settings that have a column in any case
 */
export const columnsOf = (rows, written = WRITTEN_COLUMNS) =>
  COLUMNS.filter(
    (column) =>
      !SETTING_COLUMNS.includes(column) ||
      written.includes(column) ||
      rows.some((row) => row[column] !== missingValue(column, row)),
  );

/**
 * @param {Row[]} rows
 * @param {readonly string[]} [written] as of `columnsOf`
 */
export function formatTable(rows, written) {
  const columns = columnsOf(rows, written);
  return `${[columns, ...rows.map((row) => columns.map((column) => row[column]))].map((cells) => cells.join(',')).join('\n')}\n`;
}

/**
 * The rows of a table, each with all columns: a setting that the table lacks has its default.
 * @returns {Row[]}
 * @throws BadMap in one line if it is not one
 */
export function parseTable(/** @type {string} */ text) {
  const [header, ...lines] = text.replace(/\n$/, '').split('\n');
  const columns = header.split(',');
  const missing = MISSING_COLUMNS.filter((column) => !columns.includes(column));
  if (header !== COLUMNS.filter((column) => !missing.includes(column)).join(','))
    throw new BadMap('expected a table of the map, found other columns in its first line');
  return lines.map((line, i) => {
    const cells = line.split(',');
    if (cells.length !== columns.length)
      throw new BadMap(`line ${i + 2}: expected ${columns.length} cells, found ${cells.length}`);
    const row = Object.fromEntries(columns.map((column, j) => [column, cells[j]]));
    return { ...row, ...Object.fromEntries(missing.map((column) => [column, missingValue(column, row)])) };
  });
}

/**
 * The rows of those grids whose runs are all done, each run once, with the names of its grids.
 * @param {Grid[]} grids
 * @param {(run: Run) => Row | undefined} rowOf
 */
export function wholeGrids(grids, rowOf) {
  const whole = grids.filter(({ runs }) => runs.every((run) => rowOf(run)));
  /** @type {Map<string, Row>} */
  const rows = new Map();
  for (const { name, runs } of whole) {
    for (const run of runs) {
      const { grid: others, ...row } = rows.get(run.id) ?? /** @type {Row} */ (rowOf(run));
      rows.set(run.id, { ...row, id: run.id, grid: others === undefined ? name : `${others}+${name}` });
    }
  }
  return { names: whole.map(({ name }) => name), rows: [...rows.values()] };
}

/**
 * What is wrong with a table without computing anything: a line for each row or grid that cannot be right.
 * @param {Row[]} rows
 * @param {Grid[]} grids whose table it is
 */
export function faultsIn(rows, grids) {
  const ids = rows.map(({ id }) => id);
  /** @type {string[]} */
  const faults = [];
  for (const [i, row] of rows.entries()) {
    const names = grids.filter(({ runs }) => runs.some(({ id }) => id === row.id)).map(({ name }) => name);
    const fault = faultIn(row);
    if (fault) faults.push(`row ${row.id}: ${fault}`);
    else if (ids.indexOf(row.id) !== i) faults.push(`row ${row.id}: expected each row once, found it again`);
    else if (names.length === 0) faults.push(`row ${row.id}: expected runs of the grids, found one of none`);
    else if (row.grid !== names.join('+')) {
      faults.push(`row ${row.id}: grid: expected ${names.join('+')}, found ${row.grid || 'nothing'}`);
    }
  }
  for (const { name, runs } of grids) {
    const missing = runs.filter(({ id }) => !ids.includes(id));
    const found = runs.length - missing.length;
    if (missing.length > 0) faults.push(`grid ${name}: expected ${count(runs.length, 'row')}, found ${found}`);
  }
  return faults;
}
