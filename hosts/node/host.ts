/** Node's implementation of the host contract (`hosts/contract/contract.ts`). */

export { fingerprint, loadFile, loadRun, saveFile, saveRun } from '../../packages/runs/node/run';
export { initBackend } from './backend';
export { loadFolder, loadMnist, readMap } from './data';
export { createEngine } from './engines';
export { liveFigure, show } from './notebook/display';
