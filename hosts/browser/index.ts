/**
 * The package as a notebook of the browser edition sees it: what every host has, and what this one does in its own way.
 */
import './frames';
import type { Host } from '../contract/contract';
import { makeRecompute } from '../contract/recompute';
import { makeWithBar } from '../contract/with-bar';
import * as display from './display';
import { announce } from './engines';
import * as host from './host';

export * from '../contract/entry-point';
export { tf } from './backend';
/** Exercises that know what went wrong. */
export * as exercises from './exercises';
export * from './host';

const all = { ...host, ...display } satisfies Host;

/** Long work with a bar below the cell: `withBar.train`, `withBar.trainAnn`, `withBar.map`. */
export const withBar = makeWithBar({ ...all, announce });

/** Computes a run of the map again: `recompute(row) === row.weightsSha256`, if every byte is the same. */
export const recompute = makeRecompute({ ...host, withBar });
