/** The playground: what is drawn becomes an image, the image spikes, the spikes an answer, again at each stroke. */

import { argmax } from '../../src/common/argmax';
import { Purpose } from '../../src/common/random';
import { bytes, chosen, kernelBytes, samples, trainedTau, weights } from './assets';
import { normalise, type Stroke } from './drawing';
import { type Experiment, experiments, showExperiments } from './experiments';
import { Kernel, PAGE_STREAM, type Presentation, type Stream } from './kernel';
import { isLink, MAX_SEED, readLink, type Shared, snap, writeLink } from './link';
import { type Colours, coloursOf, paintImage, paintPaper, paintWhy } from './paint';
import { paintRace } from './race';
import { answerOf, countsOf, sentenceOf, spikesIn, winnerOf } from './said';

const OUTPUTS = 10;
const INPUTS = 784;
/** Steps per second in slow motion. */
const SLOW = 10;
/** How long a run is drawn, in milliseconds. */
const SWEEP = 600;
/** How long an experiment shows what was before, in milliseconds. */
const BEFORE = 1600;

function part<T extends HTMLElement>(id: string): T {
  const found = document.getElementById(`pg-${id}`);
  if (!found) throw new Error(`playground: expected an element pg-${id}, found none`);
  return found as T;
}

const root = part('root');
const paper = part<HTMLCanvasElement>('canvas');
const race = part<HTMLCanvasElement>('race');
const views = {
  input: part<HTMLCanvasElement>('input'),
  spikes: part<HTMLCanvasElement>('spikes'),
  sum: part<HTMLCanvasElement>('sum'),
};
const sliders = {
  T: part<HTMLInputElement>('T'),
  tau: part<HTMLInputElement>('tau'),
  at: part<HTMLInputElement>('at'),
};
const seedInput = part<HTMLInputElement>('seed');
const slowButton = part<HTMLButtonElement>('slow');
const whyButton = part<HTMLButtonElement>('why');
const rateItems = Array.from(part('rates').children) as HTMLElement[];

/** Which random numbers, but for the seed, a drawing gets; a test image can be shown with its own. */
type Shown = Omit<Stream, 'seed'>;

let kernel: Kernel;
let strokes: Stroke[] = [];
/** A picture that was taken instead of drawing one. */
let taken: Uint8Array | null = null;
let shown = PAGE_STREAM;
let image: Uint8Array = new Uint8Array(INPUTS);
let presentation: Presentation;
/** How many steps count for the answer. */
let position = 0;
let slowSince = 0;
let sweepSince = 0;
let colours: Colours;
/** Whether what is drawn has changed since the last presentation. */
let stale = true;
let frame = 0;
let announcement = 0;
/** Ends an experiment that is under way. */
let disturb: () => void = () => undefined;

const steps = () => Number(sliders.T.value);
const tau = () => Number(sliders.tau.value);
const seed = () => Math.min(Math.max(Math.floor(Number(seedInput.value)) || 0, 0), MAX_SEED);
const isEmpty = () => strokes.length === 0 && taken === null;
const isPressed = (button: HTMLElement) => button.getAttribute('aria-pressed') === 'true';
const press = (button: HTMLElement, on: boolean) => button.setAttribute('aria-pressed', String(on));
const isSlow = () => isPressed(slowButton);
const calm = matchMedia('(prefers-reduced-motion: reduce)');

// What happens -------------------------------------------------------------------------------------------------------

/** Shows the image again; the whole of it, unless slow motion is under way. */
function present(): void {
  stale = false;
  image = taken ? Uint8Array.from(taken) : normalise(strokes);
  presentation = kernel.show(image, steps(), tau(), { seed: seed(), ...shown });
  if (!isSlow()) position = presentation.T;
  position = Math.min(position, presentation.T);
}

function refresh(): void {
  if (frame === 0) frame = requestAnimationFrame(draw);
}

/** Draws what a reader has changed; a link in the address does not lead to it any more. */
function changed(): void {
  disturb();
  stale = true;
  say('');
  if (isLink(location.hash)) history.replaceState(null, '', location.pathname + location.search);
  refresh();
}

const say = (text: string) => {
  part('said').textContent = text;
};

function clear(): void {
  strokes = [];
  taken = null;
  shown = PAGE_STREAM;
  stopSlow();
  press(whyButton, false);
  changed();
}

function take(pixels: Uint8Array, as: Shown = PAGE_STREAM): void {
  strokes = [];
  taken = pixels;
  shown = as;
  changed();
}

const turns = new Array<number>(OUTPUTS).fill(0);
/** Takes a sample of a digit, the other one the next time. */
function takeSample(digit: number): void {
  stopSlow();
  take(samples[digit + OUTPUTS * (turns[digit]++ % 2)].pixels);
}

function goTo(step: number): void {
  disturb();
  stopSlow();
  position = Math.min(Math.max(step, 0), presentation.T);
  sweepSince = 0;
  refresh();
}

function runAll(): void {
  stopSlow();
  present();
  sweepSince = calm.matches ? 0 : performance.now();
  refresh();
}

function stopSlow(): void {
  press(slowButton, false);
  slowButton.textContent = 'Slow motion';
}

function startSlow(): void {
  disturb();
  press(slowButton, true);
  slowButton.textContent = 'Pause';
  if (position >= presentation.T) position = 0;
  slowSince = performance.now() - (position * 1000) / SLOW;
  sweepSince = 0;
  refresh();
}

const toggleSlow = () => (isSlow() ? stopSlow() : startSlow());

/** Puts a drawing and settings in place of what is there, and shows all steps of it. */
function open({ T, tau, seed, strokes: drawn = [], pixels }: Shared): void {
  sliders.T.value = String(T);
  sliders.tau.value = String(tau);
  seedInput.value = String(seed);
  strokes = structuredClone(drawn);
  taken = pixels ?? null;
  shown = PAGE_STREAM;
  stopSlow();
  present();
  refresh();
}

/** Shows what is before a change and then what is after it; resolves to the two answers. */
async function carryOut({ before, after }: Experiment): Promise<[string, string] | undefined> {
  const answer = () => answerOf(countsOf(presentation, presentation.T));
  changed();
  open(before);
  runAll();
  root.scrollIntoView({ block: 'nearest' });
  const first = answer();
  const disturbed = new Promise<true>((done) => {
    disturb = () => done(true);
  });
  const waited = new Promise<false>((done) => setTimeout(() => done(false), calm.matches ? 0 : BEFORE));
  if (await Promise.race([disturbed, waited])) return undefined;
  open(after);
  runAll();
  return [first, answer()];
}

// Links --------------------------------------------------------------------------------------------------------------

/** The link to what is shown. */
const linkHash = () =>
  writeLink({ T: steps(), tau: tau(), seed: seed(), at: position, strokes, pixels: taken ?? undefined });

async function copyLink(): Promise<void> {
  try {
    if (stale) present();
    history.replaceState(null, '', linkHash());
  } catch (error) {
    say(`No link: ${(error as Error).message}`);
    return;
  }
  try {
    await navigator.clipboard.writeText(location.href);
    say('The link is copied. It opens this drawing with these settings.');
  } catch {
    say('The link is in the address bar. It opens this drawing with these settings.');
  }
}

/** Opens the drawing that the address names; whether it names one. */
function openLink(): boolean {
  if (!isLink(location.hash)) return false;
  try {
    const shared = readLink(location.hash);
    disturb();
    open(shared);
    position = shared.at ?? presentation.T;
    say('');
    return true;
  } catch (error) {
    say(`The link of this page is not shown: ${(error as Error).message}.`);
    return false;
  }
}

// What is drawn ------------------------------------------------------------------------------------------------------

function draw(now: number): void {
  frame = 0;
  if (isSlow()) {
    position = Math.min(Math.floor(((now - slowSince) / 1000) * SLOW), steps());
    if (position < 0) position = 0;
    if (position >= steps()) stopSlow();
    refresh();
  }
  if (stale) present();
  let drawn = position;
  if (sweepSince > 0) {
    const done = Math.min(Math.max((now - sweepSince) / SWEEP, 0), 1);
    drawn = Math.round(position * done);
    if (done < 1) refresh();
    else sweepSince = 0;
  }
  const counts = countsOf(presentation, position);
  paint(drawn, isEmpty() ? undefined : winnerOf(counts));
  tell(counts);
}

const buffer = document.createElement('canvas');
buffer.width = buffer.height = 28;

function paint(drawn: number, winner: number | undefined): void {
  const values = Float32Array.from(image, (value) => value / 255);
  paintImage(views.input, values, colours.paper, colours.ink);
  const why = isPressed(whyButton) && winner !== undefined;
  if (why) paintWhy(buffer, values, weights, winner, colours);
  else if (taken) paintImage(buffer, values, colours.paper, colours.ink);
  paintPaper(paper, strokes, why || taken ? buffer : null, colours);
  part('why-legend').hidden = !isPressed(whyButton);
  part('why-legend').innerHTML = why
    ? `Weights of neuron ${winner}: a spike <i class="pg-up"></i> pushes it up, <i class="pg-down"></i> pushes it down.`
    : 'No neuron has fired, so there is no winner to explain.';

  const { inputs } = presentation;
  const last = Math.max(drawn, 1) - 1;
  const step = inputs.subarray(last * INPUTS, (last + 1) * INPUTS);
  paintImage(views.spikes, step, colours.paper, colours.spike);
  const sum = new Float32Array(INPUTS);
  for (let i = 0; i < drawn * INPUTS; i++) sum[i % INPUTS] += inputs[i] / drawn;
  paintImage(views.sum, sum, colours.paper, colours.ink);
  part('spikes-label').textContent = `spikes, step ${last + 1}`;
  paintRace(race, presentation, drawn, winner, colours);
}

/** The answer, the rates and the sentences, for the steps that count. */
function tell(counts: number[]): void {
  const answer = isEmpty() || position === 0 ? '–' : answerOf(counts);
  part('answer').textContent = answer;
  part('note').textContent = isEmpty()
    ? 'Nothing is drawn yet.'
    : position === 0
      ? 'No step has been made yet.'
      : sentenceOf(counts, position);
  counts.forEach((count, neuron) => {
    const rate = position > 0 ? count / position : 0;
    rateItems[neuron].textContent = rate.toFixed(2);
    // The bar grows with the count, so the neurons race while the steps go by.
    rateItems[neuron].style.setProperty('--part', String(count / presentation.T));
    rateItems[neuron].classList.toggle('pg-first', String(neuron) === answer);
  });
  part('hint').hidden = !isEmpty();
  paper.setAttribute('aria-label', isEmpty() ? 'Drawing area, empty' : 'Drawing area');
  part('count').textContent = isEmpty() ? '' : spikesIn(presentation, position);
  race.setAttribute('aria-label', `Membrane potentials and spikes of the ten neurons. ${part('note').textContent}`);

  sliders.at.max = String(presentation.T);
  sliders.at.value = String(position);
  part('at-value').textContent = String(position);
  part('T-value').textContent = sliders.T.value;
  part('tau-value').textContent = tau().toFixed(1);

  // Read out once things have come to rest.
  clearTimeout(announcement);
  const spoken = answer === '–' ? '' : `Answer ${answer === '?' ? 'unknown' : answer}. ${part('note').textContent}`;
  announcement = window.setTimeout(() => {
    if (!isSlow()) part('live').textContent = spoken;
  }, 500);
}

// Input --------------------------------------------------------------------------------------------------------------

/** The stroke that each pointer is drawing. */
const drawing = new Map<number, Stroke>();

function addPoints(event: PointerEvent, stroke: Stroke): void {
  const box = paper.getBoundingClientRect();
  // The browser hands over moves once per frame; the ones in between are kept here.
  const moves = event.getCoalescedEvents?.() ?? [];
  for (const { clientX, clientY } of moves.length > 0 ? moves : [event]) {
    stroke.push({ x: snap((clientX - box.left) / box.width), y: snap((clientY - box.top) / box.height) });
  }
  changed();
}

paper.addEventListener('pointerdown', (event) => {
  if (event.button !== 0) return;
  event.preventDefault();
  paper.focus({ preventScroll: true });
  paper.setPointerCapture(event.pointerId);
  if (taken) clear();
  press(whyButton, false);
  sweepSince = 0;
  const stroke: Stroke = [];
  strokes.push(stroke);
  drawing.set(event.pointerId, stroke);
  addPoints(event, stroke);
});
paper.addEventListener('pointermove', (event) => {
  const stroke = drawing.get(event.pointerId);
  if (stroke) addPoints(event, stroke);
});
for (const end of ['pointerup', 'pointercancel'] as const) {
  paper.addEventListener(end, (event) => {
    const stroke = drawing.get(event.pointerId);
    if (stroke && end === 'pointerup') addPoints(event, stroke);
    drawing.delete(event.pointerId);
  });
}

const KEYS: Record<string, () => void> = {
  Delete: clear,
  Backspace: clear,
  Enter: runAll,
  ' ': toggleSlow,
  ArrowLeft: () => goTo(position - 1),
  ArrowRight: () => goTo(position + 1),
};
paper.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (/^[0-9]$/.test(event.key)) takeSample(Number(event.key));
  else if (Object.hasOwn(KEYS, event.key)) KEYS[event.key]();
  else return;
  event.preventDefault();
  // The arrows would turn the pages of the book.
  event.stopPropagation();
});

part('clear').addEventListener('click', clear);
part('undo').addEventListener('click', () => {
  if (taken) return clear();
  strokes.pop();
  changed();
});
whyButton.addEventListener('click', () => {
  press(whyButton, !isPressed(whyButton));
  refresh();
});
part('run').addEventListener('click', () => {
  disturb();
  runAll();
});
part('step').addEventListener('click', () => goTo(position >= presentation.T ? 1 : position + 1));
slowButton.addEventListener('click', toggleSlow);
for (const input of [sliders.T, sliders.tau, seedInput]) input.addEventListener('input', changed);
part('dice').addEventListener('click', () => {
  seedInput.value = String(crypto.getRandomValues(new Uint32Array(1))[0] % 10000);
  changed();
});
function resetSettings(): void {
  sliders.T.value = '100';
  sliders.tau.value = String(trainedTau);
  seedInput.value = '0';
}
part('reset').addEventListener('click', () => {
  resetSettings();
  changed();
});
part('link').addEventListener('click', copyLink);
sliders.at.addEventListener('input', () => goTo(Number(sliders.at.value)));
window.addEventListener('hashchange', openLink);

// Set-up -------------------------------------------------------------------------------------------------------------

const buttons = samples.slice(0, OUTPUTS).map((_, digit) => {
  const button = document.createElement('button');
  const picture = document.createElement('canvas');
  button.type = 'button';
  button.setAttribute('aria-label', `Sample ${digit}`);
  picture.width = picture.height = 28;
  button.append(picture);
  button.addEventListener('click', () => takeSample(digit));
  part('samples').append(button);
  return picture;
});

function recolour(): void {
  colours = coloursOf(root);
  buttons.forEach((picture, digit) => {
    const values = Float32Array.from(samples[digit].pixels, (value) => value / 255);
    paintImage(picture, values, colours.paper, colours.ink);
  });
  refresh();
}

/** What a test asks for: an image, its place in the data, and what the sliders would say. */
interface Question {
  index?: number;
  epoch?: number;
  purpose?: Purpose;
  seed?: number;
  T?: number;
  tau?: number;
}

/** For tests and the curious: test images with the random numbers that the engine gives them. */
const hook = {
  /** Resolves when the kernel is there. */
  ready: start(),
  /** Puts an image [784] in place of a drawing; what the network did with it. */
  show(pixels: ArrayLike<number>, question: Question = {}) {
    const { index = 0, epoch = 0, purpose = Purpose.TestSpikes } = question;
    if (question.seed !== undefined) seedInput.value = String(question.seed);
    if (question.T !== undefined) sliders.T.value = String(question.T);
    if (question.tau !== undefined) sliders.tau.value = String(question.tau);
    stopSlow();
    take(Uint8Array.from(pixels), { purpose, epoch, index });
    present();
    const rates = Float32Array.from(countsOf(presentation, presentation.T), (count) => count / presentation.T);
    return { ...presentation, rates, answer: argmax(rates) };
  },
  /** The rates [n, 10] of many images [n, 784], the first of which has this index. */
  rates(pixels: Uint8Array, question: Question = {}) {
    const { index = 0, epoch = 0, purpose = Purpose.TestSpikes, seed = 0, T = 100 } = question;
    return kernel.rates(pixels, T, question.tau ?? trainedTau, { seed, purpose, epoch, index });
  },
  /** The trained weights [784, 10]. */
  weights: () => Array.from(weights),
  /** The image that the network is shown [784]. */
  image: () => Array.from(image),
  /** The spikes of what is shown: of the input [T, 784] and of the neurons [T, 10]. */
  spikes: () => ({ inputs: Array.from(presentation.inputs), fired: Array.from(presentation.fired) }),
  /** How many points of strokes have been taken in. */
  points: () => strokes.reduce((sum, stroke) => sum + stroke.length, 0),
  /** Shows the first steps alone. */
  goTo,
};
declare global {
  interface Window {
    playground: typeof hook;
  }
}
window.playground = hook;

async function start(): Promise<void> {
  try {
    kernel = await Kernel.create(kernelBytes, weights);
  } catch (error) {
    part('note').textContent = `This browser cannot run the kernel: ${(error as Error).message}`;
    throw error;
  }
  resetSettings();
  if (!openLink()) {
    taken = bytes(chosen.race.pixels);
    present();
    if (!calm.matches) startSlow();
  }
  recolour();
  showExperiments(part('experiments'), experiments(), carryOut);
  root.classList.add('pg-ready');
  // Furo says in body[data-theme] what was chosen; the system may change its mind, too.
  new MutationObserver(recolour).observe(document.body, { attributes: true, attributeFilter: ['data-theme'] });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', recolour);
  new ResizeObserver(refresh).observe(race);
  document.fonts.ready.then(refresh);
}
