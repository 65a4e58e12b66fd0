/** SpikingJelly, snnTorch and Norse as witnesses: Python of .venv-peers. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { readMnist } from '../../src/node/data';
import { createEngine } from '../../src/node/engines';
import { train } from '../../src/training/train';

export const root = resolve(__dirname, '..', '..');
const inVenv = process.platform === 'win32' ? ['Scripts', 'python.exe'] : ['bin', 'python'];
const PYTHON = process.env.PEERS_PYTHON ?? join(root, '.venv-peers', ...inVenv);

export const data = readMnist();

/** What a program of this folder says in its last line, which is JSON. */
export function ask<R>(program: string, ...args: string[]): R {
  const { status, stdout, stderr } = spawnSync(PYTHON, [join(root, 'test', 'peers', program), ...args], {
    cwd: root,
    encoding: 'utf8',
  });
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout.trim().split('\n').at(-1) as string) as R;
}

/** The weights of a network after one epoch. */
export async function trained(options: { T: number; hidden?: number; learningRate?: number }): Promise<Float32Array> {
  const engine = await createEngine('event', { data, ...options });
  await train({ engine, epochs: 1, testImages: 0 });
  const { weights } = await engine.state();
  await engine.close();
  return weights;
}
