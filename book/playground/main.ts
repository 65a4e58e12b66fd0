/** The playground: what is drawn becomes an image, the image spikes, the spikes an answer, again at each stroke. */

import { argmax } from '../../src/common/argmax';
import { Purpose } from '../../src/common/random';
import { kernelBytes, samples, trainedTau, weights } from './assets';
import { normalise, type Stroke } from './drawing';
import { Kernel, type Presentation, type Stream } from './kernel';
import { type Colours, coloursOf, paintImage, paintPaper, paintRace } from './paint';

const OUTPUTS = 10;
const INPUTS = 784;
const MAX_SEED = 2 ** 32 - 1;
/** Steps a second in slow motion. */
const SLOW = 10;
/** How long a run is drawn, in milliseconds. */
const SWEEP = 600;

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
const rateItems = Array.from(part('rates').children) as HTMLElement[];

/** Which random numbers, but for the seed, a drawing gets; a test image can be shown with its own. */
type Shown = Omit<Stream, 'seed'>;
const DRAWING: Shown = { purpose: Purpose.Demonstration, epoch: 0, index: 0 };

let kernel: Kernel;
let strokes: Stroke[] = [];
/** A picture that was taken instead of drawing one. */
let taken: Uint8Array | null = null;
let shown = DRAWING;
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

const steps = () => Number(sliders.T.value);
const tau = () => Number(sliders.tau.value);
const seed = () => Math.min(Math.max(Math.floor(Number(seedInput.value)) || 0, 0), MAX_SEED);
const isEmpty = () => strokes.length === 0 && taken === null;
const isSlow = () => slowButton.getAttribute('aria-pressed') === 'true';
const calm = matchMedia('(prefers-reduced-motion: reduce)');

// What happens -------------------------------------------------------------------------------------------------------

/** Shows the image anew; the whole of it, unless slow motion is under way. */
function present(): void {
  stale = false;
  image = taken ? Uint8Array.from(taken) : normalise(strokes);
  presentation = kernel.show(image, steps(), tau(), { seed: seed(), ...shown });
  if (!isSlow()) position = presentation.T;
  position = Math.min(position, presentation.T);
}

function refresh(changed = false): void {
  stale ||= changed;
  if (frame === 0) frame = requestAnimationFrame(draw);
}

/** Counts of the first `position` steps. */
function counts(): number[] {
  const sums = new Array<number>(OUTPUTS).fill(0);
  for (let i = 0; i < position * OUTPUTS; i++) sums[i % OUTPUTS] += presentation.fired[i];
  return sums;
}

function clear(): void {
  strokes = [];
  taken = null;
  shown = DRAWING;
  stopSlow();
  refresh(true);
}

function take(pixels: Uint8Array, as: Shown = DRAWING): void {
  strokes = [];
  taken = pixels;
  shown = as;
  refresh(true);
}

const turns = new Array<number>(OUTPUTS).fill(0);
/** Takes a sample of a digit, the other one the next time. */
function takeSample(digit: number): void {
  take(samples[digit + OUTPUTS * (turns[digit]++ % 2)].pixels);
}

function goTo(step: number): void {
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
  slowButton.setAttribute('aria-pressed', 'false');
  slowButton.textContent = 'Slow motion';
}

function startSlow(): void {
  slowButton.setAttribute('aria-pressed', 'true');
  slowButton.textContent = 'Pause';
  if (position >= presentation.T) position = 0;
  slowSince = performance.now() - (position * 1000) / SLOW;
  sweepSince = 0;
  refresh();
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
  paint(drawn);
  tell();
}

const buffer = document.createElement('canvas');
buffer.width = buffer.height = 28;

function paint(drawn: number): void {
  const values = Float32Array.from(image, (value) => value / 255);
  paintImage(views.input, values, colours.paper, colours.ink);
  if (taken) paintImage(buffer, values, colours.paper, colours.ink);
  paintPaper(paper, strokes, taken ? buffer : null, colours);

  const { inputs } = presentation;
  const last = Math.max(drawn, 1) - 1;
  const step = inputs.subarray(last * INPUTS, (last + 1) * INPUTS);
  paintImage(views.spikes, step, colours.paper, colours.spike);
  const sum = new Float32Array(INPUTS);
  for (let i = 0; i < drawn * INPUTS; i++) sum[i % INPUTS] += inputs[i] / drawn;
  paintImage(views.sum, sum, colours.paper, colours.ink);
  part('spikes-label').textContent = `spikes, step ${last + 1}`;
  paintRace(race, presentation, drawn, isEmpty() ? -1 : argmax(counts()), colours);
}

/** The answer, the rates and the sentences, for the steps that count. */
function tell(): void {
  const sums = counts();
  const rates = sums.map((count) => (position > 0 ? count / position : 0));
  const answer = isEmpty() || position === 0 ? '–' : String(argmax(rates));
  part('answer').textContent = answer;
  part('note').textContent = sentence(sums);
  rates.forEach((rate, neuron) => {
    rateItems[neuron].textContent = rate.toFixed(2);
    rateItems[neuron].style.setProperty('--rate', String(rate));
    rateItems[neuron].classList.toggle('pg-first', String(neuron) === answer && rate > 0);
  });
  part('hint').hidden = !isEmpty();
  paper.setAttribute('aria-label', isEmpty() ? 'Drawing area, empty' : 'Drawing area');
  part('count').textContent = isEmpty() ? '' : totals();
  race.setAttribute('aria-label', `Membrane potentials and spikes of the ten neurons. ${part('note').textContent}`);

  sliders.at.max = String(presentation.T);
  sliders.at.value = String(position);
  part('at-value').textContent = String(position);
  part('T-value').textContent = sliders.T.value;
  part('tau-value').textContent = tau().toFixed(1);

  // Read out once things have come to rest.
  clearTimeout(announcement);
  const spoken = answer === '–' ? '' : `Answer ${answer}. ${part('note').textContent}`;
  announcement = window.setTimeout(() => {
    if (!isSlow()) part('live').textContent = spoken;
  }, 500);
}

function sentence(sums: number[]): string {
  if (isEmpty()) return 'Nothing is drawn yet.';
  if (position === 0) return 'No step has been made yet.';
  const first = argmax(sums);
  const of = `${position} ${position === 1 ? 'step' : 'steps'}`;
  if (sums[first] === 0) return `No neuron has fired in ${of}, so the answer is 0 by default.`;
  const second = argmax(sums.map((count, neuron) => (neuron === first ? -1 : count)));
  const rest = sums[second] === 0 ? 'no other did' : `neuron ${second} in ${sums[second]}`;
  return `Neuron ${first} fired in ${sums[first]} of ${of}, ${rest}.`;
}

function totals(): string {
  const total = (spikes: Uint8Array | Float32Array, size: number) => {
    let sum = 0;
    for (let i = 0; i < position * size; i++) sum += spikes[i];
    return sum;
  };
  const input = total(presentation.inputs, INPUTS);
  const perStep = position > 0 ? Math.round(input / position) : 0;
  const output = total(presentation.fired, OUTPUTS);
  return `${input.toLocaleString('en')} input spikes (${perStep} of 784 pixels a step), ${output} output spikes.`;
}

// Input --------------------------------------------------------------------------------------------------------------

/** The stroke that each pointer is drawing. */
const drawing = new Map<number, Stroke>();

function addPoints(event: PointerEvent, stroke: Stroke): void {
  const box = paper.getBoundingClientRect();
  // The browser hands over moves once a frame; the ones in between are kept here.
  const moves = event.getCoalescedEvents?.() ?? [];
  for (const { clientX, clientY } of moves.length > 0 ? moves : [event]) {
    const inside = (value: number) => Math.min(Math.max(value, 0), 1);
    stroke.push({ x: inside((clientX - box.left) / box.width), y: inside((clientY - box.top) / box.height) });
  }
  refresh(true);
}

paper.addEventListener('pointerdown', (event) => {
  if (event.button !== 0) return;
  event.preventDefault();
  paper.focus({ preventScroll: true });
  paper.setPointerCapture(event.pointerId);
  if (taken) clear();
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

paper.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (/^[0-9]$/.test(event.key)) takeSample(Number(event.key));
  else if (event.key === 'Delete' || event.key === 'Backspace') clear();
  else if (event.key === 'Enter') runAll();
  else return;
  event.preventDefault();
});

part('clear').addEventListener('click', clear);
part('undo').addEventListener('click', () => {
  if (taken) return clear();
  strokes.pop();
  refresh(true);
});
part('run').addEventListener('click', runAll);
part('step').addEventListener('click', () => {
  stopSlow();
  goTo(position >= presentation.T ? 1 : position + 1);
});
slowButton.addEventListener('click', () => {
  if (isSlow()) stopSlow();
  else startSlow();
});
sliders.T.addEventListener('input', () => refresh(true));
sliders.tau.addEventListener('input', () => refresh(true));
seedInput.addEventListener('input', () => refresh(true));
part('dice').addEventListener('click', () => {
  seedInput.value = String(crypto.getRandomValues(new Uint32Array(1))[0] % 10000);
  refresh(true);
});
sliders.at.addEventListener('input', () => {
  stopSlow();
  goTo(Number(sliders.at.value));
});

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
    const sums = counts();
    const rates = Float32Array.from(sums, (count) => count / presentation.T);
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
  /** How many points of strokes have been taken in. */
  points: () => strokes.reduce((sum, stroke) => sum + stroke.length, 0),
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
  sliders.tau.value = String(trainedTau);
  present();
  recolour();
  root.classList.add('pg-ready');
  // Furo says in body[data-theme] what was chosen; the system may change its mind, too.
  new MutationObserver(recolour).observe(document.body, { attributes: true, attributeFilter: ['data-theme'] });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', recolour);
  new ResizeObserver(() => refresh()).observe(race);
}
