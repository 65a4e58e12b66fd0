// Where a chip saves energy: the same input on a processor and on a neuromorphic chip.
import { color, drawing, heading, line, neuron, note, rect, text, WIDTH, weight } from './style.mjs';

const about = {
  name: 'chip',
  title: 'Where a chip saves energy',
  desc: 'The same two spikes of 16 pixels on two machines. A CPU or GPU fetches all 160 weights from memory and multiplies each, even by 0. On a neuromorphic chip each weight lies beside its neuron, and only the 20 weights of the two spikes are read and added. This tutorial runs on a CPU, where silence alone saves nothing.',
  height: 470,
};

const PIXELS = 16;
const NEURONS = 10;
/** As on MNIST, about every eighth pixel fires in a step. */
const FIRING = [4, 11];
const TOP = 96;
const CELL = 13;
const LEFT = { input: 44, matrix: 64, unit: 276, middle: 190 };
const RIGHT = { input: 420, tiles: 444, apart: 30, middle: 574 };

const rowY = (/** @type {number} */ pixel) => TOP + pixel * CELL;
const bottom = rowY(PIXELS);
const fires = (/** @type {number} */ pixel) => FIRING.includes(pixel);
const all = (/** @type {number} */ count) => Array.from({ length: count }, (_, i) => i);

/** A weight: green where it is read, else empty. */
const cell = (/** @type {number} */ x, /** @type {number} */ pixel, /** @type {boolean} */ read) =>
  rect(x, rowY(pixel), CELL, CELL, {
    fill: read ? color.weight : color.white,
    stroke: read ? color.white : color.rule,
    width: 1,
  });

/** One step of the pixels: a spike or nothing. */
const inputs = (/** @type {number} */ x) =>
  all(PIXELS).map((pixel) =>
    fires(pixel)
      ? line(x, rowY(pixel) + 1, x, rowY(pixel + 1) - 1, { stroke: color.spike, width: 4 })
      : line(x, rowY(pixel) + 5, x, rowY(pixel + 1) - 5, { stroke: color.silent, width: 3 }),
  );

function processor() {
  const right = LEFT.matrix + NEURONS * CELL;
  const unit = { top: TOP + 56, height: bottom - TOP - 112, width: 72 };
  return [
    heading(LEFT.middle, 44, 'CPU or GPU'),
    note(LEFT.matrix + (NEURONS * CELL) / 2, TOP - 12, 'memory'),
    note(LEFT.input, TOP - 12, 'spikes'),
    inputs(LEFT.input),
    all(PIXELS).map((pixel) => [
      all(NEURONS).map((k) => cell(LEFT.matrix + k * CELL, pixel, true)),
      line(right + 5, rowY(pixel) + CELL / 2, LEFT.unit - 4, unit.top + ((pixel + 0.5) * unit.height) / PIXELS, {
        stroke: color.weight,
      }),
    ]),
    rect(LEFT.unit, unit.top, unit.width, unit.height, {
      radius: 8,
      fill: color.white,
      stroke: color.ink,
      width: weight.strong,
    }),
    heading(LEFT.unit + unit.width / 2, TOP + (bottom - TOP) / 2 + 7, '× +'),
    text(LEFT.middle, bottom + 70, `all ${PIXELS * NEURONS} weights fetched,`),
    text(LEFT.middle, bottom + 94, 'multiplied even by 0'),
  ];
}

function neuromorphic() {
  const end = RIGHT.tiles + (NEURONS - 1) * RIGHT.apart + CELL;
  return [
    heading(RIGHT.middle, 44, 'neuromorphic chip'),
    note(RIGHT.middle + 22, TOP - 12, 'weights beside their neuron'),
    FIRING.map((pixel) =>
      line(RIGHT.input, rowY(pixel) + CELL / 2, end, rowY(pixel) + CELL / 2, { stroke: color.spike }),
    ),
    all(NEURONS).map((k) => {
      const x = RIGHT.tiles + k * RIGHT.apart;
      return [
        all(PIXELS).map((pixel) => cell(x, pixel, fires(pixel))),
        rect(x, TOP, CELL, bottom - TOP, { stroke: color.silent, width: 1 }),
        neuron(x + CELL / 2, bottom + 20, 9),
        line(x + CELL / 2, bottom, x + CELL / 2, bottom + 11),
      ];
    }),
    note(RIGHT.input, TOP - 12, 'spikes'),
    inputs(RIGHT.input),
    text(RIGHT.middle, bottom + 70, `${FIRING.length * NEURONS} weights read and added:`),
    text(RIGHT.middle, bottom + 94, 'no spike, no work'),
  ];
}

export default function chip() {
  return drawing(
    about,
    processor(),
    neuromorphic(),
    line(384, 30, 384, bottom + 100, { stroke: color.rule }),
    note(WIDTH / 2, bottom + 140, 'This tutorial runs on the left side. There, silence alone saves nothing.'),
  );
}
