/** The value on a cell's last line, short enough to be read: of arrays the first values, of deep objects the top. */
import { inspect } from 'node-inspect-extracted';

const ARRAY_VALUES = 5;
const STRING_LENGTH = 2000;
const LINES = 30;

/** The text of a value on a cell's last line. */
export function describeValue(value: unknown): string {
  if (typeof value === 'string') return value;
  const options = { breakLength: 100, maxArrayLength: ARRAY_VALUES, maxStringLength: STRING_LENGTH };
  let lines: string[] = [];
  for (let depth = 2; depth >= 0; depth--) {
    lines = inspect(value, { ...options, depth }).split('\n');
    if (lines.length <= LINES) return lines.join('\n');
  }
  return [...lines.slice(0, LINES), `… ${lines.length - LINES} more lines`].join('\n');
}
