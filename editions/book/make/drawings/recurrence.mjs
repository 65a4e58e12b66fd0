// A recurrent layer unrolled in time: its spikes reach the layer again one step later, and the gradient comes back that
// way.
import { arrow, back, color, drawing, note, rect, text, timeStep, UNROLLED, weightsBox } from './style.mjs';

const about = {
  name: 'recurrence',
  title: 'A recurrent layer unrolled in time',
  desc: 'Three time steps of a layer of LIF neurons. In each step input spikes come in through the weights W, and the spikes of the layer go up through V to outputs that never fire. The layer hands its potential to the next step, and its spikes reach it again in the next step, through the weights R. The gradient takes the same ways back; the one back through R is the one that e-prop leaves out.',
  height: 470,
};

const ROW = { outputs: 52, own: 150, neuron: 232, weights: 332, input: 396 };
const STEPS = [
  { x: 100, name: 't = 0', pattern: '101001' },
  { x: 332, name: 't = 1', pattern: '011010' },
  { x: 564, name: 't = 2', pattern: '100011' },
];
const { neuron: NEURON, apart: APART } = UNROLLED;
/** Half of a box of weights: its width and its height. */
const BOX = [30, 22];
const COLUMN = { ...ROW, top: ROW.outputs, bump: ROW.own + 22, name: 452 };

/** From one step to the next: the potential, and the spikes by way of R; and both ways back. */
const between = (/** @type {number} */ from, /** @type {number} */ to) => {
  const middle = (from + to) / 2;
  const gap = NEURON + 3;
  return [
    arrow(
      [
        [from + gap, ROW.neuron],
        [to - gap, ROW.neuron],
      ],
      { stroke: color.potential },
    ),
    arrow(
      [
        [to - gap, ROW.neuron + APART + 4],
        [from + gap, ROW.neuron + APART + 4],
      ],
      back,
    ),
    arrow(
      [
        [from - APART, ROW.own - 10],
        [middle - BOX[0], ROW.own - 10],
      ],
      { stroke: color.spike },
    ),
    arrow(
      [
        [middle + BOX[0], ROW.own - 10],
        [to - 38, ROW.own - 10],
        [to - 18, ROW.neuron - 28],
      ],
      { stroke: color.spike },
    ),
    arrow(
      [
        [to - 29, ROW.neuron - 17],
        [to - 52, ROW.own + 12],
        [middle + BOX[0] + 2, ROW.own + 12],
      ],
      back,
    ),
    arrow(
      [
        [middle - BOX[0], ROW.own + 12],
        [from + APART + 18, ROW.own + 18],
      ],
      back,
    ),
    weightsBox(middle, ROW.own, 'R', BOX),
    note(middle - 8, ROW.own + 44, 'cut by e-prop'),
    note(middle, ROW.neuron + APART + 26, 'potential'),
  ];
};

export default function recurrence() {
  const [x0, x1, x2] = STEPS.map(({ x }) => x);
  const margin = (/** @type {number} */ y, /** @type {string[]} */ ...lines) =>
    lines.map((string, i) => note(628, y + i * 20, string, { align: 'start' }));
  return drawing(
    about,
    rect(x0 - 48, ROW.outputs - 20, x2 - x0 + 96, 40, { radius: 8, fill: color.white, stroke: color.ink }),
    text((x0 + x2) / 2, ROW.outputs + 6, 'V: ten outputs that never fire, and the loss at the end'),
    between(x0, x1),
    between(x1, x2),
    STEPS.map((step) => timeStep(step, COLUMN, BOX)),
    note((x0 + x1) / 2, ROW.own - 30, 'spikes, one step later'),
    margin(ROW.neuron - 4, 'a layer of', 'neurons'),
    margin(ROW.weights - 4, 'the same W', 'in each step'),
    margin(ROW.input + 22, 'one row'),
  );
}
