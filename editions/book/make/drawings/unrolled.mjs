// The network unrolled in time: what is handed from step to step, and the way the gradient takes back.
import { arrow, back, circle, color, countAndLoss, drawing, note, text, timeStep, UNROLLED } from './style.mjs';

const about = {
  name: 'unrolled',
  title: 'The network unrolled in time',
  desc: 'Each time step is a copy of the same network: spikes come in through the same weights, every neuron hands its potential to the next step, and its spikes are counted for the loss. A spike also resets that potential on its way. The gradient takes the same ways back: from the loss through the surrogate slope of each step, from each step to the one before, through the reset to the spike, and down to the weights.',
  height: 436,
};

const ROW = { count: 52, neuron: 188, weights: 292, input: 356 };
const STEPS = [
  { x: 84, name: 't = 0' },
  { x: 246, name: 't = 1' },
  { x: 408, name: 't = 2' },
  { x: 590, name: 't = T − 1' },
];
const { neuron: NEURON, apart: APART } = UNROLLED;

/** Where the potential of the neuron at x is reset, on its way to the next step. */
const RESET = { x: 48, y: ROW.neuron - APART, radius: 8, above: 148 };
const BUMP = { x: APART, y: (ROW.count + 20 + ROW.neuron - NEURON) / 2 - 4 };
const COLUMN = { ...ROW, top: ROW.count, bump: BUMP.y, name: 416 };

/** The reset: a spike acts on the potential that is handed on, and the gradient comes back to the spike's slope. */
const reset = (/** @type {number} */ x) => [
  circle(x + RESET.x, RESET.y, RESET.radius, { fill: color.white, stroke: color.ink }),
  arrow(
    [
      [x - APART, RESET.above],
      [x + RESET.x - 4, RESET.above],
      [x + RESET.x - 4, RESET.y - RESET.radius + 1],
    ],
    { stroke: color.spike },
  ),
  arrow(
    [
      [x + RESET.x + 5, RESET.y - RESET.radius + 1],
      [x + RESET.x + 5, BUMP.y],
      [x + BUMP.x + 18, BUMP.y],
    ],
    back,
  ),
];

/** The potential to the right, its gradient to the left. */
const between = (/** @type {number} */ from, /** @type {number} */ to) => [
  arrow(
    [
      [from, ROW.neuron - APART],
      [to, ROW.neuron - APART],
    ],
    { stroke: color.potential },
  ),
  arrow(
    [
      [to, ROW.neuron + APART],
      [from, ROW.neuron + APART],
    ],
    back,
  ),
];

export default function unrolled() {
  const patterns = ['101001', '011010', '100011', '110010'];
  const gap = NEURON + 3;
  const [x0, x1, x2, x3] = STEPS.map(({ x }) => x);
  const dots = (x2 + x3) / 2;
  const count = { left: x0 - 48, right: x3 + 48 };
  const loss = { left: 674, right: 738 };
  const margin = (/** @type {number} */ y, /** @type {string[]} */ ...lines) =>
    lines.map((string, i) => note(640, y + i * 20, string, { align: 'start' }));
  return drawing(
    about,
    countAndLoss(ROW.count, count, loss),
    between(x0 + gap, x1 - gap),
    between(x1 + gap, x2 - gap),
    between(x2 + gap, dots - 16),
    between(dots + 16, x3 - gap),
    text(dots, ROW.neuron + 4, '…'),
    STEPS.map(({ x, name }, i) => timeStep({ x, name, pattern: patterns[i] }, COLUMN, [36, 17])),
    [x0, x1, x2].map(reset),
    note((x0 + x1) / 2 + 12, ROW.neuron - APART - 10, 'potential'),
    note(x0 + RESET.x + 12, ROW.neuron - APART - 32, 'reset', { align: 'start' }),
    note((x0 + x1) / 2, ROW.neuron + APART + 22, 'gradient'),
    note(x0 + RESET.x + 12, 100, 'surrogate', { align: 'start' }),
    note(x0 + RESET.x + 12, 120, 'slope', { align: 'start' }),
    margin(ROW.neuron - 4, 'ten', 'neurons'),
    margin(ROW.weights - 4, 'the same', 'weights'),
    margin(ROW.input + 22, 'spikes in'),
  );
}
