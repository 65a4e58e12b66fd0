/** Records a reader's gesture as an event file in the format of N-MNIST, which `datasets.readEvents` reads. */
import { events, type Frame } from '../../../packages/formats/datasets/camera';
import type { Recording } from '../../../packages/formats/datasets/events';
import { SIDE } from './network';

/** Maximum length in seconds: the file counts microseconds in 23 bits, up to 8.4 s. */
const LONGEST = 8;

/** Pictures of a gesture, with their times in milliseconds. */
export interface Gesture {
  frames: Frame[];
  times: number[];
}

/** Adds a picture. @returns false, adding nothing, if it comes too late for the file */
export function addPicture({ frames, times }: Gesture, frame: Frame, now: number): boolean {
  if (now - (times[0] ?? now) > 1000 * LONGEST) return false;
  frames.push(frame.slice());
  times.push(now);
  return true;
}

/** Each event has 8 bits x, 8 bits y, 1 bit polarity and 23 bits of microseconds, highest bit first. */
export function toBin({ x, y, polarity, times }: Recording): Uint8Array {
  const bytes = new Uint8Array(5 * x.length);
  x.forEach((column, event) => {
    const time = times[event];
    bytes.set([column, y[event], (polarity[event] << 7) | (time >> 16), (time >> 8) & 255, time & 255], 5 * event);
  });
  return bytes;
}

/** The events between pictures spread evenly over `seconds`. */
export const recordingOf = (frames: readonly Frame[], seconds: number, threshold: number): Recording =>
  events(frames, { width: SIDE, height: SIDE, threshold, fps: (frames.length - 1) / seconds });
