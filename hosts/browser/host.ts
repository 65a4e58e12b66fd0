/** What the browser offers under the names that every host has (`hosts/contract/contract.ts`). */
export { initBackend } from './backend';
export { loadMnist } from './data';
export { interruptible, liveFigure, openWindow, progressBar, show } from './display';
export { createEngine } from './engines';
export { loadFile, saveFile } from './files';
export { fingerprint } from './hash';
export { readMap } from './map';
export { loadRun, saveRun } from './runs';
