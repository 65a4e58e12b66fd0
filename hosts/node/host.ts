/** What Node offers under the names that every host has (`hosts/contract/contract.ts`). */

export { loadFile, saveFile } from '../../packages/runs/node/file';
export { fingerprint } from '../../packages/runs/node/fingerprint';
export { loadRun, saveRun } from '../../packages/runs/node/run';
export { initBackend } from './backend';
export { loadMnist } from './data';
export { createEngine } from './engines';
export { readMap } from './map';
export { interruptible, liveFigure, show } from './notebook/display';
export { openWindow } from './notebook/window';
export { progressBar } from './progress-bar';
