/** What the browser offers chapters under the names that every host has (`hosts/contract/contract.ts`). */
export { initBackend } from './backend';
export { loadMnist, readMap } from './data';
export { liveFigure, show } from './display';
export { createEngine } from './engines';
export { loadFile, loadFolder, loadRun, saveFile, saveRun } from './files';
export { fingerprint } from './hash';
