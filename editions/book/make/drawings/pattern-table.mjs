// Four pixels make a pattern, and the pattern names a row of a table of sums.
import { recorded } from './sources.mjs';
import { arrow, color, drawing, heading, neuron, note, rect, spike, text } from './style.mjs';

const about = {
  name: 'pattern-table',
  title: 'Four pixels, one row of a table',
  desc: 'In this step the first and the fourth of four pixels fire: the pattern 1001. A table holds the sum of weights for each of the 16 patterns, from row 0, which is 0000, and row 1, which is 1000, to row 15, which is 1111. It is prepared once with 11 additions. So one look-up serves all four pixels: row 9, which is 1001, holds the weights of the first and the fourth pixel added, and it is added to the input of the ten neurons.',
  height: 470,
};

const FIRES = [true, false, false, true];
const PIXEL = { x: 50, y: 92, side: 44, apart: 52 };
const TABLE = { x: 388, y: 76, apart: 23, cell: 15 };
const SUM = { x: 112, y: 348, apart: 32 };
const NEURONS = { x: 624, y: 76, apart: 36.8, r: 14, cell: 22 };
/** A weight of this size has the full colour. */
const FULL = 0.3;

/**
 * Ten numbers as shades: red above 0, blue below, as in the weight images, or in `shades`. Across, or down with `apart`
 * from cell to cell.
 * @param {number[]} values
 * @param {number} x
 * @param {number} y
 * @param {{ cell?: number, apart?: number, shades?: string[] }} look
 */
export function strip(values, x, y, { cell = TABLE.cell, apart, shades = [color.spike, color.potential] } = {}) {
  const cells = values.map((value, i) => {
    const [left, top] = apart ? [x, y + i * apart] : [x + i * cell, y];
    const opacity = Math.min(1, Math.abs(value) / FULL).toFixed(2);
    const square = rect(left, top, cell, cell, { fill: shades[value < 0 ? 1 : 0], opacity });
    return apart
      ? [rect(left, top, cell, cell, { fill: color.white }), square, rect(left, top, cell, cell, { stroke: color.ink })]
      : square;
  });
  const ground = rect(x - 0.5, y - 0.5, cell * 10 + 1, cell + 1, { fill: color.white, stroke: color.silent, width: 1 });
  return apart ? cells : [ground, cells];
}

/** A pattern of four as 0 and 1, the first pixel first: it is the lowest bit of the row's number. */
export const bits = (/** @type {number} */ pattern) => [0, 1, 2, 3].map((i) => (pattern >> i) & 1);

/**
 * The sums of four rows for all 16 patterns.
 * @param {number[][]} rows
 */
export function tableOf(rows) {
  // Each row of weights doubles the table: every sum so far, and once more with this row added.
  let table = [new Array(10).fill(0)];
  for (const row of rows) table = [...table, ...table.map((sums) => sums.map((sum, j) => sum + row[j]))];
  return table;
}

/**
 * A table of sums for all 16 patterns at { x, y, apart, cell }, each with its number, and a frame around the chosen
 * row.
 * @param {number[][]} table
 * @param {number} chosen
 * @param {{ x: number, y: number, apart: number, cell: number }} place
 * @param {string[]} [shades]
 * @returns its parts in the order in which they are drawn, the middle of that row, and where the table begins and ends
 */
export function sumsTable(table, chosen, { x, y, apart, cell }, shades) {
  const rowY = (/** @type {number} */ pattern) => y + pattern * apart;
  const row = rowY(chosen) + cell / 2;
  const [left, right] = [x - 96, x + 10 * cell + 8];
  const frame = rect(left + 4, row - 12, right - left - 4, 24, {
    radius: 6,
    fill: color.white,
    stroke: color.ink,
    width: 2,
  });
  const entries = table.map((sums, pattern) => {
    const look = { align: 'end', ...(pattern === chosen && { fill: color.ink, bold: true }) };
    return [
      note(x - 66, rowY(pattern) + 13, String(pattern), look),
      note(x - 12, rowY(pattern) + 13, bits(pattern).join(''), look),
      strip(sums, x, rowY(pattern), { shades }),
    ];
  });
  return { parts: [frame, entries], row, left, right };
}

/**
 * How the chosen row came about: labelled rows of ten numbers, one below the other.
 * @param {[string, number[]][]} rows
 * @param {{ x: number, y: number, apart: number }} place
 * @param {string[]} [shades]
 */
export const addition = (rows, { x, y, apart }, shades) =>
  rows.map(([label, values], i) => [
    note(x - 12, y + i * apart + 13, label, { align: 'end' }),
    strip(values, x, y + i * apart, { shades }),
  ]);

export default function patternTable() {
  const { rows } = recorded.four;
  const table = tableOf(rows);
  const chosen = FIRES.reduce((pattern, fires, i) => pattern + (fires ? 2 ** i : 0), 0);
  const name = bits(chosen).join('');
  const { parts, row, left, right } = sumsTable(table, chosen, TABLE);

  const pixels = FIRES.map((fires, i) => {
    const x = PIXEL.x + i * PIXEL.apart;
    return [
      rect(x, PIXEL.y, PIXEL.side, PIXEL.side, { fill: color.white, stroke: color.ink }),
      fires && spike(x + PIXEL.side / 2, PIXEL.y + 36, 28, { width: 4 }),
      heading(x + PIXEL.side / 2, PIXEL.y + PIXEL.side + 30, fires ? '1' : '0'),
    ];
  });
  /** @type {[string, number[]][]} */
  const sum = [
    ['first', rows[0]],
    ['+ fourth', rows[3]],
    [`= ${name}`, table[chosen]],
  ];
  const neurons = table[chosen].map((_, k) => {
    const y = NEURONS.y + NEURONS.cell / 2 + k * NEURONS.apart;
    return [text(NEURONS.x + 39, y + 6, '+'), neuron(NEURONS.x + 70, y, NEURONS.r, String(k))];
  });
  const pixelsMiddle = PIXEL.x + (3 * PIXEL.apart + PIXEL.side) / 2;
  return drawing(
    about,
    heading(pixelsMiddle, 44, 'four pixels'),
    heading(TABLE.x + 40, 44, 'table of 16 sums'),
    heading(NEURONS.x + 40, 44, 'ten neurons'),
    pixels,
    arrow([
      [pixelsMiddle, PIXEL.y + PIXEL.side + 44],
      [pixelsMiddle, row],
      [left, row],
    ]),
    parts,
    note(pixelsMiddle, SUM.y - 18, 'prepared once:'),
    addition(sum, SUM),
    arrow([
      [right + 2, row],
      [NEURONS.x - 8, row],
    ]),
    strip(table[chosen], NEURONS.x, NEURONS.y, { cell: NEURONS.cell, apart: NEURONS.apart }),
    neurons,
  );
}
