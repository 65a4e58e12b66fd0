/** Everything about training: losses, batches, the loop, its history, the readable engine, and the ANN of chapter 1. */
export { freshState, type ResolvedEngineOptions, resolveEngineOptions } from '../common/engine';
export * as ann from './ann';
export { AnnEngine, type AnnEngineOptions, type AnnLoss } from './ann-engine';
export * from './batches';
export * from './history';
export * from './losses';
export * from './metrics';
export { PLAIN_WAYS, PlainEngine, type PlainEngineOptions, type PlainWay } from './plain-engine';
export * from './tfjs-engine';
export * from './train';
