/**
 * What both doors of the package (`node/index.ts`, `browser/index.ts`) show of the rooms: namespaces, named as
 * SpikingJelly's modules, and the types that a chapter may want to write down.
 */
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
} from '../common/engine';
export { Interruption } from '../common/interruption';
export * as mnist from '../common/mnist';
export * as random from '../common/random';
export type { SpikeTrain, SpikeTrainSplit, SpikeTrains } from '../common/spike-trains';
export * as datasets from '../datasets';
export type { EventEngine } from '../event/engine';
export * as exchange from '../exchange';
export type { Choice, Difference, Estimate, MapTable, Measure, Row } from '../map';
export { formatCommand } from '../map';
export * as statistics from '../map/statistics';
export { formatRow } from '../records/print';
export * as encoding from '../snn/encoding';
export * as functional from '../snn/functional';
export * as networks from '../snn/networks';
export * as neuron from '../snn/neuron';
export * as surrogate from '../snn/surrogate';
export * as training from '../training';
export * as visualizing from '../visualizing';
export type { FigureWindow, Host, LiveFigure, ProgressBar, Run, SavedRun } from './contract';
export type { Recompute, RecomputeOptions } from './recompute';
export type { WithBar } from './with-bar';
