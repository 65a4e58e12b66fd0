import type * as tf from '@tensorflow/tfjs';
import type { ResolvedLayer } from '../../options/layers';
import { DEFAULT_NEURON } from '../../options/neuron-options';

/** Where a layer stands in its network. */
export interface Place {
  /** The layer before it; none before the first. */
  before?: ResolvedLayer;
  /** Of the first layer: how many inputs the network has, if they are no image. */
  inputs?: number;
}

/** An option of a layer as layers of TensorFlow.js. */
export interface LayerKind {
  /**
   * Adds what the option asks for around the parts of the layer, which are its neurons and what was added before.
   * Without the option these are returned.
   */
  around(parts: tf.layers.Layer[], layer: ResolvedLayer, place: Place): tf.layers.Layer[];
  /** If part i of a network says the option: adds it to the last of the layers found so far, or begins another one. */
  read(parts: readonly tf.layers.Layer[], i: number, found: ResolvedLayer[]): void;
}

/** A layer of so many neurons without any option. */
export const plainLayer = (neurons: number): ResolvedLayer => ({ neurons, neuron: DEFAULT_NEURON, recurrent: false });

/** What TensorFlow.js needs to know of the first layer where no image is flattened before it. */
export const shapeOf = ({ inputs }: Place) => (inputs === undefined ? {} : { inputShape: [inputs] });
