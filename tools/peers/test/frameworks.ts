/** SpikingJelly, snnTorch and Norse as witnesses. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { readMnist } from '../../../hosts/node/data';
import { createEngine } from '../../../hosts/node/engines';
import type { EngineOptions } from '../../../packages/networks/options/engine';
import { train } from '../../../packages/networks/train';
import { peersPython } from '../peers';

export const root = resolve(__dirname, '..', '..', '..');

export const data = readMnist();

/** What a program of this folder says in its last line, which is JSON. */
export async function ask<R>(program: string, ...args: string[]): Promise<R> {
  const { status, stdout, stderr } = spawnSync(
    peersPython(),
    [join(root, 'tools', 'peers', 'test', program), ...args],
    {
      cwd: root,
      encoding: 'utf8',
    },
  );
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout.trim().split('\n').at(-1) as string) as R;
}

/** The weights of a network after one epoch. */
export async function trained(options: Omit<EngineOptions, 'data'>): Promise<Float32Array> {
  const engine = await createEngine('event', { data, ...options });
  await train({ engine, epochs: 1, testImages: 0 });
  const { weights } = await engine.state();
  await engine.close();
  return weights;
}
