/** The command line as a person runs it, and what a run leaves. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeNetwork, type SavedNetwork } from '../../packages/formats/layers-model';
import { HIDDEN_ARRAYS } from '../../packages/runs/run-files';
import { filesUnder } from '../../packages/system/project';
import { temporaryFolder } from './data';
import { FROM_SOURCES, python } from './python';

export const COMMAND = join(__dirname, '..', '..', 'tools', 'lif_fc_mnist.cjs');

const RESULTS = ['v_t_array.npy', 's_t_array.npy', 'train_accs.npy', 'test_accs.npy', 'lif_snn_mnist/weights.bin'];

const hashOf = (file: string) => createHash('sha256').update(readFileSync(file)).digest('hex');

/** SHA-256 of files in a folder. */
export const sha256Of = (folder: string, files: readonly string[]): string[] =>
  files.map((name) => hashOf(join(folder, name)));

/** SHA-256 of each array, of the weights and, if there are any, of the hidden neurons' arrays of a finished run. */
export const hashesOf = (folder: string): string[] =>
  sha256Of(folder, [...RESULTS, ...HIDDEN_ARRAYS.filter((name) => existsSync(join(folder, name)))]);

/** SHA-256 of every file under a folder, by its path there. */
export function contentsOf(folder: string): Record<string, string> {
  return Object.fromEntries(filesUnder(folder).map((name) => [name, hashOf(join(folder, name))]));
}

/** Runs the command to its end, by default in a new empty folder. */
export function lifFcMnist(args: string[], cwd = temporaryFolder(), node: string[] = [], env: NodeJS.ProcessEnv = {}) {
  const run = spawnSync(process.execPath, [...node, COMMAND, ...args], {
    cwd,
    encoding: 'utf8',
    timeout: 120_000,
    env: { ...process.env, ...env },
  });
  return { ...run, cwd };
}

/**
 * Runs commands that end before they train, all in one process: each process takes a tenth of a second of a core, in
 * which it does what one of them has shown for all.
 */
export function lifFcMnistEach(commands: { args: readonly string[]; cwd?: string }[]) {
  const each = commands.map(({ args, cwd = temporaryFolder() }) => ({ args, cwd }));
  const { stdout, stderr } = spawnSync(process.execPath, [...FROM_SOURCES, join(__dirname, 'one-by-one.ts')], {
    encoding: 'utf8',
    input: JSON.stringify(each),
    timeout: 120_000,
  });
  assert.equal(stderr, '');
  return JSON.parse(stdout) as { status: number; stdout: string; stderr: string; cwd: string }[];
}

/**
 * Runs commands that have to be refused: each in one line that says this, with exit status 2 unless another is given,
 * and with nothing on standard output.
 * @param cwd where they run, by default each in a new folder, which has to stay empty
 */
export function assertRefused(
  cases: readonly (readonly [args: readonly string[], message: RegExp, status?: number])[],
  cwd?: string,
) {
  for (const [i, run] of lifFcMnistEach(cases.map(([args]) => ({ args, cwd }))).entries()) {
    const [args, message, status = 2] = cases[i];
    assert.match(run.stderr, /^lif_fc_mnist: [^\n]+\n$/);
    assert.match(run.stderr.trimEnd(), message);
    assert.deepEqual([run.status, run.stdout], [status, ''], args.join(' '));
    if (cwd === undefined) assert.deepEqual(readdirSync(run.cwd), [], args.join(' '));
  }
}

/** The network in a folder that a run or `writeLayersModel` has written. */
export function readLayersModel(folder: string): SavedNetwork {
  const path = (name: string) => join(folder, name);
  return decodeNetwork(path, (name) => readFileSync(path(name)));
}

/** A copy of the folder that a run was started in, which a test may change. */
export function copyOf(run: string): string {
  const cwd = temporaryFolder();
  cpSync(run, cwd, { recursive: true });
  return cwd;
}

/** The curves of a folder, as TensorBoard's own reader finds them: steps and values by name. */
export function scalars(folder: string): Record<string, [number, number][]> {
  const text = python(
    `import json
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
e = EventAccumulator('.', size_guidance={'scalars': 0}); e.Reload()
print(json.dumps({t: [[s.step, s.value] for s in e.Scalars(t)] for t in e.Tags()['scalars']}))`,
    folder,
  );
  return JSON.parse(text);
}

/** TensorBoard's own reader finds every step of every curve, once. */
export function assertCurvesWhole(folder: string, batches: number, epochs: number): void {
  const curves = scalars(folder);
  const steps = (name: string) => curves[name].map(([step]) => step);
  assert.deepEqual(steps('train_batch_accuracy'), [...Array(batches).keys()]);
  assert.deepEqual(steps('test_accuracy'), [...Array(epochs).keys()]);
}
