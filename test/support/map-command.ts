/** `npm run map` as a person calls it, in a folder of its own. */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ended } from './notebooks';

const root = resolve(__dirname, '..', '..');

export const MAP = join(root, 'editions', 'map', 'map.mjs');

/** Starts the command in a folder, where it also leaves its runs and tables. */
export const startMap = (folder: string, ...args: string[]) =>
  spawn(process.execPath, [MAP, '--directory', join(folder, 'runs here'), ...args], {
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
