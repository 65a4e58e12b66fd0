/** Files of a run on disk: arrays, TensorBoard curves, the model, checkpoints. Needs no TensorFlow. */

export { addCurves } from '../../formats/tensorboard';
export { formatRow } from '../print';
export { type Checkpoint, readCheckpoint, writeCheckpoint } from './checkpoint';
export { fingerprint, loadFile, loadRun, readNpy, saveFile, saveRun, writeLayersModel, writeRun } from './run';
export { SummaryWriter } from './tensorboard';
