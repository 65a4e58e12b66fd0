/** Messages between the page and its worker. */
import type { ResolvedRun } from '../../../packages/runs/document';
import type { BatchReport } from '../../../src/training/train';
import type { Presentation } from '../playground/kernel';

/** From the page to the worker. */
export type WorkerRequest =
  /**
   * Replaces the network by an untrained one with these settings; `run` numbers it. `site` is the address of the browser
   * edition, `words` the page's translations.
   */
  | { kind: 'settings'; settings: ResolvedRun; site: string; run: number; words: typeof pageWords }
  /** Trains, or goes on training, up to this many epochs. */
  | { kind: 'train'; epochs: number }
  | { kind: 'pause' }
  /** Trains on one more batch, then waits. */
  | { kind: 'step'; epochs: number }
  /** Asks for a snapshot, and how the network reads this image. */
  | { kind: 'snapshot'; image: Uint8Array };

/** The last batch, and the seconds spent training so far. */
export type Progress = BatchReport & { seconds: number };

/** How the network reads an image. */
export interface Reading {
  presentation: Presentation;
  /** The readout of the ten neurons: firing rates or potentials. */
  read: Float32Array;
}

export interface EpochEnd {
  epoch: number;
  testAcc: number;
  sha256: string;
  weights: Float32Array;
}

/** The network between two batches. */
export interface Snapshot {
  weights: Float32Array;
  /** Missing before the first batch; `accuracy` is over the batches since the last snapshot. */
  progress?: Progress;
  /** Points [epochs done, mean accuracy over a few batches] since the last snapshot. */
  trained: [number, number][];
  reading?: Reading;
  /** Firing rates over some test images, if measured: of hidden neurons, or of every convolutional channel. */
  hidden?: Float32Array;
  /** Milliseconds for which training paused to make it. */
  cost: number;
}

/** From the worker to the page; sent with the number of its run. */
export type WorkerMessage =
  /** Share of the images downloaded; 1 once they are complete and verified. */
  | { kind: 'loading'; part: number }
  /** Everything is loaded, and training begins. */
  | { kind: 'started'; threads: number }
  /** Training waits after a batch. */
  | { kind: 'waiting' }
  | ({ kind: 'epoch' } & EpochEnd)
  | ({ kind: 'snapshot' } & Snapshot)
  | { kind: 'done' }
  | { kind: 'failed'; message: string };

/** Size of the images' files in the browser edition. */
export const IMAGE_BYTES = 11_594_722;

/** Hidden firing rates are means over this many test images. */
export const HIDDEN_SAMPLES = 30;

const layersOf = ({ engine }: ResolvedRun) => (engine.name === 'ann' ? [] : engine.layers);

/** Neurons of the first hidden layer; undefined without one, and if it is convolutional. */
export function widthOf(settings: ResolvedRun): number | undefined {
  const [first, ...others] = layersOf(settings);
  return others.length > 0 && !first.convolve ? first.neurons : undefined;
}

/** Channels of each convolutional layer. */
export const channelsOf = (settings: ResolvedRun): number[] =>
  layersOf(settings).flatMap(({ convolve }) => convolve?.channels ?? []);

/** The same run for another number of epochs. */
export const withEpochs = (settings: ResolvedRun, epochs: number): ResolvedRun => ({
  ...settings,
  train: { ...settings.train, epochs },
});
