// Input of a convolutional layer: for each step a list of the inputs that are not 0 (events), ordered by the rows of the
// map, and an index of where each column of a row begins. The events under neighbouring columns are one run of the list.
//
// In memory: the index, [steps][rows][columns + 1] u32, then the lists, [steps][inputs + 1]. An event is the offset of its
// input's row of weights from that of the first input in its row (u32, bytes), and a value (f32).

import * as table from '../layout';
import {
  ALWAYS,
  ALWAYS_COUNT,
  BRIGHT_COUNT,
  DIM,
  PART,
  PART_BYTES,
  PIXEL_AT,
  ROW_BYTES,
  SLOTS,
  SPIKES,
  WIDTH,
} from './addresses';
import { image, inputAt, inputs } from './encoder';
import { DIRECT } from './input';
import { readControl } from './network';

export const EVENT_BYTES: usize = 8;

/** Size of the map that is read, and bytes between the indices and the lists of two steps. */
export let inHeight: usize = 0;
export let inWidth: usize = 0;
export let inChannels: usize = 0;
let beginningBytes: usize = 0;
let listBytes: usize = 0;
let steps: usize = 0;

/** Sets the size of the map. */
export function useMap(mapHeight: usize, mapWidth: usize, channels: usize): void {
  inHeight = mapHeight;
  inWidth = mapWidth;
  inChannels = channels;
  beginningBytes = 4 * mapHeight * (mapWidth + 1);
  listBytes = EVENT_BYTES * (mapHeight * mapWidth * channels + 1);
  steps = <usize>readControl(table.Control.T);
}

/** Address of a row's index in a step. */
export function rowAt(events: usize, t: usize, y: usize): usize {
  return events + t * beginningBytes + 4 * y * (inWidth + 1);
}

/** Address of a step's list. */
export function listAt(events: usize, t: usize): usize {
  return events + ((steps * beginningBytes + 7) & ~7) + t * listBytes;
}

/** Number of different steps that a layer reads: one with direct input. */
export function inputSteps(index: usize): usize {
  return index === 0 && readControl(table.Control.Encoder) === DIRECT ? 1 : steps;
}

/**
 * Lists the events of the input: those of the image, once, or of the spikes in a block of steps, whose units are laid out
 * at `units` by channel.
 */
export function listInput(scratch: usize, events: usize, units: usize, from: usize, count: usize): void {
  const size = inHeight * inWidth * inChannels;
  const isDirect = readControl(table.Control.Encoder) === DIRECT;
  if (isDirect && from > 0) return;
  if (!isDirect) memory.fill(units, 0, count * size);
  for (let i: usize = 0; !isDirect && i < inputs; i++) layOutSpikes(inputAt(scratch, i), units, size, count);
  const different: usize = isDirect ? 1 : count;
  for (let t: usize = 0; t < different; t++) {
    const values = isDirect ? image : units + t * size;
    const list = listAt(events, from + t);
    let end = list;
    for (let y: usize = 0; y < inHeight; y++) {
      const row = rowAt(events, from + t, y);
      let at: u32 = 0;
      for (let x: usize = 0; x < inWidth; x++) {
        store<u32>(row + 4 * x, u32((end - list) / EVENT_BYTES));
        for (let c: usize = 0; c < inChannels; c++, at += u32(ROW_BYTES)) {
          const value = load<u8>(values + (c * inHeight + y) * inWidth + x);
          store<u32>(end, at);
          store<f32>(end, isDirect ? f32(value) / 255 : f32(value), 4);
          end += value ? EVENT_BYTES : 0;
        }
      }
      store<u32>(row + 4 * inWidth, u32((end - list) / EVENT_BYTES));
    }
  }
}

/** Unpacks spikes to a byte for each unit in each step. */
function layOutSpikes(input: usize, units: usize, size: usize, count: usize): void {
  const dim = <usize>load<u32>(input, DIM);
  for (let place: usize = 0; place < dim; place++) layOut(input, place, units, size, count);
  for (let place = SLOTS - <usize>load<u32>(input, BRIGHT_COUNT); place < SLOTS; place++) {
    layOut(input, place, units, size, count);
  }
  for (let i: usize = 0, always = <usize>load<u32>(input, ALWAYS_COUNT); i < always; i++) {
    const unit = units + <usize>load<u16>(input + ALWAYS + 2 * i);
    for (let t: usize = 0; t < count; t++) store<u8>(unit + t * size, 1);
  }
}

function layOut(input: usize, place: usize, units: usize, size: usize, count: usize): void {
  const unit = units + <usize>load<u16>(input + PIXEL_AT + 2 * place);
  for (let start: usize = 0; start < count; start += PART) {
    const left = count - start;
    const keep: u32 = left < PART ? (1 << u32(left)) - 1 : 0xffff;
    let fired = <u32>load<u16>(input + SPIKES + (start / PART) * PART_BYTES + 2 * place) & keep;
    for (; fired; fired &= fired - 1) store<u8>(unit + (start + ctz(fired)) * size, 1);
  }
}

/** Lists the means of a layer's spikes that are not 0, from rows [steps][positions][columns]. */
export function listMeans(events: usize, means: usize, columns: usize): void {
  for (let t: usize = 0; t < steps; t++) {
    const list = listAt(events, t);
    let end = list;
    for (let y: usize = 0; y < inHeight; y++) {
      const row = rowAt(events, t, y);
      for (let x: usize = 0; x < inWidth; x++) {
        store<u32>(row + 4 * x, u32((end - list) / EVENT_BYTES));
        let at = x * inChannels * ROW_BYTES;
        for (let c: usize = 0; c < columns; c++) {
          const all = v128.or(v128.or(v128.load(means), v128.load(means, 16)), v128.load(means, 32));
          if (!v128.any_true(all)) {
            means += ROW_BYTES;
            at += WIDTH * ROW_BYTES;
            continue;
          }
          // Always written, but kept only if needed, since a branch would be mispredicted.
          for (const next = means + ROW_BYTES; means < next; means += 4, at += ROW_BYTES) {
            const value = load<u32>(means);
            store<u32>(end, u32(at));
            store<u32>(end, value, 4);
            end += EVENT_BYTES * usize(value !== 0);
          }
        }
      }
      store<u32>(row + 4 * inWidth, u32((end - list) / EVENT_BYTES));
    }
  }
}
