/** Values of options that only the command line has; those of settings are in `packages/runs/read.ts`. */
import type { Read } from '../../../packages/runs/read';
import { asOneLine } from '../../../src/common/checks';

/** Prints a line on stderr. It may hold the name of a file, and that anything. */
export const say = (line: string): void => console.error(asOneLine(line));

/** An argument is wrong: one line on stderr, exit status 2. */
export class UsageError extends Error {
  override name = 'UsageError';
}

export const device: Read<string> = (text) => {
  if (text === 'cpu' || /^cuda(:\d+)?$/.test(text)) return text;
  throw new UsageError(`expected cpu or cuda:0, found ${text}`);
};

const named =
  (what: string): Read<string> =>
  (text) => {
    if (text !== '') return text;
    throw new UsageError(`expected ${what}, found an empty name`);
  };

export const folder = named('a folder');

export const path = named('a file');
