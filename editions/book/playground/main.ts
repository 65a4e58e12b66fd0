/** The playground: turns a drawing into an image, the image into spikes, and spikes into an answer, at each stroke. */

import { DEFAULT_NEURON } from '../../../packages/networks/options/neuron-options';
import { CLASSES, IMAGE_SIZE } from '../../../src/common/mnist';
import { Purpose } from '../../../src/common/random';
import { argmax } from '../../../src/training/metrics';
import { bytes } from '../../shared/page/base64';
import { copyText, watchTheme } from '../../shared/page/dom';
import { t } from '../../shared/page/words';
import { chosen } from './assets';
import { answerOf, countsOf } from './counts';
import { listenToKeys, listenToPen, Pad } from './drawing';
import { type Experiment, experiments, showExperiments } from './experiments';
import { listenToDrops, loadNetwork } from './files';
import { PAGE_STREAM, type Presentation, type Stream } from './kernel';
import { isLink, MAX_SEED, readLink, type Shared, writeLink } from './link';
import { getNetwork, keepOwn, type Network, type ReaderName } from './networks';
import { type Colours, coloursOf } from './paint';
import { samples, showSamples } from './samples';
import { type Format, saveNetwork } from './save';
import {
  fileInput,
  isPressed,
  networkInputs,
  paper,
  part,
  press,
  race,
  render,
  root,
  seedInput,
  sliders,
  slowButton,
  whyButton,
} from './view';

/** Steps per second in slow motion. */
const SLOW = 10;
/** Duration of the animation of a run, in milliseconds. */
const SWEEP = 600;
/** How long an experiment shows the state before its change, in milliseconds. */
const BEFORE = 1600;

/** Shortens text from a file, which may contain anything, for a message. */
const LONGEST_MESSAGE = 300;

/** The random stream, without the seed: a drawing's, or the test image's own. */
type Shown = Omit<Stream, 'seed'>;

/** The current network. */
let network: Network;
/** Counts choices of a network or file: a network that has loaded is dropped if another was chosen meanwhile. */
let choices = 0;
const pad = new Pad();
let shown = PAGE_STREAM;
let image: Uint8Array = new Uint8Array(IMAGE_SIZE);
let presentation: Presentation;
/** Number of steps that count for the answer. */
let position = 0;
let slowSince = 0;
let sweepSince = 0;
let colours: Colours;
/** Whether the drawing has changed since the last presentation. */
let stale = true;
let frame = 0;
/** Cancels the running experiment. */
let disturb: () => void = () => undefined;

const steps = () => Number(sliders.T.value);
const tau = () => Number(sliders.tau.value);
const seed = () => Math.min(Math.max(Math.floor(Number(seedInput.value)) || 0, 0), MAX_SEED);
const isSlow = () => isPressed(slowButton);
const calm = matchMedia('(prefers-reduced-motion: reduce)');

// What happens -------------------------------------------------------------------------------------------------------

/** Presents the image again: all steps, unless slow motion is running. */
function present(): void {
  stale = false;
  image = pad.image();
  presentation = network.kernel.show(image, steps(), tau(), { seed: seed(), ...shown });
  if (!isSlow()) position = presentation.T;
  position = Math.min(position, presentation.T);
}

function refresh(): void {
  if (frame === 0) frame = requestAnimationFrame(draw);
}

/** Redraws after a change by the reader, and removes the link from the address, which no longer matches. */
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
  pad.put();
  shown = PAGE_STREAM;
  stopSlow();
  press(whyButton, false);
  changed();
}

function take(pixels: Uint8Array, as: Shown = PAGE_STREAM): void {
  pad.put(pixels);
  shown = as;
  changed();
}

const turns = new Array<number>(CLASSES).fill(0);
/** Loads a sample of a digit, alternating between two. */
function takeSample(digit: number): void {
  stopSlow();
  take(samples[digit + CLASSES * (turns[digit]++ % 2)].pixels);
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
  slowButton.textContent = t`Slow motion`;
}

function startSlow(): void {
  disturb();
  press(slowButton, true);
  slowButton.textContent = t`Pause`;
  if (position >= presentation.T) position = 0;
  slowSince = performance.now() - (position * 1000) / SLOW;
  sweepSince = 0;
  refresh();
}

const toggleSlow = () => (isSlow() ? stopSlow() : startSlow());

/** Switches to a network. If it cannot be loaded, says so and keeps the old one. */
async function use(name: ReaderName): Promise<void> {
  const choice = ++choices;
  try {
    if (name !== network.name) say(t`Loading the network …`);
    const found = await getNetwork(name);
    if (choice !== choices) return;
    // Unless the reader has moved the time constant, it follows the network.
    if (tau() === network.tau) sliders.tau.value = String(found.tau);
    network = found;
    say('');
  } catch (error) {
    if (choice !== choices) return;
    say(
      t`The ${name === 'hidden' ? t`network with a hidden layer` : t`convolutional network`} cannot be loaded: ${(error as Error).message}.`,
    );
  }
  networkInputs[network.name].checked = true;
}

// Files --------------------------------------------------------------------------------------------------------------

/** Switches to the network of a file. If the page cannot show it, says why and changes nothing. */
async function load(file: File): Promise<void> {
  let choice = choices;
  try {
    await hook.ready;
    choice = ++choices;
    say(t`Loading the network …`);
    const own = await loadNetwork(file, tau());
    if (choice !== choices) return;
    changed();
    keepOwn(own);
    part('own-name').textContent = file.name;
    part('own').hidden = false;
    await use('own');
    if (network !== own) return;
    sliders.tau.value = String(own.tau);
    stale = true;
    refresh();
    const which = own.saysTau ? t`its own` : t`as it is set, for the file says none`;
    say(t`${file.name} reads now: ${own.layers}, τ ${own.tau.toFixed(1)} (${which}).`);
  } catch (error) {
    if (choice === choices) say(t`Not loaded: ${(error as Error).message.slice(0, LONGEST_MESSAGE)}`);
  }
}

async function save(format: Format): Promise<void> {
  const { layers, weights, convolved } = network;
  const neuron = { ...DEFAULT_NEURON, tau: tau() };
  const own = convolved && { layers: convolved.map((layer) => ({ ...layer, neuron })) };
  const what = t`the network ${layers} with τ ${tau().toFixed(1)}, without the drawing`;
  say(await saveNetwork(layers, { weights, neuron, ...own }, format, what));
}

/** Replaces the drawing and the settings, and shows all steps. */
async function open({ T, tau, seed, network: name = 'single', strokes, pixels }: Shared): Promise<void> {
  await use(name);
  sliders.T.value = String(T);
  sliders.tau.value = String(tau);
  seedInput.value = String(seed);
  pad.put(pixels, structuredClone(strokes));
  shown = PAGE_STREAM;
  stopSlow();
  present();
  refresh();
}

/** Shows the state before a change, then after it; resolves to the two answers. */
async function carryOut({ before, after }: Experiment): Promise<[string, string] | undefined> {
  const answer = () => answerOf(countsOf(presentation, presentation.T));
  changed();
  await open(before);
  runAll();
  // Keeps the result in view on a phone.
  if (paper.getBoundingClientRect().top < 0) paper.scrollIntoView();
  const first = answer();
  const disturbed = new Promise<true>((done) => {
    disturb = () => done(true);
  });
  const waited = new Promise<false>((done) => setTimeout(() => done(false), calm.matches ? 0 : BEFORE));
  if (await Promise.race([disturbed, waited])) return undefined;
  await open(after);
  runAll();
  return [first, answer()];
}

// Links --------------------------------------------------------------------------------------------------------------

/** The link to the current state. */
const linkHash = () =>
  writeLink({
    T: steps(),
    tau: tau(),
    seed: seed(),
    network: network.name === 'own' ? undefined : network.name,
    at: position,
    strokes: pad.strokes,
    pixels: pad.taken,
  });

async function copyLink(): Promise<void> {
  try {
    if (stale) present();
    history.replaceState(null, '', linkHash());
  } catch (error) {
    say(t`No link: ${(error as Error).message}`);
    return;
  }
  const without = network.name === 'own' ? t`, but not your network` : '';
  const what = t`It opens this drawing with these settings${without}.`;
  say(t`The link is ${(await copyText(location.href)) ? t`copied` : t`in the address bar`}. ${what}`);
}

/** Opens the drawing in the address; resolves to whether there is one. */
async function openLink(): Promise<boolean> {
  if (!isLink(location.hash)) return false;
  try {
    const shared = readLink(location.hash);
    disturb();
    await open(shared);
    position = shared.at ?? presentation.T;
    return true;
  } catch (error) {
    say(t`The link of this page is not shown: ${(error as Error).message}.`);
    return false;
  }
}

// What is drawn ------------------------------------------------------------------------------------------------------

function draw(now: number): void {
  frame = 0;
  if (isSlow()) {
    const reached = Math.floor(((now - slowSince) / 1000) * SLOW);
    position = Math.max(0, Math.min(reached, steps()));
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
  render({ pad, network, image, presentation, position, drawn, colours });
}

// Input --------------------------------------------------------------------------------------------------------------

listenToPen(
  paper,
  (stroke) => {
    if (pad.taken) clear();
    press(whyButton, false);
    sweepSince = 0;
    pad.strokes.push(stroke);
  },
  changed,
);

listenToKeys(paper, takeSample, {
  Delete: clear,
  Backspace: clear,
  Enter: runAll,
  ' ': toggleSlow,
  ArrowLeft: () => goTo(position - 1),
  ArrowRight: () => goTo(position + 1),
});

part('clear').addEventListener('click', clear);
part('undo').addEventListener('click', () => {
  if (pad.taken) return clear();
  pad.strokes.pop();
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
for (const input of Object.values(networkInputs)) {
  input.addEventListener('change', async () => {
    changed();
    await use(input.value as ReaderName);
    stale = true;
    refresh();
  });
}
part('dice').addEventListener('click', () => {
  seedInput.value = String(crypto.getRandomValues(new Uint32Array(1))[0] % 10000);
  changed();
});
function resetSettings(): void {
  sliders.T.value = '100';
  sliders.tau.value = String(network.tau);
  seedInput.value = '0';
}
part('reset').addEventListener('click', () => {
  resetSettings();
  changed();
});
part('link').addEventListener('click', copyLink);
part('load').addEventListener('click', () => fileInput.click());
fileInput.addEventListener('change', () => {
  const [file] = fileInput.files ?? [];
  if (file) void load(file);
  // Allows choosing the same file again.
  fileInput.value = '';
});
listenToDrops(root, (file) => void load(file));
part('save-nir').addEventListener('click', () => void save('nir'));
part('save-safetensors').addEventListener('click', () => void save('safetensors'));
sliders.at.addEventListener('input', () => goTo(Number(sliders.at.value)));
window.addEventListener('hashchange', () => void openLink());

// Set-up -------------------------------------------------------------------------------------------------------------

const paintSamples = showSamples(part('samples'), takeSample);

function recolour(): void {
  colours = coloursOf(root);
  paintSamples(colours);
  refresh();
}

/** For tests: presents test images with the same random numbers as the engine. */
const hook = {
  /** Resolves when the kernel is loaded. */
  ready: start(),
  /** Shows an image [784], with its index in the data, and returns what the network did. */
  show(pixels: ArrayLike<number>, { index = 0, epoch = 0, seed = 0, T = 100, tau = 2 } = {}) {
    seedInput.value = String(seed);
    sliders.T.value = String(T);
    sliders.tau.value = String(tau);
    stopSlow();
    take(Uint8Array.from(pixels), { purpose: Purpose.TestSpikes, epoch, index });
    present();
    return { ...presentation, answer: argmax(countsOf(presentation, presentation.T)) };
  },
  /** Switches to another network. */
  use,
  /** The network, the content of the pad and its presentation. */
  state: () => ({ network, pad, image, presentation }),
};
declare global {
  interface Window {
    playground: typeof hook;
  }
}
window.playground = hook;

async function start(): Promise<void> {
  try {
    network = await getNetwork('single');
  } catch (error) {
    part('note').textContent = t`This browser cannot run the kernel: ${(error as Error).message}`;
    throw error;
  }
  // Some browsers restore form fields on reload.
  networkInputs.single.checked = true;
  resetSettings();
  if (!(await openLink())) {
    pad.put(bytes(chosen.race.pixels));
    present();
    if (!calm.matches) startSlow();
  }
  recolour();
  showExperiments(part('experiments'), experiments(), carryOut);
  root.classList.add('pg-ready');
  watchTheme(recolour);
  new ResizeObserver(refresh).observe(race);
  document.fonts.ready.then(refresh);
}
