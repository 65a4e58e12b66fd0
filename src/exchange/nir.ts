/**
 * A network as a NIR graph (https://neuroir.org): Input → Linear → LIF (→ Linear → LIF) → Output. SpikingJelly, snnTorch and
 * Norse read it.
 */
import { CLASSES, IMAGE_SIZE } from '../common/mnist';
import type { SavedNetwork } from '../records/layers-model';
import { type Group, hdf5Bytes } from './hdf5';
import { toTensors } from './tensors';

/** Seconds of a time step: NIR's time constants are in seconds. SpikingJelly and snnTorch take this value for granted. */
const DT = 1e-4;

/** Of Python's package `nir`, whose format this is. */
const VERSION = '1.0.8';

/**
 * The bytes of a NIR file (HDF5). NIR's neuron obeys τ dv/dt = v_leak − v + r I, so `r` is 1 if the input decays with the
 * potential, and τ (in steps) if it does not; its time constant is τ · 1e-4 s, and `metadata/dt` says the step.
 * @throws RangeError for a soft reset, which NIR cannot say, and as `toTensors`
 */
export function toNir({ weights, neuron }: SavedNetwork): Uint8Array {
  const { tau, decayInput, vThreshold, vReset } = neuron;
  if (vReset === null) {
    throw new RangeError(
      'vReset: expected a potential, found null: NIR has no soft reset; use another format, such as safetensors',
    );
  }
  const layers = Object.values(toTensors(weights));
  const nodes: Group = { input: node('Input', { shape: ints([IMAGE_SIZE]) }) };
  layers.forEach(({ data, shape }, i) => {
    const all = (value: number) => ({ values: new Float64Array(shape[0]).fill(value), shape: [shape[0]] });
    nodes[numbered('fc', i)] = node('Linear', { weight: { values: data, shape } });
    nodes[numbered('lif', i)] = node('LIF', {
      tau: all(tau * DT),
      r: all(decayInput ? 1 : tau),
      v_leak: all(vReset),
      v_threshold: all(vThreshold),
      ...(vReset !== 0 && { v_reset: all(vReset) }),
    });
  });
  nodes.output = node('Output', { shape: ints([CLASSES]) });
  const names = Object.keys(nodes);
  const edges = names.slice(1).flatMap((to, i) => [names[i], to]);
  return hdf5Bytes({
    version: one(VERSION),
    node: node('NIRGraph', {
      nodes,
      edges: { values: edges, shape: [edges.length / 2, 2] },
      metadata: { dt: { values: Float64Array.of(DT) } },
    }),
  });
}

const one = (text: string) => ({ values: [text] });
const ints = (values: readonly number[]) => ({ values: values.map(BigInt), shape: [values.length] });
const node = (type: string, parts: Group): Group => ({ type: one(type), ...parts });
/** `fc`, `fc_1` … */
const numbered = (name: string, i: number) => (i === 0 ? name : `${name}_${i}`);
