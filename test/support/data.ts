/** Small data sets for tests, cut from MNIST's own files. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readMnist } from '../../hosts/node/data';
import type { Mnist, MnistSplit } from '../../src/common/mnist';
import { temporaryFolder } from './notebooks';

export { temporaryFolder };

/** An idx file's header: magic number, then the extents. */
export function idxHeader(...words: number[]): Buffer {
  const header = Buffer.alloc(words.length * 4);
  for (const [i, word] of words.entries()) header.writeUInt32BE(word, i * 4);
  return header;
}

let all: Mnist | undefined;

/** MNIST, read once per process and without its checksums, which the test of `hosts/node/data` looks at. */
export function wholeMnist(): Mnist {
  all ??= readMnist({ skipChecksum: true });
  return all;
}

/** Writes the first images of MNIST as the four idx files into a folder. */
export function writeSmallMnist(folder: string, train: number, test: number): void {
  const mnist = wholeMnist();
  mkdirSync(folder, { recursive: true });
  const write = (prefix: string, split: MnistSplit, count: number) => {
    const images = [idxHeader(0x803, count, 28, 28), split.images.slice(0, count * 784)];
    const labels = [idxHeader(0x801, count), split.labels.slice(0, count)];
    writeFileSync(join(folder, `${prefix}-images-idx3-ubyte`), Buffer.concat(images));
    writeFileSync(join(folder, `${prefix}-labels-idx1-ubyte`), Buffer.concat(labels));
  };
  write('train', mnist.train, train);
  write('t10k', mnist.test, test);
}

/**
 * Whether a file of the night's runs, `*.night.test.ts`: tests then leave nothing out. Otherwise those of bytes train on
 * MNIST's first 5,000 images, which run the same code in a twelfth of the time, and of random draws the first are enough.
 */
export const LEAVE_NOTHING_OUT = process.argv[1]?.endsWith('.night.test.ts') ?? false;

/**
 * The golden cases that the readable engine computes in every `npm test`: all but most of those of `few` steps or more,
 * which take it seconds each. Beyond the cases of fewer steps they have only rounding that adds up, for which one of a
 * kind is enough. The fast engine computes all of them. Values of another seed are compared without exception.
 * @param kind of a case; of those of kind null none is computed by day, since another test has the same rounding
 */
export function byDay<Case extends { T: number }>(
  cases: Case[],
  kind: (one: Case) => unknown = () => '',
  few = 300,
): Case[] {
  if (LEAVE_NOTHING_OUT || process.env.GOLDEN_DIR) return cases;
  const kinds = new Set<unknown>([null]);
  return cases.filter((one) => one.T < few || (!kinds.has(kind(one)) && kinds.add(kind(one))));
}

/**
 * Before the first engine of a file whose networks are small: TensorFlow.js computes them in plain JavaScript, as a
 * call of the native backend takes longer than what it computes. At night it computes them on the native backend, as
 * chapters do.
 */
export function computeSmallTensors(): void {
  if (!LEAVE_NOTHING_OUT) process.env.LIF_FC_MNIST_BACKEND ??= 'cpu';
}

/**
 * How many of `all` random draws both engines compute in every `npm test`: the first ones, among which each option has
 * each of its values. More of them only combine the same values in other ways.
 */
export const drawnByDay = (all: number, first: number) => (LEAVE_NOTHING_OUT ? all : first);

/** The options of the command line for that data. */
export function bytesData(): string[] {
  if (LEAVE_NOTHING_OUT) return [];
  const folder = temporaryFolder();
  writeSmallMnist(folder, 5000, 1000);
  return ['--dataset-dir', folder, '--skip-checksum'];
}

/** The first images of MNIST in memory, which a test may change. */
export function smallMnist(train: number, test: number): Mnist {
  const mnist = readMnist({ skipChecksum: true });
  const part = ({ images, labels }: MnistSplit, count: number) => ({
    images: images.subarray(0, count * 784),
    labels: labels.subarray(0, count),
    count,
  });
  return { train: part(mnist.train, train), test: part(mnist.test, test) };
}
