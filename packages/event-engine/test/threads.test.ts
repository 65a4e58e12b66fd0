/** Threads of the event engine: the same bytes on any number, calls that wait for one another, and how they end. */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createEngine } from '../../../hosts/node/engines';
import { shuffled } from '../../../src/common/random';
import type { ResolvedEngineOptions } from '../../networks/options/engine';
import { projectPath } from '../../system/files';
import { EventEngine, type EventHost } from '../engine';
import { Pool } from '../pool';
import { defaults, programOf, withEngine } from './engines';

const sha256 = (...arrays: (Float32Array | Float64Array)[]) => {
  const hash = createHash('sha256');
  for (const array of arrays) hash.update(Buffer.from(array.buffer, array.byteOffset, array.byteLength));
  return hash.digest('hex');
};

/** Trains some batches; the hash of weights, moments, losses and test rates. */
function hashOfRun(options: Partial<ResolvedEngineOptions>, batches: number): Promise<string> {
  return withEngine(options, async (engine) => {
    const { batchSize } = { ...defaults, ...options };
    const order = shuffled(0, 0, 60000);
    const losses: number[] = [];
    await engine.ready();
    for (let b = 0; b < batches; b++) {
      const { loss } = await engine.trainBatch(0, order.subarray(b * batchSize, (b + 1) * batchSize));
      losses.push(loss);
    }
    const rates = await engine.rates({
      split: 'test',
      epoch: 0,
      indices: order.filter((index) => index < 10000).subarray(0, 300),
    });
    const { weights, m, v, potentials = new Float32Array() } = await engine.state();
    return sha256(weights, m, v, Float64Array.from(losses), rates, potentials);
  });
}

/** The threads that an engine has started; the id of an ended one is −1. */
function workersOf(engine: EventEngine): { threadId: number; terminate(): Promise<number> }[] {
  return (engine as unknown as { runner: { workers: { threadId: number; terminate(): Promise<number> }[] } }).runner
    .workers;
}

for (const [T, batchSize, batches, more] of [
  [100, 128, 4, {}],
  [100, 1, 10, {}],
  [1000, 32, 2, {}],
  [129, 40, 5, { loss: 'cross-entropy-counts', encoder: 'direct', reset: false }],
] as const) {
  test(`1, 2, 3 and 8 threads give the same bytes (T = ${T}, batches of ${batchSize}, ${JSON.stringify(more)})`, async () => {
    const hashes: string[] = [];
    for (const threads of [1, 2, 3, 8]) hashes.push(await hashOfRun({ T, batchSize, threads, ...more }, batches));
    assert.deepEqual(hashes, new Array(4).fill(hashes[0]));
  });
}

test('timers run while a long batch is trained', async () => {
  await withEngine({ T: 2000, batchSize: 256 }, async (engine) => {
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    await engine.trainBatch(
      0,
      Uint32Array.from({ length: 256 }, (_, i) => i),
    );
    clearInterval(timer);
    assert.ok(ticks > 0);
  });
});

test('what is asked while a batch is trained waits for it, and does not change its bytes', async () => {
  const part = Uint32Array.from({ length: 64 }, (_, i) => i);
  const weights = async (meanwhile: (engine: EventEngine) => Promise<unknown> | undefined) => {
    const engine = await createEngine('event', { ...defaults, threads: 2 });
    const training = engine.trainBatch(0, part);
    const answer = meanwhile(engine);
    await training;
    const { weights: after } = await engine.state();
    await answer;
    await engine.close();
    return after;
  };
  const alone = await weights(() => undefined);
  const calls: ((engine: EventEngine) => Promise<unknown>)[] = [
    (engine) => engine.spikes({ split: 'test', epoch: 0, index: 0 }),
    (engine) => engine.statistics({ split: 'test', epoch: 0, indices: [0] }),
    (engine) => engine.state(),
  ];
  for (const call of calls) assert.deepEqual(await weights(call), alone);
});

test('calls that overlap wait for one another, and close() waits for them', async () => {
  const engine = await createEngine('event', { ...defaults, T: 500, threads: 2 });
  const part = (first: number) => Uint32Array.from({ length: 2000 }, (_, i) => first + i);
  const alone = [
    await engine.rates({ split: 'test', epoch: 0, indices: part(0) }),
    await engine.rates({ split: 'test', epoch: 0, indices: part(2000) }),
  ];
  const overlapping = Promise.all([
    engine.rates({ split: 'test', epoch: 0, indices: part(0) }),
    engine.rates({ split: 'test', epoch: 0, indices: part(2000) }),
  ]);
  await engine.close();
  assert.deepEqual(await overlapping, alone);
});

test('close() ends the threads, and an engine that was closed says so', async () => {
  const engine = await createEngine('event', { ...defaults, threads: 4 });
  await engine.ready();
  await engine.trainBatch(0, Uint32Array.of(0, 1, 2));
  const threads = () => workersOf(engine).map((worker) => worker.threadId);
  assert.ok(threads().length === 3 && threads().every((id) => id > 0));
  await engine.close();
  assert.deepEqual(threads(), [-1, -1, -1]);
  await assert.rejects(engine.trainBatch(0, Uint32Array.of(0)), /expected an open engine, found a closed one/);
});

test('a program that forgets close() ends all the same', () => {
  const body = `const engine = await createEngine('event', { ...options, T: 100, threads: 3 });
    await engine.trainBatch(0, indices); console.log('done');`;
  assert.equal(execFileSync(process.execPath, programOf(body), { encoding: 'utf8', timeout: 30_000 }), 'done\n');
});

test('the threads of an engine that nobody can use any more are ended', async () => {
  setFlagsFromString('--expose-gc');
  const collectGarbage: () => void = runInNewContext('gc');
  let ended = 0;
  const helper = { terminate: () => ended++ };
  const kernel = readFileSync(projectPath('dist', 'packages', 'event-engine', 'kernel.wasm'));
  const use = async () => {
    const startThreads: EventHost['startThreads'] = (core, module) => new Pool(core, module, 2, () => helper);
    const engine = await EventEngine.create({ ...defaults, threads: 3 }, { kernel, startThreads });
    await engine.trainBatch(0, Uint32Array.of(0));
    collectGarbage();
    await sleep(20);
    assert.equal(ended, 0, 'not while it can be used');
    await engine.trainBatch(0, Uint32Array.of(1));
  };
  await use();
  for (let i = 0; i < 100 && ended < 2; i++) {
    collectGarbage();
    await sleep(20);
  }
  assert.equal(ended, 2);
});

test('Ctrl-C ends a program in the midst of its batches, threads and all', async () => {
  const body = `const engine = await createEngine('event', { ...options, T: 1000, threads: 3 });
    console.log('ready'); for (;;) await engine.trainBatch(0, indices);`;
  const child = spawn(process.execPath, programOf(body), { stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise((resolve) => child.stdout.once('data', resolve));
  child.kill('SIGINT');
  const signal = await new Promise((resolve) => child.once('exit', (_, name) => resolve(name)));
  assert.equal(signal, 'SIGINT');
});

test('an error in a task rejects the batch with its message, and the engine goes on', async () => {
  await withEngine({}, async (engine) => {
    const { core } = engine as unknown as { core: { perform(task: number): void } };
    const { perform } = core;
    core.perform = () => {
      throw new Error('out of order');
    };
    await assert.rejects(engine.trainBatch(0, Uint32Array.of(0)), /event engine: out of order/);
    core.perform = perform;
    await engine.trainBatch(0, Uint32Array.of(0));
  });
});

test('a thread that ends unexpectedly is noticed', async () => {
  await withEngine({ threads: 2 }, async (engine) => {
    await engine.ready();
    await engine.trainBatch(0, Uint32Array.of(0));
    await workersOf(engine)[0].terminate();
    await assert.rejects(engine.trainBatch(0, Uint32Array.of(0)), /expected thread 1 to run, found it ended/);
  });
});
