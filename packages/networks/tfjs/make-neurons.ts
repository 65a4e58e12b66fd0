import * as tf from '@tensorflow/tfjs';
import { DEFAULT_NEURON, NEURON, type NeuronOptions } from '../options/neuron-options';
import { type About, isSame } from '../options/schema';
import { AdaptiveLIFNode, LIFNode, NonSpikingLIFNode, ParametricLIFNode, type ParametricLIFNodeArgs } from './neurons';

/**
 * The neurons that have these options.
 * @param isRead whether their potentials are read, in place of spikes
 */
export function makeNeurons(options: ParametricLIFNodeArgs, isRead = false): LIFNode {
  const { learn, beta } = options;
  const Kind = isRead ? NonSpikingLIFNode : learn ? ParametricLIFNode : beta ? AdaptiveLIFNode : LIFNode;
  const usual = new Map<string, unknown>(Object.entries(DEFAULT_NEURON));
  const isSet = (name: string) => !isSame(options[name as keyof typeof options] ?? usual.get(name), usual.get(name));
  const entries = new Map<string, { about: About }>(Object.entries(NEURON.fields));
  // A class takes its own options alone: without what means nothing, as it or what it needs has its default.
  const given = Object.entries(options).filter(
    ([name]) => Kind.optionNames.includes(name) || (isSet(name) && isSet(entries.get(name)?.about.needs ?? name)),
  );
  return new Kind(Object.fromEntries(given));
}

/**
 * A layer's options, with those that its class has not.
 * @param surrogate what stands for one that no option can name, such as `Step`
 */
export function optionsOf(neurons: LIFNode, surrogate = DEFAULT_NEURON.surrogateFunction): NeuronOptions {
  const { name, alpha } = neurons.surrogateFunction;
  const surrogateFunction = name === 'step' ? surrogate : { name, alpha };
  return { ...DEFAULT_NEURON, ...neurons.options(), surrogateFunction };
}

// Without it no saved model with such a layer could be loaded. A `LIFNode` in a saved model may have a beta.
for (const Kind of [AdaptiveLIFNode, ParametricLIFNode, NonSpikingLIFNode]) tf.serialization.registerClass(Kind);
