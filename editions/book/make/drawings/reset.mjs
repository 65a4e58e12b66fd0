// Between two images: with the reset, and what the image before does without it.
import { lif, recorded, testImage } from './sources.mjs';
import { circle, color, digit, drawing, heading, line, note, polyline, spike, weight } from './style.mjs';

const about = {
  name: 'reset',
  title: 'Between images the potential is reset',
  desc: 'The potential of neuron 3 in the last ten steps of a 3 and the first ten steps of a 7. With a reset between the images it starts at 0 and stays below the threshold. Without the reset it starts with what the 3 left over, and fires at once: a spike that the 7 did not cause.',
  height: 470,
};

const PLOT = { left: 32, step: 34.8, high: 84 };
const ROW = { with: 232, without: 424 };
/** Spikes stand above the highest potential. */
const ABOVE = 1.34;

export default function reset() {
  const { images, neuron, start, last, next } = recorded.pair;
  const before = lif(last, { v: start });
  const left = before[before.length - 1].v;
  const rows = { with: lif(next), without: lif(next, { v: left }) };
  const extra = rows.without.findIndex(({ fires }) => fires);
  if (extra !== 0 || rows.with.some(({ fires }) => fires)) {
    throw new Error('reset: expected a spike in the first step without the reset, and none with it');
  }

  const x = (/** @type {number} */ step) => PLOT.left + step * PLOT.step;
  const boundary = x(last.length);
  const end = x(last.length + next.length);

  /** Rises to h in each step and, where it fires, drops to 0. */
  /**
   * @param {number} floor
   * @param {number} first
   * @param {number} v0
   * @param {import('./sources.mjs').Step[]} steps
   * @param {string} stroke
   * @param {string} [dash]
   */
  const curve = (floor, first, v0, steps, stroke, dash) => {
    const y = (/** @type {number} */ v) => floor - v * PLOT.high;
    const points = [[x(first), y(v0)]];
    for (const [i, { h, fires }] of steps.entries()) {
      points.push([x(first + i + 1), y(h)]);
      if (fires) points.push([x(first + i + 1), y(0)]);
    }
    return polyline(points, { stroke, width: weight.strong, dash });
  };
  const spikes = (
    /** @type {number} */ floor,
    /** @type {number} */ first,
    /** @type {import('./sources.mjs').Step[]} */ steps,
  ) => steps.map(({ fires }, i) => fires && spike(x(first + i + 1), floor - PLOT.high * ABOVE, 20));

  const row = (/** @type {number} */ floor, /** @type {string} */ name) => [
    line(PLOT.left, floor, end, floor, { stroke: color.silent }),
    line(PLOT.left, floor - PLOT.high, end, floor - PLOT.high, { stroke: color.quiet, dash: '6 5' }),
    heading(PLOT.left, floor - PLOT.high - 64, name, { align: 'start' }),
    curve(floor, 0, start, before, color.potential),
    spikes(floor, 0, before),
  ];
  const thumb = (/** @type {number} */ image, /** @type {number} */ step) =>
    digit(testImage(image), x(step) - 28, 22, 2);
  const [first, held] = [x(last.length + 1), ROW.without - left * PLOT.high];
  return drawing(
    about,
    thumb(images[0], 5),
    thumb(images[1], 15),
    line(boundary, 28, boundary, ROW.with, { stroke: color.quiet, dash: '2 4' }),
    line(boundary, ROW.with + 40, boundary, ROW.without, { stroke: color.quiet, dash: '2 4' }),
    note(PLOT.left, 44, `neuron ${neuron}`, { align: 'start' }),
    row(ROW.with, 'with reset'),
    note(end, ROW.with - PLOT.high - 8, 'threshold', { align: 'end' }),
    curve(ROW.with, last.length, 0, rows.with, color.potential),
    circle(boundary, ROW.with, 6, { fill: color.potential }),
    note(boundary, ROW.with + 26, 'starts at 0'),
    row(ROW.without, 'without'),
    line(boundary, ROW.without, boundary, held, { stroke: color.leftover, width: 6 }),
    curve(ROW.without, last.length, left, rows.without, color.potential),
    spikes(ROW.without, last.length, rows.without),
    circle(boundary, held, 6, { fill: color.leftover }),
    note(boundary, ROW.without + 26, 'left over from the 3'),
    note(first + 12, ROW.without - PLOT.high * ABOVE - 4, 'a spike that the 7 did not cause', {
      align: 'start',
      fill: color.ink,
    }),
  );
}
