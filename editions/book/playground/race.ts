/** The race of the ten output neurons: a lane for each, with its potential, spikes and spike count over time. */
import { CLASSES } from '../../../src/common/mnist';
import type { partOf } from '../../shared/page/dom';
import { t } from '../../shared/page/words';
import type { Presentation } from './kernel';
import { type Colours, sharpPen } from './paint';

/** Vertical layout of a lane, in CSS pixels; playground.css repeats the heights. */
const LANE = { left: 22, height: 30, ticks: 9, axis: 24 };
const HEIGHT = CLASSES * LANE.height + LANE.axis;
export const FONT = '"Source Sans 3 Variable", system-ui, sans-serif';

/** Compresses values far below 0, so that a potential of −30 and a threshold of 1 fit in one lane. */
export const compress = (v: number) => (v < 0 ? -Math.log1p(-v) : v);

/**
 * Draws a tick for each spike and, below, the potential with a dashed threshold. The shaded staircase behind them
 * counts the spikes so far; a neuron that fires in every step would fill the lane.
 * @param shown number of steps shown
 * @param winner the leading neuron, if any
 */
export function paintRace(
  canvas: HTMLCanvasElement,
  { T, h, v, fired }: Presentation,
  shown: number,
  winner: number | undefined,
  c: Colours,
): void {
  const width = canvas.clientWidth;
  const pen = sharpPen(canvas, HEIGHT);
  pen.textBaseline = 'middle';

  const x = (t: number) => LANE.left + ((width - LANE.left - 1) * t) / T;
  const low = Math.min(-1, compress(v.reduce((a, b) => Math.min(a, b), 0)));
  for (let neuron = 0; neuron < CLASSES; neuron++) {
    const top = neuron * LANE.height;
    const y = (potential: number) => {
      const part = (1 - Math.min(compress(potential), 1)) / (1 - low);
      return top + LANE.ticks + 3 + (LANE.height - LANE.ticks - 6) * part;
    };
    const leads = neuron === winner;
    const spikes: number[] = [];
    for (let t = 0; t < shown; t++) if (fired[t * CLASSES + neuron]) spikes.push(t);

    pen.fillStyle = leads ? c.spike : c.text;
    pen.font = `${leads ? 700 : 500} 14px ${FONT}`;
    pen.fillText(String(neuron), 5, top + LANE.height / 2 + 1);
    paintCount(pen, spikes, x, shown, top, T, c);
    level(pen, x(0), x(T), top + LANE.height - 0.5, c.line, []);
    level(pen, x(0), x(T), Math.round(y(1)) + 0.5, c.line, [3, 3]);

    pen.strokeStyle = leads ? c.spike : c.quiet;
    pen.lineWidth = leads ? 1.6 : 1.1;
    pen.beginPath();
    pen.moveTo(x(0), y(0));
    for (let t = 0; t < shown; t++) {
      pen.lineTo(x(t + 1), y(h[t * CLASSES + neuron]));
      if (fired[t * CLASSES + neuron]) pen.lineTo(x(t + 1), y(v[t * CLASSES + neuron]));
    }
    pen.stroke();

    pen.fillStyle = leads ? c.spike : c.ink;
    const thick = Math.max(1, Math.min(3, (x(1) - x(0)) * 0.45));
    for (const t of spikes) pen.fillRect(x(t + 1) - thick / 2 - 0.5, top + 3, thick, LANE.ticks - 2);
  }
  paintAxis(pen, x, T, width, c);
  if (shown < T) {
    pen.fillStyle = c.quiet;
    pen.fillRect(x(shown) - 0.5, 0, 1, CLASSES * LANE.height);
  }
}

/**
 * Shows the answer to a drawing.
 * @param answer a digit or ?
 */
export function showAnswer(part: ReturnType<typeof partOf>, isEmpty: boolean, answer: string, note: string): void {
  part('answer').textContent = answer;
  part('note').textContent = note;
  part('hint').hidden = !isEmpty;
  part('canvas').setAttribute('aria-label', isEmpty ? t`Drawing area, empty` : t`Drawing area`);
  part('race').setAttribute('aria-label', t`Membrane potentials and spikes of the ten neurons. ${note}`);
}

/**
 * Shows firing rates and bars beside the lanes. A bar's length is the count so far, so neurons race as steps go by.
 * @param counts spikes, at most T; or potentials times T, which may exceed T and then scale the bars
 * @param steps number of steps counted, of T
 */
export function showRates(
  items: readonly HTMLElement[],
  counts: number[],
  steps: number,
  T: number,
  answer: string,
): void {
  const whole = Math.max(T, ...counts);
  counts.forEach((count, neuron) => {
    const rate = steps > 0 ? count / steps : 0;
    items[neuron].textContent = rate.toFixed(2);
    items[neuron].style.setProperty('--part', String(count / whole));
    items[neuron].classList.toggle('pg-first', String(neuron) === answer);
  });
}

/** Shades the spike count so far. */
function paintCount(
  pen: CanvasRenderingContext2D,
  spikes: number[],
  x: (t: number) => number,
  shown: number,
  top: number,
  T: number,
  c: Colours,
): void {
  const y = (count: number) => top + (LANE.height - 1) * (1 - count / T);
  pen.fillStyle = c.shade;
  pen.beginPath();
  pen.moveTo(x(0), y(0));
  spikes.forEach((t, count) => {
    pen.lineTo(x(t + 1), y(count));
    pen.lineTo(x(t + 1), y(count + 1));
  });
  pen.lineTo(x(shown), y(spikes.length));
  pen.lineTo(x(shown), y(0));
  pen.fill();
}

/** Draws a horizontal line from x to `end`. */
export function level(pen: CanvasRenderingContext2D, x: number, end: number, y: number, ink: string, dash: number[]) {
  pen.strokeStyle = ink;
  pen.lineWidth = 1;
  pen.setLineDash(dash);
  pen.beginPath();
  pen.moveTo(x, y);
  pen.lineTo(end, y);
  pen.stroke();
  pen.setLineDash([]);
}

function paintAxis(pen: CanvasRenderingContext2D, x: (t: number) => number, T: number, width: number, c: Colours) {
  const wanted = T / Math.max(2, width / 90);
  const step = [1, 2, 5, 10, 20, 50, 100].find((candidate) => candidate >= wanted) ?? 100;
  pen.fillStyle = c.text;
  pen.font = `13px ${FONT}`;
  const y = CLASSES * LANE.height + 13;
  for (let at = 0; at <= T; at += step) {
    const label = at === 0 ? t`step 0` : String(at);
    pen.textAlign = at === 0 ? 'left' : x(at) > width - 14 ? 'right' : 'center';
    pen.fillText(label, x(at), y);
  }
  pen.textAlign = 'left';
}
