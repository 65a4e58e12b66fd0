import * as tf from '@tensorflow/tfjs';
import { type LayerKind, plainLayer, shapeOf } from './kind';

/** A product with all inputs. */
export const DENSE: LayerKind = {
  around: (parts, { neurons, delay, convolve }, place) =>
    delay || convolve ? parts : [tf.layers.dense({ units: neurons, useBias: false, ...shapeOf(place) }), ...parts],
  read: (parts, i, found) => {
    if (parts[i].getClassName() === 'Dense') found.push(plainLayer(parts[i].getWeights()[0].shape[1] as number));
  },
};
