// Prints values short enough to read: the first values of arrays, the upper levels of deep objects.

/** Node's `util.inspect`, or its equivalent in a page. */
export type Inspect = (value: unknown, options?: object) => string;

const ARRAY_VALUES = 5;
/** Up to this many are shown rather than "1 more item". */
const ARRAY_VALUES_AT_MOST = 10;
/** Characters of a whole text, such as a value or a message. */
const TEXT_LENGTH = 20_000;
const STRING_LENGTH = 2000;
const LINES = 30;

/** A value as text. An object may throw when inspected; that must not end the kernel. */
export function show(inspect: Inspect, value: unknown, options?: object) {
  try {
    return inspect(value, options);
  } catch {
    return '[a value that cannot be shown]';
  }
}

/** Cuts a text to what a page can show at once. */
export const shortText = (text: string, length = TEXT_LENGTH) =>
  text.length <= length ? text : `${text.slice(0, length)}… ${text.length - length} more characters`;

/** The text of the value of a cell's last line. @param items how many items of a long array are shown */
export function describeValue(inspect: Inspect, value: unknown, items = ARRAY_VALUES) {
  if (typeof value === 'string') return shortText(value);
  const options = { breakLength: 100, maxStringLength: STRING_LENGTH };
  const atDepth = (depth: number) => {
    let text = '';
    for (let maxArrayLength = items; maxArrayLength <= Math.max(items, ARRAY_VALUES_AT_MOST); maxArrayLength++) {
      text = show(inspect, value, { ...options, maxArrayLength, depth });
      if (!text.includes('... 1 more item')) break;
    }
    return text.split('\n');
  };
  let lines: string[] = [];
  for (let depth = 2; depth >= 0; depth--) {
    lines = atDepth(depth);
    if (lines.length <= LINES) return shortText(lines.join('\n'));
  }
  return shortText([...lines.slice(0, LINES), `… ${lines.length - LINES} more lines`].join('\n'));
}
