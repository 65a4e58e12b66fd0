/**
 * Tables of runs, made up: no run was computed for them; and `npm run map` as a person calls it, in a folder of its
 * own.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { flatten, formatRun, type RunDocument, type Value } from '../../packages/runs/document';
import { columnsOf, RESULT_COLUMNS } from '../../packages/runs/map/parse';
import { NAMES, withValue } from '../../packages/runs/shorthands';
import { program } from '../../packages/system/project';
import { ended } from './notebooks';

/** A run by the names of its settings, a row by its columns, and places of the document as texts of their fields. */
type Given = Readonly<Record<string, Value>>;

const RESULTS = ['acc_1', 'acc_2', 'acc_5', ...RESULT_COLUMNS];

/** The run that is meant: two epochs unless it says otherwise. */
const runOf = (given: Given) =>
  NAMES.filter((name) => name in given).reduce<RunDocument>((run, name) => withValue(run, name, given[name]), {
    train: { epochs: 2 },
  });

/** The fields of a row that a table may hold, but for those that are given. */
function fieldsOf(given: Given): Record<string, Value> {
  const run = formatRun(runOf(given));
  const { data = 'mnist', engine = {} } = run;
  const ann = engine.name === 'ann';
  const places = Object.entries(given).filter(([name]) => name.includes('.'));
  const sha = createHash('sha256')
    .update(JSON.stringify([run, places]))
    .digest('hex');
  return {
    id: sha.slice(0, 12),
    grid: 'first',
    ...flatten(run),
    acc_1: 0.9,
    acc_2: 0.91,
    acc_5: '',
    last: 0.91,
    best: 0.91,
    best_epoch: 2,
    held_back: '',
    output_spikes: ann ? '' : 0.9,
    input_spikes: !ann && (data !== 'mnist' || engine.encoder !== 'direct') ? 97.5 : '',
    rows_added: ann ? '' : 9000,
    weights_sha256: sha,
    ...Object.fromEntries(Object.entries(given).filter(([name]) => !NAMES.some((setting) => setting === name))),
  };
}

/** The text of a table. */
export function tableText(...rows: Given[]): string {
  const all = rows.map(fieldsOf);
  const others = ['id', 'grid', ...RESULTS];
  const places = columnsOf(
    all.map((row) => Object.fromEntries(Object.entries(row).filter(([name]) => !others.includes(name)))),
  );
  const header = ['id', 'grid', ...places, ...RESULTS];
  return `${[header, ...all.map((row) => header.map((column) => row[column] ?? ''))].map((cells) => cells.join()).join('\n')}\n`;
}

/** Starts the command in a folder, where it also leaves its runs and tables. */
export const startMap = (folder: string, ...args: string[]) =>
  spawn(...program('editions/map/map.ts', ['--directory', join(folder, 'runs here'), ...args]), {
    env: { ...process.env, INIT_CWD: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  });

export const runMap = (folder: string, ...args: string[]) => ended(startMap(folder, ...args));

/** Writes a file of grids; returns its name, as it is typed. */
export function writeGrids(folder: string, text: string, name = 'mine.yaml'): string {
  writeFileSync(join(folder, name), text);
  return name;
}

/** A path among the runs and tables. */
export const inRuns = (folder: string, ...names: string[]) => join(folder, 'runs here', ...names);

/** The rows of a table, as texts by column. */
export function readTable(folder: string, name = 'mine.csv'): Record<string, string>[] {
  const [header, ...lines] = readFileSync(inRuns(folder, name), 'utf8').trimEnd().split('\n');
  const columns = (header as string).split(',');
  return lines.map((line) => Object.fromEntries(line.split(',').map((cell, i) => [columns[i], cell])));
}

/** The process that holds the lock of the folder; undefined while there is none. */
export function ownerOf(folder: string): number | undefined {
  const lock = inRuns(folder, 'map.lock');
  return existsSync(lock) ? (JSON.parse(readFileSync(lock, 'utf8')) as { pid: number }).pid : undefined;
}
