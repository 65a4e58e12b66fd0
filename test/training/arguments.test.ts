/** What both engines do with arguments that change after the call, or that nobody can use. */

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { initBackend, tf } from '../../hosts/node/backend';
import { createEngine } from '../../hosts/node/engines';
import * as datasets from '../../packages/formats/datasets';
import { AnnEngine } from '../../packages/networks/ann-engine';
import {
  type EngineOptions,
  type EngineState,
  freshState,
  type Presentation,
  resolveEngineOptions,
} from '../../packages/networks/options/engine';
import { resolveLayers } from '../../packages/networks/options/layers';
import { DEFAULT_NEURON } from '../../packages/networks/options/neuron-options';
import { PlainEngine } from '../../packages/networks/plain-engine';
import { LatencyEncoder } from '../../packages/networks/tfjs/encoders';
import { ann, setWeights, snn } from '../../packages/networks/tfjs/networks';
import { train } from '../../packages/networks/train';
import type { Mnist } from '../../src/common/mnist';
import { RandomStream } from '../../src/common/random';
import { PoissonEncoder, spikeTrain } from '../../src/snn/encoding';
import { LIFNode } from '../../src/snn/neuron';
import { train as trainAnn } from '../../src/training/ann';
import { oneHotLabels } from '../../src/training/batches';
import { newHistory } from '../../src/training/history';
import { crossEntropy } from '../../src/training/losses';
import { accuracy } from '../../src/training/metrics';
import { smallMnist } from '../support/data';

before(async () => {
  await initBackend();
});

const data = smallMnist(300, 100);
const first = (count: number) => Uint32Array.from({ length: count }, (_, i) => i);

for (const name of ['event', 'tfjs'] as const) {
  describe(`the ${name} engine`, () => {
    async function withEngine(work: (engine: Awaited<ReturnType<typeof createEngine>>) => Promise<unknown>) {
      const engine = await createEngine(name as 'tfjs', { data, T: 5, batchSize: 32, seed: 4 });
      try {
        await work(engine);
      } finally {
        await engine.close();
      }
    }

    test('takes indices and states as they are when it is called', async () => {
      const expected: unknown[] = [];
      await withEngine(async (engine) => {
        expected.push(await engine.trainBatch(0, first(32)));
        expected.push(await engine.trainBatch(0, first(64).subarray(32)));
        expected.push(await engine.rates({ split: 'test', epoch: 0, indices: first(40) }));
        expected.push((await engine.state()).weights);
      });
      await withEngine(async (engine) => {
        const buffer = first(32);
        const calls: Promise<unknown>[] = [engine.trainBatch(0, buffer)];
        buffer.set(first(64).subarray(32));
        calls.push(engine.trainBatch(0, buffer));
        buffer.fill(7);
        const indices = Array.from(first(40));
        calls.push(engine.rates({ split: 'test', epoch: 0, indices }));
        indices.fill(3);
        calls.push(engine.state().then(({ weights }) => weights));
        assert.deepEqual(await Promise.all(calls), expected);
        const state = await engine.state();
        const restored = engine.restore(state);
        state.weights.fill(0);
        await restored;
        assert.deepEqual((await engine.state()).weights, expected[3]);
      });
    });

    test('answers a call for rates with the weights of one moment, whatever is called meanwhile', async () => {
      await withEngine(async (engine) => {
        const shown: Presentation = { split: 'test', epoch: 0, indices: first(100) };
        const alone = await engine.rates(shown);
        const [overlapped] = await Promise.all([engine.rates(shown), engine.trainBatch(0, first(32))]);
        assert.deepEqual(overlapped, alone);
      });
    });

    test('takes null for no option, and nothing else that is none', async () => {
      const refused = (options: object, message: RegExp) =>
        assert.rejects(createEngine(name as 'tfjs', { data, ...options } as EngineOptions), message);
      const all = ['hidden', 'seed', 'T', 'batchSize', 'learningRate', 'layers', 'loss', 'readout', 'encoder', 'reset'];
      for (const option of [...all, 'threads']) {
        await refused(
          { [option]: null },
          new RegExp(`^RangeError: ${option}: expected a value, found null; leave it out for its default$`),
        );
      }
      for (const neuron of [5, [], () => 1, new Map(), null])
        await refused({ neuron }, /^\w+: neuron: expected .* found /);
      for (const option of ['tau', 'decayInput', 'vThreshold', 'surrogateFunction', 'detachReset'])
        await refused({ neuron: { [option]: null } }, new RegExp(`^RangeError: ${option}: expected `));
      for (const layers of [Object.assign(new Array(2), { 1: {} }), new Array(3), [{ neurons: 5 }, 5], [new Map(), {}]])
        await refused({ layers }, /^RangeError: layers\[\d\]: layer: expected an object of options, found /);
      await assert.rejects(
        createEngine(name as 'tfjs', undefined as never),
        /^TypeError: createEngine: expected an object/,
      );
    });

    test('keeps its options as they were checked, and leaves the data to their owner', async () => {
      await withEngine(async (engine) => {
        const { options } = engine;
        const of = options as unknown as { T: number; layers: { neuron: { tau: number } }[]; neuron: { tau: number } };
        for (const change of [
          () => Object.assign(of, { T: 7 }),
          () => Object.assign(of.neuron, { tau: 7 }),
          () => Object.assign(of.layers[0].neuron, { tau: 7 }),
          () => of.layers.push(of.layers[0]),
        ]) {
          assert.throws(change, TypeError);
        }
        assert.deepEqual([options.T, options.neuron.tau, options.layers.length], [5, 2, 1]);
      });
      assert.ok(![data, data.train, data.train.images].some(Object.isFrozen));
    });

    test('refuses what no memory holds', async () => {
      const wide = { neurons: 800, recurrent: true };
      const layers = [...Array.from({ length: 19 }, () => wide), {}];
      await assert.rejects(
        createEngine(name as 'tfjs', { data, layers, T: 10_000, batchSize: 2 ** 20 }),
        /^RangeError: [^\n]*: expected to need at most \d+ [MG]B, found \d+ [MG]B/,
      );
    });

    test('refuses epochs, indices and states that it cannot use in one line', async () => {
      await withEngine(async (engine) => {
        for (const epoch of [-1, Number.NaN, 1.5]) {
          const message = new RegExp(
            `^RangeError: epoch: expected a whole number from 0 to 4294967295, found ${epoch}$`,
          );
          await assert.rejects(engine.trainBatch(epoch, first(1)), message);
          await assert.rejects(engine.rates({ split: 'test', epoch, indices: first(1) }), message);
          await assert.rejects(engine.trace({ split: 'test', epoch, index: 0 }), message);
        }
        const lists: [unknown, RegExp][] = [
          [new Set([1]), /^RangeError: indices: expected at least one image, found Set$/],
          [[], /found 0$/],
          [[0.5], /^RangeError: indices: expected images from 0 to \d+, found 0.5$/],
        ];
        for (const [indices, message] of lists) {
          await assert.rejects(engine.trainBatch(0, indices as Uint32Array), message);
          await assert.rejects(engine.rates({ split: 'test', epoch: 0, indices: indices as number[] }), message);
        }
        const state = await engine.state();
        const all = (value: number) => state.weights.map(() => value);
        const states: [Partial<EngineState>, RegExp][] = [
          [{ step: 2 ** 31 - 1 }, /^RangeError: step: expected a whole number from 0 to 1073741824, found 2147483647$/],
          [{ v: all(-1) }, /^RangeError: v: expected numbers from 0 to 1e\+24, found -1$/],
          [{ weights: all(Number.NaN) }, /^RangeError: weights: expected numbers from -1e\+12 to 1e\+12, found NaN$/],
          [{ m: new Float32Array(3) }, /^RangeError: m: expected a Float32Array of 7840 numbers, found 3$/],
        ];
        for (const [change, message] of states) await assert.rejects(engine.restore({ ...state, ...change }), message);
        assert.deepEqual(await engine.state(), state);
      });
    });

    test('goes on from the last step that a state may have as from any late one', async () => {
      await withEngine(async (engine) => {
        await engine.trainBatch(0, first(32));
        const state = await engine.state();
        const [late, last] = [await after(200_000), await after(2 ** 30)];
        assert.equal(last.step, 2 ** 30 + 1);
        assert.deepEqual({ ...last, step: late.step }, late);
        async function after(step: number) {
          await engine.restore({ ...state, step });
          await engine.trainBatch(0, first(64).subarray(32));
          return engine.state();
        }
      });
    });

    test('answers nothing any more once it is closed', async () => {
      const engine = await createEngine(name as 'tfjs', { data, T: 5 });
      await engine.close();
      await engine.close();
      const shown = { split: 'test', epoch: 0 } as const;
      for (const call of [
        () => engine.trainBatch(0, first(1)),
        () => engine.rates({ ...shown, indices: first(1) }),
        () => engine.trace({ ...shown, index: 0 }),
        () => engine.state(),
        () => engine.restore(freshState(new Float32Array(7840))),
      ]) {
        await assert.rejects(call, new RegExp(`${name} engine: expected an open engine, found a closed one; create`));
      }
    });
  });
}

test('data that change after the event engine was made change nothing, with one thread or two', async () => {
  const lossOf = async (threads: number, own: Mnist, change = () => {}) => {
    const engine = await createEngine('event', { data: own, T: 5, seed: 4, threads });
    change();
    const result = await engine.trainBatch(0, first(64));
    await engine.close();
    return result;
  };
  const expected = await lossOf(1, data);
  for (const threads of [1, 2]) {
    const { train, test } = data;
    // The same bytes in memory that no thread shares.
    const own = { ...train, images: Uint8Array.from(train.images), labels: Uint8Array.from(train.labels) };
    const found = await lossOf(threads, { train: own, test }, () => own.images.fill(0) && own.labels.fill(0));
    assert.deepEqual(found, expected);
  }
});

test('data that are not the bytes of images and labels are refused in one line', () => {
  const { train: whole, test: rest } = data;
  const wrong: [object, RegExp][] = [
    [
      { images: Float32Array.from(whole.images, (byte) => byte / 255) },
      /^TypeError: data\.train\.images: expected a Uint8Array, as loadMnist\(\) returns it, found Float32Array$/,
    ],
    [{ count: Number.NaN }, /data\.train: expected NaN images/],
    [{ images: whole.images.subarray(0, 784) }, /data\.train: expected 300 images/],
    [{ labels: whole.labels.map(() => 200) }, /labels from 0 to 9, found 200/],
  ];
  for (const [change, message] of wrong) {
    const options = { data: { train: { ...whole, ...change }, test: rest } } as EngineOptions;
    assert.throws(() => resolveEngineOptions(options), message);
  }
});

test('a history that one call extends is refused to another', async () => {
  const engine = await createEngine('event', { data, T: 5, batchSize: 64 });
  const history = newHistory();
  const running = train({ engine, epochs: 2, history });
  await assert.rejects(
    train({ engine, epochs: 3, history }),
    /expected a history that no other call of train is extending; await/,
  );
  await running;
  assert.deepEqual([history.epoch, history.trainAccs.length], [2, 8]);
  await train({ engine, epochs: 3, history });
  assert.deepEqual([history.epoch, history.trainAccs.length], [3, 12]);
  await engine.close();
});

test('the accuracy of a number of images that is none, or of more than there are, is refused', async () => {
  const engine = await createEngine('event', { data, T: 5 });
  for (const images of [2.5, 0, -1, Number.NaN, 101]) {
    const message = `images: expected a whole number from 1 to 100, found ${images}`;
    await assert.rejects(accuracy(engine, 0, images), { name: 'RangeError', message });
  }
  await assert.rejects(train({ engine, epochs: 1, testImages: 101 }), {
    message: 'testImages: expected a whole number from 0 to 100, found 101',
  });
  await engine.close();
});

test('what only looks like an engine is refused in one line', async () => {
  const engine = { trainBatch() {}, rates() {} } as never;
  const message = 'engine: expected what createEngine() returns, found an object';
  await assert.rejects(train({ engine }), { name: 'TypeError', message });
  await assert.rejects(accuracy(engine), { name: 'TypeError', message });
});

describe('an option that nobody reads is refused', () => {
  const trains = { trains: [{ units: [0], times: [0] }], labels: [0] };
  const stray = (options: object) => ({ ...options, lerningRate: 1 }) as never;
  const DOORS: [string, (options: (some?: object) => never) => unknown][] = [
    ['createEngine', (options) => createEngine('event', options({ data }))],
    ['createEngine', (options) => createEngine('tfjs', options({ data }))],
    ['neuron', (options) => createEngine('event', { data, neuron: options({ tau: 3 }) })],
    ['AnnEngine', (options) => new AnnEngine(options({ data }))],
    ['PlainEngine', (options) => new PlainEngine(options({ data }))],
    ['train', async (options) => train(options({ engine: new AnnEngine({ data }) }))],
    ['ann.train', (options) => trainAnn(ann(), options({ data, loss: crossEntropy }))],
    ['ann', (options) => ann(options())],
    ['snn', (options) => snn(options())],
    ['LIFNode', (options) => new LIFNode(options())],
    ['PoissonEncoder', (options) => new PoissonEncoder(options())],
    ['LatencyEncoder', (options) => new LatencyEncoder(options({ T: 3 }))],
    ['randman', (options) => datasets.randman(options())],
    ['readShd', (options) => datasets.readShd(options())],
    ['eventTrains', (options) => datasets.eventTrains(options())],
    [
      'makeSpikeTrains',
      (options) => datasets.makeSpikeTrains(options({ units: 1, T: 1, train: trains, test: trains })),
    ],
  ];
  for (const [name, open] of DOORS) {
    test(`by ${name}`, async () => {
      const message = new RegExp(`^RangeError: ${name}: expected [\\w, ]+, found the option 'lerningRate'$`);
      await assert.rejects(async () => open((some = {}) => stray(some)), message);
    });
  }

  test('by the event engine, where the tfjs engine alone takes it', async () => {
    for (const [name, value] of Object.entries({ network: snn(), stepMode: 'multi' })) {
      await assert.rejects(createEngine('event', { data, [name]: value } as never), {
        name: 'TypeError',
        message: `${name}: expected none, since the engine 'tfjs' alone takes it, found one`,
      });
    }
  });

  test('unless it is undefined, which asks for nothing', () => {
    assert.equal(new LIFNode({ tau: 3, later: undefined } as never).tau, 3);
  });

  test('and an option of a layer that is undefined is the network’s', () => {
    const neuron = { beta: 0.5, tau: 3, tauAdapt: undefined };
    const [layer] = resolveLayers({ layers: [{ neurons: 5, neuron: { tau: undefined } }, {}], neuron });
    assert.deepEqual(layer.neuron, { ...DEFAULT_NEURON, beta: 0.5, tau: 3 });
  });
});

test('a network that is handed in keeps its own neurons and width, and others are refused', async () => {
  const network = snn({ hidden: 20 });
  const create = (options: object) => createEngine('tfjs', { data, network, ...options });
  await assert.rejects(create({ hidden: 50 }), { message: 'hidden: expected 20, as the network has, found 50' });
  await assert.rejects(createEngine('tfjs', { data, network: snn(), hidden: 50 }), {
    message: 'hidden: expected none, as the network has, found 50',
  });
  await assert.rejects(create({ neuron: { tau: 3 } }), {
    message: 'neuron: expected none, since the network has neurons of its own, found options',
  });
  assert.equal((await create({ hidden: 20 })).options.hidden, 20);
});

test('labels of samples that are not there, and weights that are not finite, are refused', () => {
  for (const index of [300, -1, 0.5]) {
    assert.throws(() => oneHotLabels(data.train, [0, index]), {
      name: 'RangeError',
      message: `indices: expected samples from 0 to 299, found ${index}`,
    });
  }
  const weights = new Float32Array(7840).fill(Number.NaN, 5, 6);
  assert.throws(() => setWeights(snn(), weights), { message: 'weights: expected finite numbers, found NaN' });
});

test('a seed, a switch or an epoch that is none is refused', () => {
  for (const seed of [Number.NaN, 'x', -1, 2 ** 32, 0.5] as number[]) {
    for (const make of [
      () => new PoissonEncoder({ seed }),
      () => snn({ seed }),
      () => ann({ seed }),
      () => new RandomStream(seed, 4),
    ]) {
      assert.throws(make, /^RangeError: seed: expected a whole number from 0 to 4294967295, found /);
    }
  }
  for (const name of ['decayInput', 'detachReset', 'storeSequences'])
    assert.throws(() => new LIFNode({ [name]: 'no' }), { message: `${name}: expected true or false, found 'no'` });
  const begin = (change: object) => () =>
    new PoissonEncoder().begin({ split: 'train', epoch: 0, indices: [0], ...change });
  assert.throws(begin({ epoch: 1.5 }), /^RangeError: epoch: expected a whole number/);
  assert.throws(begin({ indices: [-1] }), /^RangeError: indices: expected a whole number/);
});

test('a PoissonEncoder sees that a variable has new values', () => {
  const image = tf.variable(tf.zeros([1, 4]));
  const encoder = new PoissonEncoder();
  assert.deepEqual(spikeTrain(encoder, image, 3), new Uint8Array(12));
  image.assign(tf.ones([1, 4]));
  assert.deepEqual(spikeTrain(encoder, image, 3), new Uint8Array(12).fill(1));
  image.dispose();
});

test('a PoissonEncoder keeps to the images that it was told to begin with', () => {
  const image = tf.fill([2, 784], 0.5);
  const shown = (indices: number[], change: () => void) => {
    const encoder = new PoissonEncoder({ seed: 2 }).begin({ split: 'train', epoch: 1, indices });
    change();
    return spikeTrain(encoder, image, 3);
  };
  const indices = [5, 6];
  assert.deepEqual(
    shown(indices, () => indices.fill(0)),
    shown([5, 6], () => {}),
  );
  image.dispose();
});
