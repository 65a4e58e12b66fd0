/** Event engines for tests, with the tutorial's options on one thread. */
import { join } from 'node:path';
import { createEngine } from '../../../hosts/node/engines';
import { wholeMnist } from '../../../test/support/data';
import { FROM_SOURCES } from '../../../test/support/python';
import { DEFAULT_TRAINING, type ResolvedEngineOptions } from '../../networks/options/engine';
import { DEFAULT_NEURON } from '../../networks/options/neuron-options';
import type { EventEngine } from '../engine';

export const mnist = wholeMnist();

export const defaults: Omit<ResolvedEngineOptions, 'layers'> = {
  data: mnist,
  seed: 0,
  T: 100,
  batchSize: 128,
  learningRate: 1e-3,
  neuron: DEFAULT_NEURON,
  ...DEFAULT_TRAINING,
  threads: 1,
};

export async function withEngine<R>(
  options: Partial<ResolvedEngineOptions>,
  use: (engine: EventEngine) => Promise<R>,
): Promise<R> {
  const engine = await createEngine('event', { ...defaults, ...options });
  try {
    return await use(engine);
  } finally {
    await engine.close();
  }
}

/** The arguments of node for a separate program, which finds `options` and the first 128 `indices`. */
export function programOf(body: string): string[] {
  const source = `
    const { createEngine } = require(${JSON.stringify(join(__dirname, '..', '..', '..', 'hosts', 'node', 'engines'))});
    const { readMnist } = require(${JSON.stringify(join(__dirname, '..', '..', '..', 'hosts', 'node', 'data'))});
    const options = { data: readMnist(), seed: 0, batchSize: 128, learningRate: 1e-3, neuron: ${JSON.stringify(DEFAULT_NEURON)} };
    const indices = Uint32Array.from({ length: 128 }, (_, i) => i);
    (async () => { ${body} })();`;
  return [...FROM_SOURCES, '--eval', source];
}
