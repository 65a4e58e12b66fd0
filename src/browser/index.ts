/**
 * The package as a notebook of the browser edition sees it: the rooms as namespaces, named as SpikingJelly's modules, and
 * what every host offers under the same names (`host/contract.ts`).
 */
import './frames';
import type { Host } from '../host/contract';
import { makeMapWithBar, makeTrainAnnWithBar, makeTrainWithBar } from '../host/train-with-bar';
import { initBackend } from './backend';
import { loadMnist } from './data';
import { interruptible, liveFigure, openWindow, progressBar, show } from './display';
import { createEngine } from './engines';
import { fingerprint } from './hash';
import { loadRun, saveRun } from './runs';

export type { Engine, EngineOptions, EngineState, NeuronOptions, Split, Trace } from '../common/engine';
export { describeInterruption, Interruption } from '../common/interruption';
export * as mnist from '../common/mnist';
export * as random from '../common/random';
export type { EventEngine } from '../event/engine';
export * as exercises from '../exercises';
export type { Host, LiveFigure, ProgressBar, Run, SavedRun } from '../host/contract';
export { formatRow } from '../records/print';
export * as encoding from '../snn/encoding';
export * as functional from '../snn/functional';
export * as networks from '../snn/networks';
export * as neuron from '../snn/neuron';
export * as surrogate from '../snn/surrogate';
export * as training from '../training';
export * as visualizing from '../visualizing';
export { tf } from './backend';
export {
  createEngine,
  fingerprint,
  initBackend,
  interruptible,
  liveFigure,
  loadMnist,
  loadRun,
  openWindow,
  progressBar,
  saveRun,
  show,
};

const host = {
  createEngine,
  fingerprint,
  initBackend,
  interruptible,
  liveFigure,
  loadMnist,
  loadRun,
  openWindow,
  progressBar,
  saveRun,
  show,
} satisfies Host;

/** Trains with a bar below the cell, and with `live: true` a growing curve. */
export const trainWithBar = makeTrainWithBar(host);
/** Trains the ANN of chapter 1 with a bar below the cell. */
export const trainAnnWithBar = makeTrainAnnWithBar(host);
/** Like `map`, one item after the other, with a bar below the cell. */
export const mapWithBar = makeMapWithBar(host);
