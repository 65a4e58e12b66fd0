/**
 * Trains in a worker, so that the page stays responsive. The loop is the command line's, and so are the bytes.
 * Between two batches the page may request a snapshot; it requests the next one after drawing.
 */

import { mnistIn } from '../../../hosts/browser/data';
import { createEventEngine, once } from '../../../hosts/browser/event-engine';
import { fingerprint } from '../../../hosts/browser/hash';
import { dataOf, engineOf, heldBackOf } from '../../../hosts/contract/run';
import type { Learner } from '../../../packages/networks/options/engine';
import { initialNetwork, initialParameters } from '../../../packages/networks/options/weights';
import { isSpikeTrains } from '../../../packages/networks/spike-trains';
import { train } from '../../../packages/networks/train';
import type { ResolvedRun } from '../../../packages/runs/document';
import { IMAGE_SIZE } from '../../../src/common/mnist';
import { Purpose } from '../../../src/common/random';
import { newHistory, type TrainingHistory } from '../../../src/training/history';
import { bytes } from '../../shared/page/base64';
import { t } from '../../shared/page/words';
import { hiddenCountsOf } from '../playground/counts';
import { Kernel, PAGE_STREAM } from '../playground/kernel';
import { meansOf } from '../playground/maps';
import {
  channelsOf,
  HIDDEN_SAMPLES,
  IMAGE_BYTES,
  type Progress,
  type Reading,
  type WorkerMessage,
  type WorkerRequest,
  widthOf,
  withEpochs,
} from './protocol';

/** At least this many points of the training curve per epoch, if snapshots are frequent enough. */
const MIN_CURVE_POINTS = 20;

/** Hidden rates are measured again after this many times the time that they took. */
const HIDDEN_COST_RATIO = 30;

const scope = self as unknown as {
  onmessage: (event: MessageEvent<WorkerRequest>) => void;
  postMessage(message: WorkerMessage & { run: number }): void;
};
/** Number of the page's current run; the page ignores messages of earlier ones. */
let current = 0;
const report = (message: WorkerMessage, run = current) => scope.postMessage({ ...message, run });

// Files --------------------------------------------------------------------------------------------------------------

/** The kernel is in the bundle, so that an untrained network needs no other file. */
declare const KERNEL: string;
/** Address of the browser edition, whose package has the images and the threads' script. */
let site = '';
/** Bytes of the images downloaded so far. */
let downloaded = 0;

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

/** The browser edition's cache; undefined where the browser has or allows none. */
const openCache = async () => globalThis.caches?.open(`lif-fc-mnist ${new URL(site).pathname}`).catch(() => undefined);

/** Passes bytes on and reports progress. */
const counted = () =>
  new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      downloaded += chunk.length;
      // An unpacked file has more bytes than were counted on: 1 is reported once the images are verified.
      report({ kind: 'loading', part: Math.min(downloaded / IMAGE_BYTES, 0.9999) });
      controller.enqueue(chunk);
    },
  });

const loadImages = once(async () => {
  downloaded = 0;
  const images = await mnistIn(await openCache(), addressOf, load);
  report({ kind: 'loading', part: 1 });
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
  /** Reads an image with the current weights; undefined for networks without images or spikes. */
  private reader?: Kernel;
  private readonly history: TrainingHistory = newHistory();
  private readonly stop = new AbortController();
  private training?: Promise<void>;
  private progress?: Progress;
  /** Batches that snapshots have covered, and the accuracy in the last snapshot. */
  private reported = 0;
  private accuracy = 0;
  private since = 0;
  /** Batches to train on before waiting. */
  private left = Number.POSITIVE_INFINITY;
  private wake: () => void = () => undefined;

  constructor(
    private settings: ResolvedRun,
    private readonly id: number,
  ) {
    this.initial = initialNetwork(settings.engine.seed);
  }

  private report(message: WorkerMessage): void {
    report(message, this.id);
  }

  async open(): Promise<void> {
    const { engine } = this.settings;
    if (engine.name === 'ann' || engine.encoder === undefined) return;
    const { seed, T, layers, gain, encoder, readout } = engine;
    this.initial = initialParameters(seed, layers, IMAGE_SIZE, gain);
    this.reader = await Kernel.create(bytes(KERNEL), this.initial, { T, layers, encoder, readout });
  }

  /** Trains on this many batches, then waits. A finished run with more epochs continues from its last one. */
  go(batches: number, epochs = this.settings.train.epochs): void {
    this.left = batches;
    const done = this.settings.train.epochs;
    if (epochs > done && this.history.epoch === done) this.training = undefined;
    this.settings = withEpochs(this.settings, epochs);
    this.training ??= this.train().catch((error: Error) => {
      if (!this.stop.signal.aborted) this.report({ kind: 'failed', message: error.message });
    });
    this.wake();
  }

  async close(): Promise<void> {
    this.stop.abort();
    this.wake();
    await this.training;
    await this.engine?.close();
  }

  async snapshot(image: Uint8Array): Promise<void> {
    const state = await this.engine?.state().catch(() => undefined);
    if (this.stop.signal.aborted) return;
    const begin = performance.now();
    const weights = state?.weights ?? this.initial;
    const { trainAccs } = this.history;
    const since = trainAccs.slice(this.reported);
    const trained = this.points(since);
    this.reported = trainAccs.length;
    if (since.length > 0) this.accuracy = mean(since);
    const progress = this.progress && { ...this.progress, accuracy: this.accuracy };
    const reading = this.read(weights, image);
    const cost = performance.now() - begin;
    this.report({ kind: 'snapshot', weights, progress, trained, reading, cost, hidden: this.hiddenRates() });
  }

  /** Points of the curve: the mean of a few batches, placed at their middle. */
  private points(accuracies: readonly number[]): [number, number][] {
    const batches = this.progress?.batches ?? 1;
    const size = Math.ceil(batches / MIN_CURVE_POINTS);
    return Array.from({ length: Math.ceil(accuracies.length / size) }, (_, i) => {
      const some = accuracies.slice(i * size, (i + 1) * size);
      return [(this.reported + i * size + some.length / 2) / batches, mean(some)];
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
    // The page does not draw the input spikes.
    return { read, presentation: { ...presentation, inputs: new Uint8Array() } };
  }

  /**
   * Firing rates of the first hidden layer's neurons, or of every channel, over some test images. Measured now and then
   * only: it takes as long as several batches.
   */
  private hiddenRates(): Float32Array | undefined {
    const { engine } = this.settings;
    const hidden = widthOf(this.settings) ?? channelsOf(this.settings).reduce((sum, channels) => sum + channels, 0);
    const begin = performance.now();
    if (!hidden || !this.reader || !this.images || engine.name === 'ann' || begin < this.hiddenNext) return undefined;
    const { T, seed } = engine;
    const rates = new Float32Array(hidden);
    for (let index = 0; index < HIDDEN_SAMPLES; index++) {
      const image = this.images.subarray(index * IMAGE_SIZE, (index + 1) * IMAGE_SIZE);
      const shown = this.reader.show(image, T, undefined, { seed, purpose: Purpose.TestSpikes, epoch: 0, index });
      const counts = shown.maps?.flatMap(meansOf) ?? hiddenCountsOf(shown, T).map((count) => count / T);
      counts.forEach((mean, neuron) => {
        rates[neuron] += mean / HIDDEN_SAMPLES;
      });
    }
    this.hiddenNext = performance.now() + HIDDEN_COST_RATIO * (performance.now() - begin);
    return rates;
  }

  private async train(): Promise<void> {
    const { settings, history } = this;
    const { signal } = this.stop;
    const data = await dataOf(settings, loadImages);
    if (signal.aborted) return;
    const engine = this.engine ?? (await engineOf(settings, data, (_, options) => createEventEngine(options, load)));
    this.engine = engine;
    this.images = isSpikeTrains(data) ? undefined : data.test.images;
    const heldBack = heldBackOf(settings, data);
    this.report({ kind: 'started', threads: 'threads' in engine ? Number(engine.threads) : 1 });
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
        if (this.left <= 0) this.report({ kind: 'waiting' });
        while (this.left <= 0 && !signal.aborted) {
          await new Promise<void>((done) => {
            this.wake = done;
          });
        }
        this.since = performance.now();
      },
      onEpoch: ({ epoch, testAcc }, { state }) => {
        const weights = state?.weights.slice() ?? new Float32Array();
        this.report({ kind: 'epoch', epoch, testAcc, sha256: fingerprint(weights), weights });
        this.hiddenNext = 0;
      },
    });
    if (!signal.aborted) this.report({ kind: 'done' });
  }
}

let run: Run | undefined;

async function handle(request: WorkerRequest): Promise<void> {
  if (request.kind === 'settings') {
    const former = run;
    run = undefined;
    await former?.close();
    site = request.site;
    globalThis.pageWords = request.words;
    const next = new Run(request.settings, request.run);
    await next.open();
    run = next;
  } else if (request.kind === 'snapshot') await run?.snapshot(request.image);
  else if (request.kind === 'pause') run?.go(0);
  else run?.go(request.kind === 'train' ? Number.POSITIVE_INFINITY : 1, request.epochs);
}

/** Later requests wait until the settings before them are in place. */
let ready: Promise<void> = Promise.resolve();
scope.onmessage = ({ data }) => {
  if (data.kind === 'settings') current = data.run;
  const done = ready
    .then(() => handle(data))
    .catch((error: Error) => report({ kind: 'failed', message: error.message }));
  if (data.kind === 'settings') ready = done;
};
