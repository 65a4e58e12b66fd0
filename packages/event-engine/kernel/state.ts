// What a column's neurons keep from step to step.

import {
  ADAPT_BOUNDARIES,
  ADAPTATION,
  ADAPTS,
  BOUNDARIES,
  CURRENT,
  CURRENT_BOUNDARIES,
  FIRED,
  FIRED_BOUNDARIES,
  POTENTIAL,
  ROW_BYTES,
} from './addresses';
import { copyRow } from './rows';

/** What a column keeps of a threshold that rises; 0 without. */
export function adaptationOf(column: usize): usize {
  return <usize>load<u32>(column, ADAPTS);
}

/** Keeps the state before a block. */
export function keepState(column: usize, block: usize): void {
  copyRow(column + BOUNDARIES + block * ROW_BYTES, column + POTENTIAL);
  const adaptation = adaptationOf(column);
  if (adaptation) copyRow(adaptation + ADAPT_BOUNDARIES + block * ROW_BYTES, adaptation + ADAPTATION);
}

/** Back to the state before a block, which is computed again in the backward pass. */
export function rewind(column: usize, block: usize): void {
  copyRow(column + POTENTIAL, column + BOUNDARIES + block * ROW_BYTES);
  copyRow(column + CURRENT, column + CURRENT_BOUNDARIES + block * ROW_BYTES);
  store<u16>(column + FIRED, load<u16>(column + FIRED_BOUNDARIES + 2 * block));
  const adaptation = adaptationOf(column);
  if (adaptation) copyRow(adaptation + ADAPTATION, adaptation + ADAPT_BOUNDARIES + block * ROW_BYTES);
}
