/** Train a network: the buttons, the worker that trains, and what there is to take along. */
import type { ResolvedRun } from '../../../packages/runs/document';
import { formatFlags } from '../../../packages/runs/shorthands';
import { shortForm } from '../../../src/common/layers';
import { copyText, watchTheme } from '../../shared/page/dom';
import { t } from '../../shared/page/words';
import { bookRoot } from '../page/assets';
import { listenToKeys, listenToPen, Pad } from '../playground/drawing';
import { shortName } from '../playground/layers';
import { coloursOf } from '../playground/paint';
import { samples, showSamples } from '../playground/samples';
import { type Format, saveNetwork } from '../playground/save';
import { isRun, readLink, writeLink } from './link';
import { type Ask, type EpochEnd, type Look, type Told, withEpochs } from './protocol';
import { drawAll, drawPad, part, root, type Seen } from './seen';
import { cellOf, makeFields, START } from './settings';
import {
  claimOf,
  comesBy,
  duration,
  epochs,
  falls,
  percent,
  progressOf,
  threads as threadsIn,
  verdictOn,
} from './words';

/**
 * Milliseconds between two looks at a network that learns, at least, and how many times as long as the last one cost
 * here and there.
 */
const LOOK = { pause: 200, rest: 20 };
const button = (id: 'train' | 'step' | 'again' | 'change' | 'check') => part<HTMLButtonElement>(id);
const saves = Array.from(document.querySelectorAll<HTMLButtonElement>('.tr-save'));
const say = (id: 'said' | 'live' | 'kept' | 'verdict' | 'claim-text', text: string) => {
  part(id).textContent = text;
};

/** 'failed': nothing can be trained before the settings change. */
type Phase = 'fresh' | 'loading' | 'running' | 'waiting' | 'done' | 'failed';
let phase: Phase = 'fresh';
/** The run that the address named when it was opened, and perhaps what came of it. */
let linked: ReturnType<typeof readLink> = { settings: START };
/** Whether the training under way is compared with the claim. */
let comparing = false;
let worker: Worker | undefined;
let run = 0;
let threads = 1;
const pad = new Pad();
pad.put(samples[7].pixels);
const none = new Float32Array();
const untrained = () => ({ weights: none, hidden: none, ends: [], trained: [], change: false });
let seen: Seen = { settings: START, colours: coloursOf(root), ...untrained() };

// The worker ---------------------------------------------------------------------------------------------------------

const ask = (what: Ask) => worker?.postMessage(what);
const script = (document.currentScript as HTMLScriptElement | null)?.src ?? location.href;
const CANNOT = t`This page cannot train: no browser starts a training for a page from disk. “Host it yourself” says how.`;
const OTHER = t`You have changed the settings: a training with these says nothing about the claim of the link.`;
const FRESH = t`Nothing is learned yet: these weights are noise. Training loads the images first, 11 MB, once.`;

/** An untrained network with these settings, in place of what is there. */
function begin(settings: ResolvedRun): void {
  seen = { settings, colours: seen.colours, ...untrained() };
  comparing = false;
  [asked, again] = [0, false];
  const applies = linked.claim && comesBy(settings, linked.settings);
  say('verdict', linked.claim && !applies ? OTHER : '');
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
    worker.onmessage = ({ data }: MessageEvent<Told & { run: number }>) => data.run === run && hear(data);
    worker.onerror = ({ message }) => fail(t`The training did not start: ${message}`);
  }
  ask({
    kind: 'settings',
    settings,
    site: new URL(`${bookRoot()}../lite/`, document.baseURI).href,
    run: ++run,
    words: globalThis.pageWords,
  });
  enter('fresh');
  look();
}

/** Ends the worker, whatever it does. */
function kill(): void {
  worker?.terminate();
  worker = undefined;
}

/** When it was asked how the network is now, and whether to ask again after the answer. */
let [asked, again] = [0, false];
let timer = 0;

/** Asks how the network is now; one question at a time. */
function look(): void {
  clearTimeout(timer);
  again = asked > 0;
  if (again || phase === 'failed') return;
  asked = performance.now();
  ask({ kind: 'look', image: pad.image() });
}

function hear(told: Told): void {
  if (told.kind === 'loading') {
    part<HTMLProgressElement>('bar').value = told.part;
    const coming = t`The images are coming: ${percent(told.part)} of 11 MB.`;
    const what = told.part < 1 ? coming : t`The images are here. The network is being set up …`;
    if (phase === 'loading') say('said', what);
  } else if (told.kind === 'started') {
    ({ threads } = told);
    enter('running');
  } else if (told.kind === 'failed') fail(told.message);
  else if (told.kind === 'look') take(told);
  else {
    if (told.kind === 'epoch') {
      seen.ends.push(told);
      const which = t`Epoch ${seen.ends.length - 1} (of 0 to ${seen.settings.train.epochs - 1})`;
      say('live', t`${which}: ${percent(told.testAcc)} of the test images right.`);
      showKept();
      if (comparing && seen.ends.length === linked.settings.train.epochs) compare(told);
    } else enter(told.kind);
    look();
  }
}

/** Takes in how the network is now. */
function take({ weights, progress, trained, reading, hidden = seen.hidden, cost }: Look): void {
  asked = 0;
  const since = (progress?.trainTimes ?? 0) - (seen.progress?.trainTimes ?? 0);
  const before = since === 0 ? seen.before : since === 1 ? seen.weights : undefined;
  seen.trained.push(...trained);
  seen = { ...seen, weights, before, reading, hidden, progress };
  const begin = performance.now();
  draw();
  const all = cost + performance.now() - begin;
  if (again) look();
  else if (phase === 'running') timer = window.setTimeout(look, Math.max(LOOK.pause, LOOK.rest * all));
}

function fail(message: string): void {
  enter('failed');
  say('said', message);
  say('live', message);
  if (comparing) say('verdict', t`Not checked: ${message}`);
}

function draw(): void {
  drawAll(seen, pad);
  button('change').hidden = seen.before === undefined;
  button('change').setAttribute('aria-pressed', String(seen.change));
  tell();
}

/** How far the training is, in a sentence. */
function tell(): void {
  const { progress, ends, settings } = seen;
  if (phase === 'fresh') say('said', FRESH);
  if (phase === 'running' && !progress) say('said', t`The images are here, and the first batch is under way.`);
  if (!progress || phase === 'fresh' || phase === 'failed') return;
  const cost = t`${epochs(ends.length)} in ${duration(progress.seconds)}, on ${threadsIn(threads)}`;
  const next = falls(settings)
    ? t`The learning rate has fallen to 0: other settings begin a new network.`
    : t`More epochs go on from here; any other setting begins a new network.`;
  const done = t`Done: ${cost}. ${percent(ends.at(-1)?.testAcc ?? 0)} of the test images right. ${next}`;
  say('said', phase === 'done' ? done : progressOf(progress, settings, phase === 'running'));
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
  if (phase === 'running') look();
  tell();
}

function train(kind: 'train' | 'step'): void {
  if (phase === 'running') {
    ask({ kind: 'pause' });
    return;
  }
  ask({ kind, epochs: seen.settings.train.epochs });
  seen.change = kind === 'step';
  if (phase === 'fresh') {
    say('said', t`Loading …`);
    comparing = !button('check').hidden;
    if (comparing) say('verdict', t`Training it here, to see whether the same comes out …`);
  }
  enter(phase === 'fresh' ? 'loading' : 'running');
}

button('train').addEventListener('click', () => train('train'));
button('step').addEventListener('click', () => train('step'));
button('again').addEventListener('click', () => {
  // What is stuck in a long batch hears nothing.
  if (phase === 'failed' || asked > 0) kill();
  begin(seen.settings);
});
button('change').addEventListener('click', () => {
  seen.change = !seen.change;
  draw();
});

function show(pixels?: Uint8Array): void {
  pad.put(pixels);
  changedPad();
}
function changedPad(): void {
  drawPad(seen, pad);
  look();
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
part('map-step').addEventListener('input', () => drawPad(seen, pad));
const takeDigit = (digit: number) => show(samples[digit].pixels);
listenToKeys(part('canvas'), takeDigit, { Delete: () => show(), Backspace: () => show() });

// What there is to take along ----------------------------------------------------------------------------------------

/** The run as far as its epochs are done, unless a run of so many epochs has other bytes. */
const doneRun = (): ResolvedRun => {
  const { settings, ends } = seen;
  return falls(settings) || ends.length === 0 ? settings : withEpochs(settings, ends.length);
};

function showKept(): void {
  const { ends, settings } = seen;
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
    const { settings, ends } = seen;
    if (settings.engine.name === 'ann') return;
    const { layers, readout } = settings.engine;
    const { neuron } = layers[layers.length - 1];
    const short = shortForm(layers);
    const { weights } = ends[ends.length - 1];
    const network = { weights, neuron, readout, ...(!short && { layers }) };
    const what = t`the network after ${epochs(ends.length)}`;
    say('kept', await saveNetwork(shortName(layers), network, save.dataset.format as Format, what));
  });
}
part('link').addEventListener('click', async () => {
  const run = doneRun();
  const last = seen.ends.length === run.train.epochs ? seen.ends.at(-1) : undefined;
  let link: string;
  try {
    link = writeLink(run, last && { test: last.testAcc, sha256: last.sha256 });
  } catch (error) {
    return say('kept', (error as Error).message);
  }
  history.replaceState(null, '', link);
  const where = (await copyText(location.href)) ? t`copied` : t`in the address bar`;
  const until = seen.ends.length > 0 ? t` alone: as the learning rate falls, only the last epoch can be checked` : '';
  say(
    'kept',
    t`The link is ${where}. It carries the settings${last ? t`, and what came of them, to be checked` : until}.`,
  );
});

// A link and its claim -----------------------------------------------------------------------------------------------

const showSettings = makeFields(part('fields'), (changed) => {
  // What is trained stays where a value does not fit, or only asks for more.
  if (phase === 'done' && (typeof changed === 'string' || isLonger(changed))) {
    if (typeof changed === 'string') say('live', changed);
    else goOn(changed);
    return;
  }
  if (typeof changed === 'string') return fail(changed);
  part('claim').hidden = !linked.claim;
  if (isRun(location.hash)) history.replaceState(null, '', location.pathname + location.search);
  begin(changed);
});

/** Shows the run that the address names, and what it says came of it; nothing runs. */
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
  say('claim-text', text);
  begin(linked.settings);
}

button('check').addEventListener('click', () => train('train'));

/** Whether settings ask for what was trained, and for more epochs. */
const isLonger = (settings: ResolvedRun): boolean =>
  settings.train.epochs > seen.ends.length && comesBy(settings, withEpochs(seen.settings, seen.ends.length));

/** More epochs for what was trained: it waits for the button. */
function goOn(settings: ResolvedRun): void {
  seen.settings = settings;
  comparing =
    linked.claim !== undefined && seen.ends.length < linked.settings.train.epochs && comesBy(settings, linked.settings);
  enter('waiting');
  draw();
}

/** Compares what came out here with the claim. */
function compare(end: EpochEnd): void {
  if (!linked.claim) return;
  comparing = false;
  const { holds, text } = verdictOn(linked.claim, end);
  part('claim').classList.add(holds ? 'tr-proved' : 'tr-refuted');
  say('verdict', text);
}

// Set-up -------------------------------------------------------------------------------------------------------------

const paintSamples = showSamples(part('samples'), takeDigit);
function recolour(): void {
  seen.colours = coloursOf(root);
  paintSamples(seen.colours);
  drawPad(seen, pad);
  draw();
}
recolour();
open();
// A heading of the page is no link to a run.
window.addEventListener('hashchange', () => isRun(location.hash) && open());
watchTheme(recolour);
new ResizeObserver(draw).observe(part('race'));
document.fonts.ready.then(draw);
