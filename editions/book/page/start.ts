/**
 * The animation on the start page: a 7 from the test images, its spikes, and the race of the ten neurons. It plays a
 * recording that the trained network made when the book was built.
 */
import { IMAGE_SIZE } from '../../../src/common/mnist';
import { bytes } from '../../shared/page/base64';
import { partOf, watchTheme } from '../../shared/page/dom';
import { t } from '../../shared/page/words';
import { countsOf, tally, winnerOf } from '../playground/counts';
import type { Presentation } from '../playground/kernel';
import { coloursOf, mixed, paintImage, paintPixels, rgb } from '../playground/paint';
import { paintRace } from '../playground/race';

/** A recording of T steps, written by make/start.ts; arrays are base64. */
export interface Recording {
  T: number;
  /** Indices of the pixels with ink. */
  pixels: number[];
  /** Spikes of these pixels, 0 or 1, [T, pixels] bytes. */
  inputs: string;
  /** Output potentials before firing, [T, 10] float32. */
  h: string;
  /** Output potentials after the reset, [T, 10] float32. */
  v: string;
  /** Output spikes, 0 or 1, [T, 10] bytes. */
  fired: string;
}

const STEPS_PER_SECOND = 13;
/** How long the last step stays on screen, in steps. */
const REST = 42;
/** Opacity of the digit between its spikes. */
const DIM = 0.3;

const part = partOf('start');
const [digit, race] = [part<HTMLCanvasElement>('digit'), part<HTMLCanvasElement>('canvas')];
const button = part<HTMLButtonElement>('button');
const calm = matchMedia('(prefers-reduced-motion: reduce)');

const floats = (base64: string) => new Float32Array(bytes(base64).buffer);

function unpack({ T, pixels, ...packed }: Recording): Presentation {
  const inputs = new Uint8Array(T * IMAGE_SIZE);
  bytes(packed.inputs).forEach((spike, i) => {
    inputs[Math.floor(i / pixels.length) * IMAGE_SIZE + pixels[i % pixels.length]] = spike;
  });
  return { T, inputs, h: floats(packed.h), v: floats(packed.v), fired: Float32Array.from(bytes(packed.fired)) };
}

const presentation = unpack(JSON.parse(part('data').textContent));
const { T, inputs } = presentation;
/** Mean firing rate of each pixel: the digit itself. */
const means = tally(inputs, IMAGE_SIZE, T).map((count) => count / T);

let colours = coloursOf(document.body);
/** Steps elapsed, with a fraction of the current one. */
let position = calm.matches ? T : 0;
let playing = false;
let visible = true;
let last = 0;
let frame = 0;

function draw(): void {
  const steps = Math.min(Math.floor(position), T);
  const counts = countsOf(presentation, steps);
  const winner = winnerOf(counts);
  paintRace(race, presentation, steps, winner, colours);
  if (steps === T) {
    paintImage(digit, means, colours.paper, colours.ink);
    part('said').textContent = t`It is a ${winner}: neuron ${winner} fired ${counts[winner ?? 0]} times.`;
    return;
  }
  const [paper, ink, spike] = [colours.paper, colours.ink, colours.spike].map(rgb);
  paintPixels(digit, (pixel) =>
    inputs[steps * IMAGE_SIZE + pixel] === 1 ? spike : mixed(paper, ink, DIM * means[pixel]),
  );
  part('said').textContent = t`step ${steps + 1} of ${T}`;
}

function tick(now: number): void {
  position += last === 0 ? 0 : (Math.min(now - last, 100) / 1000) * STEPS_PER_SECOND;
  last = now;
  if (position > T + REST) position = 0;
  draw();
  frame = requestAnimationFrame(tick);
}

function resume(): void {
  cancelAnimationFrame(frame);
  last = 0;
  if (playing && visible) frame = requestAnimationFrame(tick);
}

function play(on: boolean): void {
  playing = on;
  race.dataset.playing = String(on);
  button.textContent = on ? t`Pause` : t`Play`;
  resume();
}

function redraw(): void {
  colours = coloursOf(document.body);
  draw();
}

button.hidden = false;
button.addEventListener('click', () => {
  if (!playing && position >= T) position = 0;
  play(!playing);
});
new IntersectionObserver(([entry]) => {
  visible = entry.isIntersecting;
  resume();
}).observe(race);
new ResizeObserver(redraw).observe(race);
watchTheme(redraw);
calm.addEventListener('change', () => play(!calm.matches));
document.fonts.ready.then(redraw);
redraw();
play(!calm.matches);
