// The share of each stage of the kernel, on one thread: how long an image takes up to a stage, less up to the one before.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { root } from '../system/project.mjs';

const load = createRequire(import.meta.url);

/**
 * Microseconds per image of each stage; the least of many rounds, as a disturbance only ever adds.
 * @param {import('../../src/common/mnist.js').Mnist} data
 * @param {import('../../src/common/neuron-options.js').NeuronOptions} neuron
 * @returns {Promise<Record<string, number>>}
 */
export async function stages(data, neuron, T = 100, images = 200, rounds = 60) {
  const { EventCore } = load('../../dist/event/core.js');
  const { compileKernel } = load('../../dist/event/kernel-module.js');
  const { createMemory } = load('../../dist/event/memory.js');
  const { Purpose, initialWeights } = load('../../dist/common/random.js');
  const options = { data: {}, seed: 0, T, batchSize: 128, learningRate: 1e-3, neuron, threads: 1 };
  const bytes = readFileSync(join(root, 'dist', 'event', 'kernel.wasm'));
  const core = new EventCore(await compileKernel(bytes, 1), createMemory(options), options);
  core.restore({ weights: initialWeights(0, 784, 10), m: new Float32Array(7840), v: new Float32Array(7840), step: 0 });
  const { kernel, scratch, map } = core;
  const { functions, addresses } = kernel;
  const memory = new Uint8Array(core.memory.buffer);
  core.begin({ purpose: Purpose.TrainSpikes, epoch: 0, indices: [0] });
  const steps = Math.min(T, 128);
  const input = scratch + addresses.INPUT;
  const output = scratch + addresses.OUTPUT;
  const rows = output + addresses.BLOCK_ROWS;
  const parts = {
    copy: (/** @type {number} */ i) =>
      memory.set(data.train.images.subarray(i * 784, (i + 1) * 784), scratch + addresses.IMAGE),
    'find pixels': () => functions.present(scratch),
    'draw spikes': (/** @type {number} */ i) => functions.encode(scratch, i, 0, steps),
    'add up currents': () => {
      functions.prepareInput(input, steps);
      functions.currents(scratch, input, map.weights, rows, steps);
    },
    'LIF forward': () => {
      functions.restAll(scratch);
      functions.fire(output, 0, steps);
    },
    'LIF backward': () => functions.back(scratch, output, scratch + addresses.SPIKE_GRADIENT, 0, steps),
    'add up gradient': () => functions.addGradient(scratch, input, rows, map.gradients, steps),
  };
  const stagesInOrder = Object.values(parts);
  const least = new Array(stagesInOrder.length + 1).fill(Number.POSITIVE_INFINITY);
  for (let round = 0; round < rounds; round++) {
    for (let upTo = 0; upTo <= stagesInOrder.length; upTo++) {
      const begin = performance.now();
      for (let i = 0; i < images; i++) for (let stage = 0; stage < upTo; stage++) stagesInOrder[stage](i);
      least[upTo] = Math.min(least[upTo], ((performance.now() - begin) / images) * 1e3);
    }
  }
  return Object.fromEntries(Object.keys(parts).map((name, i) => [name, least[i + 1] - least[i]]));
}
