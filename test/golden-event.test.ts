import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { NeuronOptions } from '../src/engine';
import { EventEngine } from '../src/event';

// Values of SpikingJelly and PyTorch; GOLDEN_DIR names another folder with files of the same names and layout.
const folder = process.env.GOLDEN_DIR ?? join(__dirname, 'golden');
const read = (name: string) => JSON.parse(readFileSync(join(folder, name), 'utf8'));

interface Params {
  tau: number;
  decay_input?: boolean;
  v_threshold?: number;
  v_reset?: number | null;
  surrogate: 'atan' | 'sigmoid';
  alpha: number;
  detach_reset?: boolean;
}

interface LifCase {
  params: Params;
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

interface Step {
  label: number[];
  spikes: string;
  firing_rate: number[];
  loss: number;
  grad_weight_pixels_300_419: number[];
  grad_weight_sum: number;
  grad_weight_abs_sum: number;
}

interface Run {
  params: Params & { lr: number; T: number; batch: number };
  weight_initial: string;
  weight_final: string;
  steps: Step[];
}

const neuronOf = (params: Params): NeuronOptions => ({
  tau: params.tau,
  decayInput: params.decay_input ?? true,
  vThreshold: params.v_threshold ?? 1,
  vReset: params.v_reset === undefined ? 0 : params.v_reset,
  surrogate: params.surrogate,
  alpha: params.alpha,
  detachReset: params.detach_reset ?? false,
});

const engines: EventEngine[] = [];
after(() => Promise.all(engines.map((engine) => engine.close())));

async function engineOf(neuron: NeuronOptions, T: number, learningRate = 1e-3): Promise<EventEngine> {
  const none = { images: new Uint8Array(784), labels: new Uint8Array(1), count: 1 };
  const data = { train: none, test: none };
  const engine = await EventEngine.create({ data, seed: 0, T, batchSize: 16, learningRate, neuron, threads: 1 });
  engines.push(engine);
  return engine;
}

function assertClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number, what: string): void {
  assert.equal(actual.length, expected.length, what);
  let worst = 0;
  for (let i = 0; i < expected.length; i++) worst = Math.max(worst, Math.abs(actual[i] - expected[i]));
  assert.ok(worst <= tolerance, `${what}: expected to differ by at most ${tolerance}, found ${worst}`);
}

const largest = (values: ArrayLike<number>) => Array.from(values).reduce((top, x) => Math.max(top, Math.abs(x)), 0);

const { cases } = read('lif.json') as { cases: LifCase[] };
for (const [number, golden] of cases.entries()) {
  const { T, batch, units, params } = golden;
  test(`golden event: LIF case ${number}, ${JSON.stringify(params)}`, async () => {
    const engine = await engineOf(neuronOf(params), T);
    const at = (t: number, row: number, unit: number) => (t * batch + row) * units + unit;
    const threshold = neuronOf(params).vThreshold;
    const { vReset } = neuronOf(params);
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
        const found = engine.neurons(x, (rate) =>
          rate.map(
            (r, j) => ((2 * (r - (first + j === golden.label[row] ? 1 : 0))) / (batch * units) / T) * +(j < width),
          ),
        );
        for (let j = 0; j < width; j++) {
          rates[row * units + first + j] = found.rates[j];
          for (let t = 0; t < T; t++) {
            const i = at(t, row, first + j);
            h[i] = found.h[t * 10 + j];
            spike[i] = h[i] >= threshold ? 1 : 0;
            v[i] = spike[i] ? (vReset ?? h[i] - threshold) : h[i];
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
    assertClose(gradX, golden.grad_x, 1e-5 * largest(golden.grad_x), 'dL/dx');
  });
}

/** [10, 784] in base64 as [784, 10]. */
function weightsOf(base64: string): Float32Array {
  const bytes = Uint8Array.from(Buffer.from(base64, 'base64'));
  const transposed = new Float32Array(bytes.buffer);
  return Float32Array.from({ length: 7840 }, (_, i) => transposed[(i % 10) * 784 + Math.floor(i / 10)]);
}

const { runs } = read('training.json') as { runs: Run[] };
for (const [number, run] of runs.entries()) {
  test(`golden event: training run ${number}, ${run.steps.length} steps of Adam with ${run.params.surrogate}`, async () => {
    const engine = await engineOf(neuronOf(run.params), run.params.T, run.params.lr);
    const zeros = new Float32Array(7840);
    engine.restore({ weights: weightsOf(run.weight_initial), m: zeros, v: zeros, step: 0 });
    for (const step of run.steps) {
      const spikes = Uint8Array.from(Buffer.from(step.spikes, 'base64'));
      const { rates, loss, gradient } = await engine.trainSpikes(spikes, step.label);
      assertClose(rates, step.firing_rate, 1e-6, 'firing rates');
      assertClose([loss], [step.loss], 1e-6, 'loss');
      const part = Float32Array.from(
        { length: 1200 },
        (_, i) => gradient[(300 + (i % 120)) * 10 + Math.floor(i / 120)],
      );
      assertClose(part, step.grad_weight_pixels_300_419, 1e-5 * largest(step.grad_weight_pixels_300_419), 'gradient');
      const sum = gradient.reduce((a, g) => a + g, 0);
      const absolute = gradient.reduce((a, g) => a + Math.abs(g), 0);
      assertClose([sum], [step.grad_weight_sum], 1e-6 * step.grad_weight_abs_sum, 'sum of the gradient');
      assertClose([absolute], [step.grad_weight_abs_sum], 1e-6 * step.grad_weight_abs_sum, 'sum of absolutes');
    }
    assertClose(engine.state().weights, weightsOf(run.weight_final), 1e-5, 'weights after the last step');
  });
}
