/** The package as Node and the tslab kernel see it: the lesson, the packages, and what every host offers (`hosts/contract/contract.ts`). */
import type { Host } from '../contract/contract';
import { makeRecompute } from '../contract/recompute';
import { makeWithBar } from '../contract/with-bar';
import * as host from './host';

export { renderPng, renderSvg } from '../../packages/figures/node/render';
export { saveFigure } from '../../packages/figures/node/save';
export * from '../contract/door';
export { tf } from './backend';
export * as exercises from './exercises';
export * from './host';

/** Long work with a bar below the cell: `withBar.train`, `withBar.trainAnn`, `withBar.map`. */
export const withBar = makeWithBar(host satisfies Host);

/** Computes a run of the map again: `recompute(row) === row.weightsSha256`, if every byte is the same. */
export const recompute = makeRecompute({ ...host, withBar });
