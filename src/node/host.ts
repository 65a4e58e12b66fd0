/** What Node offers under the names that every host has (`host/contract.ts`). */
export { initBackend } from './backend';
export { loadMnist } from './data';
export { createEngine } from './engines';
export { readMap } from './map';
export { interruptible, liveFigure, show } from './notebook/display';
export { openWindow } from './notebook/window';
export { progressBar } from './progress-bar';
export { loadFile, saveFile } from './records/file';
export { fingerprint } from './records/fingerprint';
export { loadRun, saveRun } from './records/run';
