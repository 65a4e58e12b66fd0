/** Frames for a simulated event camera: a still image under a moving eye, and moving objects. */
import { checkChoice, checkNumber, checkOptions, checkWhole, isTyped, typeName } from '../../../src/common/checks';
import { IMAGE_SIDE, IMAGE_SIZE } from '../../../src/common/mnist';
import { MAX_UINT32, RandomStream } from '../../../src/common/random';
import { sinTurns } from '../../networks/exact';
import { Purpose } from '../../networks/purposes';
import { makeSpikeTrains, type SpikeTrainSplit, type SpikeTrains } from '../../networks/spike-trains';
import { events, type Frame } from './camera';
import { eventTrains, type LabelledRecordings, sliceRecording } from './events';

/** Pixels around the image: the largest shift of the eye, and one more for interpolation. */
const BORDER = 3;
/** Corners of the eye's path, in pixels from the middle: three saccades along a triangle. */
const CORNERS = [
  [0, -2],
  [2, 2],
  [-2, 2],
  [0, -2],
] as const;

/**
 * Frames of an image of 28 × 28 pixels seen by an eye that makes three saccades along a triangle, like the camera of
 * N-MNIST (G. Orchard, A. Jayawant, G. K. Cohen and N. Thakor, Frontiers in Neuroscience 9, 2015). Returns steps + 1
 * frames; values between pixels are interpolated bilinearly, and everything outside the image is black.
 * @example
 * const recording = datasets.events(datasets.saccades(image), { width: 28, height: 28, threshold: 0.4, floor: 0.1 });
 * @param image [784] intensities, 0 to 255
 * @throws TypeError or RangeError in one line
 */
export function saccades(image: Uint8Array, steps = 30): Uint8Array[] {
  if (!isTyped(image, 'Uint8Array'))
    throw new TypeError(`image: expected 784 intensities in a Uint8Array, found ${typeName(image)}`);
  if (image.length !== IMAGE_SIZE)
    throw new RangeError(`image: expected ${IMAGE_SIZE} intensities, found ${image.length}`);
  checkWhole('steps', steps, 1, 1000);
  // A black border saves a comparison per pixel, which would take most of the time.
  const wide = IMAGE_SIDE + 2 * BORDER;
  const seen = new Uint8Array(wide * wide);
  for (let y = 0; y < IMAGE_SIDE; y++)
    seen.set(image.subarray(y * IMAGE_SIDE, (y + 1) * IMAGE_SIDE), (y + BORDER) * wide + BORDER);
  return Array.from({ length: steps + 1 }, (_, step) => {
    const way = (step * 3) / steps;
    const corner = Math.min(2, Math.floor(way));
    const [dx, dy] = [0, 1].map((i) => {
      const [from, to] = [CORNERS[corner][i], CORNERS[corner + 1][i]];
      return from + (to - from) * (way - corner);
    });
    const [left, top] = [Math.floor(dx), Math.floor(dy)];
    const [right, down] = [dx - left, dy - top];
    const frame = new Uint8Array(IMAGE_SIZE);
    for (let pixel = 0; pixel < IMAGE_SIZE; pixel++) {
      const x = (pixel % IMAGE_SIDE) + left + BORDER;
      const y = Math.floor(pixel / IMAGE_SIDE) + top + BORDER;
      const at = y * wide + x;
      const upper = (1 - right) * seen[at] + right * seen[at + 1];
      const lower = (1 - right) * seen[at + wide] + right * seen[at + wide + 1];
      frame[pixel] = Math.round((1 - down) * upper + down * lower);
    }
    return frame;
  });
}

/** Classes of `movingThings`: the direction of motion, or that nothing moves. */
export const DIRECTIONS = ['left', 'right', 'up', 'down', 'nothing'] as const;

export interface MovingThingsOptions {
  /** A whole number from 0 to 2³² − 1. Default 0. */
  seed?: number;
  /** Training and test samples; default 4000 and 1000. Sample n has the class n mod 5. */
  train?: number;
  test?: number;
  /** Frames of a sample, 2 to 100, at 30 a second. Default 12. */
  steps?: number;
  /** Pixels in each direction, 8 to 64. Default 32. */
  side?: number;
  /** Whether objects are always brighter than the background, or brighter or darker. Default 'both'. */
  contrast?: 'both' | 'bright';
  /**
   * Where an object is halfway along its path: in the middle of the view ('middle'), so that its last position shows
   * where it came from; or anywhere ('free'). Default 'free'.
   */
  place?: 'free' | 'middle';
  /** The share of samples with flickering light, 0 to 1. Default 0. */
  flicker?: number;
}

/** Frames before the first step, in which the camera adapts to the scene. */
const WARM_UP = 4;
const FPS = 30;
/** Size of a table of normal numbers, each the sum of twelve uniform ones: fast, and the same on every machine. */
const NORMALS = 4096;
const clamp = (value: number, low: number, high: number) => Math.max(low, Math.min(high, value));
/** The covered share of a pixel whose middle is this far inside an edge. */
const covered = (inside: number) => clamp(inside + 0.5, 0, 1);

/**
 * Recordings of objects that move left, right, up, down or not at all: bars, discs and blobs of random size, contrast and
 * speed (0.5 to 2.5 pixels per frame, within 0.4 radians of the axis), on a background and with noise, seen by a camera
 * with a random threshold. The exposure changes in 15 % of the samples, and in a quarter of the still ones an object has
 * just stopped. Exact arithmetic (additions, products, divisions, square roots) makes them the same on every machine.
 * @example
 * const { train, test } = datasets.movingThings({ train: 1000, test: 500 });
 * const camera = { width: 32, height: 32, pool: 4, least: 2, T: 12, duration: 400_000 };
 * const data = datasets.eventTrains({ train, test, ...camera });
 * @throws RangeError that names the option that is out of range or unknown
 */
export function movingThings(options: MovingThingsOptions = {}): {
  train: LabelledRecordings;
  test: LabelledRecordings;
} {
  const names = ['seed', 'train', 'test', 'steps', 'side', 'contrast', 'place', 'flicker'] as const;
  checkOptions('movingThings', options, names);
  const { seed = 0, train = 4000, test = 1000, steps = 12, side = 32, flicker = 0 } = options;
  const { contrast = 'both', place = 'free' } = options;
  checkWhole('seed', seed, 0, MAX_UINT32);
  checkWhole('train', train, 1, 100_000);
  checkWhole('test', test, 1, 100_000);
  checkWhole('steps', steps, 2, 100);
  checkWhole('side', side, 8, 64);
  checkNumber('flicker', flicker);
  if (!(flicker >= 0 && flicker <= 1)) throw new RangeError(`flicker: expected a share from 0 to 1, found ${flicker}`);
  checkChoice('contrast', contrast, ['both', 'bright']);
  checkChoice('place', place, ['free', 'middle']);
  const table = new RandomStream(0, Purpose.Scenes);
  const normals = Float64Array.from({ length: NORMALS }, () => {
    let sum = -6;
    for (let i = 0; i < 12; i++) sum += table.uniform();
    return sum;
  });
  const scene: Scene = { seed, steps, side, contrast, place, flicker, normals };
  const record = (split: number, length: number): LabelledRecordings => {
    const labels = Uint8Array.from({ length }, (_, i) => i % DIRECTIONS.length);
    const recordings = Array.from(labels, (label, i) => recordSample(scene, label, split, i));
    return { recordings, labels };
  };
  return { train: record(1, train), test: record(2, test) };
}

/** How networks see `movingThings`: options of `eventTrains` that give 8 × 8 cells of two polarities in 12 steps. */
export const FILM_VIEW = { width: 32, height: 32, pool: 4, least: 2, T: 12, duration: 400_000 } as const;

/** Adds a clock, a unit that fires in every step: without it most samples in which nothing moves would be silent. */
export function withClock({ units: clock, T, classes, train, test }: SpikeTrains): SpikeTrains {
  const steps = Array.from({ length: T }, (_, step) => step);
  const add = ({ units, times, starts, labels, count }: SpikeTrainSplit) => {
    const trains = Array.from({ length: count }, (_, i) => ({
      units: [...steps.map(() => clock), ...units.subarray(starts[i], starts[i + 1])],
      times: [...steps, ...times.subarray(starts[i], starts[i + 1])],
    }));
    return { trains, labels };
  };
  return makeSpikeTrains({ units: clock + 1, T, classes, train: add(train), test: add(test) });
}

/**
 * 2,000 training and 500 test samples of `movingThings`, with a clock, as the chapter on event cameras shows them to
 * networks.
 */
export const films = (): SpikeTrains =>
  withClock(eventTrains({ ...movingThings({ train: 2000, test: 500 }), ...FILM_VIEW }));

/** The same spikes in a single step, with an input for each unit in each step: input unit · T + step. */
export function atOnce({ units: all, T, classes, train, test }: SpikeTrains): SpikeTrains {
  const join = (split: SpikeTrainSplit): SpikeTrainSplit => ({
    ...split,
    units: split.units.map((unit, i) => unit * T + split.times[i]),
    times: split.times.map(() => 0),
  });
  return { units: all * T, T: 1, classes, train: join(train), test: join(test) };
}

interface Scene extends Required<Omit<MovingThingsOptions, 'train' | 'test'>> {
  normals: Float64Array;
}

/** One sample: the events of a camera that has adapted to the scene, from the first step on. */
function recordSample(scene: Scene, label: number, split: number, index: number) {
  const { side, steps, normals } = scene;
  const random = new RandomStream(scene.seed, Purpose.Scenes, split, index);
  const between = (low: number, high: number) => low + (high - low) * random.uniform();
  const chance = (share: number) => random.uniform() < share;
  const moves = DIRECTIONS[label] !== 'nothing';
  const inside = drawObject(random, between);
  const base = between(30, 180);
  const background = drawBackground(side, random, base, between(0, 0.5) * base);
  const isBright = scene.contrast === 'bright' || chance(0.5);
  const strength = between(1.6, 4);
  const objectLight = clamp(isBright ? base * strength + 15 : base / strength, 4, 250);
  // Angles in turns from the x axis, which points right; y points down.
  const axis = moves ? [0.5, 0, 0.75, 0.25][label] : random.uniform();
  const turn = axis + between(-0.4, 0.4) / (2 * Math.PI);
  const speed = between(0.5, 2.5);
  const [dx, dy] = [speed * sinTurns(turn + 0.25), speed * sinTurns(turn)];
  const onset = moves ? Math.round(between(-WARM_UP, steps - 6)) : steps + 1;
  const hasJustStopped = !moves && chance(0.25);
  const middle = moves ? (onset + steps) / 2 : 0;
  const isMiddle = scene.place === 'middle';
  const back = isMiddle || !moves ? 0 : between(-0.5, 0.5) * (steps - onset);
  const [low, high] = isMiddle ? [side / 4, (3 * side) / 4] : [2, side - 2];
  const [cx, cy] = [between(low, high) - dx * back, between(low, high) - dy * back];
  const sigma = between(0.3, 2.5);
  const threshold = between(0.12, 0.3);
  const exposure = chance(0.15) ? { from: between(-WARM_UP, steps), by: between(0.96, 1.04) } : undefined;
  const lamp = chance(scene.flicker)
    ? { depth: between(0.02, 0.35), rows: between(0, 3.5), phase: random.uniform(), step: between(-0.5, 0.5) }
    : undefined;
  let gain = 1;
  const frames: Frame[] = [];
  for (let t = -WARM_UP - 1; t < steps; t++) {
    const since = moves ? Math.max(t, onset) - middle : hasJustStopped ? Math.min(t, 0) : 0;
    const [x0, y0] = [cx + dx * since, cy + dy * since];
    if (exposure && t > exposure.from) gain *= exposure.by;
    const frame = new Uint8ClampedArray(side * side);
    for (let y = 0; y < side; y++) {
      const flicker = lamp ? 1 + lamp.depth * sinTurns(lamp.phase + lamp.step * t + (lamp.rows * y) / side) : 1;
      for (let x = 0; x < side; x++) {
        const share = inside(x - x0, y - y0);
        const light = ((1 - share) * background[y * side + x] + share * objectLight) * gain * flicker;
        frame[y * side + x] = light + sigma * normals[random.uint32() >>> 20];
      }
    }
    frames.push(frame);
  }
  const seen = events(frames, { width: side, height: side, threshold, fps: FPS });
  // The last frame before the first step.
  const start = Math.ceil((WARM_UP * 1e6) / FPS);
  const first = seen.times.findIndex((time) => time >= start);
  const shown = sliceRecording(seen, first < 0 ? seen.times.length : first);
  return { ...shown, times: shown.times.map((time) => time - start) };
}

/** A random bar, disc, or blob of three discs: the share of a pixel that it covers, by the pixel's offset from its middle. */
function drawObject(random: RandomStream, between: (low: number, high: number) => number) {
  const kind = Math.floor(3 * random.uniform());
  const turn = random.uniform();
  const [cos, sin] = [sinTurns(turn + 0.25), sinTurns(turn)];
  const [a, b] = [between(1.5, 5), between(4, 14)];
  const discs = [0, 1, 2].map((i) => {
    const [r, away] = [between(3, 7), i === 0 || kind === 1 ? 0 : between(2, 6)];
    const at = random.uniform();
    return { r, x: away * sinTurns(at + 0.25), y: away * sinTurns(at) };
  });
  if (kind === 0)
    return (x: number, y: number) =>
      covered(a - Math.abs(cos * x + sin * y)) * covered(b - Math.abs(cos * y - sin * x));
  // A loop, since a list for each pixel would take most of the time.
  return (x: number, y: number) => {
    let most = 0;
    for (const disc of discs) {
      // Not `**`, whose last bits differ between browsers.
      const right = x - disc.x;
      const down = y - disc.y;
      most = Math.max(most, covered(disc.r - Math.sqrt(right * right + down * down)));
    }
    return most;
  };
}

/** A random smooth background, interpolated bilinearly between the nodes of a coarse grid. */
function drawBackground(side: number, random: RandomStream, base: number, depth: number): Float64Array {
  const n = 2 + Math.floor(6 * random.uniform());
  const grid = Float64Array.from({ length: (n + 1) * (n + 1) }, () => random.uniform());
  return Float64Array.from({ length: side * side }, (_, pixel) => {
    const [gx, gy] = [((pixel % side) * n) / side, (Math.floor(pixel / side) * n) / side];
    const [i, j] = [Math.floor(gy), Math.floor(gx)];
    const [down, right] = [gy - i, gx - j];
    const across = (row: number) => (1 - right) * grid[row * (n + 1) + j] + right * grid[row * (n + 1) + j + 1];
    return base + ((1 - down) * across(i) + down * across(i + 1) - 0.5) * 2 * depth;
  });
}
