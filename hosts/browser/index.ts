/**
 * The package as a notebook of the browser edition sees it: what every host has, and what this one does in its own way.
 */
import './frames';
import type { Host } from '../contract/contract';
import { makeRecompute } from '../contract/recompute';
import { makeWithBar } from '../contract/with-bar';
import { announce } from './engines';
import * as checks from './exercises';
import * as host from './host';

export * from '../contract/entry-point';
export { tf } from './backend';
export {
  createEngine,
  fingerprint,
  initBackend,
  liveFigure,
  loadFile,
  loadMnist,
  loadRun,
  readMap,
  saveFile,
  saveRun,
  show,
} from './host';

/** Exercises that know what went wrong. */
export namespace exercises {
  export import check = checks.check;
  export import edition = checks.edition;
  export import progress = checks.progress;
  export import solved = checks.solved;
  export import todo = checks.todo;
  export type Net = checks.Net;
}

/** Long work with a bar below the cell: `withBar.train`, `withBar.trainAnn`, `withBar.map`. */
export const withBar = makeWithBar({ ...(host satisfies Host), announce });

/** Computes a run of the map again: `recompute(row) === row.weightsSha256`, if every byte is the same. */
export const recompute = makeRecompute({ ...host, withBar });
