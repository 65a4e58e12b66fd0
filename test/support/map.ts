/**
 * Tables of runs, made up: no run was computed for them; and `npm run map` as a person calls it, in a folder of its
 * own.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { program } from '../../packages/system/project';
import { ended } from './notebooks';

export const HEADER =
  'id,grid,dataset,network,hidden,loss,surrogate,alpha,detach_reset,decay_input,soft_reset,encoder,reset,tau,T,batch_size,' +
  'learning_rate,train_images,seed,epochs,readout,synapse_tau,recurrent,learn_tau,acc_1,acc_2,acc_5,last,best,best_epoch,held_back,output_spikes,' +
  'input_spikes,rows_added,weights_sha256';

/** A row that a table may hold, but for the fields that are given. */
export function rowText(given: Record<string, string | number> = {}): string {
  const ann = given.network === 'ann';
  const { dataset = 'mnist' } = given;
  const settings = {
    dataset: 'mnist',
    network: 'snn',
    hidden: 0,
    loss: 'mse',
    surrogate: 'atan',
    alpha: 2,
    detach_reset: 'false',
    decay_input: 'true',
    soft_reset: 'false',
    encoder: 'poisson',
    reset: 'true',
    tau: 2,
    T: 100,
    batch_size: 128,
    learning_rate: 0.001,
    train_images: 60000,
    seed: 0,
    epochs: 2,
    readout: 'spikes',
    synapse_tau: 0,
    recurrent: 'false',
    learn_tau: 'none',
    ...(ann ? { surrogate: '', alpha: '', detach_reset: '', decay_input: '', soft_reset: '', encoder: '' } : {}),
    ...(ann
      ? { hidden: '', reset: '', tau: '', T: '', readout: '', synapse_tau: '', recurrent: '', learn_tau: '' }
      : {}),
    ...(dataset !== 'mnist' ? { encoder: '' } : {}),
    ...(dataset === 'randman' || dataset === 'yin-yang' ? { train_images: '' } : {}),
    ...given,
  };
  const sha = createHash('sha256').update(JSON.stringify(settings)).digest('hex');
  const fields: Record<string, string | number> = {
    id: sha.slice(0, 12),
    grid: 'first',
    ...settings,
    acc_1: 0.9,
    acc_2: 0.91,
    acc_5: '',
    last: 0.91,
    best: 0.91,
    best_epoch: 2,
    held_back: '',
    output_spikes: ann ? '' : 0.9,
    input_spikes: settings.encoder === 'poisson' || dataset !== 'mnist' ? 97.5 : '',
    rows_added: ann ? '' : 9000,
    weights_sha256: sha,
    ...given,
  };
  return HEADER.split(',')
    .map((column) => fields[column])
    .join(',');
}

/** The text of a table. */
export const tableText = (...rows: Record<string, string | number>[]): string =>
  `${[HEADER, ...rows.map(rowText)].join('\n')}\n`;

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
