/** The package as Node and the tslab kernel see it: the rooms, and what every host offers (`host/contract.ts`). */
import type { Host } from '../host/contract';
import { makeWithBar } from '../host/with-bar';
import { initBackend } from './backend';
import { loadMnist } from './data';
import { createEngine } from './engines';
import { interruptible, liveFigure, show } from './notebook/display';
import { openWindow } from './notebook/window';
import { progressBar } from './progress-bar';
import { fingerprint } from './records/fingerprint';
import { loadRun, saveRun } from './records/run';

export * from '../host/door';
export { tf } from './backend';
export { renderPng, renderSvg } from './drawing/render';
export { saveFigure } from './drawing/save';
export * as exercises from './exercises';
export {
  createEngine,
  fingerprint,
  initBackend,
  interruptible,
  liveFigure,
  loadMnist,
  loadRun,
  openWindow,
  progressBar,
  saveRun,
  show,
};

const host = {
  createEngine,
  fingerprint,
  initBackend,
  interruptible,
  liveFigure,
  loadMnist,
  loadRun,
  openWindow,
  progressBar,
  saveRun,
  show,
} satisfies Host;

/** Long work with a bar below the cell: `withBar.train`, `withBar.trainAnn`, `withBar.map`. */
export const withBar = makeWithBar(host);
