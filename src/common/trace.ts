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
  /** What the neurons of the layer before did, if there is one: a hidden layer, of which this says the same. */
  hidden?: Trace;
}
