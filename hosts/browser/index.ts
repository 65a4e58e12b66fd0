/** The package as a notebook of the browser edition sees it: the rooms, and what every host offers (`hosts/contract/contract.ts`). */
import './frames';
import type { Host } from '../contract/contract';
import { makeRecompute } from '../contract/recompute';
import { makeWithBar } from '../contract/with-bar';
import { announce } from './engines';
import * as host from './host';

export * as exercises from '../../packages/exercises';
export * from '../contract/door';
export { tf } from './backend';
export * from './host';

/** Long work with a bar below the cell: `withBar.train`, `withBar.trainAnn`, `withBar.map`. */
export const withBar = makeWithBar({ ...(host satisfies Host), announce });

/** Computes a run of the map again: `recompute(row) === row.weightsSha256`, if every byte is the same. */
export const recompute = makeRecompute({ ...host, withBar });
