/** The options of the readable engine, checked. */

import type * as tf from '@tensorflow/tfjs';
import { checkChoice, checkOptions } from '../../../src/common/checks';
import { checkNetwork } from '../../../src/snn/networks';
import {
  type Loss,
  meanSquaredError,
  softmaxCrossEntropy,
  softmaxCrossEntropyOfCounts,
} from '../../../src/training/losses';
import {
  ENGINE_OPTIONS,
  type Engine,
  type EngineOptions,
  frozen,
  type LossName,
  resolveEngineOptions,
} from '../options/engine';
import { shortForm } from '../options/layers';
import { countNumbers, mostOf, parameters } from '../options/weights';
import { countClasses, countInputs } from '../spike-trains';
import { countNetworkInputs, findLIFNode, layersOf } from './networks';
import { NonSpikingLIFNode } from './neurons';

export interface TfjsEngineOptions extends Omit<EngineOptions, 'loss'> {
  /** The network to train, as `networks.snn` makes it, with its own neurons; by default a new one from the options. */
  network?: tf.Sequential;
  /**
   * How the T steps go through the dense layer: one by one (default), or all in one product, as SpikingJelly's step
   * modes. A network with a batch norm, whose statistics are those of all steps, takes all in one.
   */
  stepMode?: 'single' | 'multi';
  /** What training minimizes: a name, or a function of one-hot labels and firing rates. Default 'mse'. */
  loss?: LossName | Loss;
}

/** What an engine is made from: its options, and what these say in other ways. */
export interface ResolvedTfjsOptions {
  options: Engine['options'];
  network?: tf.Sequential;
  stepMode: 'single' | 'multi';
  loss: Loss;
}

/** @throws TypeError or RangeError that names the option that is out of range, unknown, or at odds with the network */
export function resolveTfjsOptions(all: TfjsEngineOptions): ResolvedTfjsOptions {
  checkOptions('createEngine', all, [...ENGINE_OPTIONS, 'network', 'stepMode']);
  const { network, stepMode: wanted, loss, ...some } = all;
  const given = typeof loss === 'function' ? loss : undefined;
  const named = resolveEngineOptions(typeof loss === 'function' ? some : { ...some, loss });
  const { T, data } = named;
  const options = { ...named, loss: given ? nameOfLoss(given, T) : named.loss };
  const resolved = network ? { ...options, ...optionsOf(network, options, some) } : options;
  const hasNorm = resolved.layers.some(({ norm }) => norm);
  const stepMode = wanted ?? (hasNorm ? 'multi' : 'single');
  checkChoice('stepMode', stepMode, ['single', 'multi']);
  if (hasNorm && stepMode === 'single')
    throw new RangeError("stepMode: expected 'multi' with a norm, whose statistics are of all steps, found 'single'");
  const rest = { network, stepMode, loss: given ?? lossNamed(named.loss, T) };
  checkRoom(resolved, Math.min(options.batchSize, data.train.count));
  return { options: frozen(resolved), ...rest };
}

/** The options that a network which was handed in has of its own. */
function optionsOf(network: tf.Sequential, options: Engine['options'], some: Omit<EngineOptions, 'loss'>) {
  checkNetwork(network);
  const inputs = countInputs(options.data);
  if (countNetworkInputs(network) !== inputs) {
    throw new RangeError(`network: expected ${inputs} inputs, as the data have, found ${countNetworkInputs(network)}`);
  }
  const layers = layersOf(network, options.neuron.surrogateFunction);
  const [classes, outputs] = [countClasses(options.data), layers[layers.length - 1].neurons];
  if (outputs !== classes)
    throw new RangeError(`network: expected ${classes} outputs, one for each class, found ${outputs}`);
  const hidden = shortForm(layers)?.hidden;
  if (options.hidden !== undefined && options.hidden !== hidden) {
    throw new RangeError(`hidden: expected ${hidden ?? 'none'}, as the network has, found ${options.hidden}`);
  }
  const end = options.readout === 'spikes' ? 'LIFNode' : 'NonSpikingLIFNode';
  if (findLIFNode(network) instanceof NonSpikingLIFNode === (end === 'LIFNode')) {
    throw new RangeError(`network: expected a ${end} at its end for readout '${options.readout}', found another`);
  }
  for (const name of ['neuron', 'layers'] as const) {
    if (!some[name]) continue;
    throw new RangeError(`${name}: expected none, since the network has neurons of its own, found options`);
  }
  return { layers, neuron: layers[layers.length - 1].neuron, hidden };
}

/**
 * @throws RangeError unless a batch of so many images fits into memory and, without the reset, into the places of a
 * batch
 */
export function checkBatch(options: Engine['options'], images: number): void {
  checkRoom(options, images);
  const { reset, batchSize } = options;
  if (!reset && images > batchSize) {
    throw new RangeError(`indices: expected at most ${batchSize} images, found ${images}`);
  }
}

/** More than the machines have that people learn on: 16 GB. */
const MOST_BYTES = 2 ** 34;

/**
 * TensorFlow.js keeps the input of each step for the gradient, and of each neuron at least its current, its two
 * potentials and its spike, and thrice what delays let arrive; of each weight there are the gradient and Adam's moments as well.
 * @throws RangeError if that is more than any machine for learners has: TensorFlow.js would end the program
 */
function checkRoom({ data, T, layers }: Engine['options'], images: number): void {
  const inputs = countInputs(data);
  const perStep = layers.reduce((sum, layer) => sum + (4 + 3 * mostOf(layer)) * layer.neurons, inputs);
  const bytes = 4 * (images * T * perStep + 4 * countNumbers(parameters(layers, inputs)));
  if (bytes <= MOST_BYTES) return;
  const which = `batches of ${images}, T ${T}, neurons ${layers.map(({ neurons }) => neurons).join(', ')}`;
  const [most, found] = [MOST_BYTES, bytes].map((count) => Math.ceil(count / 2 ** 30));
  throw new RangeError(
    `${which}: expected to need at most ${most} GB, found ${found} GB; take smaller batches or fewer steps`,
  );
}

/** What the engine option `loss` calls these losses, for a presentation of T steps. */
const LOSSES: Readonly<Record<LossName, (T: number) => Loss>> = {
  mse: () => meanSquaredError,
  'cross-entropy': () => softmaxCrossEntropy,
  'cross-entropy-counts': softmaxCrossEntropyOfCounts,
  // Of the spikes or potentials of one step: the engine takes the mean over the steps.
  'cross-entropy-each-step': () => softmaxCrossEntropy,
};

/** The loss of that name, of labels and the firing rates of T steps. */
export const lossNamed = (name: LossName, T: number): Loss => LOSSES[name](T);

/** The name of a loss; 'custom' if it has none. */
export function nameOfLoss(loss: Loss, T: number): LossName | 'custom' {
  const names = Object.keys(LOSSES) as LossName[];
  return names.find((name) => lossNamed(name, T) === loss) ?? 'custom';
}
