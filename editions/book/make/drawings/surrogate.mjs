// Forward a step, backward a smooth bump.
import { atanSlope } from './sources.mjs';
import { color, drawing, heading, line, note, polyline, text, weight } from './style.mjs';

const about = {
  name: 'surrogate',
  title: 'Forward a step, backward a smooth bump',
  desc: 'Forward, the spike jumps from 0 to 1 where the potential h reaches the threshold. Its slope is 0 everywhere else, so there is nothing to learn from. Backward, the slope of a smooth curve takes its place: a bump that is largest near the threshold.',
  height: 330,
};

const PLOT = { width: 300, floor: 236, high: 140 };
const LEFT = [40, 420];

export default function surrogate() {
  const [forward, backward] = LEFT;
  /** Potentials from 0 to 2. */
  const x = (/** @type {number} */ left, /** @type {number} */ h) => left + (h / 2) * PLOT.width;
  const y = (/** @type {number} */ value) => PLOT.floor - value * PLOT.high;
  const axes = (/** @type {number} */ left, /** @type {string} */ name) => [
    heading(left + PLOT.width / 2, 44, name),
    line(left, PLOT.floor, left + PLOT.width, PLOT.floor, { stroke: color.silent }),
    line(x(left, 1), y(1.08), x(left, 1), PLOT.floor, { stroke: color.quiet, dash: '6 5' }),
    note(x(left, 1), PLOT.floor + 26, 'threshold'),
    note(left + PLOT.width, PLOT.floor + 26, 'h', { align: 'end' }),
  ];
  const heights = Array.from({ length: 101 }, (_, i) => i / 50);
  const bump = heights.map((h) => [x(backward, h), y(atanSlope(h - 1))]);
  const step = { stroke: color.spike, width: weight.strong };
  return drawing(
    about,
    axes(forward, 'forward: a step'),
    axes(backward, 'backward: a bump'),
    polyline(
      [
        [x(forward, 0), y(0)],
        [x(forward, 1), y(0)],
        [x(forward, 1), y(1)],
        [x(forward, 2), y(1)],
      ],
      step,
    ),
    note(x(forward, 0.5), y(0) - 12, 'no spike: 0'),
    note(x(forward, 1.5), y(1) - 12, 'spike: 1'),
    polyline([...bump, [x(backward, 2), y(0)], [x(backward, 0), y(0)]], { fill: color.gradient, opacity: 0.25 }),
    polyline(bump, { stroke: color.gradient, width: weight.strong }),
    text(forward + PLOT.width / 2, 300, 'slope 0: nothing to learn from'),
    text(backward + PLOT.width / 2, 300, 'largest near the threshold'),
  );
}
