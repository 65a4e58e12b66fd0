/** Writes an integer network to a file that a short C program, or a loader of a chip's memory, can read. */

import {
  checkArray,
  checkNumber,
  checkNumbers,
  checkObject,
  checkOptions,
  checkWhole,
} from '../../../src/common/checks';
import { concatenated, littleEndian, wholeNumber } from '../bytes';

/** A layer of neurons that add and compare integers. */
export interface IntegerLayer {
  inputs: number;
  outputs: number;
  /** A neuron fires if its potential reaches this: 1 to 2³¹ − 1. */
  threshold: number;
  /** The real weight is about scale × integer weight. */
  scale: number;
  /** [inputs, outputs], row-major, whole numbers from -128 to 127. */
  weights: ArrayLike<number>;
}

export interface IntegerNetwork {
  /** The leak of a step is v >> shift, so τ = 2^shift; 0 to 30. */
  shift: number;
  /** From the input to the output. */
  layers: readonly IntegerLayer[];
}

/** `LIF1`, the first four bytes of a file. */
const MAGIC = 0x3146494c;

/**
 * The bytes of an integer network. In each step a neuron computes
 *
 *     v = v − (v >> shift) + Σ weights of the inputs that fire;  if v ≥ threshold: a spike, and v = 0
 *
 * where >> rounds down. The file is little-endian: `LIF1`, shift and number of layers as uint32; then for each layer
 * inputs and outputs as uint32, threshold as int32, scale as float32, and the weights as int8.
 * @example
 * const bytes = exchange.toIntegers({ shift: 1, layers });
 * @throws RangeError if a number is out of range, or a layer's inputs are not the outputs of the layer before
 */
export function toIntegers(network: IntegerNetwork): Uint8Array {
  checkOptions('toIntegers', network, ['shift', 'layers']);
  const { shift, layers } = network;
  checkWhole('shift', shift, 0, 30);
  if (!(layers?.length > 0)) throw new RangeError('layers: expected at least one layer, found none');
  checkArray('layers', layers, 'layers');
  const parts = layers.flatMap((layer, n) => {
    checkObject(`layer ${n}`, layer);
    const { inputs, outputs, threshold, scale, weights } = layer;
    const of = (name: string) => `${name} of layer ${n}`;
    checkWhole(of('inputs'), inputs, 1, 2 ** 20);
    checkWhole(of('outputs'), outputs, 1, 2 ** 20);
    checkWhole(of('threshold'), threshold, 1, 2 ** 31 - 1);
    checkNumber(of('scale'), scale, 0);
    if (n > 0 && inputs !== layers[n - 1].outputs) {
      throw new RangeError(`${of('inputs')}: expected ${layers[n - 1].outputs}, the outputs before, found ${inputs}`);
    }
    if (weights?.length !== inputs * outputs) {
      const found = weights?.length ?? 'none';
      throw new RangeError(`${of('weights')}: expected ${inputs} x ${outputs} numbers, found ${found}`);
    }
    checkNumbers(of('weights'), weights, '[inputs, outputs]');
    const bytes = Int8Array.from(weights);
    const stray = bytes.findIndex((byte, at) => byte !== weights[at]);
    if (stray >= 0) {
      throw new RangeError(
        `${of('weights')}: expected whole numbers from -128 to 127, found ${weights[stray]}; round to 8 bits or fewer`,
      );
    }
    const head = uint32s(inputs, outputs, threshold);
    return [...head, littleEndian(Float32Array.of(scale)), new Uint8Array(bytes.buffer)];
  });
  return concatenated([...uint32s(MAGIC, shift, layers.length), ...parts]);
}

const uint32s = (...numbers: number[]) => numbers.map((number) => wholeNumber(4, number));
