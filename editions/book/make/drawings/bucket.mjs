// The leaky integrate-and-fire neuron as a bucket that leaks, and tips over when it is full.
import { lif } from './sources.mjs';
import { color, drawing, heading, line, n, note, path, polyline, size, spike, text, WIDTH, weight } from './style.mjs';

const about = {
  name: 'bucket',
  title: 'A neuron is a leaking bucket',
  desc: 'Charge: water pours into a bucket with a hole, x / τ in each step, where x is the input current. Its level is the potential, and the fuller the bucket, the stronger the leak. Fire: when the level reaches the rim, the threshold 1, the bucket tips over, which is a spike. Reset: it is empty again, and the potential is 0.',
  height: 420,
};

const RIM = 172;
const FLOOR = 288;
const HALF = { rim: 52, floor: 40 };
const HOLE = 5.5;
const COLUMN = { first: 98, second: 286, fire: 480, reset: 664 };
const TAU = 3;
const CURRENT = 1.5;

/** Half the bucket's width where the level is 0 (the floor) to 1 (the rim), and how high that is. */
const halfAt = (/** @type {number} */ level) => HALF.floor + (HALF.rim - HALF.floor) * level;
const heightOf = (/** @type {number} */ level) => FLOOR + (RIM - FLOOR) * level;

const wallStyle = { stroke: color.ink, width: weight.strong, cap: 'round' };
const halfWall = (/** @type {number} */ x, /** @type {number} */ side, hole = HOLE) => [
  [x + side * hole, FLOOR],
  [x + side * HALF.floor, FLOOR],
  [x + side * HALF.rim, RIM],
];
const upright = (/** @type {number} */ x, hole = HOLE) =>
  [-1, 1].map((side) => polyline(halfWall(x, side, hole), wallStyle));

/** A bucket under the tap. In one step it loses v / τ, so the leak is drawn as wide as the level is high. */
function filling(/** @type {number} */ x, /** @type {{ h: number }} */ { h }, /** @type {number} */ step) {
  const water = [-1, 1].flatMap((side) => {
    const half = [side * halfAt(h), side * HALF.floor];
    const edge = [
      [x + half[0], heightOf(h)],
      [x + half[1], FLOOR],
    ];
    return side < 0 ? edge : edge.reverse();
  });
  return [
    note(x, 84, `step ${step}`, { fill: color.ink }),
    text(x, 108, `x / τ = ${CURRENT / TAU} pours in`, { type: size.note, fill: color.quiet }),
    line(x, 118, x, heightOf(h) + 2, { stroke: color.current, width: 12 }),
    polyline(water, { fill: color.potential }),
    line(x, FLOOR - 2, x, FLOOR + 38, { stroke: color.potential, width: 2 * HOLE * h }),
    upright(x, HOLE * h + weight.strong / 2),
    text(x, FLOOR - 18, h.toFixed(2), { fill: color.white, bold: true }),
  ];
}

/** The bucket lies on its side, and all of its water runs over the lip. */
function tipped(/** @type {number} */ x) {
  const [cx, cy] = [x - 8, (RIM + FLOOR) / 2 - 4];
  const angle = (100 * Math.PI) / 180;
  const turn = (/** @type {number[]} */ [px, py]) => {
    const [dx, dy] = [px - x, py - (RIM + FLOOR) / 2];
    return [cx + dx * Math.cos(angle) - dy * Math.sin(angle), cy + dx * Math.sin(angle) + dy * Math.cos(angle)];
  };
  const [, corner, lip] = halfWall(x, 1).map(turn);
  const at = (/** @type {number[]} */ point, dx = 0, dy = 0) => `${n(point[0] + dx)} ${n(point[1] + dy)}`;
  const water = `M${at(corner)}L${at(corner, 3, -20)}L${at(lip, -8, -34)}Q${at(lip, 34, -30)} ${at(lip, 36, 38)}H${n(lip[0] + 8)}Q${at(lip, 9, 12)} ${at(lip)}Z`;
  return [
    path(water, { fill: color.potential }),
    [-1, 1].map((side) => polyline(halfWall(x, side).map(turn), wallStyle)),
  ];
}

export default function bucket() {
  const [step0, step1, step2] = lif([CURRENT, CURRENT, CURRENT], { tau: TAU });
  if (step1.fires || !step2.fires) throw new Error('bucket: expected the first spike in step 2');
  const charge = (COLUMN.first + COLUMN.second) / 2;
  const bracket = (/** @type {number} */ from, /** @type {number} */ to) =>
    line(from - 70, 58, to + 70, 58, { stroke: color.silent });
  return drawing(
    about,
    heading(charge, 44, 'charge'),
    heading(COLUMN.fire, 44, 'fire'),
    heading(COLUMN.reset, 44, 'reset'),
    bracket(COLUMN.first, COLUMN.second),
    bracket(COLUMN.fire, COLUMN.fire),
    bracket(COLUMN.reset, COLUMN.reset),
    line(24, RIM, WIDTH - 24, RIM, { stroke: color.quiet, dash: '6 5' }),
    note(charge, RIM - 8, 'threshold'),
    note(COLUMN.first + 14, FLOOR + 32, 'leak', { align: 'start' }),
    note(COLUMN.first + halfAt(step0.h) + 8, heightOf(step0.h) + 6, 'potential', { align: 'start' }),
    filling(COLUMN.first, step0, 0),
    filling(COLUMN.second, step1, 1),
    tipped(COLUMN.fire),
    note(COLUMN.fire, 84, 'step 2', { fill: color.ink }),
    spike(COLUMN.fire - 34, 150, 50, { width: 5 }),
    text(COLUMN.fire - 20, 131, 'spike', { align: 'start', bold: true }),
    upright(COLUMN.reset),
    text(COLUMN.reset, FLOOR - 18, step2.v.toFixed(2), { bold: true }),
    text(charge, 360, `h = v + (x − v) / τ,  x = ${CURRENT},  τ = ${TAU}`),
    text(COLUMN.fire, 360, `h = ${step2.h.toFixed(2)} ≥ 1`),
    text(COLUMN.reset, 360, 'v = 0'),
    note(charge, 390, 'the fuller, the stronger the leak'),
    note(COLUMN.fire, 390, 'full: it tips over'),
    note(COLUMN.reset, 390, 'empty again'),
  );
}
