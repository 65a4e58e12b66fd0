import * as tf from '@tensorflow/tfjs';
import { CONVOLUTION, MEAN } from './convolution';
import { DELAYED } from './delay';
import { type LayerKind, plainLayer, shapeOf } from './kind';
import { NORMED } from './norm';
import { RECURRENT } from './recurrent';
import { LASTING } from './synapse';

/** A product with all inputs. */
export const DENSE: LayerKind = {
  around: (parts, { neurons, delay, convolve }, place) =>
    delay || convolve ? parts : [tf.layers.dense({ units: neurons, useBias: false, ...shapeOf(place) }), ...parts],
  read: (parts, i, found) => {
    if (parts[i].getClassName() === 'Dense') found.push(plainLayer(parts[i].getWeights()[0].shape[1] as number));
  },
};

/** What layers can have, from the neurons outwards, in the order in which it is put around them. */
export const KINDS: readonly LayerKind[] = [LASTING, MEAN, NORMED, RECURRENT, DELAYED, DENSE, CONVOLUTION];
