// A run of a map as it is planned: its document, its id, and about how long it takes.
import { createHash } from 'node:crypto';
import { formatRun, type ResolvedRun, type RunDocument, readRun } from '../../packages/runs/document';
import { UserError } from '../../packages/system/project';
import { asOneLine } from '../../src/common/checks';
import { seededRandom } from '../../src/common/random';

/** A grid or a table that cannot be used: one line, exit status 2. */
export class BadMap extends UserError {
  readonly exitStatus = 2;
  constructor(message: string) {
    super(asOneLine(message));
  }
}

export interface Run {
  id: string;
  /** In its canonical form. */
  run: RunDocument;
  /** About how many of one core it takes. */
  seconds: number;
}

export const sha256 = (content: string | Uint8Array) => createHash('sha256').update(content).digest('hex');

/** A stream of random numbers in [0, 1) that a name decides. */
export const randomOf = (name: string) => seededRandom(Number.parseInt(sha256(name).slice(0, 8), 16));

/**
 * The run that a document means. Two documents that mean the same are the same run, with one id.
 * @throws BadMap in one line that names the place in the document, what is allowed, and what was found
 */
export function runOf(document: unknown): Run {
  const resolved = orBadMap(() => readRun(document));
  const { name } = resolved.engine;
  if (name === 'tfjs')
    throw new BadMap(`engine.name: expected event or ann, by which rows are computed, found ${name}`);
  const run = formatRun(resolved);
  return { id: sha256(JSON.stringify(run)).slice(0, 12), run, seconds: estimate(resolved) };
}

/** What a function returns. @throws BadMap where it throws */
export function orBadMap<V>(work: () => V): V {
  try {
    return work();
  } catch (error) {
    throw new BadMap((error as Error).message);
  }
}

/**
 * About how many seconds of one core a run takes: the start, then each epoch (measured at T = 1 and 100, with 96 hidden
 * neurons, and with 12 and 24 channels).
 */
function estimate({ engine, train: { epochs } }: ResolvedRun) {
  const { T, layers } = engine.name === 'ann' ? { T: 0, layers: [] } : engine;
  if (layers[0]?.convolve) return 15 + 2.5 * epochs * T;
  const hidden = layers.slice(0, -1).reduce((sum, { neurons }) => sum + neurons, 0);
  return 1 + epochs * (0.35 + 0.0057 * T * (1 + 0.13 * hidden));
}
