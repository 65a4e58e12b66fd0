/** A network of whole numbers as a file that a page of C, or what fills the memories of a chip, can read. */

import {
  checkArray,
  checkNumber,
  checkNumbers,
  checkObject,
  checkOptions,
  checkWhole,
} from '../../../src/common/checks';
import { concatenated, littleEndian, wholeNumber } from '../bytes';

/** A layer of neurons that only add and compare. */
export interface IntegerLayer {
  inputs: number;
  outputs: number;
  /** A neuron fires where its potential is at least this: 1 to 2³¹ − 1. */
  threshold: number;
  /** What a weight of 1 stands for: the weight in numbers with a point is about scale × whole number. */
  scale: number;
  /** [inputs, outputs], row by row, whole numbers from -128 to 127. */
  weights: ArrayLike<number>;
}

export interface IntegerNetwork {
  /** The leak of a step is v >> shift, so τ = 2^shift; 0 to 30. */
  shift: number;
  /** From the input to the output. */
  layers: readonly IntegerLayer[];
}

/** The first four bytes of a file: LIF1. */
const MAGIC = 0x3146494c;

/**
 * The bytes of a network of whole numbers. In each step a neuron of a layer computes
 *
 *     v = v − (v >> shift) + Σ weights of the inputs that fire;  if v ≥ threshold: a spike, and v = 0
 *
 * where >> rounds down. The file is little-endian: `LIF1`, shift and number of layers as uint32; then for each layer
 * inputs and outputs as uint32, threshold as int32, scale as float32, and the weights as int8.
 * @example
 * const bytes = exchange.toIntegers({ shift: 1, layers });
 * @throws RangeError if a number is out of range, or a layer does not take what the one before gives
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
    const head = words(inputs, outputs, threshold);
    return [...head, littleEndian(Float32Array.of(scale)), new Uint8Array(bytes.buffer)];
  });
  return concatenated([...words(MAGIC, shift, layers.length), ...parts]);
}

const words = (...numbers: number[]) => numbers.map((number) => wholeNumber(4, number));
