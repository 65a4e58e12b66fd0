import { CLASSES } from './mnist';

/** What neurons did, step by step; each array is [T, neurons], row by row. */
export interface Trace {
  /** Input current x. */
  current: Float32Array;
  /** Potential before firing. */
  h: Float32Array;
  /** Potential after the reset. */
  v: Float32Array;
  /** 1 where a neuron fired. */
  spike: Float32Array;
}

/** The part of a trace that is always there; a saved run holds no more. */
export type NeuronRecord = Pick<Trace, 'v' | 'spike'> & Partial<Trace>;

/**
 * One neuron's column of a trace.
 * @param trace arrays [T, neurons]
 * @returns arrays [T]
 * @throws RangeError if there is no such neuron
 */
export function neuronOf<R extends NeuronRecord>(trace: R, neuron: number, neurons = CLASSES): R {
  if (!(Number.isInteger(neuron) && neuron >= 0 && neuron < neurons)) {
    throw new RangeError(`neuron: expected a whole number from 0 to ${neurons - 1}, found ${neuron}`);
  }
  const column = (array: Float32Array) =>
    Float32Array.from({ length: array.length / neurons }, (_, t) => array[t * neurons + neuron]);
  const columns = Object.entries(trace).map(([name, array]) => [name, array && column(array)]);
  return Object.fromEntries(columns) as R;
}
