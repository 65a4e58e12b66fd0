/** The lesson: its modules, named as SpikingJelly's, and the types that a chapter may want to write down. */
export type {
  Engine,
  EngineOptions,
  EngineState,
  ImagePresentation,
  NeuronOptions,
  Presentation,
  ResolvedEngineOptions,
  Split,
  Trace,
} from './common/engine';
export { Interruption } from './common/interruption';
export * as mnist from './common/mnist';
export * as random from './common/random';
export type { SpikeTrain, SpikeTrainSplit, SpikeTrains } from './common/spike-trains';
export * as encoding from './snn/encoding';
export * as functional from './snn/functional';
export * as networks from './snn/networks';
export * as neuron from './snn/neuron';
export * as surrogate from './snn/surrogate';
export * as training from './training';
