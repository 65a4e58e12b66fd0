/**
 * The parameters of a network: one array that holds the matrices of each layer, row by row, one after the other. Which
 * there are, and in what order, says `parameters` alone.
 */
import { checkArray, checkNumber, checkObject, checkWhole, isTyped, typeName } from '../../../src/common/checks';
import { CLASSES, IMAGE_SIZE, MAX_CLASSES } from '../../../src/common/mnist';
import { initialWeights, RandomStream } from '../../../src/common/random';
import { exp, log } from '../exact';
import { Purpose } from '../purposes';
import { allMaps, isWidth, type LayerShape, MAX_HIDDEN, plainLayers, type ResolvedLayer } from './layers';
import { NORM_EPSILON, NORM_PARTS, startOfNorm } from './norm';

/** A matrix among a network's parameters. */
export interface Parameter {
  /** As TensorFlow.js calls it in a layers model. */
  name: string;
  /** Which layer it belongs to, from 0. */
  layer: number;
  /** W of the inputs, the delays of these, R of the layer's own spikes, w of a τ that is learnt, or what each channel of a map has. */
  kind: 'weight' | 'delay' | 'recurrent' | 'w' | 'bias' | (typeof NORM_PARTS)[number][0];
  /**
   * W and delays, in steps, [inputs, neurons], R [neurons, neurons]; w [1, 1], or [1, neurons] with one for each neuron.
   * W of a layer that convolves is [kernel × kernel × channels read, channels], and what each channel has [1, channels].
   */
  shape: [rows: number, columns: number];
}

/**
 * The parameters of a network in the order of its weights and of Adam's moments: of each layer W, then its bias, its
 * norm or its delays, R and w if it has them. A norm's running statistics are among them, with moments of 0 (see
 * `isLearnt`), and delays that are not learnt, with a gradient of 0.
 */
export function parameters(layers: readonly LayerShape[], inputs = IMAGE_SIZE): Parameter[] {
  const convolved = allMaps(layers, inputs);
  return layers.flatMap(({ neurons, delay, recurrent, learn, convolve, norm }, layer): Parameter[] => {
    const named = (name: string, part: string) => `${layer === 0 ? name : `${name}_${layer}`}/${part}`;
    const { maps, inputs: first } = convolved;
    const before = layer === maps.length ? first : layers[layer - 1]?.neurons;
    const own: (Omit<Parameter, 'layer'> | false | undefined)[] = [
      convolve
        ? {
            name: named('conv2d', 'kernel'),
            kind: 'weight',
            shape: [convolve.kernel * convolve.kernel * maps[layer].reads[2], convolve.channels],
          }
        : { name: named('dense', 'kernel'), kind: 'weight', shape: [before, neurons] },
      convolve?.bias && { name: named('conv2d', 'bias'), kind: 'bias', shape: [1, convolve.channels] },
      ...(norm && convolve ? NORM_PARTS : []).map(([kind, part]): Omit<Parameter, 'layer'> => {
        return { name: named('batch_norm2d', part), kind, shape: [1, convolve?.channels ?? 0] };
      }),
      delay && { name: named('dense', 'delay'), kind: 'delay', shape: [before, neurons] },
      recurrent && { name: named('recurrent', 'kernel'), kind: 'recurrent', shape: [neurons, neurons] },
      learn && {
        name: named(recurrent ? 'recurrent' : 'lif', 'w'),
        kind: 'w',
        shape: [1, learn === 'tau' ? 1 : neurons],
      },
    ];
    return own.flatMap((parameter) => (parameter ? [{ ...parameter, layer }] : []));
  });
}

const sizeOf = ({ shape: [rows, columns] }: Pick<Parameter, 'shape'>) => rows * columns;

/** Whether Adam changes it. */
export const isLearnt = ({ kind }: Pick<Parameter, 'kind'>): boolean => !kind.startsWith('running');

/** How many numbers these parameters have. */
export const countNumbers = (all: readonly Parameter[]): number => all.reduce((sum, each) => sum + sizeOf(each), 0);

/** The numbers of each parameter, or of other matrices, in place. */
export function splitParameters(numbers: Float32Array, all: readonly Pick<Parameter, 'shape'>[]): Float32Array[] {
  let start = 0;
  return all.map((each) => {
    start += sizeOf(each);
    return numbers.subarray(start - sizeOf(each), start);
  });
}

/**
 * The initial parameters: PyTorch's weights, U(−1/√inputs, 1/√inputs) in each layer, R alike from as many inputs as
 * neurons, w = −ln(τ − 1) where τ is learnt, delays from U[0, most), biases of 0, and of a norm weights of 1 or its scale
 * times the threshold. The first layer, the last of several, each one between, each R and the delays of each layer have
 * a random stream of their own, so the first has the numbers of a single layer.
 * @param gain what the weights of all layers, or of each, are multiplied by, those between neurons of one layer and
 * delays aside
 */
export function initialParameters(
  seed: number,
  layers: readonly LayerShape[],
  inputs?: number,
  gain: number | readonly number[] = 1,
): Float32Array {
  const all = parameters(layers, inputs);
  const numbers = new Float32Array(countNumbers(all));
  splitParameters(numbers, all).forEach((part, i) => {
    const { kind, layer, shape } = all[i];
    const { neuron, norm } = layers[layer];
    if (kind === 'w') part.fill(startOfW(neuron?.tau ?? 2));
    else if (kind === 'delay') {
      const stream = new RandomStream(seed, Purpose.InitialDelays, 0, layer);
      part.forEach((_, k) => {
        part[k] = mostOf(layers[layer]) * stream.uniform();
      });
    } else if (kind === 'norm weight' && norm) part.fill(startOfNorm(norm, neuron?.vThreshold ?? 1));
    else if (kind === 'running variance') part.fill(1);
    else if (kind === 'weight' || kind === 'recurrent') {
      const [purpose, index] = streamOf(kind, layer, layers.length);
      const scale = kind === 'recurrent' ? 1 : typeof gain === 'number' ? gain : gain[layer];
      part.set(initialWeights(seed, ...shape, purpose, index).map((weight) => scale * weight));
    }
  });
  return numbers;
}

/**
 * A network without its batch norms, which are in its weights and biases instead: with a = weight / √(running variance +
 * 1e-5) of each channel, W a and bias − a · running mean. It does what the network does while it does not train, on both
 * engines and in formats that know no norm; rounding apart, which may move a potential across a threshold.
 * @param layers of the engine that trained: `engine.options.layers`
 * @throws TypeError or RangeError unless these are the weights of such a network
 * @example
 * const folded = networks.foldNorm((await engine.state()).weights, engine.options.layers);
 * const fast = await createEngine('event', { data, layers: folded.layers });
 * await fast.restore(training.freshState(folded.weights));
 */
export function foldNorm(
  weights: Float32Array,
  layers: readonly ResolvedLayer[],
  inputs?: number,
): { weights: Float32Array; layers: ResolvedLayer[] } {
  checkArray('layers', layers, "an engine's layers");
  const parts = splitWeights(weights, layers, inputs);
  checkRanges(weights, layers, inputs);
  const all = parameters(layers, inputs);
  const folded = layers.map(({ norm, ...layer }): ResolvedLayer => {
    return norm && layer.convolve ? { ...layer, convolve: { ...layer.convolve, bias: true } } : layer;
  });
  const ours = parameters(folded, inputs);
  const numbers = new Float32Array(countNumbers(ours));
  splitParameters(numbers, ours).forEach((to, i) => {
    const { kind, layer, shape } = ours[i];
    const of = (wanted: Parameter['kind']) =>
      parts[all.findIndex((each) => each.layer === layer && each.kind === wanted)];
    const isFolded = layers[layer].norm && kind !== 'w';
    const [scales, biases, means, variances] = NORM_PARTS.map(([part]) => of(part));
    const factor = (c: number) => scales[c] / Math.sqrt(variances[c] + NORM_EPSILON);
    to.set(
      !isFolded
        ? of(kind)
        : kind === 'bias'
          ? biases.map((bias, c) => bias - factor(c) * means[c])
          : of('weight').map((w, at) => w * factor(at % shape[1])),
    );
  });
  return { weights: numbers, layers: folded };
}

/** The longest delay of a layer, in steps. */
export const mostOf = ({ delay }: Pick<LayerShape, 'delay'>): number => delay?.most ?? 0;

/**
 * For each way that numbers come in: from a file, from a caller, or back into an engine.
 * @param what the numbers are of, for the message: a file
 * @throws RangeError unless the delays among these numbers are in their range, and running variances 0 or more
 */
export function checkRanges(
  numbers: Float32Array,
  layers: readonly LayerShape[],
  inputs?: number,
  what = 'weights',
): void {
  const all = parameters(layers, inputs);
  splitParameters(numbers, all).forEach((part, i) => {
    const { kind, layer } = all[i];
    if (kind !== 'delay' && kind !== 'running variance') return;
    const most = kind === 'delay' ? mostOf(layers[layer]) : Number.POSITIVE_INFINITY;
    const stray = part.find((value) => !(value >= 0 && value <= most));
    if (stray === undefined) return;
    const range = kind === 'delay' ? `delays from 0 to ${most}` : 'running variances of 0 or more';
    throw new RangeError(`${what}: expected ${range}, found ${stray}`);
  });
}

/** @throws RangeError unless it is a number above 0, or one for each layer */
export function checkGain(gain: number | readonly number[], layers: number): void {
  // A hole is a number that is not there.
  const all = Array.isArray(gain) ? Array.from(gain) : new Array(layers).fill(gain);
  if (all.length !== layers) throw new RangeError(`gain: expected one number, or ${layers}, found ${all.length}`);
  for (const each of all) checkNumber('gain', each, 0);
}

/** w of a time constant above 1, −ln(τ − 1). */
export const startOfW = (tau: number): number => (tau < 2 ? log(1 / (tau - 1)) : -log(tau - 1));

/** The time constant that w stands for, 1 + exp(−w). */
export const tauOf = (w: number): number => 1 + (w > 0 ? exp(-w) : 1 / exp(w));

function streamOf(kind: 'weight' | 'recurrent', layer: number, layers: number): [number, number?] {
  if (kind === 'recurrent') return [Purpose.InitialRecurrentWeights, layer];
  if (layer === 0) return [Purpose.InitialWeights];
  return layer === layers - 1 ? [Purpose.InitialOutputWeights] : [Purpose.InitialHiddenWeights, layer];
}

/**
 * The shape [inputs, outputs] of each layer's weights, of a network with one hidden layer or none: [784, 10], or
 * [784, hidden] and [hidden, 10]. With spike trains as data there are as many inputs as the data have units.
 */
export const weightShapes = (hidden?: number, inputs?: number, outputs?: number): [number, number][] =>
  parameters(plainLayers(hidden, outputs), inputs).map(({ shape }) => shape);

/** How many weights such a network has. */
export const countWeights = (hidden?: number, inputs?: number, outputs?: number): number =>
  countNumbers(parameters(plainLayers(hidden, outputs), inputs));

/**
 * How many hidden neurons such a network of so many weights has: none of [inputs, outputs]; undefined if none has so
 * many.
 */
export function hiddenOf(count: number, inputs = IMAGE_SIZE, outputs = CLASSES): { hidden?: number } | undefined {
  if (count === inputs * outputs) return {};
  const hidden = count / (inputs + outputs);
  return isWidth(hidden) ? { hidden } : undefined;
}

/** As `hiddenOf`. @throws RangeError unless this is a Float32Array of such a network's weights */
export function networkOf(weights: Float32Array, inputs = IMAGE_SIZE, outputs = CLASSES): { hidden?: number } {
  const isFloat32 = isTyped(weights, 'Float32Array');
  const network = isFloat32 ? hiddenOf(weights.length, inputs, outputs) : undefined;
  if (network) return network;
  const found = isFloat32 ? weights.length : typeName(weights);
  throw new RangeError(`weights: expected a Float32Array of ${inputs} × ${outputs} numbers, found ${found}`);
}

/**
 * The weights of each layer, in place.
 * @param network how many hidden neurons there are, if any, or an engine's `layers`, whose delays, R and w then stand
 *   behind their W
 * @throws TypeError or RangeError unless these are the weights of such a network
 */
export function splitWeights(
  weights: Float32Array,
  network?: number | readonly LayerShape[],
  inputs = IMAGE_SIZE,
): Float32Array[] {
  checkWhole('inputs', inputs, 1);
  if (network !== undefined && !Array.isArray(network)) checkWhole('hidden', network as number, 1, MAX_HIDDEN);
  const layers = typeof network === 'object' ? network : plainLayers(network);
  for (const layer of layers) {
    checkObject('layers', layer, "an engine's layers");
    if (!layer.convolve) checkWhole('neurons', layer.neurons, 1, MAX_CLASSES);
  }
  const all = parameters(layers, inputs);
  const found = isTyped(weights, 'Float32Array') ? weights.length : typeName(weights);
  if (found !== countNumbers(all))
    throw new RangeError(`weights: expected a Float32Array of ${countNumbers(all)} numbers, found ${found}`);
  return splitParameters(weights, all);
}

/** The initial weights of a network with one hidden layer or none. */
export const initialNetwork = (seed: number, hidden?: number, inputs?: number, outputs?: number): Float32Array =>
  initialParameters(seed, plainLayers(hidden, outputs), inputs);
