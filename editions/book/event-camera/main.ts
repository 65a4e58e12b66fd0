/** The event camera page: pictures, their events, and a network that reads the direction of movement. */
import { EventCamera } from '../../../packages/formats/datasets/camera';
import { DIRECTIONS } from '../../../packages/formats/datasets/scenes';
import { readLayers } from '../../../packages/networks/options/layers';
import type { NeuronOptions } from '../../../packages/networks/options/neuron-options';
import { bytes } from '../../shared/page/base64';
import { download, partOf, partsOf, watchTheme } from '../../shared/page/dom';
import { t } from '../../shared/page/words';
import { coloursOf } from '../playground/paint';
import { COLUMNS, drawGrey, drawRaster, type Fired, rasterHeight, Trail } from './draw';
import { Reader, SIDE, T, unitsOf } from './network';
import { addPicture, type Gesture, recordingOf, toBin } from './record';
import { CameraError, drawShape, type Grey, goesAt, Lamps, openCamera, type Place, Shrinker } from './sources';

/** Defined in the bundle by editions/book/make/scripts.ts; bytes are base64. */
declare const KERNEL: string;
declare const NETWORK: { weights: string; layers: string; neuron: NeuronOptions };

const part = partOf('ec');
const { arrow, word, said, counts } = partsOf('ec', HTMLElement, 'arrow', 'word', 'said', 'counts');
const bars = Array.from(part('bars').children) as HTMLElement[];
const { seen, events, raster } = partsOf('ec', HTMLCanvasElement, 'seen', 'events', 'raster');
const { threshold, rate, mirror, steady } = partsOf('ec', HTMLInputElement, 'threshold', 'rate', 'mirror', 'steady');
const mains = partsOf('ec-mains', HTMLInputElement, '50', '60');
const buttons = partsOf('ec', HTMLButtonElement, 'camera', 'shape', 'pause', 'record');
const video = part<HTMLVideoElement>('video');

const ARROWS = ['←', '→', '↑', '↓', '·'];
const NOTHING = DIRECTIONS.indexOf('nothing');
/** Number of pictures in a row that must be read alike before an answer is shown. */
const ALIKE = 3;
/** After this many milliseconds without a picture, as in a hidden tab, the camera starts afresh. */
const LONG = 500;
const SHAPE_FPS = 30;
/** Pixels per picture by which an arrow key moves the shape. */
const STEP = 1.1;
const KEYS: Record<string, [number, number]> = {
  ArrowLeft: [-STEP, 0],
  ArrowRight: [STEP, 0],
  ArrowUp: [0, -STEP],
  ArrowDown: [0, STEP],
};

let reader: Reader | undefined;
let camera: EventCamera;
let lamps: Lamps;
let recent: number[][];
let spikes: Fired[] = [];
const trail = new Trail();
let answer = NOTHING;
let alike = { answer: NOTHING, times: 0 };
let colours = coloursOf(part('root'));
let source: 'camera' | 'shape' = 'shape';
let isPaused = matchMedia('(prefers-reduced-motion: reduce)').matches;
/** Number of pictures so far, and the time of the last one. */
let pictures = 0;
let lastAt = 0;
/** The gesture being recorded. */
let recorded: Gesture | undefined;

/** Starts afresh, forgetting all earlier pictures. */
function forget(): void {
  camera = new EventCamera({ width: SIDE, height: SIDE, threshold: Number(threshold.value) });
  lamps = new Lamps();
  recent = Array.from({ length: T }, () => []);
  stopRecording();
}

/** Processes the next picture. */
function see(picture: Grey, now = performance.now()): void {
  if (!reader || isPaused) return;
  if (now - lastAt > LONG) forget();
  lastAt = now;
  if (pictures++ % Number(rate.value) > 0) return;
  const grey = steady.checked ? lamps.steady(picture) : picture;
  const count = camera.see(grey);
  const units = unitsOf(camera.events);
  recent = [...recent.slice(1), units];
  const { shares, hidden } = reader.read(recent);
  const fired = hidden.slice((T - 1) * reader.neurons);
  spikes = [...spikes, { units, hidden: fired }].slice(-COLUMNS);
  settle(shares.indexOf(Math.max(...shares)));
  for (const [i, bar] of bars.entries()) bar.style.setProperty('--share', `${shares[i]}`);
  const firing = fired.reduce((a, b) => a + b, 0);
  counts.textContent = t`${count} events in this picture, ${units.length} units and ${firing} hidden neurons fire.`;
  drawGrey(seen, grey);
  trail.draw(events, camera.events, colours);
  drawRaster(raster, spikes, T, colours);
  if (recorded && !addPicture(recorded, grey, now)) stopRecording();
  hook.onPicture?.({ answer: DIRECTIONS[answer], count, units });
}

/** Shows an answer once several pictures agree; a word that changes with every picture would be unreadable. */
function settle(read: number): void {
  alike = { answer: read, times: read === alike.answer ? alike.times + 1 : 1 };
  if (alike.times < ALIKE || read === answer) return;
  answer = read;
  arrow.textContent = ARROWS[answer];
  word.textContent = bars[answer].textContent;
  for (const [i, bar] of bars.entries()) bar.classList.toggle('ec-lead', i === answer);
}

// Sources: starting one stops the previous one.
let current = new AbortController();
function begin(what: typeof source): AbortSignal {
  current.abort();
  current = new AbortController();
  source = what;
  part('root').dataset.source = what;
  buttons.camera.setAttribute('aria-pressed', String(what === 'camera'));
  buttons.shape.setAttribute('aria-pressed', String(what === 'shape'));
  trail.clear();
  forget();
  return current.signal;
}

async function startCamera(): Promise<void> {
  const signal = begin('camera');
  setPaused(false);
  said.textContent = t`Asking for the camera …`;
  const shrinker = new Shrinker();
  try {
    if (!shrinker.isHonest())
      throw new CameraError(
        t`This browser answers at random when a page reads a picture (in Firefox: resistFingerprinting), so a camera is of no use here.`,
      );
    const fps = mains[50].checked ? 25 : 30;
    await openCamera(video, fps, signal, () => see(shrinker.shrink(video, mirror.checked)), standIn);
    if (signal.aborted) return;
    said.textContent = t`Your camera. Its pictures stay in this tab. Move a hand across the view.`;
  } catch (error) {
    if (!(error instanceof CameraError)) throw error;
    if (!signal.aborted) standIn(error.message);
  }
}

function standIn(why: string): void {
  startShape();
  said.textContent = t`${why} A shape stands in for it: it goes by itself, and you can move it.`;
}

/** Position of the shape while a reader moves it; otherwise it moves by itself. */
let held: Place | undefined;
const velocity = { x: 0, y: 0 };
function startShape(): void {
  const signal = begin('shape');
  held = undefined;
  let shown = 0;
  let before = 0;
  const each = (now: number) => {
    if (signal.aborted) return;
    requestAnimationFrame(each);
    // Screens refresh 60 or 120 times a second.
    if (isPaused || now - before < 1000 / SHAPE_FPS - 4) return;
    before = now;
    if (held) held = { x: limit(held.x + velocity.x), y: limit(held.y + velocity.y) };
    see(drawShape(held ?? goesAt(shown++)), now);
  };
  requestAnimationFrame(each);
  said.textContent = t`A shape goes by itself. Drag it, or move it with the arrow keys; or use your camera.`;
}
const limit = (place: number) => Math.min(SIDE + 6, Math.max(-6, place));

function setPaused(on: boolean): void {
  isPaused = on;
  buttons.pause.textContent = on ? t`Go on` : t`Pause`;
}

function follow({ clientX, clientY }: PointerEvent): void {
  const box = seen.getBoundingClientRect();
  held = { x: ((clientX - box.left) / box.width) * SIDE, y: ((clientY - box.top) / box.height) * SIDE };
}
seen.addEventListener('pointerdown', (event) => {
  if (source !== 'shape') return;
  setPaused(false);
  seen.setPointerCapture(event.pointerId);
  follow(event);
});
seen.addEventListener('pointermove', (event) => {
  if (source === 'shape' && seen.hasPointerCapture(event.pointerId)) follow(event);
});
seen.addEventListener('keydown', (event) => {
  const way = KEYS[event.key];
  if (!way || source !== 'shape') return;
  // The arrows would turn the pages of the book.
  event.preventDefault();
  event.stopPropagation();
  setPaused(false);
  held ??= { x: SIDE / 2, y: SIDE / 2 };
  [velocity.x, velocity.y] = way;
});
for (const end of ['keyup', 'blur'] as const)
  seen.addEventListener(end, () => {
    [velocity.x, velocity.y] = [0, 0];
  });

// Recording: makes an event file of the next seconds.
function stopRecording(): void {
  if (!recorded) return;
  const { frames, times } = recorded;
  recorded = undefined;
  buttons.record.setAttribute('aria-pressed', 'false');
  const seconds = (times[times.length - 1] - times[0]) / 1000;
  const recording = frames.length > 1 ? recordingOf(frames, seconds, camera.threshold) : undefined;
  const found = recording?.times.length ?? 0;
  part('kept').textContent =
    found === 0 ? t`Nothing moved: there is no event to keep.` : t`${found} events in ${seconds.toFixed(1)} s saved.`;
  if (recording && found > 0) download('gesture.bin', toBin(recording));
}
buttons.record.addEventListener('click', () => {
  if (recorded) return stopRecording();
  setPaused(false);
  recorded = { frames: [], times: [] };
  buttons.record.setAttribute('aria-pressed', 'true');
  part('kept').textContent = t`Recording … Press again to stop.`;
});

function showSettings(): void {
  part('threshold-value').textContent = Number(threshold.value).toFixed(2);
  const every = Number(rate.value);
  rate.ariaValueText =
    every === 1 ? t`every picture` : t`every ${['', '', t`2nd`, t`3rd`, t`4th`, t`5th`, t`6th`][every]}`;
  part('rate-value').textContent = rate.ariaValueText;
}
for (const control of [threshold, rate, mirror, steady])
  control.addEventListener('input', () => {
    showSettings();
    forget();
  });
for (const control of Object.values(mains))
  control.addEventListener('change', () => {
    if (source === 'camera') startCamera();
  });
// In most of the Americas lamps flicker 120 times a second, elsewhere 100 times.
mains[60].checked = Intl.DateTimeFormat().resolvedOptions().timeZone.startsWith('America/');
mains[50].checked = !mains[60].checked;
buttons.camera.addEventListener('click', startCamera);
buttons.shape.addEventListener('click', () => {
  setPaused(false);
  startShape();
});
buttons.pause.addEventListener('click', () => setPaused(!isPaused));
document.addEventListener('visibilitychange', () => document.hidden && stopRecording());
watchTheme(() => {
  colours = coloursOf(part('root'));
});

/** For tests. */
const hook = {
  /** Called after each picture. */
  onPicture: undefined as ((seen: { answer: string; count: number; units: number[] }) => void) | undefined,
};
declare global {
  interface Window {
    eventCamera: typeof hook;
  }
}
window.eventCamera = hook;

showSettings();
setPaused(isPaused);
drawGrey(seen, drawShape(goesAt(SHAPE_FPS / 2)));
forget();
startShape();
const layers = readLayers(NETWORK.layers, NETWORK.neuron);
Reader.create(bytes(KERNEL), new Float32Array(bytes(NETWORK.weights).buffer), layers).then((made) => {
  raster.width = COLUMNS;
  raster.height = rasterHeight(made.neurons);
  reader = made;
});
