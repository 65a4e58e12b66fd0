import * as tf from '@tensorflow/tfjs';
import { DEFAULT_NEURON, type NeuronOptions } from '../options/neuron-options';
import { AdaptiveLIFNode, LIFNode, NonSpikingLIFNode, ParametricLIFNode, type ParametricLIFNodeArgs } from './neurons';

/**
 * The neurons that have these options.
 * @param isRead whether their potentials are read, in place of spikes
 */
export function makeNeurons({ learn, ...options }: ParametricLIFNodeArgs, isRead = false): LIFNode {
  if (isRead) return new NonSpikingLIFNode({ ...options, learn });
  if (learn) return new ParametricLIFNode({ ...options, learn });
  if (options.beta) return new AdaptiveLIFNode(options);
  const plain = { ...options };
  for (const name of AdaptiveLIFNode.ownNames) delete plain[name];
  return new LIFNode(plain);
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
