// The network with a hidden layer, unrolled in time: two spikes lie on the gradient's way to the first weights.
import {
  arrow,
  back,
  bump,
  circle,
  color,
  countAndLoss,
  drawing,
  inputSpikes,
  line,
  note,
  rect,
  text,
  weight,
} from './style.mjs';

const about = {
  name: 'hidden',
  title: 'The gradient through a hidden spike',
  desc: 'Two time steps of a network with a hidden layer. Forward, the input spikes go through the weights W1 to the hidden neurons, their spikes through the weights W2 to the ten neurons, and the spikes of those are counted for the loss. Every neuron hands its potential to the next step. Backward, the gradient goes from the loss through the surrogate slope of the ten neurons and through W2 to the hidden spikes, through their surrogate slope to the hidden neurons, and from there to W1, and also from each step to the one before.',
  height: 636,
};

const ROW = { count: 52, ten: 176, second: 280, hidden: 392, first: 496, input: 558 };
const STEPS = [
  { x: 120, name: 't = 0', pattern: '101001' },
  { x: 370, name: 't = 1', pattern: '011010' },
];
const NEURON = 30;
/** What goes forward runs left of a column's middle or above the row's; the way back is on the other side. */
const APART = 13;

/** An arrow straight up or down beside the middle of a column, or to the side beside that of a row. */
const up = (/** @type {number} */ x, /** @type {number} */ from, /** @type {number} */ to, stroke = color.ink) =>
  arrow(
    [
      [x - APART, from],
      [x - APART, to],
    ],
    { stroke },
  );
const down = (/** @type {number} */ x, /** @type {number} */ from, /** @type {number} */ to) =>
  arrow(
    [
      [x + APART, from],
      [x + APART, to],
    ],
    back,
  );

const weights = (/** @type {number} */ x, /** @type {number} */ y, /** @type {string} */ name) => [
  rect(x - 36, y - 17, 72, 34, { radius: 6, fill: color.white, stroke: color.weight, width: weight.strong }),
  text(x, y + 6, name),
];

const neurons = (/** @type {number} */ x, /** @type {number} */ y) => [
  circle(x, y, NEURON, { fill: color.white, stroke: color.ink, width: weight.strong }),
  text(x, y + 6, 'LIF'),
];

/** One time step, from its input spikes up to the count, and the gradient down to both weights. */
const column = (/** @type {{ x: number, name: string, pattern: string }} */ { x, name, pattern }) => [
  inputSpikes(x, ROW.input + 26, pattern),
  line(x - APART, ROW.input, x - APART, ROW.first + 17, { width: weight.strong }),
  up(x, ROW.first - 17, ROW.hidden + NEURON - 2),
  down(x, ROW.hidden + NEURON - 2, ROW.first - 18),
  line(x - APART, ROW.hidden - NEURON + 3, x - APART, ROW.second + 17, { stroke: color.spike, width: weight.strong }),
  up(x, ROW.second - 17, ROW.ten + NEURON - 2),
  down(x, ROW.ten + NEURON - 2, ROW.second - 18),
  down(x, ROW.second + 17, ROW.hidden - NEURON + 1),
  up(x, ROW.ten - NEURON + 3, ROW.count + 21, color.spike),
  down(x, ROW.count + 20, ROW.ten - NEURON + 1),
  bump(x + APART, (ROW.count + 20 + ROW.ten - NEURON) / 2 - 4),
  bump(x + APART, (ROW.second + 17 + ROW.hidden - NEURON) / 2 - 4),
  weights(x, ROW.first, 'W1'),
  weights(x, ROW.second, 'W2'),
  neurons(x, ROW.ten),
  neurons(x, ROW.hidden),
  note(x, 618, name, { fill: color.ink }),
];

/** The potential to the right, its gradient to the left. */
const between = (/** @type {number} */ y, /** @type {number} */ from, /** @type {number} */ to) => [
  arrow(
    [
      [from, y - APART],
      [to, y - APART],
    ],
    { stroke: color.potential },
  ),
  arrow(
    [
      [to, y + APART],
      [from, y + APART],
    ],
    back,
  ),
];

export default function hidden() {
  const [first, second] = STEPS.map(({ x }) => x);
  const gap = NEURON + 3;
  const end = second + 110;
  const count = { left: first - 48, right: second + 48 };
  const loss = { left: count.right + 70, right: count.right + 138 };
  const margin = (/** @type {number} */ y, /** @type {string[]} */ ...lines) =>
    lines.map((string, i) => note(end + 44, y + i * 20, string, { align: 'start' }));
  const middle = (first + second) / 2;
  return drawing(
    about,
    countAndLoss(ROW.count, count, loss),
    [ROW.ten, ROW.hidden].map((y) => [
      between(y, first + gap, second - gap),
      between(y, second + gap, end),
      text(end + 18, y + 4, '…'),
    ]),
    STEPS.map(column),
    note(middle, ROW.ten - APART - 10, 'potential'),
    note(middle, ROW.ten + APART + 22, 'gradient'),
    note(middle, ROW.hidden - APART - 10, 'potential'),
    note(middle, ROW.hidden + APART + 22, 'gradient'),
    note(second + APART + 24, 112, 'surrogate slope', { align: 'start' }),
    note(second + APART + 24, 330, 'surrogate slope', { align: 'start' }),
    margin(ROW.ten + 4, 'the ten'),
    margin(ROW.second - 4, 'weights of the', 'hidden spikes'),
    margin(ROW.hidden - 4, 'hidden', 'neurons'),
    margin(ROW.first - 4, 'weights of', 'the pixels'),
    margin(ROW.input + 22, 'spikes in'),
  );
}
