/**
 * Simulates an event camera from ordinary frames: a pixel emits an event whenever the logarithm of its intensity has
 * changed by a threshold since its last event (P. Lichtsteiner, C. Posch and T. Delbruck, "A 128 × 128 120 dB 15 µs latency
 * asynchronous temporal contrast vision sensor", IEEE Journal of Solid-State Circuits 43, 2008).
 */
import { checkArray, checkNumber, checkOptions, checkWhole, isTyped, typeName } from '../../../src/common/checks';
import { MAX_UINT32 } from '../../../src/common/random';
import { log } from '../../networks/exact';
import type { Recording } from './events';

export interface CameraOptions {
  /** Pixels, 1 to 256 in each direction. */
  width: number;
  height: number;
  /** By how much ln(intensity) has to change for an event, at least 0.001. Default 0.2. */
  threshold?: number;
  /** Added to the intensity, from 1e-6 to 1, so that the logarithm of black is finite. Default 0.03. */
  floor?: number;
}

/** A pixel then emits at most ln(1e6 + 1) / 0.001 = 13,816 events per frame, which fit into 16 bits. */
const LEAST_THRESHOLD = 1e-3;
const LEAST_FLOOR = 1e-6;

/** Intensities of a frame, 0 to 255, row by row, as a canvas has them. */
export type Frame = Uint8Array | Uint8ClampedArray;

/**
 * In each frame a pixel emits n = trunc((ln(I / 255 + floor) − ℓ) / threshold) events; then ℓ ← ℓ + n · threshold. The
 * rest of a change counts towards the next event, and a large change gives several events.
 */
export class EventCamera {
  readonly width: number;
  readonly height: number;
  readonly threshold: number;
  /** [height × width] number of events in the last frame; negative where the pixel became darker. */
  readonly events: Int16Array;
  /** [height × width] level ℓ of each pixel: its logarithmic intensity according to its events. */
  readonly levels: Float64Array;
  /** ln(I / 255 + floor) of each intensity. */
  readonly logs: Float64Array;
  private isStarted = false;

  /** @throws RangeError in one line that names the option */
  constructor(options: CameraOptions) {
    checkOptions('EventCamera', options, ['width', 'height', 'threshold', 'floor']);
    const { width, height, threshold = 0.2, floor = 0.03 } = options;
    checkWhole('width', width, 1, 256);
    checkWhole('height', height, 1, 256);
    checkNumber('threshold', threshold, 0);
    if (threshold < LEAST_THRESHOLD)
      throw new RangeError(`threshold: expected a number of at least ${LEAST_THRESHOLD}, found ${threshold}`);
    checkNumber('floor', floor, 0);
    if (floor < LEAST_FLOOR || floor > 1)
      throw new RangeError(`floor: expected a number from ${LEAST_FLOOR} to 1, found ${floor}`);
    // −ln(1 / x) differs from ln(x) in the last digit, and published networks were trained on recordings made with it.
    const ln = (x: number) => (x < 1 ? -log(1 / x) : log(x));
    this.logs = Float64Array.from({ length: 256 }, (_, grey) => ln(grey / 255 + floor));
    [this.width, this.height, this.threshold] = [width, height, threshold];
    this.events = new Int16Array(width * height);
    this.levels = new Float64Array(width * height);
  }

  /**
   * Processes the next frame; the first one gives no events.
   * @param name of the frame, for messages
   * @returns the number of events of all pixels
   * @throws TypeError or RangeError unless the frame has a whole intensity for each pixel
   */
  see(frame: Frame, name = 'frame'): number {
    const { events, levels, logs, threshold, width, height } = this;
    if (!isTyped(frame, 'Uint8Array') && !isTyped(frame, 'Uint8ClampedArray'))
      throw new TypeError(`${name}: expected intensities 0 to 255 in a Uint8Array, found ${typeName(frame)}`);
    if (frame.length !== levels.length)
      throw new RangeError(
        `${name}: expected ${width} × ${height} = ${levels.length} intensities, found ${frame.length}`,
      );
    let count = 0;
    for (let i = 0; i < levels.length; i++) {
      const now = logs[frame[i]];
      const n = this.isStarted ? Math.trunc((now - levels[i]) / threshold) : 0;
      levels[i] = this.isStarted ? levels[i] + n * threshold : now;
      events[i] = n;
      count += Math.abs(n);
    }
    this.isStarted = true;
    return count;
  }
}

/** Limits of a recording: this many events take half a gigabyte while they are sorted. */
const MOST_FRAMES = 100_000;
const MOST_EVENTS = 2 ** 23;

/**
 * Records frames as an event camera would. Between two frames the logarithm of the intensity is interpolated linearly;
 * the time of an event is where that line crosses the next level, in whole microseconds. Events are sorted by time, then
 * by pixel.
 * Times are rounded down, so an event at the start of a frame may fall into the step before; this moves fewer than 1 % of
 * the spikes of `movingThings`. Other rounding would change the data that published networks were trained on.
 * @example
 * const recording = datasets.events(frames, { width: 32, height: 32, fps: 30 });
 * @param frames intensities 0 to 255, row by row; frame k is seen at k / fps seconds, and the first gives no events
 * @throws TypeError or RangeError in one line: which frame, what was expected, what was found; also beyond 2³²
 *   microseconds or 2²³ events
 */
export function events(frames: readonly Frame[], options: CameraOptions & { fps?: number }): Recording {
  checkOptions('events', options, ['width', 'height', 'threshold', 'floor', 'fps']);
  const { fps = 30, ...own } = options;
  checkNumber('fps', fps, 0);
  checkArray('frames', frames, 'frames');
  checkWhole('frames: how many', frames.length, 1, MOST_FRAMES);
  const seconds = (frames.length - 1) / fps;
  if (seconds * 1e6 > MAX_UINT32)
    throw new RangeError(
      `frames: expected at most ${Math.floor(MAX_UINT32 / 1e6)} s, whose microseconds 32 bits count, found ${frames.length} frames in ${seconds} s (a higher fps, or fewer frames)`,
    );
  const camera = new EventCamera(own);
  const found: { at: number; pixel: number; polarity: number }[] = [];
  const before = new Float64Array(camera.levels.length);
  let total = 0;
  frames.forEach((frame, k) => {
    const [start, end] = [((k - 1) * 1e6) / fps, (k * 1e6) / fps];
    const levels = camera.levels.slice();
    total += camera.see(frame, `frame ${k}`);
    if (total > MOST_EVENTS)
      throw new RangeError(
        `frames: expected at most ${MOST_EVENTS} events in a recording, found ${total} up to frame ${k} (raise the threshold, or record in parts)`,
      );
    // A loop is faster than array methods here: most pixels of most frames have no event.
    for (let pixel = 0; pixel < before.length; pixel++) {
      const n = camera.events[pixel];
      const from = before[pixel];
      const now = camera.logs[frame[pixel]];
      before[pixel] = now;
      for (let i = 1; i <= Math.abs(n); i++) {
        const level = levels[pixel] + Math.sign(n) * i * camera.threshold;
        // A rounding error can delay an event to a frame with the same intensity, where the share would be 0 / 0; browsers
        // sort NaN differently.
        const share = now === from ? 0 : (level - from) / (now - from);
        // An event at the very end stays before the next frame.
        const at = Math.min(Math.floor(start + Math.max(0, share) * (end - start)), Math.ceil(end) - 1);
        found.push({ at, pixel, polarity: n > 0 ? 1 : 0 });
      }
    }
  });
  found.sort((a, b) => a.at - b.at || a.pixel - b.pixel);
  return {
    x: Uint16Array.from(found, ({ pixel }) => pixel % own.width),
    y: Uint16Array.from(found, ({ pixel }) => Math.floor(pixel / own.width)),
    polarity: Uint8Array.from(found, ({ polarity }) => polarity),
    times: Uint32Array.from(found, ({ at }) => at),
  };
}
