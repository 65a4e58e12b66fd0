// What a layer that convolves reads: of each step the inputs that are not 0, a list of events, row by row of the map,
// and where each column of a row begins in it. So the events under neighbouring columns of a row are one run of the
// list.
//
// First lie the beginnings, [steps][rows][columns + 1] u32, then the lists, [steps] with room for each input and one
// more. An event is where the row of weights of its input lies behind that of the first input of its row (u32, bytes),
// and its value (f32).

import * as table from '../layout';
import {
  ALWAYS,
  ALWAYS_COUNT,
  BRIGHT_COUNT,
  DIM,
  IMAGE,
  PART,
  PART_BYTES,
  PIXEL_AT,
  ROW_BYTES,
  SLOTS,
  SPIKES,
  WIDTH,
} from './addresses';
import { inputAt, inputs } from './encoder';
import { DIRECT } from './input';
import { readControl } from './network';

export const EVENT_BYTES: usize = 8;

/** The size of the map that is read, and how far the beginnings and the lists of two steps lie apart, in bytes. */
export let inHeight: usize = 0;
export let inWidth: usize = 0;
export let inChannels: usize = 0;
let beginningBytes: usize = 0;
let listBytes: usize = 0;
let steps: usize = 0;

/** From here on events are those of a map of this size. */
export function useMap(mapHeight: usize, mapWidth: usize, channels: usize): void {
  inHeight = mapHeight;
  inWidth = mapWidth;
  inChannels = channels;
  beginningBytes = 4 * mapHeight * (mapWidth + 1);
  listBytes = EVENT_BYTES * (mapHeight * mapWidth * channels + 1);
  steps = <usize>readControl(table.Control.T);
}

/** Where the beginnings of a row lie in a step. */
export function rowAt(events: usize, t: usize, y: usize): usize {
  return events + t * beginningBytes + 4 * y * (inWidth + 1);
}

/** Where the list of a step lies. */
export function listAt(events: usize, t: usize): usize {
  return events + ((steps * beginningBytes + 7) & ~7) + t * listBytes;
}

/** How many different steps a layer reads: direct input is the same in all. */
export function inputSteps(index: usize): usize {
  return index === 0 && readControl(table.Control.Encoder) === DIRECT ? 1 : steps;
}

/**
 * Lists what was presented, step by step: the image itself once or, for a block of steps that was drawn, spikes, whose
 * units are laid out at `units`, channel by channel.
 */
export function listInput(scratch: usize, events: usize, units: usize, from: usize, count: usize): void {
  const size = inHeight * inWidth * inChannels;
  const isDirect = readControl(table.Control.Encoder) === DIRECT;
  if (isDirect && from > 0) return;
  if (!isDirect) memory.fill(units, 0, count * size);
  for (let i: usize = 0; !isDirect && i < inputs; i++) layOutSpikes(inputAt(scratch, i), units, size, count);
  const different: usize = isDirect ? 1 : count;
  for (let t: usize = 0; t < different; t++) {
    const values = isDirect ? scratch + IMAGE : units + t * size;
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

/** A byte for each unit in each step, 1 where it fires. */
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

/** Lists the means of spikes that a layer made, [steps][positions][columns] rows: those that are not 0. */
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
          // Written always and kept only if needed: a branch would be mispredicted.
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
