/** What a run leaves on the disk: arrays, curves for TensorBoard, the model, checkpoints. No TensorFlow is needed. */
export { addCurves, type Curves } from '../../records/events';
export type { SavedNetwork } from '../../records/layers-model';
export { type NpyArray, npyBytes } from '../../records/npy';
export { formatRow } from '../../records/print';
export { type Checkpoint, type RunOptions, readCheckpoint, writeCheckpoint } from './checkpoint';
export { fingerprint } from './fingerprint';
export { readLayersModel, writeLayersModel } from './layers-model';
export { readNpy, writeNpy } from './npy';
export { loadRun, saveRun, writeRun } from './run';
export { type EventsPosition, SummaryWriter } from './tensorboard';
