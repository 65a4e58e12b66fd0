/** Everything about training: losses, batches, the loop, its history, the readable engine, and the ANN of chapter 1. */
export { type EngineOptions, engineOptions, stateOf } from '../common/engine';
export * from './ann';
export * from './batches';
export * from './history';
export * from './losses';
export * from './metrics';
export * from './tfjs-engine';
export * from './train';
