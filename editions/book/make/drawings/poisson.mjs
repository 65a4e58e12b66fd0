// A pixel's intensity is its chance to fire in each step.
import { chance } from './sources.mjs';
import { circle, color, drawing, heading, line, note, rect, spike, text } from './style.mjs';

const about = {
  name: 'poisson',
  title: 'Brightness is the chance of a spike',
  desc: 'Three pixels, dark, grey and bright, over 20 time steps. In every step a random number from 0 to 1 is drawn for each pixel, shown as a dot. If the dot lies below the intensity of the pixel, the pixel fires. The dark pixel fires twice, the grey one about every second step and the bright one nearly always.',
  height: 476,
};

const STEPS = 20;
const PIXELS = [
  { name: 'dark', intensity: 0.1 },
  { name: 'grey', intensity: 0.5 },
  { name: 'bright', intensity: 0.9 },
];
const PLOT = { left: 206, step: 22, high: 76 };

const rowFloor = (/** @type {number} */ i) => 154 + i * 134;

export default function poisson() {
  const random = chance(44);
  const right = PLOT.left + STEPS * PLOT.step;
  const rows = PIXELS.map(({ name, intensity }, i) => {
    const floor = rowFloor(i);
    const draws = Array.from({ length: STEPS }, random);
    const level = floor - intensity * PLOT.high;
    const dots = draws.map((value, t) => {
      const x = PLOT.left + (t + 0.5) * PLOT.step;
      const y = floor - value * PLOT.high;
      return value < intensity
        ? [circle(x, y, 4, { fill: color.spike }), spike(x, floor + 30, 20)]
        : circle(x, y, 3.5, { fill: color.white, stroke: color.silent });
    });
    const fired = draws.filter((value) => value < intensity).length;
    return [
      rect(32, floor - 60, 48, 48, { fill: color.ink, stroke: color.ink, radius: 2 }),
      rect(32, floor - 60, 48, 48, { fill: color.white, opacity: intensity, radius: 2 }),
      text(94, floor - 40, name, { align: 'start' }),
      note(94, floor - 18, intensity.toFixed(1), { align: 'start' }),
      rect(PLOT.left, level, right - PLOT.left, floor - level, { fill: color.spike, opacity: 0.1 }),
      note(PLOT.left - 8, floor + 6, '0', { align: 'end' }),
      note(PLOT.left - 8, floor - PLOT.high + 6, '1', { align: 'end' }),
      line(PLOT.left, floor, right, floor, { stroke: color.silent }),
      line(PLOT.left, level, right, level, { stroke: color.quiet, dash: '6 5' }),
      dots,
      line(PLOT.left, floor + 30, right, floor + 30, { stroke: color.silent }),
      text(right + 14, floor + 28, `${fired} of ${STEPS}`, { align: 'start', type: 16 }),
    ];
  });
  return drawing(
    about,
    heading(90, 44, 'pixel'),
    heading((PLOT.left + right) / 2, 44, 'a random number in every step'),
    rows,
    // Beside the middle pixel, where there is room above and below.
    note(right + 14, rowFloor(1) - 0.75 * PLOT.high + 6, 'no spike', { align: 'start' }),
    note(right + 14, rowFloor(1) - 0.25 * PLOT.high + 6, 'spike', { align: 'start' }),
  );
}
