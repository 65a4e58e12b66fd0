/** Lays out the maps, events and lists of convolutional layers in scratch memory (see `kernel/maps.ts`). */
import { allMaps, type Convolution, type MapShape, POOL, type ResolvedLayer, sizeOf } from '../networks/options/layers';
import { BLOCK, ROW_FLOATS } from './layout';

const ROW_BYTES = 4 * ROW_FLOATS;

/** Number of columns, of up to twelve neurons each. */
export const columnsOf = (neurons: number) => Math.ceil(neurons / ROW_FLOATS);

/** Reserves some bytes of scratch memory and returns their byte offset. */
type Place = (bytes: number) => number;

/** Scratch addresses of what a convolutional layer, or the first dense one after them, reads (see layout.ts). */
interface Reading {
  reads: MapShape;
  readsEvents: number;
  backward: number;
  lit: number;
}

/** The same for a convolutional layer, with its own neurons and output. */
interface Convolving extends Reading {
  /** As the kernel computes it: with pooled currents, larger than the layer's own. */
  kernel: number;
  stride: number;
  padding: number;
  /** Weights of the larger kernel, and their gradient; empty in other layers. */
  expanded: number;
  expandedGradient: number;
  /** Size before and after pooling. */
  neurons: MapShape;
  makes: MapShape;
  pool: number;
  units: number;
  potentials: number;
  makesEvents: number;
  means: number;
  before: number;
  slopes: number;
}

export type Convolved = Reading & Partial<Convolving>;

/** Folds a mean of 2 × 2 currents into the convolution: the sum of four kernels, each shifted by the stride. */
const effective = ({ kernel, stride }: Convolution, pool?: string) =>
  pool === 'currents' ? { kernel: kernel + stride, stride: POOL * stride } : { kernel, stride };

/** Bytes for a map's events in all steps, as laid out by `kernel/events.ts`. */
function eventBytes([height, width, channels]: MapShape, T: number): number {
  return 4 * T * height * (width + 1) + 8 + 8 * T * (height * width * channels + 1);
}

/** Places all convolutional layers, and the input of the first dense one. */
export function placeConvolutions(
  { layers, inputs, T }: { layers: readonly ResolvedLayer[]; inputs?: number; T: number },
  place: Place,
): Convolved[] {
  const { maps } = allMaps(layers, inputs);
  if (maps.length === 0) return [];
  let readsEvents = place(eventBytes(maps[0].reads, T));
  const convolved = maps.map(({ reads, neurons, makes }, i): Convolving => {
    const { convolve, pool } = layers[i];
    const { channels, padding } = convolve as Convolution;
    const { kernel, stride } = effective(convolve as Convolution, pool);
    const columns = columnsOf(channels);
    const taps = pool === 'currents' ? columns * kernel * kernel * reads[2] * ROW_BYTES : 0;
    const positions = neurons[0] * neurons[1];
    const makesEvents = place(eventBytes(makes, T));
    const all = {
      reads,
      neurons,
      makes,
      readsEvents,
      makesEvents,
      kernel,
      stride,
      padding,
      expanded: place(taps),
      expandedGradient: place(taps),
      pool: layers[i].pool === 'spikes' ? POOL : 1,
      units: place(i === 0 ? Math.min(T, BLOCK) * sizeOf(reads) : 0),
      potentials: place(columns * positions * 4 * Math.ceil(T / 4) * ROW_BYTES),
      means: place(T * makes[0] * makes[1] * columns * ROW_BYTES),
      lit: place(positions),
      slopes: place(i === 0 ? 0 : positions * (16 + columns * ROW_FLOATS * 32)),
      before: place(positions * columns * ROW_BYTES),
      backward: place(i === 0 ? 0 : columnsOf(reads[2]) * kernel * kernel * columns * ROW_FLOATS * ROW_BYTES),
    };
    readsEvents = makesEvents;
    return all;
  });
  const { makes: reads } = maps[maps.length - 1];
  const receivers = columnsOf(layers[maps.length].neurons) * ROW_FLOATS * ROW_BYTES;
  const backward = place(columnsOf(reads[2]) * reads[0] * reads[1] * receivers);
  return [...convolved, { reads, readsEvents, backward, lit: place(1) }];
}
