/** What a run leaves on the disk: arrays, curves for TensorBoard, the model, checkpoints. No TensorFlow is needed. */

export { addCurves } from '../../formats/tensorboard';
export { formatRow } from '../print';
export { type Checkpoint, readCheckpoint, writeCheckpoint } from './checkpoint';
export { fingerprint, loadFile, loadRun, readNpy, saveFile, saveRun, writeLayersModel, writeRun } from './run';
export { SummaryWriter } from './tensorboard';
