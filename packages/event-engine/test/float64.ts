/** A network in float64, step by step as its equations say, with the derivative in one direction of its parameters. */
import type { LossName, ReadoutName } from '../../../src/common/engine';
import type { ResolvedLayer } from '../../../src/common/layers';
import { parameters, splitParameters } from '../../../src/common/weights';

/** A number, and its derivative in the direction. */
type Dual = [value: number, slope: number];

export interface Shown {
  T: number;
  inputs: number;
  layers: readonly ResolvedLayer[];
  readout: ReadoutName;
  loss: LossName;
  label: number;
}

/** x += s w of each input, for each neuron. */
function addProducts(x: Dual[], spikes: Dual[], w: Float32Array, d: Float32Array): void {
  spikes.forEach(([s, ds], i) => {
    if (s === 0 && ds === 0) return;
    x.forEach((sum, j) => {
      const at = i * x.length + j;
      sum[0] += s * w[at];
      sum[1] += s * d[at] + ds * w[at];
    });
  });
}

const sigmoid = (w: number) => 1 / (1 + Math.exp(-w));

/** A layer's neurons; the function lets a step pass: its inputs' spikes become its own, and h. */
function layerOf({ neurons, neuron, synapse, recurrent, learn }: ResolvedLayer, fires: boolean, own: Float32Array[][]) {
  const { decayInput, vThreshold, vReset, surrogateFunction, detachReset } = neuron;
  const rest = vReset ?? 0;
  const zeros = () => Array.from({ length: neurons }, (): Dual => [0, 0]);
  let [current, spikes] = [zeros(), zeros()];
  const state = zeros().map((): Dual => [rest, 0]);
  const [W, R] = [own[0], recurrent ? own[1] : undefined];
  const w = learn && own[own.length - 1];
  const leak = (j: number): Dual => {
    if (!w) return [1 / neuron.tau, 0];
    const at = learn === 'tau' ? 0 : j;
    const s = sigmoid(w[0][at]);
    return [s, s * (1 - s) * w[1][at]];
  };
  return (inputs: Dual[]) => {
    const x = zeros();
    addProducts(x, inputs, W[0], W[1]);
    if (R) addProducts(x, spikes, R[0], R[1]);
    const kept = synapse ? 1 - 1 / synapse.tau : 0;
    current = x.map(([a, da], j): Dual => [current[j][0] * kept + a, current[j][1] * kept + da]);
    const h = state.map(([v, dv], j): Dual => {
      const [[i, di], [k, dk]] = [current[j], leak(j)];
      return decayInput
        ? [v + (i - (v - rest)) * k, dv + (di - dv) * k + (i - (v - rest)) * dk]
        : [v - (v - rest) * k + i, dv - dv * k - (v - rest) * dk + di];
    });
    spikes = h.map(([p, dp], j): Dual => {
      state[j] = [p, dp];
      if (!fires) return [0, 0];
      const s = Number(p >= vThreshold);
      const { alpha } = surrogateFunction;
      const ds = (dp * alpha) / 2 / (1 + ((Math.PI / 2) * alpha * (p - vThreshold)) ** 2);
      const through = detachReset ? 0 : ds;
      state[j] =
        vReset === null
          ? [p - s * vThreshold, dp - through * vThreshold]
          : [s ? rest : p, (1 - s) * dp + through * (rest - p)];
      return [s, ds];
    });
    return { spikes, h };
  };
}

/** Cross-entropy of a softmax over ten numbers. */
function crossEntropy(z: Dual[], label: number): Dual {
  const total = z.reduce((sum, [value]) => sum + Math.exp(value), 0);
  const slope = z.reduce((sum, [value, d], j) => sum + (Math.exp(value) / total - Number(j === label)) * d, 0);
  return [Math.log(total) - z[label][0], slope];
}

function lossOf(steps: Dual[][], { loss, readout, label, T }: Shown): Dual {
  if (loss === 'cross-entropy-each-step') {
    return steps
      .map((step) => crossEntropy(step, label))
      .reduce(([a, da], [b, db]): Dual => [a + b / T, da + db / T], [0, 0]);
  }
  const mean = (j: number, divisor: number) =>
    steps.reduce(([a, da], step): Dual => [a + step[j][0] / divisor, da + step[j][1] / divisor], [0, 0] as Dual);
  const read = steps[0].map((_, j) => {
    if (readout === 'last-potential') return steps[T - 1][j];
    if (readout === 'highest-potential') return steps.map((step) => step[j]).reduce((a, b) => (b[0] > a[0] ? b : a));
    return mean(j, loss === 'cross-entropy-counts' ? 1 : T);
  });
  if (loss !== 'mse') return crossEntropy(read, label);
  const error = read.map(([value]) => value).map((value, j) => value - Number(j === label));
  return [
    error.reduce((sum, e) => sum + e * e, 0) / 10,
    read.reduce((sum, [, d], j) => sum + (2 * error[j] * d) / 10, 0),
  ];
}

/**
 * The loss of one sample, and its derivative along a direction of the parameters.
 * @param input spikes [T, inputs]
 */
export function forwardMode(input: Uint8Array, numbers: Float32Array, along: Float32Array, shown: Shown) {
  const { T, inputs, layers, readout } = shown;
  const all = parameters(layers, inputs);
  const [values, slopes] = [splitParameters(numbers, all), splitParameters(along, all)];
  const through = layers.map((layer, i) => {
    const own = all.flatMap((each, k) => (each.layer === i ? [[values[k], slopes[k]]] : []));
    return layerOf(layer, i < layers.length - 1 || readout === 'spikes', own);
  });
  const steps = Array.from({ length: T }, (_, t) => {
    let spikes = Array.from(input.subarray(t * inputs, (t + 1) * inputs), (s): Dual => [s, 0]);
    let h: Dual[] = [];
    for (const step of through) ({ spikes, h } = step(spikes));
    return readout === 'spikes' ? spikes : h;
  });
  const [loss, slope] = lossOf(steps, shown);
  return { loss, slope };
}
