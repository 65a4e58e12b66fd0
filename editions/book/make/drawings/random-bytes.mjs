// One comparison of SIMD: sixteen random bytes, one for each step of a pixel, against the pixel's intensity.
import { chance } from './sources.mjs';
import { arrow, color, drawing, heading, line, note, rect, spike, text } from './style.mjs';

const about = {
  name: 'random-bytes',
  title: 'Sixteen steps of a pixel in one comparison',
  desc: 'A pixel of intensity 90, and sixteen random bytes, one for each of its next steps. One instruction compares all of them with 90. Where the byte is below 90 the pixel fires, where it is above it does not. In one step the byte is 90, too: only for this step another byte is drawn, which decides.',
  height: 344,
};

const INTENSITY = 90;
const STEPS = 16;
/** The step whose byte is the pixel's intensity, by design: chance would need some 256 steps for it. */
const EQUAL = 10;
const CELL = { x: 140, y: 92, width: 37, height: 36 };
const SPIKES_Y = 232;

export default function randomBytes() {
  const random = chance(5);
  const bytes = Array.from({ length: STEPS }, (_, step) => {
    const byte = Math.floor(256 * random());
    return step === EQUAL ? INTENSITY : byte;
  });
  const left = (/** @type {number} */ step) => CELL.x + step * CELL.width;
  const middle = (/** @type {number} */ step) => left(step) + CELL.width / 2;
  const cells = bytes.map((byte, step) => {
    const fill = byte < INTENSITY ? color.spike : byte === INTENSITY ? color.leftover : color.white;
    return [
      rect(left(step), CELL.y, CELL.width, CELL.height, { fill, opacity: 0.35 }),
      rect(left(step), CELL.y, CELL.width, CELL.height, { stroke: color.ink }),
      note(middle(step), CELL.y + 24, String(byte), { fill: color.ink }),
    ];
  });
  const outcome = bytes.map((byte, step) => {
    if (byte === INTENSITY) return heading(middle(step), SPIKES_Y - 4, '?');
    return byte < INTENSITY && spike(middle(step), SPIKES_Y, 28, { width: 4 });
  });
  const at = middle(EQUAL);
  return drawing(
    about,
    heading(middle(7) + CELL.width / 2, 44, 'a random byte for each of 16 steps'),
    note(middle(7) + CELL.width / 2, 70, 'drawn together'),
    note(76, CELL.y - 8, 'intensity'),
    rect(52, CELL.y, 48, CELL.height, { fill: color.white, stroke: color.ink, width: 2 }),
    text(76, CELL.y + 24, String(INTENSITY), { bold: true }),
    text(120, CELL.y + 24, '>'),
    cells,
    note(CELL.x, 160, 'one instruction compares all 16', { align: 'start' }),
    note(CELL.x, 180, 'bytes with the intensity', { align: 'start' }),
    note(88, SPIKES_Y - 4, 'spikes'),
    line(CELL.x, SPIKES_Y, CELL.x + STEPS * CELL.width, SPIKES_Y, { stroke: color.silent }),
    outcome,
    arrow([
      [at, CELL.y + CELL.height + 6],
      [at, SPIKES_Y - 28],
    ]),
    arrow([
      [at, 290],
      [at, SPIKES_Y + 10],
    ]),
    note(at - 14, 296, 'equal: here alone another byte is drawn', { align: 'end' }),
    note(at - 14, 316, 'for the next 8 bits, and it decides', { align: 'end' }),
  );
}
