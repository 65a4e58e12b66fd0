/**
 * Trains in a worker, so that the page answers at once. The loop is that of the command line, and so are the bytes.
 * Between two batches the page may look: it asks again once it has drawn what it got.
 */

import { mnistIn } from '../../../hosts/browser/data';
import { createEventEngine, once } from '../../../hosts/browser/event-engine';
import { fingerprint } from '../../../hosts/browser/hash';
import { dataOf, engineOf, heldBackOf } from '../../../hosts/contract/run';
import type { ResolvedRun } from '../../../packages/runs/document';
import type { Learner } from '../../../src/common/engine';
import { IMAGE_SIZE } from '../../../src/common/mnist';
import { Purpose } from '../../../src/common/random';
import { isSpikeTrains } from '../../../src/common/spike-trains';
import { initialNetwork, initialParameters } from '../../../src/common/weights';
import { newHistory, type TrainingHistory } from '../../../src/training/history';
import { train } from '../../../src/training/train';
import { bytes } from '../../shared/page/base64';
import { t } from '../../shared/page/words';
import { Kernel, PAGE_STREAM } from '../playground/kernel';
import { meansOf } from '../playground/maps';
import { hiddenCountsOf } from '../playground/said';
import {
  type Ask,
  channelsOf,
  HIDDEN_SEEN,
  IMAGES,
  type Progress,
  type Reading,
  type Told,
  widthOf,
  withEpochs,
} from './protocol';

/** How many points a curve has in an epoch, at least, if it is looked at so often. */
const POINTS = 20;

/** How many times as long as they took the next rates of hidden neurons wait. */
const HIDDEN_REST = 30;

const scope = self as unknown as {
  onmessage: (event: MessageEvent<Ask>) => void;
  postMessage(told: Told & { run: number }): void;
};
/** The run that the page is at; messages of earlier runs are ignored. */
let current = 0;
const tell = (told: Told, run = current) => scope.postMessage({ ...told, run });

// Files --------------------------------------------------------------------------------------------------------------

/** The kernel is in the bundle, so that an untrained network needs no other file. */
declare const KERNEL: string;
/** Where the browser edition is: its package has the images, and what threads run. */
let site = '';
/** Bytes of the images that have come. */
let arrived = 0;

/**
 * A file of the browser edition's package.
 * @throws Error in one line that names the file
 */
async function load(path: string): Promise<Uint8Array<ArrayBuffer>> {
  if (path === 'kernel.wasm') return bytes(KERNEL);
  const url = addressOf(path);
  const response = (await fetch(url).catch(() => undefined)) ?? (await (await openCache())?.match(url));
  if (!response?.ok) {
    const found = response?.status ?? t`no answer; are you online?`;
    throw new Error(t`${path}: expected a file of the browser edition, found none (${found})`);
  }
  const body = path.startsWith('mnist/') ? response.body?.pipeThrough(counted()) : response.body;
  return new Uint8Array(await new Response(body).arrayBuffer());
}

const addressOf = (path: string) => new URL(`lif-fc-mnist/${path}`, site).href;

/** Where the browser edition keeps its files. A browser that keeps nothing refuses, or has no such thing. */
const openCache = async () => globalThis.caches?.open(`lif-fc-mnist ${new URL(site).pathname}`).catch(() => undefined);

/** Passes bytes on, and fills the bar by them. */
const counted = () =>
  new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      arrived += chunk.length;
      // A browser may have unpacked them: then there are more. That all are there is told once they are checked.
      tell({ kind: 'loading', part: Math.min(arrived / IMAGES, 0.9999) });
      controller.enqueue(chunk);
    },
  });

const loadImages = once(async () => {
  arrived = 0;
  const images = await mnistIn(await openCache(), addressOf, load);
  tell({ kind: 'loading', part: 1 });
  return images;
});

// A run --------------------------------------------------------------------------------------------------------------

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b) / values.length;

class Run {
  private engine?: Learner;
  /** The test images, once they are there. */
  private images?: Uint8Array;
  private hiddenNext = 0;
  /** The weights before the first batch. */
  private initial: Float32Array;
  /** Reads an image with the weights as they are; none for networks without images or spikes. */
  private reader?: Kernel;
  private readonly history: TrainingHistory = newHistory();
  private readonly end = new AbortController();
  private training?: Promise<void>;
  private progress?: Progress;
  /** Batches that a look has reported, and the accuracy on the last of them. */
  private looked = 0;
  private accuracy = 0;
  private since = 0;
  /** How many batches it may go on for before it waits. */
  private left = Number.POSITIVE_INFINITY;
  private wake: () => void = () => undefined;

  constructor(
    private settings: ResolvedRun,
    private readonly id: number,
  ) {
    this.initial = initialNetwork(settings.engine.seed);
  }

  private tell(told: Told): void {
    tell(told, this.id);
  }

  async open(): Promise<void> {
    const { engine } = this.settings;
    if (engine.name === 'ann' || engine.encoder === undefined) return;
    const { seed, T, layers, gain, encoder, readout } = engine;
    this.initial = initialParameters(seed, layers, IMAGE_SIZE, gain);
    this.reader = await Kernel.create(bytes(KERNEL), this.initial, { T, layers, encoder, readout });
  }

  /** Trains for so many batches before it waits. Once it is done, more epochs go on where the last one ended. */
  go(batches: number, epochs = this.settings.train.epochs): void {
    this.left = batches;
    const done = this.settings.train.epochs;
    if (epochs > done && this.history.epoch === done) this.training = undefined;
    this.settings = withEpochs(this.settings, epochs);
    this.training ??= this.train().catch((error: Error) => {
      if (!this.end.signal.aborted) this.tell({ kind: 'failed', message: error.message });
    });
    this.wake();
  }

  async close(): Promise<void> {
    this.end.abort();
    this.wake();
    await this.training;
    await this.engine?.close();
  }

  async look(image: Uint8Array): Promise<void> {
    const state = await this.engine?.state().catch(() => undefined);
    if (this.end.signal.aborted) return;
    const begin = performance.now();
    const weights = state?.weights ?? this.initial;
    const { trainAccs } = this.history;
    const since = trainAccs.slice(this.looked);
    const trained = this.points(since);
    this.looked = trainAccs.length;
    if (since.length > 0) this.accuracy = mean(since);
    const progress = this.progress && { ...this.progress, accuracy: this.accuracy };
    const reading = this.read(weights, image);
    const cost = performance.now() - begin;
    this.tell({ kind: 'look', weights, progress, trained, reading, cost, hidden: this.hiddenNow() });
  }

  /** The means of some batches each, in the middle of where those are: a curve begins where training does. */
  private points(accuracies: readonly number[]): [number, number][] {
    const batches = this.progress?.batches ?? 1;
    const size = Math.ceil(batches / POINTS);
    return Array.from({ length: Math.ceil(accuracies.length / size) }, (_, i) => {
      const some = accuracies.slice(i * size, (i + 1) * size);
      return [(this.looked + i * size + some.length / 2) / batches, mean(some)];
    });
  }

  private read(weights: Float32Array, image: Uint8Array): Reading | undefined {
    const { engine } = this.settings;
    if (!this.reader || engine.name === 'ann') return undefined;
    const { T, seed } = engine;
    this.reader.restore(weights);
    const stream = { ...PAGE_STREAM, seed };
    const read = this.reader.rates(image, T, undefined, stream);
    const presentation = this.reader.show(image, T, undefined, stream);
    // The page draws the spikes of the neurons alone.
    return { read, presentation: { ...presentation, inputs: new Uint8Array() } };
  }

  /**
   * Firing rates of the first hidden layer's neurons, or of all channels, over some test images; now and then, since
   * they take as long as some batches.
   */
  private hiddenNow(): Float32Array | undefined {
    const { engine } = this.settings;
    const hidden = widthOf(this.settings) ?? channelsOf(this.settings).reduce((sum, channels) => sum + channels, 0);
    const begin = performance.now();
    if (!hidden || !this.reader || !this.images || engine.name === 'ann' || begin < this.hiddenNext) return undefined;
    const { T, seed } = engine;
    const rates = new Float32Array(hidden);
    for (let index = 0; index < HIDDEN_SEEN; index++) {
      const image = this.images.subarray(index * IMAGE_SIZE, (index + 1) * IMAGE_SIZE);
      const shown = this.reader.show(image, T, undefined, { seed, purpose: Purpose.TestSpikes, epoch: 0, index });
      const counts = shown.maps?.flatMap(meansOf) ?? hiddenCountsOf(shown, T).map((count) => count / T);
      counts.forEach((mean, neuron) => {
        rates[neuron] += mean / HIDDEN_SEEN;
      });
    }
    this.hiddenNext = performance.now() + HIDDEN_REST * (performance.now() - begin);
    return rates;
  }

  private async train(): Promise<void> {
    const { settings, history } = this;
    const { signal } = this.end;
    const data = await dataOf(settings, loadImages);
    if (signal.aborted) return;
    const engine = this.engine ?? (await engineOf(settings, data, (_, options) => createEventEngine(options, load)));
    this.engine = engine;
    this.images = isSpikeTrains(data) ? undefined : data.test.images;
    const heldBack = heldBackOf(settings, data);
    this.tell({ kind: 'started', threads: 'threads' in engine ? Number(engine.threads) : 1 });
    this.since = performance.now();
    await train({
      engine,
      history,
      signal,
      epochs: settings.train.epochs,
      schedule: settings.train.schedule,
      heldBack,
      onBatch: async (report) => {
        const seconds = (this.progress?.seconds ?? 0) + (performance.now() - this.since) / 1000;
        this.progress = { ...report, seconds };
        this.left--;
        if (this.left <= 0) this.tell({ kind: 'waiting' });
        while (this.left <= 0 && !signal.aborted) {
          await new Promise<void>((done) => {
            this.wake = done;
          });
        }
        this.since = performance.now();
      },
      onEpoch: ({ epoch, testAcc }, { state }) => {
        const weights = state?.weights.slice() ?? new Float32Array();
        this.tell({ kind: 'epoch', epoch, testAcc, sha256: fingerprint(weights), weights });
        this.hiddenNext = 0;
      },
    });
    if (!signal.aborted) this.tell({ kind: 'done' });
  }
}

let run: Run | undefined;

async function answer(ask: Ask): Promise<void> {
  if (ask.kind === 'settings') {
    const former = run;
    run = undefined;
    await former?.close();
    site = ask.site;
    globalThis.pageWords = ask.words;
    const next = new Run(ask.settings, ask.run);
    await next.open();
    run = next;
  } else if (ask.kind === 'look') await run?.look(ask.image);
  else if (ask.kind === 'pause') run?.go(0);
  else run?.go(ask.kind === 'train' ? Number.POSITIVE_INFINITY : 1, ask.epochs);
}

/** Settings are taken in before what comes after them. */
let ready: Promise<void> = Promise.resolve();
scope.onmessage = ({ data }) => {
  if (data.kind === 'settings') current = data.run;
  const done = ready.then(() => answer(data)).catch((error: Error) => tell({ kind: 'failed', message: error.message }));
  if (data.kind === 'settings') ready = done;
};
