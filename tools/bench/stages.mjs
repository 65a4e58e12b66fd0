// The share of each stage of the kernel, on one thread: how long an image takes up to a stage, less up to the one
// before.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { root } from '../../packages/system/project.mjs';

const load = createRequire(import.meta.url);
/** @type {typeof import('../../src/common/mnist.js')} */
const { CLASSES, IMAGE_SIZE } = load('../../dist/src/common/mnist.js');

/** Batches of training after which hidden neurons fire as often as in most of it; before, they are silent. */
const AWAKE = 100;

/** @typedef {import('../../src/common/mnist.js').Mnist} Mnist */
/** @typedef {import('../../src/common/neuron-options.js').NeuronOptions} NeuronOptions */
/** @typedef {Record<string, (image: number) => void>} Parts */

/**
 * The state of a network whose neurons fire.
 * @param {Mnist} data
 * @param {number} hidden
 */
async function trained(data, hidden) {
  const { createEngine } = load('../../dist/hosts/node/engines.js');
  const engine = await createEngine('event', { data, hidden, T: 20, learningRate: 2e-3, threads: 1 });
  for (let batch = 0; batch < AWAKE; batch++) {
    await engine.trainBatch(
      0,
      Uint32Array.from({ length: 128 }, (_, i) => 128 * batch + i),
    );
  }
  const state = await engine.state();
  await engine.close();
  return state;
}

/**
 * The kernel on one thread.
 * @param {Mnist} data
 * @param {NeuronOptions} neuron
 * @param {number | undefined} hidden
 * @param {number} T
 */
async function makeCore(data, neuron, hidden, T) {
  const { EventCore } = load('../../dist/packages/event-engine/core.js');
  const { compileKernel } = load('../../dist/packages/event-engine/kernel-module.js');
  const { createMemory } = load('../../dist/packages/event-engine/memory.js');
  const { DEFAULT_TRAINING } = load('../../dist/src/common/engine.js');
  const { resolveLayers } = load('../../dist/src/common/layers.js');
  const { Purpose, initialWeights } = load('../../dist/src/common/random.js');
  /** @type {import('../../packages/event-engine/memory.js').CoreOptions} */
  const options = {
    ...DEFAULT_TRAINING,
    data: {},
    seed: 0,
    T,
    batchSize: 128,
    learningRate: 1e-3,
    layers: resolveLayers({ hidden, neuron }),
    threads: 1,
  };
  const bytes = readFileSync(join(root, 'dist', 'packages', 'event-engine', 'kernel.wasm'));
  /** @type {import('../../packages/event-engine/core.js').EventCore} */
  const core = new EventCore(await compileKernel(bytes, 1), createMemory(options), options);
  const size = IMAGE_SIZE * CLASSES;
  const moments = { m: new Float32Array(size), v: new Float32Array(size) };
  const silent = { weights: initialWeights(0, IMAGE_SIZE, CLASSES), ...moments, step: 0 };
  core.restore(hidden ? await trained(data, hidden) : silent);
  core.begin({ purpose: Purpose.TrainSpikes, epoch: 0, indices: [0] });
  core.prepare();
  return core;
}

/**
 * The stages in their order, and the way of an image through all of them.
 * @param {Awaited<ReturnType<typeof makeCore>>} core
 * @param {Mnist} data
 * @param {number} T
 */
function stagesOf(core, data, T) {
  const { kernel, scratch, map } = core;
  const { functions, addresses } = kernel;
  const memory = new Uint8Array(core.memory.buffer);
  const [input, output] = [scratch + addresses.INPUT, scratch + addresses.OUTPUT];
  const rows = output + addresses.BLOCK_ROWS;
  const [first, last] = map.layers;

  /** @type {Parts} */
  const before = {
    copy: (i) =>
      memory.set(data.train.images.subarray(i * IMAGE_SIZE, (i + 1) * IMAGE_SIZE), scratch + addresses.IMAGE),
    'find pixels': () => functions.present(scratch),
    'draw spikes': (i) => functions.encode(scratch, i, 0, T),
  };
  const backward = () => functions.back(scratch, output, rows, scratch + addresses.SPIKE_GRADIENT, 0, T);
  /** @type {Parts} */
  const single = {
    ...before,
    'add up currents': () => {
      functions.prepareInput(input, T);
      functions.currents(scratch, input, map.weights, rows, T);
    },
    'LIF forward': () => {
      functions.restAll(scratch);
      functions.fireLayer(scratch, map.weights, 0, 0, T);
    },
    'LIF backward': backward,
    'add up gradient': () => functions.addGradient(scratch, input, rows, map.gradients, T),
  };
  /** @type {Parts} */
  const deep = {
    ...before,
    'list spikes': () => functions.prepareInput(input, T),
    'hidden currents': () => {
      functions.layerCurrents(scratch, map.weights, 0, 0, T);
    },
    'hidden LIF forward': () => {
      functions.restAll(scratch);
      functions.fireLayer(scratch, map.weights, 0, 0, T);
    },
    'output currents': () => functions.layerCurrents(scratch, map.weights, 1, 0, T),
    'LIF forward': () => functions.fireLayer(scratch, map.weights, 1, 0, T),
    'LIF backward': backward,
    'gradient of W2': () =>
      functions.addGradient(scratch, scratch + first.makes, rows, map.gradients + map.parts[1].offset, T),
    'gradient of W1': () => {
      const { columns, place, placeStride } = first;
      for (let c = 0; c < columns; c++) {
        const dx = scratch + place + c * placeStride + addresses.BLOCK_ROWS;
        functions.addGradient(scratch, input, dx, map.gradients + c * map.parts[0].stride, T);
      }
    },
  };
  const whole = (/** @type {number} */ i) => {
    before.copy(i);
    before['find pixels'](i);
    functions.forward(scratch, map.weights, i, 0, 0);
    functions.backward(scratch, map.weights, map.gradients, i, data.train.labels[i]);
  };
  return { parts: last ? deep : single, whole };
}

/**
 * Microseconds per image of each stage; the least of many rounds, as a disturbance only ever adds. T is at most a block
 * of 128 steps.
 * @param {Mnist} data
 * @param {NeuronOptions} neuron
 * @param {number} [hidden] neurons of a hidden layer
 * @returns {Promise<Record<string, number>>}
 */
export async function stages(data, neuron, hidden, T = 100, images = 200, rounds = 60) {
  const { parts, whole } = stagesOf(await makeCore(data, neuron, hidden, T), data, T);
  const inOrder = Object.values(parts);
  const kinds = [...inOrder.map((_, last) => inOrder.slice(0, last + 1)), ...(hidden ? [[whole]] : [])];
  const least = new Array(kinds.length).fill(Number.POSITIVE_INFINITY);
  let empty = Number.POSITIVE_INFINITY;
  const time = (/** @type {Parts[string][]} */ work) => {
    const begin = performance.now();
    for (let i = 0; i < images; i++) for (const stage of work) stage(i);
    return ((performance.now() - begin) / images) * 1e3;
  };
  for (let round = 0; round < rounds; round++) {
    empty = Math.min(empty, time([]));
    for (const [k, work] of kinds.entries()) least[k] = Math.min(least[k], time(work));
  }
  const times = Object.fromEntries(
    Object.keys(parts).map((name, k) => [name, least[k] - (k > 0 ? least[k - 1] : empty)]),
  );
  // What the hidden neurons receive, and their backward pass, cannot be called alone: it is the rest of the whole.
  if (hidden) times['hidden LIF backward'] = least[kinds.length - 1] - least[inOrder.length - 1];
  return times;
}
