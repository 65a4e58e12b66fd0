/** A network in float64, step by step as its equations say, with the derivative in one direction of its parameters. */
import assert from 'node:assert/strict';
import type { LossName, ReadoutName } from '../../networks/options/engine';
import { allMaps, type Maps, type ResolvedLayer } from '../../networks/options/layers';
import type { RatePenalty } from '../../networks/options/rate-penalty';
import { parameters, splitParameters } from '../../networks/options/weights';

/** A number, and its derivative in the direction. */
export type Dual = [value: number, slope: number];

export interface Shown {
  T: number;
  inputs: number;
  layers: readonly ResolvedLayer[];
  readout: ReadoutName;
  loss: LossName;
  ratePenalty?: RatePenalty;
  label: number;
}

/** x += s w of each input, for each neuron. */
function addProducts(x: Dual[], spikes: Dual[], w: Float32Array, d: Float32Array): void {
  spikes.forEach(([s, ds], i) => {
    if (s === 0 && ds === 0) return;
    x.forEach((sum, j) => {
      const at = i * x.length + j;
      add(sum, spikes[i], w[at], d[at]);
    });
  });
}

/** A value, and what is added to it. */
function add(sum: Dual, [s, ds]: Dual, w: number, d: number): void {
  sum[0] += s * w;
  sum[1] += s * d + ds * w;
}

/**
 * The same of a layer that convolves: at each place of its map, the kernels over what lies there, with zeros around it.
 */
function addKernels(
  x: Dual[],
  spikes: Dual[],
  w: Float32Array,
  d: Float32Array,
  layer: ResolvedLayer,
  maps: Maps,
): void {
  const { kernel, stride, padding, channels } = layer.convolve ?? assert.fail();
  const [height, width, read] = maps.reads;
  x.forEach((sum, j) => {
    const [channel, place] = [j % channels, Math.floor(j / channels)];
    const [y, x0] = [
      Math.floor(place / maps.neurons[1]) * stride - padding,
      (place % maps.neurons[1]) * stride - padding,
    ];
    for (let ky = 0; ky < kernel; ky++) {
      for (let kx = 0; kx < kernel; kx++) {
        if (y + ky < 0 || y + ky >= height || x0 + kx < 0 || x0 + kx >= width) continue;
        for (let c = 0; c < read; c++) {
          const at = ((ky * kernel + kx) * read + c) * channels + channel;
          add(sum, spikes[((y + ky) * width + x0 + kx) * read + c], w[at], d[at]);
        }
      }
    }
  });
}

/** What a layer's neurons get of its inputs. */
export function weighed(inputs: Dual[], [w, d]: Float32Array[], layer: ResolvedLayer, maps?: Maps): Dual[] {
  const x = Array.from({ length: layer.neurons }, (): Dual => [0, 0]);
  if (maps) addKernels(x, inputs, w, d, layer, maps);
  else addProducts(x, inputs, w, d);
  return x;
}

/** The same of all steps up to this one, where each connection has a delay of its own: own are W, and the delays. */
function delayed(steps: Dual[][], [[w, d], [late, dlate]]: Float32Array[][], layer: ResolvedLayer): Dual[] {
  const { most, learn } = layer.delay ?? assert.fail();
  const before = (i: number, k: number): Dual => steps[steps.length - 1 - k]?.[i] ?? [0, 0];
  return Array.from({ length: layer.neurons }, (_, j) => {
    const x: Dual = [0, 0];
    steps[0].forEach((_, i) => {
      const at = i * layer.neurons + j;
      const k = Math.min(Math.floor(late[at]), most - 1);
      const f = late[at] - k;
      const [[s, ds], [e, de]] = [before(i, k), before(i, k + 1)];
      const slope = (1 - f) * ds + f * de + (learn ? (e - s) * dlate[at] : 0);
      add(x, [(1 - f) * s + f * e, slope], w[at], d[at]);
    });
    return x;
  });
}

/** What a layer hands on: its spikes or, where it pools, the mean of each 2 × 2. */
export function handedOn(spikes: Dual[], { pool }: ResolvedLayer, maps?: Maps): Dual[] {
  if (!pool || !maps) return spikes;
  const [height, width, channels] = maps.makes;
  return Array.from({ length: height * width * channels }, (_, j) => {
    const [c, place] = [j % channels, Math.floor(j / channels)];
    const mean: Dual = [0, 0];
    for (const [y, x] of [
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
    ]) {
      const row = 2 * Math.floor(place / width) + y;
      add(mean, spikes[(row * maps.neurons[1] + 2 * (place % width) + x) * channels + c], 1 / 4, 0);
    }
    return mean;
  });
}

/** Inputs as the first layer reads them: a map has its channels last, the data have them first. */
export function inOrder(inputs: ArrayLike<number>, maps?: Maps): Dual[] {
  if (!maps) return Array.from(inputs, (s): Dual => [s, 0]);
  const [height, width, channels] = maps.reads;
  return Array.from(inputs, (_, j): Dual => [inputs[(j % channels) * height * width + Math.floor(j / channels)], 0]);
}

const sigmoid = (w: number) => 1 / (1 + Math.exp(-w));

/** A layer's neurons; the function lets a step pass: its inputs' spikes become its own, what it hands on, its currents, and h. */
function layerOf(layer: ResolvedLayer, fires: boolean, own: Float32Array[][], maps?: Maps) {
  const { neurons, neuron, synapse, delay, recurrent, learn } = layer;
  const { decayInput, vThreshold, vReset, beta, tauAdapt, surrogateFunction, detachReset } = neuron;
  const rest = vReset ?? 0;
  const zeros = () => Array.from({ length: neurons }, (): Dual => [0, 0]);
  let [current, spikes] = [zeros(), zeros()];
  const adapted = zeros();
  const state = zeros().map((): Dual => [rest, 0]);
  const [W, R] = [own[0], recurrent ? own[delay ? 2 : 1] : undefined];
  const past: Dual[][] = [];
  const w = learn && own[own.length - 1];
  const [bias, slopes] = layer.convolve?.bias ? own[1] : [];
  const leak = (j: number): Dual => {
    if (!w) return [1 / neuron.tau, 0];
    const at = learn === 'tau' ? 0 : j;
    const s = sigmoid(w[0][at]);
    return [s, s * (1 - s) * w[1][at]];
  };
  return (inputs: Dual[]) => {
    past.push(inputs);
    const x = delay ? delayed(past, own, layer) : weighed(inputs, W, layer, maps);
    if (bias) for (const [j, sum] of x.entries()) add(sum, [1, 0], bias[j % bias.length], slopes[j % bias.length]);
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
      const [a, da] = adapted[j];
      const [level, dlevel] = [vThreshold + beta * a, beta * da];
      const s = Number(p >= level);
      const { name, alpha } = surrogateFunction;
      assert.equal(name, 'atan', 'the only slope that is known here');
      const ds = ((dp - dlevel) * alpha) / 2 / (1 + ((Math.PI / 2) * alpha * (p - level)) ** 2);
      const left = 1 - 1 / tauAdapt;
      adapted[j] = [a * left + s, da * left + ds];
      const through = detachReset ? 0 : ds;
      state[j] =
        vReset === null
          ? [p - s * level, dp - through * level - s * dlevel]
          : [s ? rest : p, (1 - s) * dp + through * (rest - p)];
      return [s, ds];
    });
    return { spikes: handedOn(spikes, layer, maps), own: spikes, x, h };
  };
}

/** Cross-entropy of a softmax over some numbers. */
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
    error.reduce((sum, e) => sum + e * e, 0) / error.length,
    read.reduce((sum, [, d], j) => sum + (2 * error[j] * d) / error.length, 0),
  ];
}

/** What the rates of hidden layers add to the loss, from their spikes' counts. */
function penaltyOf(counts: Dual[][], { T, ratePenalty }: Shown): Dual {
  const sum: Dual = [0, 0];
  if (!ratePenalty) return sum;
  for (const layer of counts) {
    for (const [count, slope] of layer) {
      const error = count / T - ratePenalty.target;
      add(sum, [error ** 2, (2 * error * slope) / T], ratePenalty.weight / layer.length, 0);
    }
  }
  return sum;
}

/**
 * The loss of one sample, its derivative along a direction of the parameters, and the currents and potentials of each
 * layer in each step.
 * @param input spikes [T, inputs]
 */
export function forwardMode(input: Uint8Array, numbers: Float32Array, along: Float32Array, shown: Shown) {
  const { T, inputs, layers, readout } = shown;
  const all = parameters(layers, inputs);
  const [values, slopes] = [splitParameters(numbers, all), splitParameters(along, all)];
  const { maps } = allMaps(layers, inputs);
  const through = layers.map((layer, i) => {
    const own = all.flatMap((each, k) => (each.layer === i ? [[values[k], slopes[k]]] : []));
    return layerOf(layer, i < layers.length - 1 || readout === 'spikes', own, maps[i]);
  });
  const counts: Dual[][] = layers.map(() => []);
  const traces = layers.map(() => ({ current: [] as number[], h: [] as number[] }));
  const steps = Array.from({ length: T }, (_, t) => {
    let spikes = inOrder(input.subarray(t * inputs, (t + 1) * inputs), maps[0]);
    let h: Dual[] = [];
    for (const [i, step] of through.entries()) {
      const made = step(spikes);
      ({ spikes, h } = made);
      traces[i].current.push(...made.x.map(([value]) => value));
      traces[i].h.push(...h.map(([value]) => value));
      made.own.forEach((spike, j) => {
        counts[i][j] ??= [0, 0];
        add(counts[i][j], spike, 1, 0);
      });
    }
    return readout === 'spikes' ? spikes : h;
  });
  const [loss, slope] = lossOf(steps, shown);
  const [more, moreSlope] = penaltyOf(counts.slice(0, -1), shown);
  return { loss: loss + more, slope: slope + moreSlope, traces };
}
