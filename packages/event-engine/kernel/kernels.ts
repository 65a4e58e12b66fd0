// Weights of convolutional layers, arranged once per task.

import * as table from '../layout';
import { ROW_BYTES, WIDTH } from './addresses';
import { inChannels } from './events';
import { columns, expandedBytes, kernel, kernelHeight, place, strideOf, useLayer, weightsOf } from './maps';
import { convolutions, layerAt, rowsOf } from './network';

/** Arranges the weights of all layers that read events; the first dense layer is the last of them. */
export function prepareConvolutions(scratch: usize, weights: usize): void {
  const count = convolutions();
  for (let index: usize = 0; count && index <= count; index++) {
    const layer = layerAt(index);
    useLayer(layer);
    if (load<u32>(layer, table.MEAN_OF)) expand(scratch, weights, layer, false);
    // The first layer reads pixels, not spikes.
    if (index > 0) transposeBackward(scratch, weights, layer, <usize>load<u32>(layerAt(index - 1), table.POOL));
  }
}

/**
 * Folds the mean of 2 x 2 currents into the convolution: its weights are the sum of four copies of a quarter of the
 * layer's weights, shifted by the stride. The backward pass adds the gradients of the copies to the layer's gradient.
 */
export function expand(scratch: usize, own: usize, layer: usize, back: bool): void {
  const size = <usize>load<u32>(layer, table.MEAN_OF);
  const by = <usize>load<u32>(layer, table.MEAN_STRIDE);
  const fourth = f32x4.splat(0.25);
  const row = inChannels * ROW_BYTES;
  for (let c: usize = 0; c < columns; c++) {
    const all = place(scratch, layer, back ? table.EXPANDED_GRADIENT : table.EXPANDED) + c * expandedBytes();
    if (!back) memory.fill(all, 0, expandedBytes());
    for (let tap: usize = 0; tap < size * size; tap++) {
      const mine = rowsOf(own, layer, c) + tap * row;
      for (let neighbour: usize = 0; neighbour < 4; neighbour++) {
        const ky = tap / size + by * (neighbour >> 1);
        const kx = (tap % size) + by * (neighbour & 1);
        const other = all + (ky * kernel + kx) * row;
        for (let q: usize = 0; q < row; q += 16) {
          const to = (back ? mine : other) + q;
          const from = v128.load((back ? other : mine) + q);
          v128.store(to, f32x4.add(v128.load(to), f32x4.mul(from, fourth)));
        }
      }
    }
  }
}

/**
 * The weights transposed for backpropagation: rows of twelve input channels for each channel of the layer, divided by the
 * number of neurons whose mean an input is.
 */
function transposeBackward(scratch: usize, weights: usize, layer: usize, meanOf: usize): void {
  const part: f32 = 1 / f32(meanOf * meanOf);
  const stride = strideOf(layer);
  const taps = kernelHeight * kernel;
  let out = place(scratch, layer, table.BACKWARD);
  for (let first: usize = 0; first < inChannels; first += WIDTH) {
    const count = min<usize>(WIDTH, inChannels - first);
    for (let tap: usize = 0; tap < taps; tap++) {
      for (let c: usize = 0; c < columns; c++) {
        const rows = weightsOf(scratch, weights, layer) + c * stride + ROW_BYTES * (tap * inChannels + first);
        for (let k: usize = 0; k < WIDTH; k++, out += ROW_BYTES) {
          for (let i: usize = 0; i < count; i++) {
            store<f32>(out + 4 * i, part * load<f32>(rows + ROW_BYTES * i + 4 * k));
          }
        }
      }
    }
  }
}
