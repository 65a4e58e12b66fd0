/**
 * What both doors of the package (`hosts/node/index.ts`, `hosts/browser/index.ts`) show: the lesson, and of the packages what a
 * chapter uses.
 */

export type { EventEngine } from '../../packages/event-engine/engine';
export * as visualizing from '../../packages/figures';
export * as datasets from '../../packages/formats/datasets';
export * as exchange from '../../packages/formats/exchange';
export type { Choice, Difference, Estimate, MapTable, Measure, Row } from '../../packages/runs/map';
export { formatCommand } from '../../packages/runs/map';
export * as statistics from '../../packages/runs/map/statistics';
export { formatRow } from '../../packages/runs/print';
export type { Run, SavedRun } from '../../packages/runs/run-files';
export * from '../../src';
export type { FigureWindow, Host, LiveFigure, ProgressBar } from './contract';
export type { Recompute, RecomputeOptions } from './recompute';
export type { WithBar } from './with-bar';
