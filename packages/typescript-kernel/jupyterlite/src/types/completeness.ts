/** What a console's Enter key asks: whether a person is still writing. */
import type * as TypeScript from 'typescript';

/** TypeScript's codes for a string and a regular expression without an end, which no further line can give them. */
const OF_ONE_LINE = [1002, 1161];

export type Completeness = 'complete' | 'incomplete' | 'invalid';

export function completeness(ts: typeof TypeScript, code: string): Completeness {
  // An empty line ends what is written.
  if (/(^|\n)\s*\n\s*$/.test(code)) return 'complete';
  const { diagnostics = [] } = ts.transpileModule(code, { reportDiagnostics: true });
  const [first] = diagnostics.toSorted((a, b) => (a.start ?? 0) - (b.start ?? 0));
  if (!first) return 'complete';
  const isAtEnd = (first.start ?? 0) >= code.trimEnd().length;
  return isAtEnd && !OF_ONE_LINE.includes(first.code) ? 'incomplete' : 'invalid';
}
