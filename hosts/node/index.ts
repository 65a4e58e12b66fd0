/** Entry point of the package on Node and in the tslab kernel. */
import type { Host } from '../contract/contract';
import { makeRecompute } from '../contract/recompute';
import { makeWithBar } from '../contract/with-bar';
import * as display from './display';
import * as checks from './exercises';
import * as host from './host';

export * from '../contract/entry-point';
export { tf } from './backend';
export * from './host';

/** Exercises that know what went wrong. */
export namespace exercises {
  export import check = checks.check;
  export import edition = checks.edition;
  export import progress = checks.progress;
  export import solved = checks.solved;
  export import todo = checks.todo;
  export type Net = checks.Net;
}

const all = { ...host, ...display } satisfies Host;

/** Long work with a bar below the cell: `withBar.train`, `withBar.trainAnn`, `withBar.map`. */
export const withBar = makeWithBar(all);

/** Computes a run of the map again: `recompute(row) === row.weightsSha256`, if every byte is the same. */
export const recompute = makeRecompute({ ...host, withBar });
