import { checkNumbers } from '../../src/common/checks';

/** Formats numbers as numpy prints a row of float32: `[[0. 0. 0.02 1.]]`, with the shortest exact digits. */
export function formatRow(values: ArrayLike<number>): string {
  checkNumbers('values', values, '[n]');
  const texts = Array.from(values, (value) => shortest(Math.fround(value)));
  const pointed = texts.map((text) => (text.includes('.') ? text : `${text}.`));
  const width = Math.max(...pointed.map((text) => text.length));
  return `[[${pointed.map((text) => text.padEnd(width)).join(' ')}]]`;
}

/** The shortest decimal that reads back as the same float32, with at most eight decimals. */
function shortest(value: number): string {
  const texts = Array.from({ length: 8 }, (_, digits) => value.toFixed(digits));
  return texts.find((text) => Math.fround(Number(text)) === value) ?? value.toFixed(8);
}
