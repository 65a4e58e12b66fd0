// A column of neurons back in time, with all that its layer has.

import * as table from '../layout';
import { FACTORS, ROW_BYTES } from './addresses';
import { back, findFactors } from './back';
import { readControl } from './network';
import { backOutputs, READ_SPIKES } from './readout';
import { filterBack } from './synapse';
import { addFactors } from './tau';

/**
 * Potentials h of a column in some steps, the first of which is `from`, become dL/dx of its currents.
 * @param deltas dL/ds of each, a row; 0 of the outputs, which know what is read of them
 */
export function backSome(
  scratch: usize,
  layer: usize,
  column: usize,
  deltas: usize,
  block: usize,
  from: usize,
  steps: usize,
): void {
  const kept = load<f32>(layer, table.SYNAPSE);
  const learns = load<u32>(layer, table.LEARNS);
  const isFiring = deltas !== 0 || readControl(table.Control.Readout) === READ_SPIKES;
  if (learns) findFactors(column, scratch + FACTORS, block, from, steps, isFiring);
  if (deltas) back(scratch, column, deltas, ROW_BYTES, from, steps);
  else backOutputs(scratch, block, steps);
  if (learns) addFactors(column, scratch + FACTORS, from, steps);
  if (kept) filterBack(column, kept, from, steps);
}
