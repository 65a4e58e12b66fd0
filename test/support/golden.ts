/**
 * Reference values computed with SpikingJelly; `GOLDEN_DIR` names another folder with the same files.
 * test/golden/make_golden.py makes them and says what each file holds.
 */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RandmanOptions } from '../../packages/formats/datasets/randman';
import {
  type Engine,
  type EngineOptions,
  freshState,
  type LayerOptions,
  type NeuronOptions,
  type ResolvedEngineOptions,
} from '../../packages/networks/options/engine';
import { DEFAULT_NEURON } from '../../packages/networks/options/neuron-options';
import { initialNetwork, splitWeights } from '../../packages/networks/options/weights';
import type { SpikeTrain } from '../../packages/networks/spike-trains';
import type { Mnist } from '../../src/common/mnist';
import type { SurrogateName } from '../../src/common/surrogates';
import { accuracy, predictions } from '../../src/training/metrics';

/** Options of a LIFNode that decide about its potentials and spikes. */
interface ForwardParams {
  tau: number;
  decay_input: boolean;
  v_threshold: number;
  v_reset: number | null;
}

/** Options that decide about its gradient. */
interface GradientParams {
  surrogate: SurrogateName;
  alpha: number;
  detach_reset: boolean;
}

export interface LifCase {
  params: ForwardParams & GradientParams;
  T: number;
  batch: number;
  units: number;
  x: number[];
  label: number[];
  h: number[];
  v: number[];
  spike: number[];
  firing_rate: number[];
  loss: number;
  grad_x: number[];
}

export interface TrainingStep {
  image: number[];
  label: number[];
  spikes: string;
  firing_rate: number[];
  loss: number;
  grad_weight_pixels_300_419: number[];
  grad_weight_sum: number;
  grad_weight_abs_sum: number;
}

export interface TrainingRun {
  params: {
    tau: number;
    surrogate: SurrogateName;
    alpha: number;
    lr: number;
    adam_eps: number;
    T: number;
    batch: number;
  };
  weight_initial: string;
  weight_final: string;
  steps: TrainingStep[];
}

/** Neurons of lif-300.json: the arrays are base64 of float32, the spikes base64 of bits. */
interface LongNeurons extends Omit<LifCase, 'params' | 'x' | 'h' | 'v' | 'spike' | 'grad_x'> {
  params: ForwardParams;
  x: string;
  h: string;
  v: string;
  spike: string;
  gradients: { params: GradientParams; grad_x: string }[];
}

export interface AnnFile {
  image: number[];
  label: number[];
  weight: string;
  probability: number[];
  mse: number;
  cross_entropy: number;
  grad_mse: number[];
  grad_cross_entropy: number[];
  training: { lr: number; epochs: number } & Record<'mse' | 'cross_entropy', AnnTraining>;
}

interface AnnTraining {
  /** After each epoch. */
  accuracy: number[];
  weight_pixels_300_419: number[];
}

export interface TraceFile {
  seed: number;
  /** Index in the test set. */
  image: number;
  T: number;
  spikes: string;
  weight: string;
  current: string;
  neurons: { params: ForwardParams; h: string; v: string; spike: string }[];
}

export interface AnswersFile {
  T: number;
  rows: number;
  current: number[];
  firing_rate: number[];
  label: number[];
  answer: number[];
  correct: number;
  tied: number;
}

/** What both layers of a network with a hidden layer do; base64 as hidden.json's layout says. */
export interface HiddenCase {
  params: ForwardParams;
  T: number;
  hidden: number;
  /** Index in the training set. */
  image: number;
  label: number;
  hidden_spike: string;
  hidden_v: string;
  spike: string;
  v: string;
  firing_rate: number[];
  loss: number;
  gradients: { params: GradientParams; grad_pixels: string; grad_sums: [number, number]; grad_output: string }[];
}

/** Steps of Adam on the same images in one epoch after the other. */
export interface HiddenRun {
  params: ForwardParams & GradientParams;
  T: number;
  hidden: number;
  lr: number;
  image: number[];
  steps: { loss: number; correct: number }[];
  weight_pixels: string;
  weight_sums: [number, number];
  weight_output: string;
}

export interface HiddenFile {
  seed: number;
  /** Of the initial weights. */
  scale: number;
  cases: HiddenCase[];
  runs: HiddenRun[];
}

/** Two training batches, one after the other, with each set of options. */
export interface OptionsFile {
  seed: number;
  cases: {
    T: number;
    batch: number;
    /** Indices in the training set, for each batch. */
    image: number[][];
    weight: string;
    runs: OptionRun[];
  }[];
}

interface OptionRun {
  params: ForwardParams & GradientParams & Pick<ResolvedEngineOptions, 'loss' | 'encoder' | 'reset'>;
  steps: {
    firing_rate: number[];
    loss: number;
    grad_weight_sum: number;
    grad_weight_abs_sum: number;
    potential: number[];
  }[];
  /** Of the second batch. */
  grad_weight_pixels_300_419: string;
}

/** Steps of Adam on a batch of spike trains, from these weights of each layer; base64 as trains.json's layout says. */
export interface TrainsRun {
  T: number;
  lr: number;
  label: number[];
  weight: string[];
  /** Of each layer, [batch, T, neurons], in the first step. */
  spike: string[];
  gradient: string[];
  steps: { firing_rate: number[]; loss: number }[];
  weight_final: string[];
}

export interface TrainsFile {
  cases: (TrainsRun & {
    units: number;
    /** Of classes.json; all others have ten. */
    classes?: number;
    hidden: number | null;
    loss: ResolvedEngineOptions['loss'];
    params: ForwardParams & GradientParams & Pick<ResolvedEngineOptions, 'readout'>;
    trains: SpikeTrain[];
  })[];
  latency: {
    T: number[];
    /** For each T, the step in which the intensities k / 255 fire. */
    step: number[][];
    run: TrainsRun & { image: number[] };
  };
}

/** As a case of trains.json, of any layers. */
export type LayersCase = TrainsRun & {
  by: string;
  units: number;
  loss: ResolvedEngineOptions['loss'];
  readout: ResolvedEngineOptions['readout'];
  layers: (Pick<LayerOptions, 'neurons' | 'convolve' | 'norm' | 'pool' | 'recurrent' | 'synapse' | 'learn'> &
    Pick<ForwardParams, 'tau' | 'decay_input'> &
    Pick<GradientParams, 'detach_reset'>)[];
  trains: SpikeTrain[];
};

/** A layer of that file as an engine takes it. */
export const layerOptions = ({ tau, decay_input, detach_reset, ...layer }: LayersCase['layers'][0]): LayerOptions => ({
  ...layer,
  neuron: { tau, decayInput: decay_input, detachReset: detach_reset },
});

/** Randman's spike times by an independent program. */
export interface RandmanFile {
  exact: { options: RandmanOptions & { train: number; test: number; units: number }; times: string }[];
  statistics: {
    options: RandmanOptions;
    sets: number;
    samples: number;
    tenths: number[];
    apart: number;
    nearest: number;
  };
}

/** Which program makes a file, as far as it is not make_golden.py, and what it needs. */
const MAKERS: Readonly<Record<string, string>> = {
  'layers.json': 'make_layers.py, which needs snnTorch, too,',
  'adaptive.json': 'make_adaptive.py, which needs Norse, too,',
};

export function read<T>(name: string): T {
  const file = join(process.env.GOLDEN_DIR ?? join(__dirname, '..', 'golden'), name);
  if (!existsSync(file)) {
    const maker = MAKERS[name] ?? 'make_golden.py';
    throw new Error(`${file}: expected golden values, found no file; test/golden/${maker} makes it`);
  }
  return JSON.parse(readFileSync(file, 'utf8'));
}

/** Neurons under given currents, for T up to 23 and for T = 300. */
export const lifCases = (): LifCase[] => [
  ...read<{ cases: LifCase[] }>('lif.json').cases,
  ...read<{ neurons: LongNeurons[] }>('lif-300.json').neurons.flatMap(casesOf),
];

/** Training runs on given spikes, for T = 20 and for T = 300. */
export const trainingRuns = (): TrainingRun[] =>
  ['training.json', 'training-300.json'].flatMap((name) => read<{ runs: TrainingRun[] }>(name).runs);

export const annFile = (): AnnFile => read<AnnFile>('ann.json');
export const traceFile = (): TraceFile => read<TraceFile>('trace.json');
export const hiddenFile = (): HiddenFile => read<HiddenFile>('hidden.json');
export const answersFile = (): AnswersFile => read<AnswersFile>('answers.json');
export const trainsFile = (): TrainsFile => read<TrainsFile>('trains.json');
/** As the cases of trains.json, where a potential is read of the outputs. */
export const readoutCases = (): TrainsFile['cases'] => read<TrainsFile>('readouts.json').cases;
/** As both, of data with other numbers of classes. */
export const classesCases = (): TrainsFile['cases'] => read<TrainsFile>('classes.json').cases;
export const layersCases = (): LayersCase[] => read<{ cases: LayersCase[] }>('layers.json').cases;
export const randmanFile = (): RandmanFile => read<RandmanFile>('randman.json');
export const optionsFile = (): OptionsFile => read<OptionsFile>('options.json');

/** One case for each gradient. */
function casesOf({ params, x, h, v, spike, gradients, ...rest }: LongNeurons): LifCase[] {
  const numbers = (base64: string) => Array.from(float32(base64));
  const forward = { x: numbers(x), h: numbers(h), v: numbers(v) };
  return gradients.map((gradient) => ({
    ...rest,
    ...forward,
    params: { ...params, ...gradient.params },
    spike: Array.from(unpack(spike, forward.h.length)),
    grad_x: numbers(gradient.grad_x),
  }));
}

/** A golden case's options as the engines take them, those that it leaves open as the tutorial's. */
export const neuronOptions = (params: ForwardParams & Partial<GradientParams>): NeuronOptions => ({
  ...DEFAULT_NEURON,
  tau: params.tau,
  decayInput: params.decay_input,
  vThreshold: params.v_threshold,
  vReset: params.v_reset,
  surrogateFunction:
    params.surrogate && params.alpha
      ? { name: params.surrogate, alpha: params.alpha }
      : DEFAULT_NEURON.surrogateFunction,
  detachReset: params.detach_reset ?? DEFAULT_NEURON.detachReset,
});

/** Numbers from base64 of little-endian float32. */
export function float32(base64: string): Float32Array {
  const bytes = Buffer.from(base64, 'base64');
  return Float32Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readFloatLE(4 * i));
}

/** PyTorch's weight [10, 784] in base64 as tfjs's kernel [784, 10]. */
export function kernelOf(base64: string): Float32Array {
  const weight = float32(base64);
  assert.equal(weight.length, 10 * 784);
  return weight.map((_, i) => weight[(i % 10) * 784 + Math.floor(i / 10)]);
}

/** Spikes that were packed into bits, the least significant first, as 0 and 1. */
export function unpack(base64: string, length: number): Float32Array {
  const bytes = Buffer.from(base64, 'base64');
  return Float32Array.from({ length }, (_, i) => (bytes[i >> 3] >> (i & 7)) & 1);
}

/** Packs spikes, 0 or 1, as `unpack` takes them. */
export function pack(spikes: ArrayLike<number>): string {
  const bytes = Buffer.alloc(Math.ceil(spikes.length / 8));
  for (let i = 0; i < spikes.length; i++) bytes[i >> 3] |= spikes[i] << (i & 7);
  return bytes.toString('base64');
}

/** Gradient of the pixels 300 to 419, [10, 120], out of a gradient [784, 10]. */
export function pixels300to419(gradient: ArrayLike<number>): Float32Array {
  return Float32Array.from({ length: 1200 }, (_, i) => gradient[(300 + (i % 120)) * 10 + Math.floor(i / 120)]);
}

/** Every value within `tolerance` of the expected one. */
export function assertClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
  what: string,
): void {
  assert.equal(actual.length, expected.length, `${what}: length`);
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs(actual[i] - expected[i]);
    assert.ok(
      difference <= tolerance,
      `${what}[${i}]: expected ${expected[i]} within ${tolerance}, found ${actual[i]}`,
    );
  }
}

/** Gradients agree within 1e-5 of the largest of their array. */
export function assertGradient(actual: ArrayLike<number>, expected: number[], what: string): void {
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  assertClose(actual, expected, 1e-5 * largest, what);
}

/**
 * Sums of a whole gradient agree within 5e-6 of its sum of absolutes. Float32 promises no 1e-6: a gradient is a sum of
 * hundreds of terms of both signs, and with other seeds the sums differ by more.
 */
export function assertSums(
  gradient: ArrayLike<number>,
  step: Pick<TrainingStep, 'grad_weight_sum' | 'grad_weight_abs_sum'>,
  what: string,
): void {
  const values = Array.from(gradient);
  const sum = values.reduce((total, value) => total + value, 0);
  const absolute = values.reduce((total, value) => total + Math.abs(value), 0);
  const tolerance = 5e-6 * step.grad_weight_abs_sum;
  assertClose([sum, absolute], [step.grad_weight_sum, step.grad_weight_abs_sum], tolerance, `${what}: sums`);
}

/**
 * `trace()` of an engine with the golden trace's seed, T and one of its neurons agrees with SpikingJelly on the same
 * input spikes. A current is a sum of a hundred weights, which the engines add in orders of their own.
 */
export async function assertTrace(engine: Engine, golden: TraceFile, neuron: TraceFile['neurons'][0]): Promise<void> {
  await engine.restore(freshState(kernelOf(golden.weight)));
  const { current, h, v, spike } = await engine.trace({ split: 'test', epoch: 0, index: golden.image });
  assertClose(current, float32(golden.current), 5e-6, 'current');
  assertClose(h, float32(neuron.h), 5e-6, 'h');
  assertClose(v, float32(neuron.v), 5e-6, 'v');
  assert.deepEqual(spike, unpack(neuron.spike, golden.T * 10), 'spikes');
}

/** The first pixel, and the one after the last, of which hidden.json keeps a gradient. */
const HIDDEN_PIXELS = [404, 412];

/**
 * The two layers' values of hidden.json out of what has the order of the weights: those of some pixels, all sums, the
 * outputs'.
 */
function hiddenParts(values: Float32Array, hidden: number) {
  const [first, output] = splitWeights(values, hidden);
  const [from, to] = HIDDEN_PIXELS.map((pixel) => pixel * hidden);
  const sum = first.reduce((total, value) => total + value, 0);
  const absolute = first.reduce((total, value) => total + Math.abs(value), 0);
  return { pixels: first.subarray(from, to), sums: [sum, absolute], output };
}

export type MakeEngine = (options: EngineOptions) => Promise<Engine>;

/** Both layers of an engine fire as SpikingJelly's. */
async function assertHiddenForward(engine: Engine, which: HiddenCase): Promise<void> {
  const { T, hidden, image } = which;
  const shown = { split: 'train', epoch: 0 } as const;
  const { v, spike, hidden: layer } = await engine.trace({ ...shown, index: image });
  assert.ok(layer, 'a trace of the hidden layer');
  assert.deepEqual(layer.spike, unpack(which.hidden_spike, T * hidden), 'hidden spikes');
  assert.deepEqual(spike, unpack(which.spike, T * 10), 'spikes');
  const quarters = (values: Float32Array, units: number) =>
    [1, 2, 3, 4].flatMap((q) => Array.from(values.subarray(((q * T) / 4 - 1) * units, ((q * T) / 4) * units)));
  assertClose(quarters(layer.v, hidden), float32(which.hidden_v), 1e-5, 'hidden v');
  assertClose(quarters(v, 10), float32(which.v), 1e-5, 'v');
  assertClose(await engine.rates({ ...shown, indices: [image] }), which.firing_rate, 1e-6, 'firing rates');
}

/** An engine with a hidden layer starts from hidden.json's weights, and does and learns what SpikingJelly does. */
export async function assertHidden(
  make: MakeEngine,
  data: Mnist,
  golden: HiddenFile,
  which: HiddenCase,
): Promise<void> {
  const { T, hidden, image } = which;
  const { seed, scale } = golden;
  const weights = initialNetwork(seed, hidden).map((weight) => weight * scale);
  for (const [i, { params, grad_pixels, grad_sums, grad_output }] of which.gradients.entries()) {
    const neuron = neuronOptions({ ...which.params, ...params });
    const engine = await make({ data, seed, T, hidden, neuron });
    await engine.restore(freshState(weights));
    // What the neurons do is the same with each gradient.
    if (i === 0) await assertHiddenForward(engine, which);
    const { loss } = await engine.trainBatch(0, Uint32Array.of(image));
    assertClose([loss], [which.loss], 1e-6, 'loss');
    // Adam's first moment after one step is a tenth of the gradient.
    const found = hiddenParts(
      (await engine.state()).m.map((m) => m * 10),
      hidden,
    );
    const what = `with ${JSON.stringify(params)}`;
    assertGradient(found.pixels, Array.from(float32(grad_pixels)), `gradient of the first weights ${what}`);
    assertClose(found.sums, grad_sums, 5e-6 * grad_sums[1], `sums of that gradient ${what}`);
    assertGradient(found.output, Array.from(float32(grad_output)), `gradient of the second weights ${what}`);
    await engine.close();
  }
}

/** Some steps of Adam lead an engine with a hidden layer where they lead SpikingJelly. */
export async function assertHiddenRun(
  make: MakeEngine,
  data: Mnist,
  golden: HiddenFile,
  run: HiddenRun,
): Promise<void> {
  const { T, hidden, image, lr } = run;
  const { seed, scale } = golden;
  const engine = await make({ data, seed, T, hidden, learningRate: lr, neuron: neuronOptions(run.params) });
  await engine.restore(freshState(initialNetwork(seed, hidden).map((weight) => weight * scale)));
  for (const [epoch, step] of run.steps.entries()) {
    const { loss, correct } = await engine.trainBatch(epoch, Uint32Array.from(image));
    assertClose([loss], [step.loss], 1e-6, `step ${epoch}: loss`);
    assert.equal(correct, step.correct, `step ${epoch}: correct images`);
  }
  const { pixels, sums, output } = hiddenParts((await engine.state()).weights, hidden);
  await engine.close();
  assertClose(pixels, float32(run.weight_pixels), 1e-5, 'first weights');
  assertClose(sums, run.weight_sums, 1e-6 * run.weight_sums[1], 'sums of the first weights');
  assertClose(output, float32(run.weight_output), 1e-5, 'second weights');
}

/** Options of the golden file, as a test's name and as an engine takes them. */
export const optionRuns = () =>
  optionsFile().cases.flatMap(({ runs, ...given }) =>
    runs.map((run) => {
      const { loss, encoder, reset, ...neuron } = run.params;
      const name = `T ${given.T}, ${loss}, ${encoder}, ${reset ? 'reset' : 'no reset'}, ${JSON.stringify(neuron)}`;
      const { seed } = optionsFile();
      const options = { seed, T: given.T, batchSize: given.batch, loss, encoder, reset, neuron: neuronOptions(neuron) };
      return { T: given.T, name, options, given, run };
    }),
  );

/** An engine with these options takes both steps as PyTorch does; its gradient is read off Adam's first moment. */
export async function assertOptionRun(
  engine: Engine,
  { image, weight }: Pick<OptionsFile['cases'][0], 'image' | 'weight'>,
  { params, steps, grad_weight_pixels_300_419 }: OptionRun,
): Promise<void> {
  await engine.restore(freshState(kernelOf(weight)));
  let gradient = new Float32Array();
  for (const [batch, step] of steps.entries()) {
    const { m: before } = await engine.state();
    const indices = Uint32Array.from(image[batch]);
    // Rates are always those from rest, as of an engine that resets the neurons and of a first batch.
    if (params.reset || batch === 0) {
      const rates = await engine.rates({ split: 'train', epoch: 0, indices });
      assertClose(rates, step.firing_rate, 1e-6, `batch ${batch}: firing rates`);
    }
    const { loss, correct } = await engine.trainBatch(0, indices);
    assertClose([loss], [step.loss], 1e-6 * Math.max(1, step.loss), `batch ${batch}: loss`);
    const { labels } = engine.options.data.train;
    const answers = predictions(Float32Array.from(step.firing_rate));
    assert.equal(correct, image[batch].filter((index, i) => labels[index] === answers[i]).length, 'correct images');
    const { m, potentials } = await engine.state();
    gradient = m.map((value, i) => (value - 0.9 * before[i]) / 0.1);
    assertSums(gradient, step, `batch ${batch}: gradient`);
    if (params.reset) assert.equal(potentials, undefined);
    else assertClose(potentials ?? [], step.potential, 1e-5, `batch ${batch}: potentials`);
  }
  assertGradient(pixels300to419(gradient), Array.from(float32(grad_weight_pixels_300_419)), 'gradient');
}

/**
 * Images by which a network gets the golden answers' currents: image i has one white pixel, i, which fires in every
 * step, so row i of the weights is the current of the ten neurons.
 */
export function answersData({ rows, label }: AnswersFile): Mnist {
  const images = new Uint8Array(rows * 784);
  for (let row = 0; row < rows; row++) images[row * 784 + row] = 255;
  const split = { images, labels: Uint8Array.from(label), count: rows };
  return { train: split, test: split };
}

/** An engine on `answersData` fires and answers as SpikingJelly's example, in testing and in training. */
export async function assertAnswers(engine: Engine, golden: AnswersFile): Promise<void> {
  const weights = new Float32Array(7840);
  weights.set(golden.current);
  await engine.restore(freshState(weights));
  const all = Uint32Array.from({ length: golden.rows }, (_, i) => i);
  const rates = await engine.rates({ split: 'test', epoch: 0, indices: all });
  assert.deepEqual(rates, Float32Array.from(golden.firing_rate), 'firing rates');
  assert.deepEqual(Array.from(predictions(rates)), golden.answer, 'answers');
  assert.equal(await accuracy(engine), golden.correct / golden.rows, 'accuracy on test images');
  assert.equal((await engine.trainBatch(0, all)).correct, golden.correct, 'correct images of a training batch');
}
