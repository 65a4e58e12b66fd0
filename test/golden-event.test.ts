import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { createEngine } from '../hosts/node/engines';
import type { EventEngine } from '../packages/event-engine/engine';
import { afterSpike, fires } from '../packages/networks/lif';
import { type EngineOptions, freshState, type NeuronOptions } from '../packages/networks/options/engine';
import { DEFAULT_NEURON } from '../packages/networks/options/neuron-options';
import { wholeMnist } from './support/data';
import { coreOf, simulateWithGradient, trainOnSpikes } from './support/given';
import {
  answersData,
  answersFile,
  assertAnswers,
  assertClose,
  assertGradient,
  assertHidden,
  assertHiddenRun,
  assertOptionRun,
  assertSums,
  assertTrace,
  hiddenFile,
  kernelOf,
  lifCases,
  neuronOptions,
  optionRuns,
  pack,
  pixels300to419,
  type TrainingRun,
  traceFile,
  trainingRuns,
} from './support/golden';

const trainedNeuron = ({ tau, surrogate, alpha }: TrainingRun['params']): NeuronOptions => ({
  ...DEFAULT_NEURON,
  tau,
  surrogateFunction: { name: surrogate, alpha },
});

const mnist = wholeMnist();

const engines: EventEngine[] = [];
after(() => Promise.all(engines.map((engine) => engine.close())));

async function create(options: EngineOptions): Promise<EventEngine> {
  const engine = await createEngine('event', { threads: 1, ...options });
  engines.push(engine);
  return engine;
}

/** An engine that is given currents or spikes, and needs no images. */
function engineOf(neuron: NeuronOptions, T: number, learningRate = 1e-3): Promise<EventEngine> {
  const none = { images: new Uint8Array(784), labels: new Uint8Array(1), count: 1 };
  return create({ data: { train: none, test: none }, T, learningRate, neuron });
}

for (const [number, golden] of lifCases().entries()) {
  const { T, batch, units, params } = golden;
  test(`golden event: LIF case ${number}, T ${T}, ${JSON.stringify(params)}`, async () => {
    const neuron = neuronOptions(params);
    const engine = await engineOf(neuron, T);
    const at = (t: number, row: number, unit: number) => (t * batch + row) * units + unit;
    const h = new Float32Array(golden.h.length);
    const v = new Float32Array(golden.h.length);
    const spike = new Float32Array(golden.h.length);
    const gradX = new Float32Array(golden.h.length);
    const rates = new Float32Array(batch * units);
    for (let row = 0; row < batch; row++) {
      for (let first = 0; first < units; first += 10) {
        const width = Math.min(10, units - first);
        const x = new Float32Array(T * 10);
        for (let t = 0; t < T; t++) for (let j = 0; j < width; j++) x[t * 10 + j] = golden.x[at(t, row, first + j)];
        const spikeGradient = (rate: Float32Array) =>
          rate.map(
            (r, j) => ((2 * (r - (first + j === golden.label[row] ? 1 : 0))) / (batch * units) / T) * +(j < width),
          );
        const found = simulateWithGradient(coreOf(engine), x, spikeGradient);
        for (let j = 0; j < width; j++) {
          rates[row * units + first + j] = found.rates[j];
          for (let t = 0; t < T; t++) {
            const i = at(t, row, first + j);
            h[i] = found.h[t * 10 + j];
            const fired = fires(h[i], neuron);
            spike[i] = Number(fired);
            v[i] = fired ? afterSpike(h[i], neuron) : h[i];
            gradX[i] = found.gradient[t * 10 + j];
          }
        }
      }
    }
    const loss =
      rates.reduce((sum, r, i) => sum + (r - (i % units === golden.label[Math.floor(i / units)] ? 1 : 0)) ** 2, 0) /
      rates.length;
    assert.deepEqual(Array.from(spike), golden.spike);
    assertClose(h, golden.h, 1e-6, 'h');
    assertClose(v, golden.v, 1e-6, 'v');
    assertClose(rates, golden.firing_rate, 1e-6, 'firing rates');
    assertClose([loss], [golden.loss], 1e-6, 'loss');
    assertGradient(gradX, golden.grad_x, 'dL/dx');
  });
}

for (const [number, run] of trainingRuns().entries()) {
  test(`golden event: training run ${number}, ${run.steps.length} steps of Adam with ${run.params.surrogate}, T ${run.params.T}`, async () => {
    const engine = await engineOf(trainedNeuron(run.params), run.params.T, run.params.lr);
    await engine.restore(freshState(kernelOf(run.weight_initial)));
    for (const step of run.steps) {
      const spikes = Uint8Array.from(Buffer.from(step.spikes, 'base64'));
      const { rates, loss, gradient } = trainOnSpikes(coreOf(engine), spikes, step.label);
      assertClose(rates, step.firing_rate, 1e-6, 'firing rates');
      assertClose([loss], [step.loss], 1e-6, 'loss');
      assertGradient(pixels300to419(gradient), step.grad_weight_pixels_300_419, 'gradient');
      assertSums(gradient, step, 'gradient');
    }
    assertClose((await engine.state()).weights, kernelOf(run.weight_final), 1e-5, 'weights after the last step');
  });
}

for (const neuron of traceFile().neurons) {
  test(`golden event: trace() of an image, ${JSON.stringify(neuron.params)}`, async () => {
    const golden = traceFile();
    const { seed, T } = golden;
    const engine = await create({ data: mnist, seed, T, neuron: neuronOptions(neuron.params) });
    assert.equal(
      pack(await engine.spikes({ split: 'test', epoch: 0, index: golden.image })),
      golden.spikes,
      'input spikes',
    );
    await assertTrace(engine, golden, neuron);
  });
}

for (const golden of hiddenFile().cases) {
  const { T, hidden, params } = golden;
  test(`golden event: ${hidden} hidden neurons, T ${T}, ${JSON.stringify(params)}`, async () => {
    await assertHidden(create, mnist, hiddenFile(), golden);
  });
}

for (const run of hiddenFile().runs) {
  test(`golden event: ${run.hidden} hidden neurons after ${run.steps.length} steps of Adam, T ${run.T}, ${JSON.stringify(run.params)}`, async () => {
    await assertHiddenRun(create, mnist, hiddenFile(), run);
  });
}

for (const { name, options, given, run } of optionRuns()) {
  test(`golden event: two batches, ${name}`, async () => {
    await assertOptionRun(await create({ data: mnist, ...options }), given, run);
  });
}

test('golden event: when firing rates tie, the answer is that of PyTorch’s argmax', async () => {
  const golden = answersFile();
  await assertAnswers(await create({ data: answersData(golden), T: golden.T }), golden);
});
