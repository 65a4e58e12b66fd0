/** The page "Train a network": buttons, the training worker, saving, and links. */

import { shortForm } from '../../../packages/networks/options/layers';
import type { ResolvedRun } from '../../../packages/runs/document';
import { formatFlags } from '../../../packages/runs/shorthands';
import { copyText, watchTheme } from '../../shared/page/dom';
import { t } from '../../shared/page/words';
import { bookRoot } from '../page/assets';
import { listenToKeys, listenToPen, Pad } from '../playground/drawing';
import { shortName } from '../playground/layers';
import { coloursOf } from '../playground/paint';
import { samples, showSamples } from '../playground/samples';
import { type Format, saveNetwork } from '../playground/save';
import { isRun, readLink, writeLink } from './link';
import { type EpochEnd, type Snapshot, type WorkerMessage, type WorkerRequest, withEpochs } from './protocol';
import {
  claimOf,
  decays,
  duration,
  epochs,
  percent,
  progressOf,
  settingsMatch,
  threads as threadsIn,
  verdictOn,
} from './sentences';
import { cellOf, makeFields, START } from './settings';
import { drawAll, drawPad, part, root, type View } from './view';

/** Milliseconds between snapshots: at least `minInterval`, and at least `costRatio` times the cost of the last one. */
const REDRAW = { minInterval: 200, costRatio: 20 };
const button = (id: 'train' | 'step' | 'again' | 'change' | 'check') => part<HTMLButtonElement>(id);
const saves = Array.from(document.querySelectorAll<HTMLButtonElement>('.tr-save'));
const setText = (id: 'said' | 'live' | 'kept' | 'verdict' | 'claim-text', text: string) => {
  part(id).textContent = text;
};

/** In 'failed', nothing can be trained until the settings change. */
type Phase = 'fresh' | 'loading' | 'running' | 'waiting' | 'done' | 'failed';
let phase: Phase = 'fresh';
/** The run in the page's address, perhaps with a claim about its result. */
let linked: ReturnType<typeof readLink> = { settings: START };
/** Whether the current training is to be compared with the claim. */
let comparing = false;
let worker: Worker | undefined;
let run = 0;
let threads = 1;
const pad = new Pad();
pad.put(samples[7].pixels);
const none = new Float32Array();
const untrained = () => ({ weights: none, hidden: none, ends: [], trained: [], change: false });
let view: View = { settings: START, colours: coloursOf(root), ...untrained() };

// The worker ---------------------------------------------------------------------------------------------------------

const send = (request: WorkerRequest) => worker?.postMessage(request);
const script = (document.currentScript as HTMLScriptElement | null)?.src ?? location.href;
const CANNOT = t`This page cannot train: no browser starts a training for a page from disk. “Host it yourself” says how.`;
const OTHER = t`You have changed the settings: a training with these says nothing about the claim of the link.`;
const FRESH = t`Nothing is learned yet: these weights are noise. Training loads the images first, 11 MB, once.`;

/** Replaces the network by an untrained one with these settings. */
function begin(settings: ResolvedRun): void {
  view = { settings, colours: view.colours, ...untrained() };
  comparing = false;
  [requestedAt, requestAgain] = [0, false];
  const applies = linked.claim && settingsMatch(settings, linked.settings);
  setText('verdict', linked.claim && !applies ? OTHER : '');
  button('check').hidden = !applies;
  part('claim').classList.remove('tr-proved', 'tr-refuted');
  showSettings(settings);
  showKept();
  if (location.protocol === 'file:') {
    fail(CANNOT);
    return;
  }
  if (!worker) {
    worker = new Worker(new URL('train-worker.js', script));
    worker.onmessage = ({ data }: MessageEvent<WorkerMessage & { run: number }>) => data.run === run && onMessage(data);
    worker.onerror = ({ message }) => fail(t`The training did not start: ${message}`);
  }
  send({
    kind: 'settings',
    settings,
    site: new URL(`${bookRoot()}../lite/`, document.baseURI).href,
    run: ++run,
    words: globalThis.pageWords,
  });
  enter('fresh');
  requestSnapshot();
}

/** Ends the worker at once, even in the middle of a batch. */
function stopWorker(): void {
  worker?.terminate();
  worker = undefined;
}

/** When the pending snapshot was requested (0 without one), and whether to request another after it. */
let [requestedAt, requestAgain] = [0, false];
let timer = 0;

/** Requests a snapshot; at most one is pending. */
function requestSnapshot(): void {
  clearTimeout(timer);
  requestAgain = requestedAt > 0;
  if (requestAgain || phase === 'failed') return;
  requestedAt = performance.now();
  send({ kind: 'snapshot', image: pad.image() });
}

function onMessage(message: WorkerMessage): void {
  if (message.kind === 'loading') {
    part<HTMLProgressElement>('bar').value = message.part;
    const coming = t`The images are coming: ${percent(message.part)} of 11 MB.`;
    const what = message.part < 1 ? coming : t`The images are here. The network is being set up …`;
    if (phase === 'loading') setText('said', what);
  } else if (message.kind === 'started') {
    ({ threads } = message);
    enter('running');
  } else if (message.kind === 'failed') fail(message.message);
  else if (message.kind === 'snapshot') applySnapshot(message);
  else {
    if (message.kind === 'epoch') {
      view.ends.push(message);
      const which = t`Epoch ${view.ends.length - 1} (of 0 to ${view.settings.train.epochs - 1})`;
      setText('live', t`${which}: ${percent(message.testAcc)} of the test images right.`);
      showKept();
      if (comparing && view.ends.length === linked.settings.train.epochs) compare(message);
    } else enter(message.kind);
    requestSnapshot();
  }
}

function applySnapshot({ weights, progress, trained, reading, hidden = view.hidden, cost }: Snapshot): void {
  requestedAt = 0;
  const since = (progress?.trainTimes ?? 0) - (view.progress?.trainTimes ?? 0);
  const before = since === 0 ? view.before : since === 1 ? view.weights : undefined;
  view.trained.push(...trained);
  view = { ...view, weights, before, reading, hidden, progress };
  const begin = performance.now();
  draw();
  const all = cost + performance.now() - begin;
  if (requestAgain) requestSnapshot();
  else if (phase === 'running')
    timer = window.setTimeout(requestSnapshot, Math.max(REDRAW.minInterval, REDRAW.costRatio * all));
}

function fail(message: string): void {
  enter('failed');
  setText('said', message);
  setText('live', message);
  if (comparing) setText('verdict', t`Not checked: ${message}`);
}

function draw(): void {
  drawAll(view, pad);
  button('change').hidden = view.before === undefined;
  button('change').setAttribute('aria-pressed', String(view.change));
  showProgress();
}

/** How far the training is, in a sentence. */
function showProgress(): void {
  const { progress, ends, settings } = view;
  if (phase === 'fresh') setText('said', FRESH);
  if (phase === 'running' && !progress) setText('said', t`The images are here, and the first batch is under way.`);
  if (!progress || phase === 'fresh' || phase === 'failed') return;
  const cost = t`${epochs(ends.length)} in ${duration(progress.seconds)}, on ${threadsIn(threads)}`;
  const next = decays(settings)
    ? t`The learning rate has fallen to 0: other settings begin a new network.`
    : t`More epochs go on from here; any other setting begins a new network.`;
  const done = t`Done: ${cost}. ${percent(ends.at(-1)?.testAcc ?? 0)} of the test images right. ${next}`;
  setText('said', phase === 'done' ? done : progressOf(progress, settings, phase === 'running'));
}

// What the buttons do ------------------------------------------------------------------------------------------------

function enter(next: Phase): void {
  phase = next;
  const waits = phase === 'fresh' || phase === 'waiting';
  button('train').textContent = phase === 'running' ? t`Pause` : phase === 'waiting' ? t`Go on` : t`Train`;
  button('train').disabled = !(waits || phase === 'running');
  button('step').disabled = !waits;
  button('again').disabled = phase === 'fresh';
  button('check').disabled = phase !== 'fresh';
  part<HTMLFieldSetElement>('settings').disabled = !['fresh', 'failed', 'done'].includes(phase);
  part('bar').hidden = phase !== 'loading';
  if (phase === 'running') requestSnapshot();
  showProgress();
}

function train(kind: 'train' | 'step'): void {
  if (phase === 'running') {
    send({ kind: 'pause' });
    return;
  }
  send({ kind, epochs: view.settings.train.epochs });
  view.change = kind === 'step';
  if (phase === 'fresh') {
    setText('said', t`Loading …`);
    comparing = !button('check').hidden;
    if (comparing) setText('verdict', t`Training it here, to see whether the same comes out …`);
  }
  enter(phase === 'fresh' ? 'loading' : 'running');
}

button('train').addEventListener('click', () => train('train'));
button('step').addEventListener('click', () => train('step'));
button('again').addEventListener('click', () => {
  // A worker in a long batch cannot receive messages.
  if (phase === 'failed' || requestedAt > 0) stopWorker();
  begin(view.settings);
});
button('change').addEventListener('click', () => {
  view.change = !view.change;
  draw();
});

function show(pixels?: Uint8Array): void {
  pad.put(pixels);
  changedPad();
}
function changedPad(): void {
  drawPad(view, pad);
  requestSnapshot();
}
listenToPen(
  part('canvas'),
  (stroke) => {
    if (pad.taken) pad.put();
    pad.strokes.push(stroke);
  },
  changedPad,
);
part('clear').addEventListener('click', () => show());
part('map-step').addEventListener('input', () => drawPad(view, pad));
const takeDigit = (digit: number) => show(samples[digit].pixels);
listenToKeys(part('canvas'), takeDigit, { Delete: () => show(), Backspace: () => show() });

// Saving, and the link ----------------------------------------------------------------------------------------

/** The run up to its last finished epoch, unless a run of so few epochs would have other bytes. */
const doneRun = (): ResolvedRun => {
  const { settings, ends } = view;
  return decays(settings) || ends.length === 0 ? settings : withEpochs(settings, ends.length);
};

function showKept(): void {
  const { ends, settings } = view;
  const last = ends.at(-1);
  const isSaved = settings.data === 'mnist' && settings.engine.name !== 'ann';
  for (const save of saves) save.disabled = !(last && isSaved);
  part('sha').textContent = last
    ? t`After ${epochs(ends.length)}: ${percent(last.testAcc)}, SHA-256 of the weights ${last.sha256}.`
    : t`Until the first epoch is done, there is nothing to save, and the link carries the settings alone.`;
  part('cell').textContent = isSaved ? cellOf(doneRun()) : '';
  part('command').textContent = `npm run train -- ${formatFlags(doneRun())}`.trim();
}

for (const save of saves) {
  save.addEventListener('click', async () => {
    const { settings, ends } = view;
    if (settings.engine.name === 'ann') return;
    const { layers, readout } = settings.engine;
    const { neuron } = layers[layers.length - 1];
    const short = shortForm(layers);
    const { weights } = ends[ends.length - 1];
    const network = { weights, neuron, readout, ...(!short && { layers }) };
    const what = t`the network after ${epochs(ends.length)}`;
    setText('kept', await saveNetwork(shortName(layers), network, save.dataset.format as Format, what));
  });
}
part('link').addEventListener('click', async () => {
  const run = doneRun();
  const last = view.ends.length === run.train.epochs ? view.ends.at(-1) : undefined;
  let link: string;
  try {
    link = writeLink(run, last && { test: last.testAcc, sha256: last.sha256 });
  } catch (error) {
    return setText('kept', (error as Error).message);
  }
  history.replaceState(null, '', link);
  const where = (await copyText(location.href)) ? t`copied` : t`in the address bar`;
  const until = view.ends.length > 0 ? t` alone: as the learning rate falls, only the last epoch can be checked` : '';
  setText(
    'kept',
    t`The link is ${where}. It carries the settings${last ? t`, and what came of them, to be checked` : until}.`,
  );
});

// A link and its claim -----------------------------------------------------------------------------------------------

const showSettings = makeFields(part('fields'), (changed) => {
  // A finished network stays if a value is invalid, or if only more epochs are asked for.
  if (phase === 'done' && (typeof changed === 'string' || isLonger(changed))) {
    if (typeof changed === 'string') setText('live', changed);
    else goOn(changed);
    return;
  }
  if (typeof changed === 'string') return fail(changed);
  part('claim').hidden = !linked.claim;
  if (isRun(location.hash)) history.replaceState(null, '', location.pathname + location.search);
  begin(changed);
});

/** Shows the run in the address and its claim, without training. */
function open(): void {
  linked = { settings: START };
  let text = '';
  try {
    if (isRun(location.hash)) linked = readLink(location.hash);
    if (linked.claim) text = claimOf(linked.settings, linked.claim);
  } catch (error) {
    text = t`The link of this page is not shown: ${(error as Error).message}.`;
  }
  part('claim').hidden = text === '';
  setText('claim-text', text);
  begin(linked.settings);
}

button('check').addEventListener('click', () => train('train'));

/** Whether the settings are those of the trained network, with more epochs. */
const isLonger = (settings: ResolvedRun): boolean =>
  settings.train.epochs > view.ends.length && settingsMatch(settings, withEpochs(view.settings, view.ends.length));

/** Takes on more epochs for the trained network, and waits for the button. */
function goOn(settings: ResolvedRun): void {
  view.settings = settings;
  comparing =
    linked.claim !== undefined &&
    view.ends.length < linked.settings.train.epochs &&
    settingsMatch(settings, linked.settings);
  enter('waiting');
  draw();
}

/** Compares the result with the claim. */
function compare(end: EpochEnd): void {
  if (!linked.claim) return;
  comparing = false;
  const { holds, text } = verdictOn(linked.claim, end);
  part('claim').classList.add(holds ? 'tr-proved' : 'tr-refuted');
  setText('verdict', text);
}

// Set-up -------------------------------------------------------------------------------------------------------------

const paintSamples = showSamples(part('samples'), takeDigit);
function recolour(): void {
  view.colours = coloursOf(root);
  paintSamples(view.colours);
  drawPad(view, pad);
  draw();
}
recolour();
open();
// Other hashes are headings of the page.
window.addEventListener('hashchange', () => isRun(location.hash) && open());
watchTheme(recolour);
new ResizeObserver(draw).observe(part('race'));
document.fonts.ready.then(draw);
