/** What a run leaves on the disk: arrays, curves for TensorBoard, the model, checkpoints. No TensorFlow is needed. */

export type { SavedNetwork } from '../../formats/layers-model';
export { type NpyArray, npyBytes } from '../../formats/npy';
export { addCurves, type Curves } from '../../formats/tensorboard';
export { formatRow } from '../print';
export { type Checkpoint, type RunOptions, readCheckpoint, writeCheckpoint } from './checkpoint';
export { fingerprint } from './fingerprint';
export { readLayersModel, writeLayersModel } from './layers-model';
export { readNpy, writeNpy } from './npy';
export { loadRun, saveRun, writeRun } from './run';
export { type EventsPosition, SummaryWriter } from './tensorboard';
