import { checkNumbers } from '../../src/common/checks';

/** Numbers as numpy prints a row of float32: `[[0. 0. 0.02 1.]]`, the fewest digits that give each value back. */
export function formatRow(values: ArrayLike<number>): string {
  checkNumbers('values', values, '[n]');
  const floats = Array.from(values, Math.fround);
  const sizes = floats.filter((value) => value !== 0 && Number.isFinite(value)).map(Math.abs);
  const [least, most] = [Math.min(...sizes), Math.max(...sizes)];
  // numpy's own rule for numbers that differ too much to stand in columns.
  const scientific = sizes.length > 0 && (most >= 1e8 || least < 1e-4 || most / least > 1000);
  return `[[${(scientific ? inPowers(floats) : inColumns(floats)).join(' ')}]]`;
}

/** The first of the texts that gives the float32 back, from the shortest to the longest. */
function shortest(value: number, text: (digits: number) => string): string {
  for (let digits = 0; digits < 8; digits++) {
    if (Math.fround(Number(text(digits))) === value) return text(digits);
  }
  return text(8);
}

function inColumns(floats: number[]): string[] {
  const texts = floats.map((value) => shortest(value, (digits) => value.toFixed(digits)));
  const pointed = texts.map((text) => (text.includes('.') ? text : `${text}.`));
  const width = Math.max(...pointed.map((text) => text.length));
  return pointed.map((text) => text.padEnd(width));
}

/** `1.5e-04`: all with the same number of digits, and at least two of the exponent. */
function inPowers(floats: number[]): string[] {
  const parts = floats.map((value) => {
    const [mantissa, exponent] = shortest(value, (digits) => value.toExponential(digits)).split('e');
    const [whole, fraction = ''] = mantissa.split('.');
    return { whole, fraction, sign: exponent[0], power: exponent.slice(1).padStart(2, '0') };
  });
  const digits = Math.max(...parts.map(({ fraction }) => fraction.length));
  return parts.map(({ whole, fraction, sign, power }) => `${whole}.${fraction.padEnd(digits, '0')}e${sign}${power}`);
}
