/** The headless notebook runner as a person calls it, and what it writes. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { after } from 'node:test';
import { program } from '../../packages/system/project';

export const root = resolve(__dirname, '..', '..');
export const RUNNER = join(root, 'packages', 'notebook-runner', 'run_notebooks.py');

export interface Output {
  output_type: string;
  name?: string;
  text?: string[];
  data?: Record<string, string | string[]>;
}
export interface Cell {
  cell_type: string;
  id: string;
  source: string[];
  metadata: { tags?: string[]; execution?: unknown };
  execution_count?: number | null;
  outputs: Output[];
}
export interface Notebook {
  cells: Cell[];
  metadata: { kernelspec: Record<string, string>; language_info: Record<string, unknown> };
}

/** A new empty folder that is removed after the tests of a file. */
export function temporaryFolder(name = ''): string {
  const folder = mkdtempSync(join(tmpdir(), `lif-fc-mnist-${name && `${name}-`}`));
  after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export const canary = (name: string) => join(root, 'packages', 'notebook-runner', 'test', 'canaries', `${name}.ipynb`);

/** Where the result of a canary is in an output folder: it keeps its place in the clone. */
export const canaryIn = (output: string, name: string) =>
  join(output, 'packages', 'notebook-runner', 'test', 'canaries', `${name}.ipynb`);

/** Writes a notebook of code cells, and returns its path. */
export function writeNotebook(file: string, ...sources: string[]): string {
  const cells = sources.map((source, i) => ({
    cell_type: 'code',
    id: `cell-${i + 1}`,
    metadata: {},
    execution_count: null,
    outputs: [],
    source,
  }));
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells }, null, 1));
  return file;
}

export const read = (file: string): Notebook => JSON.parse(readFileSync(file, 'utf8'));
export const codeCells = (file: string) => read(file).cells.filter((cell) => cell.cell_type === 'code');
export const stream = (cell: Cell | undefined, name: string) =>
  cell?.outputs.filter((output) => output.name === name).map((output) => output.text?.join(''));

export function start(args: string[], env: Record<string, string> = {}, cwd = root): ChildProcess {
  return spawn(...program('packages/notebook-runner/notebooks.ts', args), {
    cwd,
    env: { ...process.env, INIT_CWD: cwd, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

export interface Ended {
  status: number | null;
  /** What was printed on stdout and stderr, without empty lines. */
  lines: string[];
}

/** Waits until a program and all that holds its output has ended. */
export async function ended(child: ChildProcess): Promise<Ended> {
  let printed = '';
  for (const pipe of [child.stdout, child.stderr]) {
    pipe?.setEncoding('utf8');
    pipe?.on('data', (text: string) => {
      printed += text;
    });
  }
  const status = await new Promise<number | null>((done) => child.on('close', done));
  return { status, lines: printed.split('\n').filter((line) => line !== '') };
}

/** Runs the notebook runner in the clone, or where `cwd` says. */
export const run = (args: string[], env?: Record<string, string>, cwd?: string) => ended(start(args, env, cwd));

/** The one line that names a notebook. */
export function lineOf(lines: string[], name: string): string {
  const found = lines.filter((line) => /^(ok|FAILED) /.test(line) && line.includes(`/${name}.ipynb`));
  assert.equal(found.length, 1, `one line about ${name} in:\n${lines.join('\n')}`);
  return found[0] as string;
}
