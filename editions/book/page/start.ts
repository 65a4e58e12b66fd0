/**
 * The moving picture of the start page: a 7 of the test images, its spikes, the potentials of ten neurons and what they
 * fire. All of it was computed by the trained network when the book was built; here it is only drawn, step by step.
 */

import { CLASSES } from '../../../src/common/mnist';
import { bytes } from '../../shared/page/base64';
import { watchTheme } from '../../shared/page/dom';
import { t } from '../../shared/page/words';
import { coloursOf, contextOf, sharpPen } from '../playground/paint';
import { compress, FONT, level } from '../playground/race';
import { tally } from '../playground/counts';

/** What happened in T steps, as base64. */
interface Run {
  T: number;
  /** The indices of the pixels with ink, and how dark each is, 0 to 255. */
  pixels: number[];
  ink: number[];
  /** Which of those pixels fired, 0 or 1, [T, pixels] bytes. */
  inputs: string;
  /** The ten potentials before firing, [T, 10] of float32. */
  potentials: string;
  /** Which of the ten neurons fired, 0 or 1, [T, 10] bytes. */
  fired: string;
}

const STEPS_PER_SECOND = 13;
/** How long the last step stays, in steps. */
const REST = 42;

/** The lowest potential that is drawn, compressed as in a race. */
const LOW = -2.8;

class Scene {
  private readonly inputs: Uint8Array;
  private readonly potentials: Float32Array;
  private readonly fired: Uint8Array;
  private readonly context: CanvasRenderingContext2D;
  colours = coloursOf(document.body);
  /** When the page was last drawn for; a step and a share of the next one. */
  at: number;

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly run: Run,
  ) {
    this.context = contextOf(canvas);
    this.inputs = bytes(run.inputs);
    this.potentials = new Float32Array(bytes(run.potentials).buffer);
    this.fired = bytes(run.fired);
    this.at = run.T;
  }

  draw(): void {
    const { canvas } = this;
    const width = canvas.clientWidth;
    const wide = width >= 560;
    const row = wide ? 29 : 25;
    const head = 26;
    const foot = 26;
    const digit = wide
      ? { left: 6, top: head + 18, width: width * 0.27, height: CLASSES * row - 36 }
      : { left: 0, top: head, width, height: 190 };
    const top = wide ? head : head + digit.height + 46;
    const left = wide ? digit.width + 84 : 4;
    const height = top + CLASSES * row + foot;
    canvas.style.height = `${height}px`;
    sharpPen(canvas, height);
    this.write(t`each pixel fires at random`, digit.left + digit.width / 2, 14, {
      align: 'center',
      color: this.colours.text,
    });
    this.drawDigit(digit);
    if (wide) this.drawWires(digit.left + digit.width + 14, digit.top + digit.height / 2, left, top, row);
    this.write(t`ten neurons add up and fire`, left + 30, top - 12, { color: this.colours.text });
    this.write(t`its spikes`, width - 8, top - 12, { align: 'right', color: this.colours.text });
    this.drawNeurons(left, top, row, width - left - 4, wide);
  }

  private write(
    text: string,
    x: number,
    y: number,
    {
      align = 'left',
      size = 13,
      weight = 400,
      color = this.colours.ink,
    }: { align?: CanvasTextAlign; size?: number; weight?: number; color?: string } = {},
  ): void {
    const { context } = this;
    context.font = `${weight} ${size}px ${FONT}`;
    context.textAlign = align;
    context.textBaseline = 'alphabetic';
    context.fillStyle = color;
    context.fillText(text, x, y);
  }

  private drawDigit(box: { left: number; top: number; width: number; height: number }): void {
    const { context, run } = this;
    const columns = run.pixels.map((pixel) => pixel % 28);
    const rows = run.pixels.map((pixel) => Math.floor(pixel / 28));
    const [x0, x1, y0, y1] = [Math.min(...columns), Math.max(...columns), Math.min(...rows), Math.max(...rows)];
    const cell = Math.min(box.width / (x1 - x0 + 1), box.height / (y1 - y0 + 1));
    const x = box.left + (box.width - cell * (x1 - x0 + 1)) / 2;
    const y = box.top + (box.height - cell * (y1 - y0 + 1)) / 2;
    const step = Math.min(Math.floor(this.at), run.T - 1);
    const ended = this.at >= run.T;
    run.pixels.forEach((_, i) => {
      const [cx, cy] = [x + (columns[i] - x0 + 0.5) * cell, y + (rows[i] - y0 + 0.5) * cell];
      const dark = run.ink[i] / 255;
      context.globalAlpha = 0.1 + 0.3 * dark;
      context.fillStyle = this.colours.ink;
      this.dot(cx, cy, cell * 0.34);
      // A spike is bright in its step and fades over the next three.
      let glow = 0;
      for (let back = 0; back < 4; back++) {
        const fired = step >= back && this.inputs[(step - back) * run.pixels.length + i] === 1;
        if (fired) glow = Math.max(glow, 1 - (back + (ended ? 0 : this.at % 1)) / 4);
      }
      if (glow > 0 && !ended) {
        context.globalAlpha = glow;
        context.fillStyle = this.colours.spike;
        this.dot(cx, cy, cell * (0.34 + 0.12 * glow));
      } else if (ended) {
        context.globalAlpha = dark;
        this.dot(cx, cy, cell * 0.44);
      }
    });
    context.globalAlpha = 1;
  }

  private dot(x: number, y: number, radius: number): void {
    this.context.beginPath();
    this.context.arc(x, y, radius, 0, 2 * Math.PI);
    this.context.fill();
  }

  private drawWires(x: number, y: number, left: number, top: number, row: number): void {
    const { context } = this;
    for (let neuron = 0; neuron < CLASSES; neuron++) {
      const to = top + (neuron + 0.5) * row;
      const lit = this.flash(neuron);
      context.strokeStyle = lit > 0 ? this.colours.spike : this.colours.line;
      context.globalAlpha = lit > 0 ? 0.35 + 0.65 * lit : 1;
      context.lineWidth = lit > 0 ? 1.6 : 1;
      context.beginPath();
      context.moveTo(x, y);
      context.bezierCurveTo(x + 34, y, left - 40, to, left - 2, to);
      context.stroke();
    }
    context.globalAlpha = 1;
  }

  /** 1 in the moment in which a neuron fires, then less. */
  private flash(neuron: number): number {
    const step = Math.floor(this.at);
    if (step >= this.run.T) return 0;
    return this.fired[step * CLASSES + neuron] === 1 ? 1 - 0.6 * (this.at % 1) : 0;
  }

  private drawNeurons(left: number, top: number, row: number, width: number, wide: boolean): void {
    const { context, run, colours } = this;
    const steps = Math.min(Math.ceil(this.at), run.T);
    const counts = tally(this.fired, CLASSES, Math.min(Math.floor(this.at) + 1, run.T));
    const best = counts.indexOf(Math.max(...counts));
    const ended = this.at >= run.T;
    const [from, to] = [left + 30, left + width - 40];
    const x = (t: number) => from + ((to - from) * t) / run.T;
    for (let neuron = 0; neuron < CLASSES; neuron++) {
      const middle = top + (neuron + 0.5) * row;
      const leads = neuron === best && counts[neuron] > 0;
      const lit = this.flash(neuron);
      const threshold = middle - row * 0.36;
      const y = (t: number) => {
        const potential = Math.max(compress(this.potentials[t * CLASSES + neuron]), LOW);
        return threshold + ((1 - Math.min(potential, 1)) / (1 - LOW)) * row * 0.74;
      };
      level(context, from, to, Math.round(threshold) + 0.5, colours.line, []);
      context.strokeStyle = leads ? colours.spike : colours.quiet;
      context.globalAlpha = leads ? 0.55 : 0.75;
      context.beginPath();
      for (let t = 0; t < steps; t++) context.lineTo(x(t + 0.5), y(t));
      context.stroke();
      context.globalAlpha = 1;
      context.strokeStyle = leads ? colours.spike : colours.ink;
      context.lineWidth = wide ? 1.7 : 1.2;
      context.beginPath();
      for (let t = 0; t < steps; t++) {
        if (this.fired[t * CLASSES + neuron] === 0) continue;
        context.moveTo(x(t + 0.5), threshold - row * 0.1);
        context.lineTo(x(t + 0.5), threshold + row * 0.22);
      }
      context.stroke();
      context.fillStyle = lit > 0 ? colours.spike : colours.line;
      context.globalAlpha = lit > 0 ? 0.25 + 0.75 * lit : 1;
      this.dot(left + 10, middle, row * 0.36);
      context.globalAlpha = 1;
      const named = lit > 0.5 ? colours.paper : leads ? colours.spike : colours.ink;
      const weight = leads ? 700 : 400;
      const number = { align: 'center', size: 14, weight: leads ? 700 : 500, color: named } as const;
      this.write(String(neuron), left + 10, middle + 4.5, number);
      const color = leads ? colours.spike : counts[neuron] > 0 ? colours.ink : colours.text;
      this.write(String(counts[neuron]), left + width - 4, middle + 4.5, { align: 'right', size: 14, weight, color });
    }
    const said = t`It is a ${best}: neuron ${best} fired ${counts[best]} times.`;
    const [text, weight, color] = ended
      ? ([said, 600, colours.ink] as const)
      : ([t`step ${Math.floor(this.at) + 1} of ${run.T}`, 400, colours.text] as const);
    this.write(text, from, top + CLASSES * row + 18, { size: 14, weight, color });
  }
}

function start(run: Run): void {
  const canvas = document.querySelector<HTMLCanvasElement>('#start-canvas');
  const button = document.querySelector<HTMLButtonElement>('#start-button');
  if (!canvas || !button) return;
  const scene = new Scene(canvas, run);
  const still = window.matchMedia('(prefers-reduced-motion: reduce)');
  let playing = false;
  let seen = true;
  let last = 0;
  let frame = 0;

  const redraw = () => {
    scene.colours = coloursOf(document.body);
    scene.draw();
  };
  const tick = (now: number) => {
    if (!playing || !seen) return;
    scene.at += last === 0 ? 0 : (Math.min(now - last, 100) / 1000) * STEPS_PER_SECOND;
    last = now;
    if (scene.at > run.T + REST) scene.at = 0;
    scene.draw();
    frame = requestAnimationFrame(tick);
  };
  const resume = () => {
    cancelAnimationFrame(frame);
    last = 0;
    if (playing && seen) frame = requestAnimationFrame(tick);
  };
  const play = (on: boolean) => {
    playing = on;
    canvas.dataset.playing = String(on);
    button.textContent = on ? t`Pause` : t`Play`;
    resume();
  };

  button.hidden = false;
  button.addEventListener('click', () => {
    if (!playing && scene.at >= run.T) scene.at = 0;
    play(!playing);
  });
  new IntersectionObserver(([entry]) => {
    seen = entry.isIntersecting;
    resume();
  }).observe(canvas);
  new ResizeObserver(redraw).observe(canvas.parentElement as Element);
  watchTheme(redraw);
  still.addEventListener('change', () => play(!still.matches));
  document.fonts.ready.then(redraw);
  if (!still.matches) scene.at = 0;
  redraw();
  play(!still.matches);
}

const source = document.querySelector('#start-data');
if (source?.textContent) start(JSON.parse(source.textContent));
