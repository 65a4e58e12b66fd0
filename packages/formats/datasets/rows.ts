/** MNIST row by row: one row of pixels per step, a task that needs memory. */
import { IMAGE_SIDE, IMAGE_SIZE, type Mnist, type MnistSplit } from '../../../src/common/mnist';
import type { SpikeTrainSplit, SpikeTrains } from '../../networks/spike-trains';

/** A pixel is a spike if its intensity is at least this. */
const BRIGHT = 128;

/**
 * Turns images into spike trains of 28 units and 28 steps: a bright pixel in row t, column c is a spike of unit c in step t.
 * @example
 * const data = rows(await loadMnist());
 * const engine = await createEngine('event', { data, layers: [{ neurons: 100, recurrent: true }, {}] });
 */
export const rows = ({ train, test }: Mnist): SpikeTrains => {
  return { units: IMAGE_SIDE, T: IMAGE_SIDE, train: inRows(train), test: inRows(test) };
};

function inRows({ images, labels, count }: MnistSplit): SpikeTrainSplit {
  let total = 0;
  for (const pixel of images) if (pixel >= BRIGHT) total++;
  const [units, times] = [new Uint16Array(total), new Uint16Array(total)];
  const starts = new Uint32Array(count + 1);
  let end = 0;
  for (let i = 0; i < count; i++) {
    for (let pixel = 0; pixel < IMAGE_SIZE; pixel++) {
      if (images[i * IMAGE_SIZE + pixel] < BRIGHT) continue;
      units[end] = pixel % IMAGE_SIDE;
      times[end++] = Math.floor(pixel / IMAGE_SIDE);
    }
    starts[i + 1] = end;
  }
  return { units, times, starts, labels, count };
}
