/** Everything about training: losses, batches, the loop, its history, and the ANN of chapter 1. */
export { freshState, type ResolvedEngineOptions, resolveEngineOptions } from '../common/engine';
export * as ann from './ann';
export * from './batches';
export * from './history';
export * from './losses';
export * from './metrics';
export * from './train';
