// The way back: four steps of one pixel make a pattern, and the pattern names a row of a table of gradients.
import { addition, bits, strip, sumsTable, tableOf } from './pattern-table.mjs';
import { chance } from './sources.mjs';
import { arrow, color, drawing, heading, line, note, rect, spike, text } from './style.mjs';

const about = {
  name: 'way-back',
  title: 'Four steps, one row of a table',
  desc: 'One pixel over twelve steps, in groups of four. In the second group it fires in the second and the third step: the pattern 0110. A table holds the sum of the gradients of these four steps for each of the 16 patterns, and it serves all pixels. So one look-up serves four steps: row 6, which is 0110, is added to the gradient of the ten weights of this pixel.',
  height: 470,
};

/** When the pixel fires, in three groups of four steps. */
const FIRES = [1, 0, 1, 1, 0, 1, 1, 0, 1, 1, 0, 1];
const CHOSEN = 0b0110;
const STEPS = { x: 40, y: 158, apart: 24 };
const TABLE = { x: 424, y: 76, apart: 23, cell: 15 };
const SUM = { x: 128, y: 348, apart: 32 };
const WEIGHTS = { x: 668, y: 84, apart: 34, cell: 22 };
const shades = [color.gradient, color.current];

export default function wayBack() {
  const random = chance(11);
  const rows = Array.from({ length: 4 }, () => Array.from({ length: 10 }, () => 0.3 * (2 * random() - 1)));
  const table = tableOf(rows);
  const { parts, row, left, right } = sumsTable(table, CHOSEN, TABLE, shades);
  const at = (/** @type {number} */ step) => STEPS.x + (step + 0.5) * STEPS.apart;
  const [groupLeft, groupRight] = [STEPS.x + 4 * STEPS.apart, STEPS.x + 8 * STEPS.apart];

  const steps = FIRES.map((fires, step) => [
    fires === 1 && spike(at(step), STEPS.y, 28, { width: 4 }),
    step % 4 === 0 && step > 0 && line(at(step - 0.5), STEPS.y - 44, at(step - 0.5), STEPS.y, { stroke: color.silent }),
  ]);
  /** @type {[string, number[]][]} */
  const sum = [
    ['second', rows[1]],
    ['+ third', rows[2]],
    [`= ${bits(CHOSEN).join('')}`, table[CHOSEN]],
  ];
  const weights = table[CHOSEN].map((_, k) => {
    const y = WEIGHTS.y + k * WEIGHTS.apart;
    return [text(WEIGHTS.x + 38, y + 17, '+'), note(WEIGHTS.x + 58, y + 17, String(k))];
  });
  const middle = (groupLeft + groupRight) / 2;
  return drawing(
    about,
    heading(STEPS.x + 6 * STEPS.apart, 44, 'one pixel, step by step'),
    heading(TABLE.x + 45, 44, 'table of 16 sums'),
    heading(WEIGHTS.x + 12, 44, 'its weights'),
    rect(groupLeft, STEPS.y - 44, groupRight - groupLeft, 50, {
      radius: 6,
      fill: color.white,
      stroke: color.ink,
      width: 2,
    }),
    line(STEPS.x, STEPS.y, STEPS.x + 12 * STEPS.apart, STEPS.y, { stroke: color.silent }),
    steps,
    bits(CHOSEN).map((bit, i) => heading(at(4 + i), STEPS.y + 32, String(bit))),
    arrow([
      [middle, STEPS.y + 44],
      [middle, row],
      [left, row],
    ]),
    parts,
    note(SUM.x + 45, SUM.y - 42, 'gradients of these four'),
    note(SUM.x + 45, SUM.y - 20, 'steps, for all pixels:'),
    addition(sum, SUM, shades),
    arrow([
      [right + 2, row],
      [WEIGHTS.x - 8, row],
    ]),
    strip(table[CHOSEN], WEIGHTS.x, WEIGHTS.y, { cell: WEIGHTS.cell, apart: WEIGHTS.apart, shades }),
    weights,
  );
}
