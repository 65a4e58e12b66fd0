/** Networks of ours in SpikingJelly, snnTorch and Norse, and theirs in ours: the same spikes. */

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { createEngine } from '../../../hosts/node/engines';
import { fromNir, fromPth, fromSafetensors, toNir, toSafetensors } from '../../../packages/formats/exchange';
import type { SavedNetwork } from '../../../packages/formats/layers-model';
import { type Engine, type EngineState, freshState, type ReadoutName } from '../../../packages/networks/options/engine';
import {
  type LayerOptions,
  type ResolvedLayer,
  resolveLayers,
  type SomeLayers,
} from '../../../packages/networks/options/layers';
import { DEFAULT_NEURON, type NeuronOptions } from '../../../packages/networks/options/neuron-options';
import { hiddenOf, initialParameters, parameters, splitParameters } from '../../../packages/networks/options/weights';
import { train } from '../../../packages/networks/train';
import type { Mnist, MnistSplit } from '../../../src/common/mnist';
import { countCorrect } from '../../../src/training/metrics';
import { ask, data, root, trained } from './frameworks';

const folder = join(root, 'build', 'peers');
const leaving = join(folder, 'leave');
const arriving = join(folder, 'arrive');
const T = 100;
/** Other numbers of classes than ten. */
const CLASSES = [2, 20, 100];

const peers = <R>(what: string, where: string) => ask<R>('peers.py', what, where);

/** The images with so many classes; their labels are of no account. */
function ofClasses(classes: number): Mnist {
  const changed = (split: MnistSplit) => ({ ...split, labels: split.labels.map((label) => label % classes) });
  return { train: changed(data.train), test: changed(data.test), classes };
}

/** Output spikes [images, T, outputs] of this network for the first test images. */
async function spikesOf(weights: Float32Array, neuron: NeuronOptions, images: number, shape: SomeLayers = {}) {
  const outputs = shape.layers?.at(-1)?.neurons ?? 10;
  const engine = await createEngine('event', { data: ofClasses(outputs), T, ...shape, neuron });
  await engine.restore(freshState(weights));
  const spikes = new Uint8Array(images * T * outputs);
  for (let index = 0; index < images; index++) {
    const { spike } = await engine.trace({ split: 'test', epoch: 0, index });
    spikes.set(spike, index * T * outputs);
  }
  await engine.close();
  return spikes;
}

/** The input spikes of the same images, as bits. */
async function writeInput(where: string, images: number): Promise<void> {
  const engine = await createEngine('event', { data, T });
  const bits = new Uint8Array((images * T * 784) / 8);
  for (let index = 0; index < images; index++) {
    const spikes = await engine.spikes({ split: 'test', epoch: 0, index });
    const from = (index * T * 784) / 8;
    for (let i = 0; i < spikes.length; i++) bits[from + (i >> 3)] |= spikes[i] << (i & 7);
  }
  await engine.close();
  writeFileSync(join(where, 'input.bits'), bits);
}

const bytesOf = (...path: string[]) => new Uint8Array(readFileSync(join(...path)));
const count = (spikes: Uint8Array) => spikes.reduce((sum, spike) => sum + spike, 0);
const countDifferent = (a: Uint8Array, b: Uint8Array) => a.reduce((sum, value, i) => sum + Number(value !== b[i]), 0);

before(() => {
  rmSync(folder, { recursive: true, force: true });
  for (const path of [leaving, arriving]) mkdirSync(path, { recursive: true });
});

describe('Networks that leave as NIR', () => {
  interface Leaving {
    T?: number;
    hidden?: number;
    learningRate?: number;
    neuron?: Partial<NeuronOptions>;
    /** Of a network that is not trained: its initial weights are large. */
    layers?: LayerOptions[];
    /** Of outputs that do not fire. */
    readout?: ReadoutName;
    /** In place of a training's. */
    weights?: Float32Array;
    images: number;
  }
  /** Multiples of a half: potentials are then often exactly at the threshold. */
  const halves = Float32Array.from({ length: 7840 }, (_, at) => (((3 * Math.floor(at / 10) + (at % 10)) % 5) - 2) / 2);
  const slow = { tau: 10, decayInput: false };
  // In all layers: a LIF of an input that does not decay is another one in Norse.
  const lasting = [{ neurons: 30, synapse: { tau: 4 } }, { synapse: { tau: 2 } }];
  /** Weights by which all layers fire, and time constants and biases that differ. */
  function large(layers: readonly ResolvedLayer[]): Float32Array {
    const all = parameters(layers);
    const numbers = initialParameters(1, layers).map((weight) => 8 * weight);
    splitParameters(numbers, all).forEach((part, i) => {
      if (all[i].kind === 'w') part.set(part.map((_, j) => -Math.log(1.5 + (j % 7))));
      if (all[i].kind === 'bias') part.set(part.map((_, j) => (j % 5) / 8));
    });
    return numbers;
  }
  const NETWORKS: Record<string, Leaving> = {
    single: { images: 2000 },
    hidden: { T: 20, hidden: 96, learningRate: 2e-3, images: 2000 },
    'tau 3': { neuron: { tau: 3 }, images: 500 },
    'input that does not decay': { T: 20, neuron: { decayInput: false }, images: 500 },
    'reset to -0.1': { T: 20, neuron: { vReset: -0.1 }, images: 500 },
    'potentials at the threshold': { weights: halves, images: 500 },
    'three layers': { layers: [{ neurons: 30 }, { neurons: 20 }, {}], images: 100 },
    'currents that last': { layers: lasting, neuron: slow, images: 100 },
    'currents that last, input that decays': { layers: lasting, images: 100 },
    'outputs that are read': { weights: halves, readout: 'last-potential', images: 100 },
    'neurons that hear one another': { layers: [{ neurons: 30, recurrent: true }, {}], images: 100 },
    'layers that convolve': {
      layers: [
        { convolve: { channels: 4, kernel: 5 }, pool: 'spikes' },
        { convolve: { channels: 14, kernel: 3, stride: 2, padding: 1, bias: true }, pool: 'spikes' },
        { neurons: 20 },
        {},
      ],
      images: 50,
    },
    ...Object.fromEntries(
      CLASSES.map((classes) => [
        `${classes} classes`,
        { layers: [{ neurons: 30 }, { neurons: classes }], images: 100 },
      ]),
    ),
    'a tau of each neuron': { layers: [{ neurons: 30, learn: 'tau of each neuron' }, {}], images: 100 },
  };
  let differ: Record<string, Record<string, number | string>>;

  before(async () => {
    await writeInput(leaving, 2000);
    for (const [name, { images, weights: made, neuron: some, layers: wanted, readout, ...options }] of Object.entries(
      NETWORKS,
    )) {
      const neuron = { ...DEFAULT_NEURON, ...some };
      const layers = wanted && resolveLayers({ layers: wanted, neuron });
      const weights = made ?? (layers ? large(layers) : await trained({ T, ...options, neuron }));
      const shape = layers ? { layers } : { hidden: options.hidden };
      const spikes = readout ? new Uint8Array(images * T * 10) : await spikesOf(weights, neuron, images, shape);
      assert.equal(spikes.length, images * T * (layers?.at(-1)?.neurons ?? 10));
      if (!readout) assert.ok(count(spikes) > images * 50, `${name}: ${count(spikes)} spikes`);
      writeFileSync(join(leaving, `${name}.u8`), spikes);
      writeFileSync(join(leaving, `${name}.nir`), toNir({ weights, neuron, readout, layers }));
    }
    differ = await peers('leave', leaving);
  });

  const PEERS = ['SpikingJelly', 'snnTorch', 'Norse'];
  for (const name of ['single', 'hidden']) {
    for (const peer of PEERS) {
      test(`give the same 2,000,000 output entries in ${peer}: ${name}`, () => assert.equal(differ[name][peer], 0));
    }
  }

  test('give the same 500,000 output entries in all three with a tau of 3', () => {
    assert.deepEqual(differ['tau 3'], { SpikingJelly: 0, snnTorch: 0, Norse: 0 });
  });

  test('give others in Norse if the input does not decay: it does not look at r', () => {
    const { Norse, ...rest } = differ['input that does not decay'];
    assert.deepEqual(rest, { SpikingJelly: 0, snnTorch: 0 });
    assert.ok(Number(Norse) > 10_000, `${Norse} differ`);
  });

  test('are refused by snnTorch if they do not reset to 0', () => {
    const { SpikingJelly, snnTorch } = differ['reset to -0.1'];
    assert.equal(SpikingJelly, 0);
    assert.equal(snnTorch, 'v_leak not supported');
  });

  test('give others in snnTorch and Norse where a potential is exactly at the threshold: they fire above it', () => {
    const { SpikingJelly, snnTorch, Norse } = differ['potentials at the threshold'];
    assert.equal(SpikingJelly, 0);
    assert.ok(Number(snnTorch) > 1000, `${snnTorch} differ`);
    assert.equal(Norse, snnTorch);
  });

  test('of 2, 20 and 100 classes give the same spikes in all three', () => {
    for (const classes of CLASSES) {
      assert.deepEqual(differ[`${classes} classes`], { SpikingJelly: 0, snnTorch: 0, Norse: 0 }, `${classes} classes`);
    }
  });

  test('of other layers are read as far as each framework can, and then give the same spikes', () => {
    for (const name of ['three layers', 'currents that last']) {
      assert.deepEqual(differ[name], { SpikingJelly: 0, snnTorch: 0, Norse: 0 }, name);
    }
    const { snnTorch: refusal, ...recurrent } = differ['neurons that hear one another'];
    assert.deepEqual(recurrent, { SpikingJelly: 0, Norse: 0 });
    assert.match(String(refusal), /GraphModule/, 'which its own reader cannot go through');
    const { snnTorch, ...each } = differ['a tau of each neuron'];
    assert.deepEqual(each, { SpikingJelly: 'nir.LIF.tau must be uniform across all neurons.', Norse: 0 });
    assert.ok(Number(snnTorch) > 1000, `${snnTorch} differ`);
  });

  test('whose layers convolve give the same spikes in SpikingJelly and snnTorch; Norse has no means of spikes', () => {
    const { Norse, ...same } = differ['layers that convolve'];
    assert.deepEqual(same, { SpikingJelly: 0, snnTorch: 0 });
    assert.equal(Norse, "'pool'", 'the node that it leaves out, and then misses');
  });

  test('whose currents last are refused by SpikingJelly and snnTorch if the input decays with the potential', () => {
    const { SpikingJelly, snnTorch } = differ['currents that last, input that decays'];
    assert.equal(SpikingJelly, 'nir.CubaLIF.r must equal tau_mem / dt.');
    assert.equal(snnTorch, 'r not supported in CubaLIF');
  });

  test('whose outputs do not fire are refused by SpikingJelly and snnTorch, and Norse hands out their currents', () => {
    const { SpikingJelly, snnTorch, Norse } = differ['outputs that are read'];
    for (const refusal of [SpikingJelly, snnTorch]) assert.match(String(refusal), /Unknown node type .*\.LI'/);
    // 100 images, 100 steps, ten currents; most are not 0.
    assert.ok(Number(Norse) > 50_000, `${Norse} differ`);
  });

  test('give others in Norse if it is not told the time step', () => {
    assert.ok(Number(differ.single['Norse without dt']) > 100_000, `${differ.single['Norse without dt']} differ`);
  });
});

describe('Networks that arrive', () => {
  before(async () => {
    await writeInput(arriving, 500);
    await peers('arrive', arriving);
  });

  const differences = async ({ weights, neuron }: SavedNetwork, name: string) => {
    const spikes = await spikesOf(weights, neuron, 500, hiddenOf(weights.length));
    const theirs = bytesOf(arriving, `${name}.u8`);
    assert.equal(theirs.length, 500_000);
    assert.ok(count(theirs) > 25_000, `${count(theirs)} spikes`);
    return countDifferent(spikes, theirs);
  };
  test('give the same 100,000 output entries here if they convolve in SpikingJelly, as NIR and as .pth', async () => {
    const wanted: LayerOptions[] = [
      { convolve: { channels: 4, kernel: 5 }, pool: 'spikes' },
      { convolve: { channels: 6, kernel: 3, stride: 2, padding: 1 } },
      {},
    ];
    const layers = resolveLayers({ layers: wanted });
    const found = fromNir(bytesOf(arriving, 'convolved.nir'));
    assert.deepEqual(found.layers, layers);
    const { weights } = fromPth(bytesOf(arriving, 'convolved.pth'), 'convolved.pth', layers);
    assert.deepEqual(found.weights, weights);
    const theirs = bytesOf(arriving, 'convolved.u8');
    assert.ok(count(theirs) > 1000, `${count(theirs)} spikes`);
    assert.equal(countDifferent(await spikesOf(weights, DEFAULT_NEURON, 100, { layers }), theirs), 0);
  });

  test('give the same output entries here with 2, 20 and 100 classes, as NIR, as .pth and as safetensors', async () => {
    for (const classes of CLASSES) {
      const name = `classes-${classes}`;
      const { weights } = fromPth(bytesOf(arriving, `${name}.pth`));
      assert.deepEqual(fromSafetensors(bytesOf(arriving, `${name}.safetensors`)).weights, weights);
      for (const peer of ['spikingjelly', 'snntorch-zero']) {
        const { weights: found, neuron, layers } = fromNir(bytesOf(arriving, `${name}-${peer}.nir`));
        assert.deepEqual(
          layers?.map(({ neurons }) => neurons),
          [30, classes],
        );
        // In snnTorch's graph weights are halved, since its input does not decay.
        if (peer === 'spikingjelly') assert.deepEqual(found, weights);
        const theirs = bytesOf(arriving, `${name}-${peer}.u8`);
        assert.ok(count(theirs) > 1000, `${count(theirs)} spikes`);
        const different = countDifferent(await spikesOf(found, neuron, 500, { layers }), theirs);
        // Rounding, as below.
        assert.ok(different <= 10, `${different} of ${theirs.length} differ with ${classes} classes`);
      }
    }
  });

  const nirOf = (name: string) => fromNir(bytesOf(arriving, `${name}.nir`));

  // PyTorch adds up in an order that depends on the processor: on an AMD EPYC rounding lifted three entries over the
  // threshold that were equal on an Intel Xeon.
  for (const [layers, most] of [
    ['single', 0],
    ['hidden', 10],
  ] as const) {
    const isGiven = (different: number) => assert.ok(different <= most, `${different} of 500,000 differ`);
    for (const peer of ['spikingjelly', 'snntorch-zero']) {
      const name = `${layers}-${peer}`;
      test(`give the same 500,000 output entries here: ${name}`, async () =>
        isGiven(await differences(nirOf(name), name)));
    }

    test(`give them also out of SpikingJelly's state_dict, as .pth and as safetensors: ${layers}`, async () => {
      const { weights } = fromPth(bytesOf(arriving, `${layers}.pth`));
      assert.deepEqual(fromSafetensors(bytesOf(arriving, `${layers}.safetensors`)), { weights });
      isGiven(await differences({ weights, neuron: DEFAULT_NEURON }, `${layers}-spikingjelly`));
    });
  }

  test("are others if snnTorch's soft reset was written as a hard one, and nearly the same when it is put right", async () => {
    const name = 'single-snntorch-subtract';
    const { weights, neuron } = nirOf(name);
    const [hard, soft] = [
      await differences({ weights, neuron }, name),
      await differences({ weights, neuron: { ...neuron, vReset: null } }, name),
    ];
    assert.ok(hard > 10_000, `${hard} differ`);
    // Where a potential is above twice the threshold, snnTorch subtracts once more in the next step, and we do not.
    assert.ok(soft < hard / 10, `${soft} of ${hard} differ`);
  });

  test("are refused where Norse's exporter writes a time constant that is one step too small", () => {
    assert.throws(() => nirOf('norse'), /time step of 0\.0001 s \(tau/);
  });
});

describe("A checkpoint of SpikingJelly's after five epochs of 60,000 images", () => {
  const EPOCHS = 5;
  const STEPS = Math.floor(data.train.count / 128);
  const SEEDS = 8;
  /** Student's t with SEEDS − 1 degrees of freedom, two-sided, 99.9 %: scipy.stats.t.ppf(0.9995, 7). */
  const T_999 = 5.4079;

  interface Worth {
    accuracy: number;
    loss: number;
  }
  let there: Record<'at the checkpoint' | 'after five more epochs', Worth>;
  let checkpoint: EngineState;
  const here: Worth[] = [];
  let weights: Float32Array;

  /** What a network is worth on the test images, with the spikes of this epoch. */
  async function measure(engine: Engine, epoch = 0): Promise<Worth> {
    const { test } = data;
    const indices = Uint32Array.from({ length: test.count }, (_, i) => i);
    const rates = await engine.rates({ split: 'test', epoch, indices });
    const loss = rates.reduce((sum, rate, at) => {
      const wanted = test.labels[Math.floor(at / 10)] === at % 10 ? 1 : 0;
      return sum + (rate - wanted) ** 2;
    }, 0);
    return { accuracy: countCorrect(rates, test, indices) / test.count, loss: loss / rates.length };
  }

  async function withEngine<R>(state: EngineState, use: (engine: Engine) => Promise<R>, seed = 0): Promise<R> {
    const engine = await createEngine('event', { data, T: 20, seed });
    await engine.restore(state);
    const result = await use(engine);
    await engine.close();
    return result;
  }

  async function goOn(engine: Engine): Promise<Worth> {
    await train({ engine, epochs: EPOCHS, testImages: 0 });
    const state = await engine.state();
    assert.equal(state.step, 2 * EPOCHS * STEPS);
    weights ??= state.weights;
    return measure(engine);
  }

  before(async () => {
    there = await peers('train', arriving);
    const { state, epoch } = fromPth(bytesOf(arriving, 'checkpoint.pth'));
    assert.ok(state);
    assert.deepEqual([state.step, epoch], [EPOCHS * STEPS, EPOCHS - 1]);
    checkpoint = state;
    for (let seed = 0; seed < SEEDS; seed++) here.push(await withEngine(state, goOn, seed));
  });

  /** How far one more value of the same kind may be from the mean of eight: their prediction interval. */
  function noise(values: readonly number[]) {
    const mean = values.reduce((a, b) => a + b) / SEEDS;
    const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (SEEDS - 1));
    return { mean, most: T_999 * deviation * Math.sqrt(1 + 1 / SEEDS) };
  }

  /** The loss of a network here is that there, within the noise of the input spikes. */
  async function assertSame(state: EngineState, loss: number) {
    const epochs = Array.from({ length: SEEDS }, (_, epoch) => epoch);
    const losses = await withEngine(state, async (engine) => {
      const found: number[] = [];
      for (const epoch of epochs) found.push((await measure(engine, epoch)).loss);
      return found;
    });
    const { mean, most } = noise(losses);
    assert.ok(Math.abs(loss - mean) < most, `${loss} there, ${mean} ± ${most} here`);
  }

  for (const what of ['accuracy', 'loss'] as const) {
    test(`goes on here for five more, and ends where it ends there, within the noise of eight seeds: ${what}`, (t) => {
      const { mean, most } = noise(here.map((worth) => worth[what]));
      const [start, end] = [there['at the checkpoint'][what], there['after five more epochs'][what]];
      t.diagnostic(`${start} at the checkpoint, ${end} after five more there, ${mean} ± ${most} here`);
      assert.ok(Math.abs(end - mean) < most, `${end} there, ${mean} ± ${most} here`);
      // The loss also tells five epochs from ten; the accuracy has nearly come to its end.
      if (what === 'loss') assert.ok(start - mean > most, `${start} at the checkpoint, ${mean} ± ${most} after it`);
    });
  }

  test('has the same loss here as there', () => assertSame(checkpoint, there['at the checkpoint'].loss));

  test('comes back after ten: the same spikes and the same loss in SpikingJelly', async () => {
    writeFileSync(join(arriving, 'again.safetensors'), toSafetensors({ weights, neuron: DEFAULT_NEURON }));
    writeFileSync(join(arriving, 'again.u8'), await spikesOf(weights, DEFAULT_NEURON, 500));
    const { differ, loss } = await peers<Worth & { differ: number }>('again', arriving);
    assert.equal(differ, 0);
    await assertSame(freshState(weights), loss);
  });
});
