/** Sources of pictures of 32 × 32 grey values: a camera, or a moving shape in place of one. */

import { t } from '../../shared/page/words';
import { SIDE } from './network';

export type Grey = Uint8ClampedArray;

/** Position of the shape in pixels; it may be out of view. */
export interface Place {
  x: number;
  y: number;
}

const MIDDLE = (SIDE - 1) / 2;
/** Number of pictures of a crossing, at 1.1 pixels each, and of the pause after it. */
const WAY = 42;
const PAUSE = 24;
const SPEED = 1.1;
/** Right, down, left, up. */
const WAYS = [
  [1, 0],
  [0, 1],
  [-1, 0],
  [0, -1],
] as const;

/** Position and direction of the self-moving shape in its n-th picture. */
export function goesAt(n: number): Place & { dx: number; dy: number } {
  const since = n % (WAY + PAUSE);
  const [dx, dy] = WAYS[Math.floor(n / (WAY + PAUSE)) % WAYS.length];
  const along = SPEED * (Math.min(since, WAY) - WAY / 2);
  const moves = since > 0 && since <= WAY;
  return { x: MIDDLE + dx * along, y: MIDDLE + dy * along, dx: moves ? dx : 0, dy: moves ? dy : 0 };
}

/** Renders a dark disc before a bright wall, without reading a canvas, which some browsers randomize. */
export function drawShape({ x, y }: Place, frame: Grey = new Uint8ClampedArray(SIDE * SIDE)): Grey {
  for (let pixel = 0; pixel < frame.length; pixel++) {
    const [column, row] = [pixel % SIDE, Math.floor(pixel / SIDE)];
    const inside = Math.min(1, Math.max(0, 5.5 - Math.hypot(column - x, row - y)));
    frame[pixel] = (1 - inside) * (150 + row + column / 2) + inside * 50;
  }
  return frame;
}

/** Takes pictures of the middle square of a video. */
export class Shrinker {
  private readonly canvas = Object.assign(document.createElement('canvas'), { width: SIDE, height: SIDE });
  private readonly pen = this.canvas.getContext('2d', { willReadFrequently: true });

  /** Whether reading a canvas returns what was drawn; Firefox's `resistFingerprinting` returns noise. */
  isHonest(): boolean {
    if (!this.pen) return false;
    this.pen.fillStyle = 'rgb(200 100 50)';
    this.pen.fillRect(0, 0, SIDE, SIDE);
    const { data } = this.pen.getImageData(0, 0, SIDE, SIDE);
    return data.every((value, i) => value === [200, 100, 50, 255][i % 4]);
  }

  shrink(video: HTMLVideoElement, mirror: boolean): Grey {
    const { pen } = this;
    const { videoWidth: width, videoHeight: height } = video;
    const side = Math.min(width, height);
    const grey = new Uint8ClampedArray(SIDE * SIDE);
    if (!pen) return grey;
    pen.setTransform(mirror ? -1 : 1, 0, 0, 1, mirror ? SIDE : 0, 0);
    pen.imageSmoothingQuality = 'medium';
    pen.drawImage(video, (width - side) / 2, (height - side) / 2, side, side, 0, 0, SIDE, SIDE);
    const { data } = pen.getImageData(0, 0, SIDE, SIDE);
    for (let i = 0; i < grey.length; i++)
      grey[i] = 0.299 * data[4 * i] + 0.587 * data[4 * i + 1] + 0.114 * data[4 * i + 2];
    return grey;
  }
}

// Lamps flicker 100 or 120 times a second, which appears as bands in a camera that reads row by row.

/** Decay of a row's correction per picture, so that overcorrections fade. */
const KEEP = 0.97;
/** Darker pixels are ignored, since noise dominates their changes. */
const DARK = 8;

/** Removes the median change of each row's brightness. */
export class Lamps {
  private before?: Grey;
  /** Correction of each row's log brightness. */
  private readonly shifts = new Float64Array(SIDE);

  steady(grey: Grey): Grey {
    const { before, shifts } = this;
    this.before = grey;
    if (!before) return grey;
    const ln = (value: number) => Math.log(value + DARK);
    return grey.map((_, pixel) => {
      const row = Math.floor(pixel / SIDE);
      if (pixel % SIDE === 0) {
        const changes = new Float64Array(SIDE);
        for (let x = 0; x < SIDE; x++) changes[x] = ln(grey[pixel + x]) - ln(before[pixel + x]);
        changes.sort();
        shifts[row] = KEEP * shifts[row] + (changes[SIDE / 2 - 1] + changes[SIDE / 2]) / 2;
      }
      return (grey[pixel] + DARK) * Math.exp(-shifts[row]) - DARK;
    });
  }
}

/** Explains in a sentence why the camera failed. */
const WHY: Record<string, string> = {
  NotAllowedError: t`The camera was not allowed.`,
  NotFoundError: t`This computer has no camera.`,
  NotReadableError: t`Another program uses the camera.`,
};

/** Thrown if a camera cannot be used; the message says why. */
export class CameraError extends Error {}

/** Timeout for the first picture, in milliseconds. */
const PATIENCE = 5000;

/**
 * Starts a camera.
 * @param fps requested pictures per second
 * @param signal stops the camera
 * @param see called for each new picture
 * @param ended called with a sentence if the camera stops by itself
 * @throws CameraError
 */
export async function openCamera(
  video: HTMLVideoElement,
  fps: number,
  signal: AbortSignal,
  see: () => void,
  ended: (why: string) => void,
): Promise<void> {
  if (!navigator.mediaDevices?.getUserMedia)
    throw new CameraError(t`A browser lends its camera only to a page from this computer or over https.`);
  const wanted = { width: { ideal: 320 }, height: { ideal: 240 }, frameRate: { ideal: fps }, facingMode: 'user' };
  let stream: MediaStream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: wanted, audio: false });
  } catch (error) {
    const { name } = error as DOMException;
    throw new CameraError(WHY[name] ?? t`The camera did not start (${name}).`);
  }
  const close = () => {
    for (const track of stream.getTracks()) track.stop();
  };
  // The reader may have switched to another source before allowing the camera.
  if (signal.aborted) return close();
  signal.addEventListener('abort', close);
  let hasSeen = false;
  const end = (why: string) => {
    if (!signal.aborted) ended(why);
  };
  for (const track of stream.getTracks()) track.addEventListener('ended', () => end(t`The camera has gone.`));
  video.srcObject = stream;
  // Videos pause in background tabs; that is not the camera's fault.
  setTimeout(() => hasSeen || document.hidden || end(t`The camera sends no pictures.`), PATIENCE);
  const each = () => {
    if (signal.aborted) return;
    video.requestVideoFrameCallback(each);
    hasSeen = true;
    see();
  };
  video.requestVideoFrameCallback(each);
  video.play().catch(() => end(t`The camera sends no pictures.`));
}
