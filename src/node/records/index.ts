/** What a run leaves on the disk: arrays, curves for TensorBoard, the model, checkpoints. No TensorFlow is needed. */
export { type Checkpoint, type RunOptions, readCheckpoint, writeCheckpoint } from './checkpoint';
export { fingerprint } from './fingerprint';
export { readLayersModel, type SavedNetwork, writeLayersModel } from './layers-model';
export { type NpyArray, npyBytes, readNpy, writeNpy } from './npy';
export { formatRow } from './print';
export { loadRun, saveRun, writeRun } from './run';
export { addCurves, type Curves, type EventsPosition, SummaryWriter } from './tensorboard';
