/** Draws the network while it learns: its weights, its accuracy by epoch, and how it reads the drawing. */

import type { ResolvedRun } from '../../../packages/runs/document';
import { nameValue, valueIn } from '../../../packages/runs/shorthands';
import { CLASSES, IMAGE_SIDE } from '../../../src/common/mnist';
import { argmax } from '../../../src/training/metrics';
import { element, partOf } from '../../shared/page/dom';
import { t, translate } from '../../shared/page/words';
import { drawCurves } from '../neuron/plot';
import { answerOf, countsOf, sentenceOf, winnerOf } from '../playground/counts';
import type { Pad } from '../playground/drawing';
import { KERNEL_SIDE, kernelOf, weightsOf } from '../playground/layers';
import { showMaps, silentOf } from '../playground/maps';
import { type Colours, paintHidden, paintPad, paintWeights } from '../playground/paint';
import { paintRace, showAnswer, showRates } from '../playground/race';
import { channelsOf, type EpochEnd, HIDDEN_SAMPLES, type Progress, type Reading, widthOf } from './protocol';
import { percent } from './sentences';

export interface View {
  settings: ResolvedRun;
  colours: Colours;
  progress?: Progress;
  weights: Float32Array;
  /** The weights one batch earlier, if known. */
  before?: Float32Array;
  /** Whether the change since `before` is shown in place of the weights. */
  change: boolean;
  reading?: Reading;
  /** Firing rates of the hidden neurons, or of every channel of the convolutional layers. */
  hidden: Float32Array;
  ends: EpochEnd[];
  /** Points [epochs done, mean accuracy over a few batches]. */
  trained: [number, number][];
}

/** Kernel width of the first layer; undefined if it is not convolutional. */
const kernelIn = ({ engine }: ResolvedRun) => (engine.name === 'ann' ? undefined : engine.layers[0].convolve?.kernel);

/** At most this many neurons of a hidden layer are drawn. */
const MAX_PICTURES = 30;

export const part = partOf('tr');
export const root = part('root');

export function drawAll(view: View, pad: Pad): void {
  if (view.weights.length === 0) return;
  drawWeights(view);
  drawHidden(view);
  drawCurve(view);
  drawPad(view, pad);
}

/** One picture per neuron or kernel; rebuilt only when their number or size changes. */
function pictures(count: number, side: number): HTMLElement[] {
  const list = part('weights');
  const make = (_: unknown, neuron: number) => {
    const description = { role: 'img', 'aria-label': t`Weights of neuron ${neuron}` };
    const size = { width: String(side), height: String(side) };
    return element('div', {}, element('canvas', { ...size, ...description }), element('span'));
  };
  const kind = `${count} of ${side}`;
  if (list.dataset.kind !== kind) {
    list.classList.toggle('tr-many', count > CLASSES);
    list.classList.toggle('tr-kernels', side === KERNEL_SIDE);
    list.replaceChildren(...Array.from({ length: count }, make));
  }
  list.dataset.kind = kind;
  return Array.from(list.children) as HTMLElement[];
}

function drawWeights({ settings, weights, before, change, hidden, colours }: View): void {
  const wide = widthOf(settings);
  const [channels] = channelsOf(settings);
  // Randman's inputs are not pixels, and only kernels of the chapters' size are drawn.
  const isDrawn = settings.data === 'mnist' && [undefined, KERNEL_SIDE].includes(kernelIn(settings));
  const count = isDrawn ? Math.min(channels ?? wide ?? CLASSES, MAX_PICTURES) : 0;
  const side = channels ? KERNEL_SIDE : IMAGE_SIDE;
  const shown = change && before ? weights.map((weight, i) => weight - before[i]) : weights;
  const isOfTen = channels === undefined && wide === undefined;
  const captions = pictures(count, side).map(({ children: [canvas, name] }, neuron) => {
    const own = channels ? kernelOf(shown, channels, neuron) : weightsOf({ weights: shown, hidden: wide }, neuron);
    paintWeights(canvas as HTMLCanvasElement, own, colours);
    const silent = hidden[neuron] === 0;
    name.textContent = isOfTen ? String(neuron) : silent ? t`silent` : (hidden[neuron]?.toFixed(2) ?? '');
    name.classList.toggle('pg-silent', silent);
    return name.textContent;
  });
  const whose = isOfTen
    ? t`the ten neurons look for`
    : t`${channels ? t`the ${channels} kernels of layer 1` : t`${count} of ${wide} hidden neurons`} look for, and how often each fires`;
  const title = change && before ? t`What the last batch changed in what ${whose}` : t`What ${whose}`;
  part('weights-label').textContent = title;
  const often = isOfTen || captions[0] === '' ? '' : t`. How often they fire: ${captions.join(', ')}`;
  part('weights').setAttribute('aria-label', t`${title}: ${side} by ${side} weights each${often}`);
}

function drawHidden({ settings, hidden, colours }: View): void {
  const channels = channelsOf(settings);
  part('hidden-view').hidden = !(widthOf(settings) || channels.length > 0) || settings.data !== 'mnist';
  part('hidden').hidden = channels.length > 0;
  if (channels.length > 0) {
    part('hidden-label').textContent = silenceOf(channels, hidden);
    return;
  }
  const most = hidden.reduce((a, b) => Math.max(a, b), 1e-6);
  const silent = hidden.map((rate) => Number(rate === 0));
  const shades = Array.from(hidden, (rate) => rate / most);
  // Silent neurons are in colour.
  paintHidden(part('hidden'), silent, shades, 1, colours);
  const description = t`${silent.reduce((a, b) => a + b, 0)} of ${hidden.length} hidden neurons are silent over ${HIDDEN_SAMPLES} test images (in colour). The darker a square, the more often its neuron fires.`;
  part('hidden-label').textContent =
    hidden.length > 0 ? description : t`Which hidden neurons fire is seen with the first batch.`;
}

/** Which channels of each layer are silent, by the rates of all. */
function silenceOf(channels: number[], rates: Float32Array): string {
  if (rates.length === 0) return t`Which channels fire is seen with the first batch.`;
  let start = 0;
  const each = channels.map((count, layer) => {
    start += count;
    return t`in layer ${layer + 1} ${silentOf([...rates.subarray(start - count, start)])}`;
  });
  return t`Over ${HIDDEN_SAMPLES} test images, ${each.join('; ')}.`;
}

function drawCurve({ settings, ends, trained }: View): void {
  const tests = ends.map(({ epoch, testAcc }): [number, number] => [epoch + 1, testAcc]);
  const later = [...tests, ...trained.filter(([epoch]) => epoch > 1)].map(([, accuracy]) => accuracy);
  // Once later epochs exist, the axis starts just below their lowest accuracy.
  const low =
    tests.length === 0 || settings.train.epochs === 1 ? 0 : Math.max(0, Math.floor(10 * Math.min(...later) - 1) / 10);
  const last = tests.at(-1);
  const curve = part<SVGSVGElement>('curve');
  drawCurves(
    curve,
    [
      { from: 0, to: settings.train.epochs, title: t`epochs` },
      { from: low, to: 1, title: t`right answers: in training (grey), on test images (blue)` },
    ],
    [
      // Lower points run along the bottom edge.
      { points: trained.map(([epoch, accuracy]) => [epoch, Math.max(accuracy, low)]), name: 'nr-input' },
      { points: tests, name: 'nr-v' },
    ],
    last,
  );
  const description = last
    ? t`After ${last[0]} of ${settings.train.epochs} ${percent(last[1])} of the test images`
    : t`No epoch has ended`;
  curve.setAttribute('aria-label', t`Right answers by epoch. ${description}.`);
}

/** Spikes of every channel, over all steps or in the chosen one. */
function drawMaps(presentation: Reading['presentation'], colours: Colours): void {
  const { T } = presentation;
  const slider = part<HTMLInputElement>('map-step');
  slider.max = String(T);
  const step = Number(slider.value);
  const which = step === 0 ? t`all ${T} steps` : t`step ${step}`;
  part('map-step-value').textContent = which;
  slider.setAttribute('aria-valuetext', which);
  showMaps(part('map-layers'), presentation, Math.max(step - 1, 0), step || T, colours);
}

const rates = Array.from(part('rates').children) as HTMLElement[];

/** The drawing, and how the network reads it now. */
export function drawPad({ settings, reading, colours }: View, pad: Pad): void {
  const { isEmpty } = pad;
  paintPad(part('canvas'), pad, colours);
  part('reads').hidden = !reading;
  part('maps').hidden = !reading?.presentation.maps;
  if (!reading) {
    showAnswer(part, isEmpty, '–', '');
    return;
  }
  const { presentation, read } = reading;
  const { T, h } = presentation;
  drawMaps(presentation, colours);
  const readout = valueIn(settings, 'readout');
  const spikes = readout === 'spikes';
  const counts = spikes ? countsOf(presentation, T) : Array.from(read, (value) => value * T);
  const first = spikes ? winnerOf(counts) : argmax(read);
  const answer = isEmpty ? '–' : spikes ? answerOf(counts) : String(first);
  const highest = t`Neuron ${first} has the highest ${translate(nameValue('readout', readout))}: ${read[first ?? 0].toFixed(2)}.`;
  const note = isEmpty ? t`Nothing is drawn yet.` : spikes ? sentenceOf(counts, T) : highest;
  showAnswer(part, isEmpty, answer, note);
  // A potential readout has no threshold, so the dashed line marks the highest potential.
  const top = spikes ? 1 : h.reduce((a, b) => Math.max(a, b), 1e-6);
  const scaled = h.map((value) => (value > 0 ? value / top : value));
  const shown = spikes ? presentation : { ...presentation, h: scaled, v: scaled };
  paintRace(part('race'), shown, T, isEmpty ? undefined : first, colours);
  showRates(rates, counts, T, T, answer);
}
