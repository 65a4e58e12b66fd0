// Delays: a spike of input i in step t reaches neuron j in the steps t + k and t + k + 1, with W (1 - f) and W f, where
// k is the delay rounded down and f = delay - k.
//
// Memory: the number of blocks sent, then for each neuron the currents of all steps, column by column, and then dL/dx;
// each with extra steps for spikes that arrive after the last one. A block sends currents to later blocks, so they are
// still there when the backward pass computes the blocks again.

import * as table from '../layout';
import {
  ALWAYS,
  ALWAYS_COUNT,
  BLOCK,
  BLOCK_ROWS,
  BRIGHT_COUNT,
  DIM,
  FACTORS,
  LIST,
  PART,
  PART_BYTES,
  PIXEL_AT,
  ROW_BYTES,
  SLOTS,
  SPIKES,
  WIDTH,
} from './addresses';
import { inputAt, inputs } from './encoder';
import { columnsOf, layerAt, readControl, rowsOf } from './network';

/** Bytes of the count of blocks. */
const HEAD: usize = 16;

let most: f32 = 0;
/** A delay, rounded down, as bytes of steps, and the share that arrives a step later. */
let later: usize = 0;
let share: f32 = 0;

/** Splits the delay at `from`. The largest delay is one step after the last but one, with share 1. */
function split(from: usize): void {
  const delay = load<f32>(from);
  let k = floor<f32>(delay);
  if (k > most - 1) k = most - 1;
  // Also replaces NaN.
  if (!(k > 0)) k = 0;
  later = 4 * usize(k);
  share = delay - k;
}

function useDelays(layer: usize): void {
  most = f32(load<u32>(layer, table.MOST_DELAY));
}

/** Address of a column's delays, next to its rows of weights. */
function delaysOf(weights: usize, layer: usize, c: usize): usize {
  return rowsOf(weights, layer, c) + <usize>load<u32>(layer, table.DELAYS) - <usize>load<u32>(layer, table.WEIGHTS);
}

/** Address of the first step of a column's first neuron in the currents; dL/dx follow those of all columns. */
function currentsOf(scratch: usize, layer: usize, c: usize): usize {
  return scratch + <usize>load<u32>(layer, table.DELAYED) + HEAD + c * WIDTH * bytesOf(layer);
}

function gradientsOf(scratch: usize, layer: usize, c: usize): usize {
  return currentsOf(scratch, layer, columnsOf(layer) + c);
}

function bytesOf(layer: usize): usize {
  return <usize>load<u32>(layer, table.DELAYED_BYTES);
}

/** Resets: nothing has been sent. */
export function startDelays(scratch: usize, layer: usize): void {
  store<u32>(scratch + <usize>load<u32>(layer, table.DELAYED), 0);
  memory.fill(currentsOf(scratch, layer, 0), 0, columnsOf(layer) * WIDTH * bytesOf(layer));
}

/**
 * Copies currents that arrive after the last step from or, after that step, to rows `stride` bytes apart: for each of the
 * next steps a row for each column. Returns the end of the rows.
 */
export function carryDelayed(scratch: usize, layer: usize, row: usize, stride: usize, take: bool): usize {
  const from: usize = take ? 0 : <usize>readControl(table.Control.T);
  for (let s: usize = 0, steps = <usize>load<u32>(layer, table.MOST_DELAY); s < steps; s++) {
    for (let c: usize = 0, columns = columnsOf(layer); c < columns; c++, row += stride) {
      const at = currentsOf(scratch, layer, c) + 4 * (from + s);
      for (let j: usize = 0; j < WIDTH; j++) {
        const own = at + j * bytesOf(layer);
        if (take) store<f32>(own, load<f32>(row + 4 * j));
        else store<f32>(row + 4 * j, load<f32>(own));
      }
    }
  }
  return row;
}

/** Lists the steps of a block in which an input fires, as byte offsets (u32); returns the list's end. */
function listSteps(list: usize, input: usize, place: usize, steps: usize): usize {
  let end = list;
  for (let start: usize = 0; start < steps; start += PART) {
    const left = steps - start;
    let fired = <u32>load<u16>(input + SPIKES + (start / PART) * PART_BYTES + 2 * place);
    if (left < PART) fired &= (1 << u32(left)) - 1;
    for (; fired; fired &= fired - 1, end += 4) store<u32>(end, 4 * u32(start + ctz(fired)));
  }
  return end;
}

function listAll(list: usize, steps: usize): usize {
  for (let t: usize = 0; t < steps; t++) store<u32>(list + 4 * t, 4 * u32(t));
  return list + 4 * steps;
}

/** Sends the spikes of a block to a column or, if `gradient` is not 0, adds their part of the gradient. */
function eachInput(
  scratch: usize,
  layer: usize,
  weights: usize,
  gradient: usize,
  block: usize,
  steps: usize,
  c: usize,
): void {
  const isFirst = layer === layerAt(0);
  for (let i: usize = 0, count = isFirst ? inputs : 1; i < count; i++) {
    const input = isFirst ? inputAt(scratch, i) : scratch + <usize>load<u32>(layer, table.READS);
    eachPlace(scratch, layer, weights, gradient, input, block, steps, c);
  }
}

/** The same for one of several inputs, or for a layer's spikes. */
function eachPlace(
  scratch: usize,
  layer: usize,
  weights: usize,
  gradient: usize,
  input: usize,
  block: usize,
  steps: usize,
  c: usize,
): void {
  const list = scratch + LIST;
  const dim = <usize>load<u32>(input, DIM);
  const drawn = dim + <usize>load<u32>(input, BRIGHT_COUNT);
  const all = drawn + <usize>load<u32>(input, ALWAYS_COUNT);
  const first = (gradient ? gradientsOf(scratch, layer, c) : currentsOf(scratch, layer, c)) + 4 * BLOCK * block;
  for (let i: usize = 0; i < all; i++) {
    const place = i < dim ? i : SLOTS - 1 - (i - dim);
    const end = i < drawn ? listSteps(list, input, place, steps) : listAll(list, steps);
    if (end === list) continue;
    const unit = i < drawn ? input + PIXEL_AT + 2 * place : input + ALWAYS + 2 * (i - drawn);
    const row = ROW_BYTES * <usize>load<u16>(unit);
    const w = rowsOf(weights, layer, c) + row;
    const d = delaysOf(weights, layer, c) + row;
    if (gradient) collect(layer, first, w, d, gradient - weights, list, end);
    else send(layer, first, w, d, list, end);
  }
}

/** Sends an input's spikes in the listed steps to a column; `first` is the address of its first neuron's currents. */
function send(layer: usize, first: usize, w: usize, d: usize, list: usize, end: usize): void {
  for (let j: usize = 0; j < ROW_BYTES; j += 4, first += bytesOf(layer)) {
    split(d + j);
    const soon = load<f32>(w + j) * (1 - share);
    const late = load<f32>(w + j) * share;
    for (let s = list; s < end; s += 4) {
      const x = first + later + <usize>load<u32>(s);
      store<f32>(x, load<f32>(x) + soon);
      store<f32>(x, load<f32>(x, 4) + late, 4);
    }
  }
}

/**
 * dL/dW = (1 - f) g + f g' and dL/d delay = W (g' - g), where g and g' are dL/dx when the two parts arrive; both are added
 * `away` bytes from W and the delay.
 */
function collect(layer: usize, first: usize, w: usize, d: usize, away: usize, list: usize, end: usize): void {
  const learns = load<u32>(layer, table.LEARNS_DELAYS) !== 0;
  for (let j: usize = 0; j < ROW_BYTES; j += 4, first += bytesOf(layer)) {
    split(d + j);
    let soon: f32 = 0;
    let late: f32 = 0;
    for (let s = list; s < end; s += 4) {
      const x = first + later + <usize>load<u32>(s);
      soon += load<f32>(x);
      late += load<f32>(x, 4);
    }
    const gw = w + j + away;
    const gd = d + j + away;
    store<f32>(gw, load<f32>(gw) + ((1 - share) * soon + share * late));
    if (learns) store<f32>(gd, load<f32>(gd) + load<f32>(w + j) * (late - soon));
  }
}

/** Writes the currents of a block to a column's BLOCK_ROWS. */
export function delayedCurrents(
  scratch: usize,
  weights: usize,
  layer: usize,
  column: usize,
  c: usize,
  block: usize,
  steps: usize,
): void {
  const sent = scratch + <usize>load<u32>(layer, table.DELAYED);
  useDelays(layer);
  if (load<u32>(sent) === u32(block)) eachInput(scratch, layer, weights, 0, block, steps, c);
  if (load<u32>(sent) === u32(block) && c + 1 === columnsOf(layer)) store<u32>(sent, u32(block + 1));
  const first = currentsOf(scratch, layer, c) + 4 * BLOCK * block;
  for (let j: usize = 0; j < WIDTH; j++) {
    for (let t: usize = 0; t < steps; t++) {
      store<f32>(column + BLOCK_ROWS + t * ROW_BYTES + 4 * j, load<f32>(first + j * bytesOf(layer) + 4 * t));
    }
  }
}

/** Keeps dL/dx of a block from a column's BLOCK_ROWS, and adds the part of its spikes to `gradient`. */
export function addDelayedGradient(
  scratch: usize,
  weights: usize,
  gradient: usize,
  layer: usize,
  column: usize,
  c: usize,
  block: usize,
  steps: usize,
): void {
  const first = gradientsOf(scratch, layer, c);
  // The gradient is 0 after the last step.
  if (block * BLOCK + steps === <usize>readControl(table.Control.T)) memory.fill(first, 0, WIDTH * bytesOf(layer));
  for (let j: usize = 0; j < WIDTH; j++) {
    for (let t: usize = 0; t < steps; t++) {
      const dx = load<f32>(column + BLOCK_ROWS + t * ROW_BYTES + 4 * j);
      store<f32>(first + j * bytesOf(layer) + 4 * (BLOCK * block + t), dx);
    }
  }
  useDelays(layer);
  eachInput(scratch, layer, weights, gradient, block, steps, c);
}

/**
 * Writes dL/ds of the neurons of column `c` in a block, through a next layer with delays, to `deltas`: for each step the
 * sum over that layer's neurons of W (1 - f) g + W f g', as in `collect`.
 */
export function differentiateDelayed(
  scratch: usize,
  weights: usize,
  next: usize,
  c: usize,
  block: usize,
  steps: usize,
  deltas: usize,
): void {
  const sums = scratch + FACTORS;
  useDelays(next);
  for (let i: usize = 0; i < WIDTH; i++) {
    memory.fill(sums, 0, 4 * BLOCK);
    for (let j: usize = 0, neurons = <usize>load<u32>(next, table.NEURONS); j < neurons; j++) {
      const at = (c * WIDTH + i) * ROW_BYTES + 4 * (j % WIDTH);
      const w = load<f32>(rowsOf(weights, next, j / WIDTH) + at);
      split(delaysOf(weights, next, j / WIDTH) + at);
      const soon = f32x4.splat(w * (1 - share));
      const late = f32x4.splat(w * share);
      const x = gradientsOf(scratch, next, j / WIDTH) + (j % WIDTH) * bytesOf(next) + 4 * BLOCK * block + later;
      for (let t: usize = 0; t < 4 * steps; t += 16) {
        const both = f32x4.add(f32x4.mul(soon, v128.load(x + t)), f32x4.mul(late, v128.load(x + t, 4)));
        v128.store(sums + t, f32x4.add(v128.load(sums + t), both));
      }
    }
    for (let t: usize = 0; t < steps; t++) store<f32>(deltas + t * ROW_BYTES + 4 * i, load<f32>(sums + 4 * t));
  }
}

/** Clamps the delays of rows `first` to `last`. */
export function limit(weights: usize, first: usize, last: usize, longest: f32): void {
  const highest = f32x4.splat(longest);
  for (let at = first * ROW_BYTES; at < last * ROW_BYTES; at += 16) {
    v128.store(weights + at, f32x4.min(f32x4.max(v128.load(weights + at), f32x4.splat(0)), highest));
  }
}
