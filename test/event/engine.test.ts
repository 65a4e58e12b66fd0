import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { test } from 'node:test';
import type { NeuronOptions, ResolvedEngineOptions } from '../../src/common/engine';
import type { Mnist } from '../../src/common/mnist';
import { DEFAULT_NEURON } from '../../src/common/neuron-options';
import { Purpose, RandomStream, shuffled } from '../../src/common/random';
import type { EventEngine } from '../../src/event/engine';
import { readMnist } from '../../src/node/data';
import { createEngine } from '../../src/node/engines';
import { poissonBlock } from '../../src/snn/poisson-block';
import { coreOf, gradientOfSpikes } from '../support/given';

const mnist = readMnist();
const neuron: NeuronOptions = DEFAULT_NEURON;
const defaults: ResolvedEngineOptions = {
  data: mnist,
  seed: 0,
  T: 100,
  batchSize: 128,
  learningRate: 1e-3,
  neuron,
  threads: 1,
};

async function withEngine<R>(
  options: Partial<ResolvedEngineOptions>,
  use: (engine: EventEngine) => Promise<R>,
): Promise<R> {
  const engine = await createEngine('event', { ...defaults, ...options });
  try {
    return await use(engine);
  } finally {
    await engine.close();
  }
}

const sha256 = (...arrays: Float32Array[]) => {
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
    const { weights, m, v } = await engine.state();
    return sha256(weights, m, v, Float32Array.from(losses), rates);
  });
}

/** Pixels of all intensities, in places that fill groups in different ways. */
function syntheticData(images: Uint8Array): Mnist {
  const split = { images, labels: new Uint8Array(images.length / 784), count: images.length / 784 };
  return { train: split, test: split };
}

test('the kernel draws the same spikes as poissonBlock, for every T', async () => {
  const images = new Uint8Array(4 * 784);
  for (let p = 0; p < 784; p++) {
    images[p] = p & 255; // all intensities
    images[784 + p] = p % 3 === 0 ? 255 : 240 + (p % 16); // bright and white
    images[2 * 784 + p] = p === 700 ? 128 : 0; // a single pixel
  }
  images.set(mnist.train.images.subarray(0, 784), 3 * 784);
  for (const T of [1, 16, 17, 100, 128, 129, 300]) {
    await withEngine({ data: syntheticData(images), T, seed: 5 }, async (engine) => {
      for (let index = 0; index < 4; index++) {
        const thresholds = Uint32Array.from(images.subarray(index * 784, (index + 1) * 784), (k) => 65793 * k);
        const expected = new Uint8Array(T * 784);
        const words = new Uint32Array(4 * 784);
        for (let t = 0; t < T; t++) {
          if (t % 128 === 0) {
            poissonBlock(thresholds, new RandomStream(5, Purpose.TestSpikes, 3, index, t / 128), words);
          }
          for (let p = 0; p < 784; p++) {
            expected[t * 784 + p] = (words[4 * p + ((t % 128) >> 5)] >>> (t & 31)) & 1;
          }
        }
        const found = await engine.spikes({ split: 'test', epoch: 3, index });
        assert.ok(Buffer.from(found).equals(Buffer.from(expected)), `T = ${T}, image ${index}`);
      }
    });
  }
});

test('currents, potentials and spikes are those of the equations', async () => {
  for (const T of [1, 100, 300]) {
    await withEngine({ T, seed: 3 }, async (engine) => {
      const { weights } = await engine.state();
      const spikes = await engine.spikes({ split: 'train', epoch: 1, index: 17 });
      const trace = await engine.trace({ split: 'train', epoch: 1, index: 17 });
      const rates = await engine.rates({ split: 'train', epoch: 1, indices: [17] });
      for (let j = 0; j < 10; j++) {
        let count = 0;
        let v = 0;
        for (let t = 0; t < T; t++) {
          let x = 0;
          for (let p = 0; p < 784; p++) if (spikes[t * 784 + p]) x += weights[p * 10 + j];
          const i = t * 10 + j;
          assert.ok(Math.abs(trace.current[i] - x) < 2e-6, `current of neuron ${j} in step ${t}`);
          assert.ok(Math.abs(trace.h[i] - (v + (trace.current[i] - v) / 2)) < 1e-6, `potential of ${j} in step ${t}`);
          assert.equal(trace.spike[i], trace.h[i] >= 1 ? 1 : 0);
          assert.equal(trace.v[i], trace.spike[i] ? 0 : trace.h[i]);
          count += trace.spike[i];
          v = trace.v[i];
        }
        assert.equal(rates[j], Math.fround(count / T));
      }
    });
  }
});

test('the gradient on drawn spikes is that on the same spikes given', async () => {
  for (const T of [5, 100, 200]) {
    const batch = 20;
    const indices = Uint32Array.from({ length: batch }, (_, i) => 3 * i);
    const labels = Array.from(indices, (index) => mnist.train.labels[index]);
    await withEngine({ T }, async (engine) => {
      const bits = new Uint8Array(Math.ceil((T * batch * 784) / 8));
      for (const [i, index] of indices.entries()) {
        const spikes = await engine.spikes({ split: 'train', epoch: 0, index });
        for (let t = 0; t < T; t++) {
          for (let p = 0; p < 784; p++) {
            const bit = (t * batch + i) * 784 + p;
            bits[bit >> 3] |= spikes[t * 784 + p] << (bit & 7);
          }
        }
      }
      const given = gradientOfSpikes(coreOf(engine), bits, labels);
      const { loss } = await engine.trainBatch(0, indices);
      // Adam's first moment after one step is a tenth of the gradient.
      const { m } = await engine.state();
      const largest = given.gradient.reduce((top, g) => Math.max(top, Math.abs(g)), 0);
      assert.ok(largest > 0);
      m.forEach((value, i) => {
        assert.ok(Math.abs(value * 10 - given.gradient[i]) < 1e-5 * largest, `T = ${T}, weight ${i}`);
      });
      assert.ok(Math.abs(loss - given.loss) < 1e-6);
    });
  }
});

for (const [T, batchSize, batches] of [
  [100, 128, 10],
  [100, 1, 20],
  [100, 7, 20],
  [100, 300, 4],
  [1, 128, 200],
  [129, 64, 4],
  [1000, 32, 3],
]) {
  test(`1, 2, 3 and 8 threads give the same bytes (T = ${T}, batches of ${batchSize})`, async () => {
    const hashes: string[] = [];
    for (const threads of [1, 2, 3, 8]) hashes.push(await hashOfRun({ T, batchSize, threads }, batches));
    assert.deepEqual(hashes, new Array(4).fill(hashes[0]));
  });
}

test('a restored state continues to the same bytes', async () => {
  const batch = (b: number) => Uint32Array.from({ length: 32 }, (_, i) => 32 * b + i);
  const whole = await withEngine({}, async (engine) => {
    for (let b = 0; b < 4; b++) await engine.trainBatch(0, batch(b));
    return engine.state();
  });
  const half = await withEngine({}, async (engine) => {
    for (let b = 0; b < 2; b++) await engine.trainBatch(0, batch(b));
    return engine.state();
  });
  assert.equal(half.step, 2);
  const rest = await withEngine({ threads: 2 }, async (engine) => {
    await engine.restore(half);
    for (let b = 2; b < 4; b++) await engine.trainBatch(0, batch(b));
    return engine.state();
  });
  assert.deepEqual(rest, whole);
});

test('it learns: half an epoch of T = 20 answers more than 80 % of the test images', async () => {
  await withEngine({ T: 20, threads: 2 }, async (engine) => {
    const order = shuffled(0, 0, 60000);
    for (let b = 0; b < 234; b++) await engine.trainBatch(0, order.subarray(b * 128, (b + 1) * 128));
    const indices = Uint32Array.from({ length: 10000 }, (_, i) => i);
    const rates = await engine.rates({ split: 'test', epoch: 0, indices });
    assert.equal(rates.length, 100000);
    const correct = indices.filter((index) => {
      const row = rates.subarray(index * 10, index * 10 + 10);
      return row.indexOf(Math.max(...row)) === mnist.test.labels[index];
    }).length;
    assert.ok(correct > 8000, `${correct} correct`);
  });
});

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

test('statistics count what images cost', async () => {
  await withEngine({}, async (engine) => {
    const indices = [0, 1, 2, 3, 4, 5, 6, 7];
    const { spikes, dense, rows } = await engine.statistics({ split: 'train', epoch: 0, indices });
    const brightness = indices.reduce(
      (sum, index) =>
        sum + mnist.train.images.subarray(index * 784, (index + 1) * 784).reduce((a, b) => a + b, 0) / 255,
      0,
    );
    assert.ok(Math.abs(spikes / (brightness / indices.length) - 1) < 0.02, `${spikes} spikes a step`);
    assert.equal(dense, 784);
    assert.ok(rows > 5 && rows < spikes / 2, `${rows} rows a step`);
  });
});

test('wrong options and indices are refused in one line', async () => {
  const create = (options: Partial<ResolvedEngineOptions>) => createEngine('event', { ...defaults, ...options });
  await assert.rejects(
    create({ neuron: { ...neuron, tau: 1e300 } }),
    /tau: expected .* found 1e\+300, which is Infinity as/,
  );
  await assert.rejects(create({ learningRate: 5e-324 }), /learningRate: expected .*, which is 0 as a 32-bit float/);
  await assert.rejects(create({ T: 0 }), /^RangeError: T: expected a whole number from 1 to 10000, found 0$/);
  await assert.rejects(create({ T: 10001 }), /T: expected a whole number/);
  await assert.rejects(create({ seed: -1 }), /seed: expected a whole number/);
  await assert.rejects(create({ batchSize: 1.5 }), /batchSize: expected a whole number/);
  await assert.rejects(create({ threads: 0 }), /threads: expected a whole number/);
  await assert.rejects(create({ neuron: { ...neuron, tau: 1 } }), /tau: expected a finite number above 1, found 1/);
  await assert.rejects(
    create({ neuron: { ...neuron, tau: Infinity } }),
    /tau: expected a finite number above 1, found Inf/,
  );
  await assert.rejects(
    create({ neuron: { ...neuron, surrogateFunction: { name: 'atan', alpha: NaN } } }),
    /alpha: expected a finite number above 0, found NaN/,
  );
  await assert.rejects(create({ neuron: { ...neuron, vThreshold: NaN } }), /vThreshold: expected a finite number/);
  const other = { ...neuron, surrogateFunction: { name: 'relu' as 'atan', alpha: 1 } };
  await assert.rejects(create({ neuron: other }), /surrogateFunction: expected 'atan' or 'sigmoid', found 'relu'/);
  const text = { tau: '2' as unknown as number };
  await assert.rejects(
    create({ neuron: { ...DEFAULT_NEURON, ...text } }),
    /tau: expected a finite number above 1, found '2'/,
  );
  await assert.rejects(
    create(text as Partial<ResolvedEngineOptions>),
    /tau: expected inside neuron, as in \{ neuron: \{ tau: … \} \}/,
  );
  await withEngine({}, async (engine) => {
    await assert.rejects(engine.trainBatch(0, Uint32Array.of(60000)), /expected images from 0 to 59999, found 60000/);
    await assert.rejects(engine.trainBatch(0, new Uint32Array()), /expected at least one image, found 0/);
    await assert.rejects(
      engine.trace({ split: 'test', epoch: 0, index: -1 }),
      /expected images from 0 to 9999, found -1/,
    );
    await assert.rejects(
      engine.trace({ split: 'test', epoch: 0, index: 1.5 }),
      /expected images from 0 to 9999, found 1.5/,
    );
    await assert.rejects(
      engine.trace({ split: 'all' as 'test', epoch: 0, index: 1 }),
      /split: expected 'train' or 'test', found all/,
    );
    const given = (bytes: number, ...labels: number[]) =>
      gradientOfSpikes(coreOf(engine), new Uint8Array(bytes), labels);
    assert.throws(() => given(9800, 77), /labels: expected whole numbers from 0 to 9, found 77/);
    assert.throws(() => given(3, 1), /spikes: expected 9800 bytes .* found 3/);
    assert.throws(() => given(0), /labels: expected at least one, found none/);
  });
});

/** Runs a program of its own, given its text, and gives what it printed. */
function programOf(body: string): string[] {
  const source = `
    const { createEngine } = require(${JSON.stringify(join(__dirname, '..', '..', 'src', 'node', 'engines'))});
    const { readMnist } = require(${JSON.stringify(join(__dirname, '..', '..', 'src', 'node', 'data'))});
    const options = { data: readMnist(), seed: 0, batchSize: 128, learningRate: 1e-3, neuron: ${JSON.stringify(neuron)} };
    const indices = Uint32Array.from({ length: 128 }, (_, i) => i);
    (async () => { ${body} })();`;
  return ['--require', require.resolve('tsx/cjs'), '--eval', source];
}

/** The threads that an engine has started; the id of one that has ended is −1. */
function workersOf(engine: EventEngine): { threadId: number; terminate(): Promise<number> }[] {
  return (engine as unknown as { runner: { workers: { threadId: number; terminate(): Promise<number> }[] } }).runner
    .workers;
}

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

test('a state of another size is refused, and the engine keeps the one that it had', async () => {
  await withEngine({}, async (engine) => {
    const before = await engine.state();
    await assert.rejects(engine.restore({ ...before, m: new Float32Array(3) }), /m: expected a Float32Array of 7840/);
    await assert.rejects(engine.restore({ ...before, step: Number.NaN }), /step: expected a whole number/);
    assert.deepEqual(await engine.state(), before);
  });
});

test('data whose labels or images are missing is refused', async () => {
  const { images, labels } = mnist.test;
  const broken = (split: object) =>
    createEngine('event', { ...defaults, data: { ...mnist, test: split as Mnist['test'] } });
  await assert.rejects(
    broken({ images: images.subarray(0, 784), labels, count: 10000 }),
    /data.test: expected 10000 images/,
  );
  await assert.rejects(
    broken({ images, labels: labels.map(() => 200), count: 10000 }),
    /labels from 0 to 9, found 200/,
  );
});

test('weights that are not numbers are the same bytes on every machine', async () => {
  await withEngine({ learningRate: 1e38, T: 20, batchSize: 64 }, async (engine) => {
    for (let b = 0; b < 6; b++)
      await engine.trainBatch(
        0,
        Uint32Array.from({ length: 64 }, (_, i) => 64 * b + i),
      );
    const { weights } = await engine.state();
    const bits = new Uint32Array(weights.buffer).filter((_, i) => Number.isNaN(weights[i]));
    assert.ok(bits.length > 0);
    assert.deepEqual([...new Set(bits)], [0x7fc00000]);
  });
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

test('memory does not grow with T', () => {
  const rss = (T: number) => {
    const body = `const engine = await createEngine('event', { ...options, T: ${T}, threads: 2 });
      for (let i = 0; i < 3; i++) await engine.trainBatch(0, indices.subarray(0, 64));
      console.log(process.memoryUsage.rss() / 1e6); await engine.close();`;
    return Number(execFileSync(process.execPath, programOf(body), { encoding: 'utf8', timeout: 60_000 }));
  };
  const [short, long] = [rss(100), rss(1000)];
  assert.ok(Math.abs(long / short - 1) < 0.1, `${short} MB at T = 100, ${long} MB at T = 1,000`);
});

test('the kernel’s memory grows with the threads, and hardly with T', async () => {
  const bytes = async (T: number, threads: number) => {
    const engine = await createEngine('event', { ...defaults, T, threads });
    await engine.close();
    return engine.memoryBytes;
  };
  const base = await bytes(100, 1);
  assert.ok((await bytes(100, 4)) > 1.5 * base);
  assert.ok((await bytes(10_000, 1)) < 2 * base);
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
