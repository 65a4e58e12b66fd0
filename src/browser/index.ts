/** The package as a notebook of the browser edition sees it: the rooms, and what every host offers (`host/contract.ts`). */
import './frames';
import type { Host } from '../host/contract';
import { makeWithBar } from '../host/with-bar';
import { initBackend } from './backend';
import { loadMnist } from './data';
import { interruptible, liveFigure, openWindow, progressBar, show } from './display';
import { createEngine } from './engines';
import { fingerprint } from './hash';
import { loadRun, saveRun } from './runs';

export * as exercises from '../exercises';
export * from '../host/door';
export { tf } from './backend';
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
