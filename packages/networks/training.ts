/** Everything about training: the lesson's losses, batches and loop, and what later chapters add to them. */
import { checkLearner, type Engine, type Presentation, takePresentation } from './options/engine';

export * as ann from '../../src/training/ann';
export * from '../../src/training/batches';
export * from '../../src/training/history';
export * from '../../src/training/losses';
export * from '../../src/training/metrics';
export { freshState, type ResolvedEngineOptions, resolveEngineOptions } from './options/engine';
export * from './train';

/**
 * The firing rates of the hidden neurons, those of the last hidden layer, from traces: what `engine.rates` is for the
 * outputs.
 * @example
 * const rates = await training.hiddenRates(engine, { split: 'test', epoch: 0, indices: [0, 1, 2] });
 * @returns [indices, hidden]
 * @throws RangeError unless the engine's network has a hidden layer
 */
export async function hiddenRates(engine: Engine, presentation: Presentation): Promise<Float32Array> {
  checkLearner(engine);
  const { layers, T, data } = engine.options;
  const hidden = layers?.[layers.length - 2]?.neurons;
  if (hidden === undefined) {
    throw new RangeError(
      'hiddenRates: expected an engine with a hidden layer, as in createEngine(…, { hidden: 96 }), found none',
    );
  }
  const { indices, ...shown } = takePresentation(data, presentation);
  const rates = new Float32Array(indices.length * hidden);
  for (let i = 0; i < indices.length; i++) {
    const trace = await engine.trace({ ...shown, index: indices[i] });
    const counts = rates.subarray(i * hidden, (i + 1) * hidden);
    trace.hidden?.spike.forEach((spike, at) => {
      counts[at % hidden] += spike;
    });
    for (let neuron = 0; neuron < hidden; neuron++) counts[neuron] /= T;
  }
  return rates;
}
