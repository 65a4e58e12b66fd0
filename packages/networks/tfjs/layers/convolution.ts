import * as tf from '@tensorflow/tfjs';
import { IMAGE_SIDE } from '../../../../src/common/mnist';
import { LIFNode } from '../../../../src/snn/neuron';
import { type Convolution, POOL } from '../../options/layers';
import { type LayerKind, type Place, plainLayer } from './kind';

const IMAGE_SHAPE = [1, IMAGE_SIDE, IMAGE_SIDE];

/** What makes a map with its channels last, as TensorFlow.js has it, of images or a row of inputs. */
function mapOf({ shape = IMAGE_SHAPE as never }: Convolution, { inputs }: Place): tf.layers.Layer[] {
  const inputShape = inputs === undefined ? [IMAGE_SIDE, IMAGE_SIDE] : [inputs];
  return [tf.layers.reshape({ inputShape, targetShape: [...shape] }), tf.layers.permute({ dims: [2, 3, 1] })];
}

const sizeOf = (part: tf.layers.Layer) =>
  (part.outputShape as number[]).slice(1).reduce((product, extent) => product * extent, 1);

/** The zeros around the map, if there are any, and the convolution; behind the last of them a row again. */
export const CONVOLUTION: LayerKind = {
  around: (parts, { convolve }, place) => {
    if (!convolve) return place.before?.convolve ? [tf.layers.flatten(), ...parts] : parts;
    const { channels: filters, kernel: kernelSize, stride: strides, padding, bias: useBias = false } = convolve;
    return [
      ...(place.before ? [] : mapOf(convolve, place)),
      ...(padding > 0 ? [tf.layers.zeroPadding2d({ padding: [padding, padding] })] : []),
      tf.layers.conv2d({ filters, kernelSize, strides, padding: 'valid', useBias }),
      ...parts,
    ];
  },
  read: (parts, i, found) => {
    if (parts[i].getClassName() !== 'Conv2D') return;
    const { filters, kernelSize, strides, useBias } = parts[i].getConfig() as unknown as {
      filters: number;
      kernelSize: number[];
      strides: number[];
      useBias: boolean;
    };
    const isPadded = parts[i - 1]?.getClassName() === 'ZeroPadding2D';
    const padding = isPadded ? (parts[i - 1].getConfig().padding as [number[]])[0][0] : 0;
    const convolve: Convolution = { channels: filters, kernel: kernelSize[0], stride: strides[0], padding };
    if (useBias) convolve.bias = true;
    const shape = parts.find((part) => part.getClassName() === 'Reshape')?.getConfig().targetShape as number[];
    // That of images is said by none.
    if (found.length === 0 && shape && String(shape) !== String(IMAGE_SHAPE))
      convolve.shape = shape as [number, number, number];
    found.push({ ...plainLayer(sizeOf(parts[i])), convolve });
  },
};

/** The mean of neighbours: of the currents before the neurons, or of their spikes. */
export const MEAN: LayerKind = {
  around: (parts, { pool }) => {
    if (!pool) return parts;
    const mean = tf.layers.averagePooling2d({ poolSize: POOL, strides: POOL });
    return pool === 'currents' ? [mean, ...parts] : [...parts, mean];
  },
  read: (parts, i, found) => {
    if (parts[i].getClassName() !== 'AveragePooling2D') return;
    const layer = found[found.length - 1];
    layer.pool = parts[i - 1] instanceof LIFNode ? 'spikes' : 'currents';
    if (layer.pool === 'currents') layer.neurons = sizeOf(parts[i]);
  },
};
