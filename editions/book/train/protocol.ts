/** What the page and its worker tell each other. */
import type { ResolvedRun } from '../../../packages/runs/document';
import type { BatchReport } from '../../../src/training/train';
import type { Presentation } from '../playground/kernel';

/** What the page asks for. */
export type Ask =
  /**
   * An untrained network with these settings, in place of what was there: run number `run`. `site` is where the browser
   * edition is, `words` are those of the page's language.
   */
  | { kind: 'settings'; settings: ResolvedRun; site: string; run: number; words: typeof pageWords }
  /** Trains it, or goes on, until so many epochs are done. */
  | { kind: 'train'; epochs: number }
  | { kind: 'pause' }
  /** Trains on one batch more, and waits. */
  | { kind: 'step'; epochs: number }
  /** How the network is now, and what it makes of an image. */
  | { kind: 'look'; image: Uint8Array };

/** How far a training is, and for how many seconds it has trained. */
export type Progress = BatchReport & { seconds: number };

/** What the network makes of an image. */
export interface Reading {
  presentation: Presentation;
  /** What is read of the ten: firing rates, or potentials. */
  read: Float32Array;
}

export interface EpochEnd {
  epoch: number;
  testAcc: number;
  sha256: string;
  weights: Float32Array;
}

/** How the network is at a moment. */
export interface Look {
  weights: Float32Array;
  /** None before the first batch; its accuracy is that on the batches since the look before. */
  progress?: Progress;
  /** The accuracy on the batches since the look before, some of them at a time, by the epochs done. */
  trained: [number, number][];
  reading?: Reading;
  /** Firing rates over some test images, if they were taken, of the hidden neurons, or of all channels that convolve. */
  hidden?: Float32Array;
  /** Milliseconds that training stood still for it. */
  cost: number;
}

/** What the worker says, of the run with a number. */
export type Told =
  /** How much of the images has come, from 0 to 1: all of them are there, and are whole. */
  | { kind: 'loading'; part: number }
  /** All is there, and training begins. */
  | { kind: 'started'; threads: number }
  /** It waits after a batch. */
  | { kind: 'waiting' }
  | ({ kind: 'epoch' } & EpochEnd)
  | ({ kind: 'look' } & Look)
  | { kind: 'done' }
  | { kind: 'failed'; message: string };

/** Bytes of all images, as the browser edition has them. */
export const IMAGES = 11_594_722;

/** How many test images the firing rates of hidden neurons are taken over. */
export const HIDDEN_SEEN = 30;

const layersOf = ({ engine }: ResolvedRun) => (engine.name === 'ann' ? [] : engine.layers);

/** How many neurons the first hidden layer has; undefined without one, and where layers convolve. */
export function widthOf(settings: ResolvedRun): number | undefined {
  const [first, ...others] = layersOf(settings);
  return others.length > 0 && !first.convolve ? first.neurons : undefined;
}

/** How many channels each layer has that convolves. */
export const channelsOf = (settings: ResolvedRun): number[] =>
  layersOf(settings).flatMap(({ convolve }) => convolve?.channels ?? []);

/** The same run for another number of epochs. */
export const withEpochs = (settings: ResolvedRun, epochs: number): ResolvedRun => ({
  ...settings,
  train: { ...settings.train, epochs },
});
