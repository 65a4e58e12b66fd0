/** Train a network: the buttons, the worker that trains, and what there is to take along. */
import {
  isStandard,
  layersOfRun,
  nameValue,
  SETTING_NAMES,
  SETTINGS,
  type SettingName,
  type Settings,
} from '../../../packages/runs/map';
import { shortForm } from '../../../src/common/layers';
import { IMAGE_SIZE } from '../../../src/common/mnist';
import { copyText } from '../page/copy';
import { normalise, type Stroke } from '../playground/drawing';
import { coloursOf, watchColours } from '../playground/paint';
import { listenToKeys, listenToPen } from '../playground/pen';
import { showSamples } from '../playground/sample-buttons';
import { samples } from '../playground/samples';
import { type Format, saveNetwork } from '../playground/save';
import { type Claim, isRun, readRun, writeRun } from './link';
import type { Ask, EpochEnd, Look, Told } from './protocol';
import { drawAll, drawPad, part, percent, root, type Seen } from './seen';
import { cellOf, commandOf, Fields, START } from './settings';

/** Where the browser edition is, as seen from the book; editions/book/build/playground.mjs puts it into the bundle. */
declare const EDITION: string;

/** Milliseconds between two looks at a network that learns, at least, and how many times as long as the last one cost here and there. */
const LOOK = { pause: 200, rest: 20 };
/**
 * The time that a check takes is told after so many seconds of it. A longer one, in seconds, is asked for once more, and one
 * whose first batch takes too long is given up.
 */
const CHECK = { tried: 1.5, long: 90, given: 20 };

const button = {
  train: part<HTMLButtonElement>('train'),
  step: part<HTMLButtonElement>('step'),
  again: part<HTMLButtonElement>('again'),
  change: part<HTMLButtonElement>('change'),
  check: part<HTMLButtonElement>('check'),
};
const saves = Array.from(document.querySelectorAll<HTMLButtonElement>('.tr-save'));
const say = (id: 'said' | 'live' | 'kept' | 'verdict' | 'claim-text', text: string) => {
  part(id).textContent = text;
};
const counted = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`;
const short = (sha256: string) => `${sha256.slice(0, 8)}…`;

/** 'failed': nothing can be trained before the settings change. */
type Phase = 'fresh' | 'loading' | 'running' | 'waiting' | 'done' | 'failed';
let phase: Phase = 'fresh';
let claim: Claim | undefined;
/** Whether the training under way is to check the claim, and whether its time was told. */
let [checking, estimated] = [false, false];
let worker: Worker | undefined;
let run = 0;
let threads = 1;
let strokes: Stroke[] = [];
let taken: Uint8Array | null = samples[7].pixels;
const untrained = () => ({
  weights: new Float32Array() as Float32Array,
  hidden: new Float32Array() as Float32Array,
  ends: [] as EpochEnd[],
  trained: [] as [number, number][],
  change: false,
});
let seen: Seen = { settings: START, colours: coloursOf(root), ...untrained() };

// The worker ---------------------------------------------------------------------------------------------------------

const ask = (what: Ask) => worker?.postMessage(what);
const script = (document.currentScript as HTMLScriptElement | null)?.src ?? location.href;
const CANNOT =
  'This page cannot train: no browser starts a training for a page from disk. “Host it yourself” says how.';
const FRESH = 'Nothing is learned yet: these weights are noise. Training loads the images first, 11 MB, once.';

/** An untrained network with these settings, in place of what is there. */
function begin(settings: Settings): void {
  seen = { settings, colours: seen.colours, ...untrained() };
  [checking, estimated] = [false, false];
  [asked, again] = [0, false];
  say('verdict', '');
  part('claim').classList.remove('tr-proved', 'tr-refuted');
  fields.show(settings);
  showKept();
  if (location.protocol === 'file:') {
    fail(CANNOT);
    return;
  }
  if (!worker) {
    worker = new Worker(new URL('train-worker.js', script));
    worker.onmessage = ({ data }: MessageEvent<Told & { run: number }>) => data.run === run && hear(data);
    worker.onerror = ({ message }) => fail(`The training did not start: ${message}`);
  }
  ask({ kind: 'settings', settings, site: new URL(EDITION, document.baseURI).href, run: ++run });
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
  ask({ kind: 'look', image: taken ?? normalise(strokes) });
}

function hear(told: Told): void {
  if (told.kind === 'loading') {
    part<HTMLProgressElement>('bar').value = told.part;
    const what = told.part < 1 ? `The images are coming: ${percent(told.part)} of 11 MB.` : 'Unpacking the images …';
    if (phase === 'loading') say('said', what);
  } else if (told.kind === 'started') {
    threads = told.threads;
    enter('running');
  } else if (told.kind === 'failed') fail(told.message);
  else if (told.kind === 'look') take(told);
  else {
    if (told.kind === 'epoch') {
      seen.ends.push(told);
      say(
        'live',
        `Epoch ${seen.ends.length} of ${seen.settings.epochs}: ${percent(told.testAcc)} of the test images right.`,
      );
      showKept();
    } else enter(told.kind);
    if (told.kind === 'done' && checking) verdict();
    look();
  }
}

/** Takes in how the network is now. */
function take({ weights, progress, reading, hidden = seen.hidden, cost }: Look): void {
  asked = 0;
  const batches = (progress?.trainTimes ?? 0) - (seen.progress?.trainTimes ?? 0);
  const before = batches === 0 ? seen.before : batches === 1 ? seen.weights : undefined;
  const accuracy = batches > 0 ? progress?.accuracy : seen.progress?.accuracy;
  if (progress && batches > 0)
    seen.trained.push([progress.epoch + progress.batch / progress.batches, progress.accuracy]);
  seen = { ...seen, weights, before, reading, hidden, progress: progress && { ...progress, accuracy: accuracy ?? 0 } };
  const begin = performance.now();
  draw();
  const all = cost + performance.now() - begin;
  if (checking && !estimated) estimate();
  if (again) look();
  else if (phase === 'running') timer = window.setTimeout(look, Math.max(LOOK.pause, LOOK.rest * all));
}

function fail(message: string): void {
  enter('failed');
  say('said', message);
  say('live', message);
  if (checking) say('verdict', `Not checked: ${message}`);
}

function draw(): void {
  drawAll(seen, taken, strokes);
  button.change.hidden = seen.before === undefined;
  button.change.setAttribute('aria-pressed', String(seen.change));
  tell();
}

/** How far the training is, in a sentence. */
function tell(): void {
  const { progress, ends, settings } = seen;
  if (phase === 'fresh') say('said', FRESH);
  if (!progress || phase === 'fresh' || phase === 'failed') return;
  const { epoch, batch, batches, loss, accuracy, trainTimes, seconds } = progress;
  const left = (seconds / trainTimes) * (settings.epochs * batches - trainTimes);
  const where = `Epoch ${epoch + 1} of ${settings.epochs}, batch ${batch} of ${batches}`;
  const time = phase === 'running' ? ` About ${duration(left)} left.` : '';
  const cost = `${counted(ends.length, 'epoch')} in ${duration(seconds)}, on ${counted(threads, 'thread')}`;
  if (phase === 'done') say('said', `Done: ${cost}. ${percent(ends.at(-1)?.testAcc ?? 0)} of the test images right.`);
  else say('said', `${where}: ${percent(accuracy)} of the training images right, loss ${loss.toFixed(4)}.${time}`);
}

function duration(seconds: number): string {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}

// What the buttons do ------------------------------------------------------------------------------------------------

function enter(next: Phase): void {
  phase = next;
  const waits = phase === 'fresh' || phase === 'waiting';
  button.train.textContent = phase === 'running' ? 'Pause' : phase === 'waiting' ? 'Go on' : 'Train';
  button.train.disabled = !(waits || phase === 'running');
  button.step.disabled = !waits;
  button.again.disabled = phase === 'fresh';
  button.check.disabled = phase !== 'fresh';
  part<HTMLFieldSetElement>('settings').disabled = !(phase === 'fresh' || phase === 'failed');
  part('bar').hidden = phase !== 'loading';
  if (phase === 'running') look();
  tell();
}

function train(kind: 'train' | 'step'): void {
  if (phase === 'running') {
    ask({ kind: 'pause' });
    return;
  }
  ask({ kind });
  seen.change = kind === 'step';
  if (phase === 'fresh') say('said', 'Loading …');
  enter(phase === 'fresh' ? 'loading' : 'running');
}

button.train.addEventListener('click', () => train('train'));
button.step.addEventListener('click', () => train('step'));
button.again.addEventListener('click', () => {
  // What is stuck in a long batch hears nothing.
  if (phase === 'failed' || asked > 0) kill();
  begin(seen.settings);
});
button.change.addEventListener('click', () => {
  seen.change = !seen.change;
  draw();
});

function show(pixels: Uint8Array | null): void {
  strokes = [];
  taken = pixels;
  changedPad();
}
function changedPad(): void {
  drawPad(seen, taken, strokes);
  look();
}
listenToPen(
  part('canvas'),
  (stroke) => {
    taken = null;
    strokes.push(stroke);
  },
  changedPad,
);
part('clear').addEventListener('click', () => show(null));
const takeDigit = (digit: number) => show(samples[digit].pixels);
listenToKeys(part('canvas'), takeDigit, { Delete: () => show(null), Backspace: () => show(null) });

// What there is to take along ----------------------------------------------------------------------------------------

/** The run as far as its epochs are done: a run of so many epochs has the same bytes. */
const doneRun = (): Settings => ({ ...seen.settings, epochs: seen.ends.length || seen.settings.epochs });

function showKept(): void {
  const { ends, settings } = seen;
  const last = ends.at(-1);
  const isSaved = settings.dataset === 'mnist' && settings.network === 'snn';
  for (const save of saves) save.disabled = !(last && isSaved);
  part('sha').textContent = last
    ? `After ${counted(ends.length, 'epoch')}: ${percent(last.testAcc)}, SHA-256 of the weights ${last.sha256}.`
    : 'Nothing is trained yet: the link carries the settings alone.';
  part('cell').textContent = isSaved ? cellOf(doneRun()) : '';
  part('command').textContent = commandOf(doneRun());
}

for (const save of saves) {
  save.addEventListener('click', async () => {
    const { settings, ends } = seen;
    const layers = layersOfRun(settings);
    const { neuron } = layers[layers.length - 1];
    const short = shortForm(layers);
    const { weights } = ends[ends.length - 1];
    const network = { weights, neuron, readout: settings.readout ?? 'spikes', ...(!short && { layers }) };
    const sizes = [IMAGE_SIZE, ...layers.map(({ neurons }) => neurons)].join('-');
    try {
      const name = await saveNetwork(sizes, network, save.dataset.format as Format);
      say('kept', `Saved as ${name}: the network after ${counted(ends.length, 'epoch')}.`);
    } catch (error) {
      say('kept', `Not saved: ${(error as Error).message}`);
    }
  });
}
part('link').addEventListener('click', async () => {
  const last = seen.ends.at(-1);
  history.replaceState(null, '', writeRun(doneRun(), last && { test: last.testAcc, sha256: last.sha256 }));
  const where = (await copyText(location.href)) ? 'copied' : 'in the address bar';
  say('kept', `The link is ${where}. It carries the settings${last ? ', and what came of them, to be checked' : ''}.`);
});

// A link and its claim -----------------------------------------------------------------------------------------------

const fields = new Fields(part('fields'), (changed) => {
  if (typeof changed === 'string') return fail(changed);
  part('claim').hidden = true;
  if (isRun(location.hash)) history.replaceState(null, '', location.pathname + location.search);
  begin(changed);
});

/** Shows the run that the address names, and what it says came of it; nothing runs. */
function open(): void {
  let settings = START;
  let text = '';
  claim = undefined;
  try {
    if (isRun(location.hash)) ({ settings, claim } = readRun(location.hash));
    if (claim) text = claimOf(settings, claim);
  } catch (error) {
    text = `The link of this page is not shown: ${(error as Error).message}.`;
  }
  part('claim').hidden = text === '';
  button.check.hidden = !claim;
  say('claim-text', text);
  begin(settings);
}

function claimOf(settings: Settings, { test, sha256 }: Claim): string {
  const word = (name: SettingName) =>
    typeof settings[name] === 'number'
      ? `${SETTINGS[name].heading} ${settings[name]}`
      : nameValue(name, settings[name]);
  const own = SETTING_NAMES.filter((name) => name !== 'epochs' && !isStandard(settings, name)).map(word);
  const how = own.length > 0 ? `with ${own.join(', ')}, ` : '';
  return `This link says: ${how}after ${counted(settings.epochs, 'epoch')} ${percent(test)} of the test images right, and weights with the SHA-256 ${short(sha256)} It is a claim: “Check” trains the network here, and compares.`;
}

button.check.addEventListener('click', () => {
  const checked = run;
  checking = true;
  say('verdict', 'Training it here, to see whether the same comes out …');
  train('train');
  let since = 0;
  const watch = setInterval(() => {
    if (phase === 'running') since ||= performance.now();
    const isStuck = since > 0 && performance.now() - since > 1000 * CHECK.given;
    if (run !== checked || seen.progress || isStuck) clearInterval(watch);
    if (run !== checked || seen.progress || !isStuck) return;
    // The worker hears nothing during a batch.
    kill();
    fail(`Its first batch takes more than ${CHECK.given} s here, so all of it would take hours.`);
  }, 500);
});

/** Says how long a check takes here; a long one waits to be asked for again. */
function estimate(): void {
  const { progress, settings } = seen;
  if (!progress || phase !== 'running' || progress.seconds < CHECK.tried) return;
  estimated = true;
  const { seconds, trainTimes, batches } = progress;
  const all = (seconds / trainTimes) * batches * settings.epochs;
  const long = all > CHECK.long;
  if (long) ask({ kind: 'pause' });
  const rest = long ? ' It waits: “Go on” does it, “Start again” gives it up.' : '';
  say('verdict', `By its first ${trainTimes} batches, the check takes about ${duration(all)} here.${rest}`);
}

/** What came of the check. */
function verdict(): void {
  const last = seen.ends.at(-1);
  if (!claim || !last) return;
  const weights = `the weights have the SHA-256 ${short(last.sha256)} here, and ${short(claim.sha256)} in the link`;
  const test = `${percent(last.testAcc)} of the test images are right here, and ${percent(claim.test)} in the link`;
  const differs = [last.sha256 === claim.sha256 ? '' : weights, last.testAcc === claim.test ? '' : test].filter(
    Boolean,
  );
  const same = `all weights have the link's SHA-256, and ${percent(claim.test)} of the test images are right`;
  part('claim').classList.add(differs.length === 0 ? 'tr-proved' : 'tr-refuted');
  say(
    'verdict',
    differs.length === 0 ? `The same bytes: trained in this tab, ${same}.` : `Not the same: ${differs.join('; ')}.`,
  );
}

// Set-up -------------------------------------------------------------------------------------------------------------

const paintSamples = showSamples(part('samples'), takeDigit);
function recolour(): void {
  seen.colours = coloursOf(root);
  paintSamples(seen.colours);
  drawPad(seen, taken, strokes);
  draw();
}
recolour();
open();
// A heading of the page is no link to a run.
window.addEventListener('hashchange', () => isRun(location.hash) && open());
watchColours(recolour);
new ResizeObserver(draw).observe(part('race'));
document.fonts.ready.then(draw);
