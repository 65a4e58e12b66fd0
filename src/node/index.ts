/** The package as Node and the tslab kernel see it: the rooms, and what every host offers (`host/contract.ts`). */
import type { Host } from '../host/contract';
import { makeRecompute } from '../host/recompute';
import { makeWithBar } from '../host/with-bar';
import * as host from './host';

export * from '../host/door';
export { tf } from './backend';
export { renderPng, renderSvg } from './drawing/render';
export { saveFigure } from './drawing/save';
export * as exercises from './exercises';
export * from './host';

/** Long work with a bar below the cell: `withBar.train`, `withBar.trainAnn`, `withBar.map`. */
export const withBar = makeWithBar(host satisfies Host);

/** Computes a run of the map again: `recompute(row) === row.weightsSha256`, if every byte is the same. */
export const recompute = makeRecompute({ ...host, withBar });
