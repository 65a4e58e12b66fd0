/** Messages on stderr: for a failure, one line that says why, and what to do. */
import { asOneLine } from '../../../src/common/checks';

/** Prints a line on stderr. It may contain a file name, so control characters are escaped. */
export const say = (line: string): void => console.error(asOneLine(line));

/** An invalid argument: one line on stderr, exit status 2. */
export class UsageError extends Error {
  override name = 'UsageError';
}

/** What a function returns; what it throws becomes a usage error. */
export function asUsage<V>(work: () => V): V {
  try {
    return work();
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

const ADVICE: [RegExp, string][] = [
  [
    /WebAssembly\.Memory\(\)|could not allocate memory|Out of memory: (Cannot|Failed to) allocate Wasm/i,
    'the event engine could not get its memory: for a few MB, Node reserves some 10 GB of addresses; raise the limit of this shell or container (`ulimit -v unlimited`), or use --engine tfjs',
  ],
  [
    /\b(ENOSPC|EDQUOT)\b/,
    'expected room on the disk to save the run, found none: free some, then start again, or use --resume if there is a checkpoint',
  ],
];

/** Describes a failure in one line. */
export function describeFailure(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const advice = ADVICE.find(([pattern]) => pattern.test(message))?.[1];
  const [line] = message.split('\n');
  return advice ? `${advice} (${line})` : line;
}
