/** Draws the neuron's curves as SVG. Colours come from neuron.css. */
import type { LifOptions } from '../../../packages/networks/lif';
import type { Trace } from '../../../src/common/trace';
import { escapeHtml } from '../../shared/html';
import { t } from '../../shared/page/words';

/** Layout of the panels, in CSS pixels. */
const LEFT = 38;
const RIGHT = 8;
const PANEL = {
  input: { top: 20, height: 52 },
  potential: { top: 100, height: 168 },
  spikes: { top: 294, height: 16 },
};
const HEIGHT = 338;

const fixed = (value: number) => value.toFixed(1);
const line = (name: string, x1: number, y1: number, x2: number, y2: number) =>
  `<line class="${name}" x1="${fixed(x1)}" y1="${fixed(y1)}" x2="${fixed(x2)}" y2="${fixed(y2)}"/>`;
/** Titles are set as text, since a translation may contain any character. */
const text = (x: number, y: number, content: string, anchor = 'end', name = '') =>
  `<text class="${name}" x="${fixed(x)}" y="${fixed(y)}" text-anchor="${anchor}">${escapeHtml(content)}</text>`;

/** A few round tick values from low to high. */
function marks(low: number, high: number): number[] {
  const steps = [0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 1000];
  const step = steps.find((candidate) => (high - low) / candidate <= 4.5) ?? 25_000;
  const first = Math.ceil(low / step - 1e-9);
  return Array.from({ length: Math.floor(high / step + 1e-9) - first + 1 }, (_, i) => (first + i) * step);
}

/** The step, 0 to T − 1, at an x coordinate of the plot. */
export function stepAt(x: number, width: number, T: number): number {
  const step = Math.floor(((x - LEFT) / (width - LEFT - RIGHT)) * T);
  return Math.min(Math.max(step, 0), T - 1);
}

/**
 * Draws the trace of a neuron, whose current may differ from its input x, and marks the selected step (from 0).
 */
export function drawTrace(
  svg: SVGSVGElement,
  { x: input, current, h, v, spike }: Trace & { x: Float32Array },
  options: LifOptions,
  step: number,
): void {
  const T = h.length;
  const width = Math.max(svg.clientWidth, 200);
  const x = (t: number) => LEFT + ((width - LEFT - RIGHT) * t) / T;
  const { vThreshold } = options;
  const parts: string[] = [];

  // Marks the selected step behind the curves of each panel, but not behind its title.
  for (const { top, height } of Object.values(PANEL)) {
    const box = `x="${fixed(x(step))}" y="${top - 4}" width="${fixed(x(1) - x(0))}" height="${height + 8}"`;
    parts.push(`<rect class="nr-here" ${box}/>`);
  }

  const scale = (panel: { top: number; height: number }, low: number, high: number) => {
    const y = (value: number) => panel.top + panel.height * (1 - (value - low) / (high - low));
    for (const mark of marks(low, high)) {
      parts.push(line('nr-grid', x(0), y(mark), x(T), y(mark)), text(LEFT - 7, y(mark) + 4, String(+mark.toFixed(1))));
    }
    return y;
  };

  const title = current === input ? t`input current x` : t`input current x, and synaptic current i`;
  parts.push(text(0, PANEL.input.top - 9, title, 'start', 'nr-title'));
  const yInput = scale(PANEL.input, 0, Math.max(1, ...current));
  const steps = (values: Float32Array) =>
    Array.from(
      values,
      (value, t) => `${fixed(x(t))},${fixed(yInput(value))} ${fixed(x(t + 1))},${fixed(yInput(value))}`,
    );
  parts.push(`<polyline class="nr-input" points="${steps(input).join(' ')}"/>`);
  if (current !== input) parts.push(`<polyline class="nr-lasting" points="${steps(current).join(' ')}"/>`);

  parts.push(text(0, PANEL.potential.top - 9, t`membrane potential: h, and v after the reset`, 'start', 'nr-title'));
  const y = scale(PANEL.potential, Math.min(0, ...v), Math.max(vThreshold * 1.15, ...h));
  parts.push(line('nr-threshold', x(0), y(vThreshold), x(T), y(vThreshold)));
  let curve = `M${fixed(x(0))},${fixed(y(options.vReset ?? 0))}`;
  h.forEach((value, t) => {
    curve += `L${fixed(x(t + 1))},${fixed(y(value))}`;
    if (!spike[t]) return;
    // At a spike the curve reaches h, then drops vertically.
    parts.push(line('nr-drop', x(t + 1), y(value), x(t + 1), y(v[t])));
    parts.push(`<circle class="nr-peak" cx="${fixed(x(t + 1))}" cy="${fixed(y(value))}" r="2.6"/>`);
    curve += `M${fixed(x(t + 1))},${fixed(y(v[t]))}`;
  });
  parts.push(`<path class="nr-v" d="${curve}"/>`);

  const { top, height } = PANEL.spikes;
  parts.push(text(0, top - 7, t`spikes`, 'start', 'nr-title'), line('nr-grid', x(0), top + height, x(T), top + height));
  spike.forEach((fired, t) => {
    if (fired) parts.push(line('nr-spike', x(t + 1), top, x(t + 1), top + height));
  });
  for (let at = 0; at <= T; at += width < 420 ? 50 : 20) {
    const anchor = at === 0 ? 'start' : at === T ? 'end' : 'middle';
    parts.push(text(x(at), HEIGHT - 8, at === 0 ? t`step 0` : String(at), anchor));
  }
  svg.setAttribute('viewBox', `0 0 ${width} ${HEIGHT}`);
  svg.innerHTML = parts.join('');
}

/** Range and label of an axis of `drawCurves`. */
export interface Axis {
  from: number;
  to: number;
  title: string;
}

/**
 * Draws curves in one panel.
 * @param curves points [x, y] and CSS class of each line
 * @param here a point to mark
 */
export function drawCurves(
  svg: SVGSVGElement,
  [across, up]: readonly [Axis, Axis],
  curves: readonly { points: readonly [number, number][]; name: string }[],
  here?: [number, number],
): void {
  const [width, height] = [Math.max(svg.clientWidth, 160), Math.max(svg.clientHeight, 128)];
  const box = { left: 32, top: 20, right: width - 10, bottom: height - 32 };
  const place = ({ from, to }: Axis, low: number, high: number) => {
    return (value: number) => low + ((high - low) * (Math.min(Math.max(value, from), to) - from)) / (to - from);
  };
  const [x, y] = [place(across, box.left, box.right), place(up, box.bottom, box.top)];
  const label = (value: number) => String(+value.toFixed(2));
  const parts = marks(up.from, up.to).map(
    (mark) => line('nr-grid', box.left, y(mark), box.right, y(mark)) + text(box.left - 6, y(mark) + 4, label(mark)),
  );
  for (const mark of marks(across.from, across.to)) parts.push(text(x(mark), box.bottom + 15, label(mark), 'middle'));
  parts.push(
    text(0, 10, up.title, 'start', 'nr-title'),
    text(box.right, height - 3, across.title, 'end', 'nr-title'),
    ...curves.map(({ points, name }) => {
      const places = points.map((point) => `${fixed(x(point[0]))},${fixed(y(point[1]))}`);
      return `<polyline class="${name}" points="${places.join(' ')}"/>`;
    }),
  );
  if (here) parts.push(`<circle class="nr-chosen" cx="${fixed(x(here[0]))}" cy="${fixed(y(here[1]))}" r="5"/>`);
  svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
  svg.innerHTML = parts.join('');
}
