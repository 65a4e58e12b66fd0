/** What is seen of a network while it learns: its weights, its curve, and what it makes of the drawing. */
import type { ResolvedRun } from '../../../packages/runs/document';
import { nameValue, valueIn } from '../../../packages/runs/shorthands';
import { argmax } from '../../../src/common/argmax';
import { CLASSES, IMAGE_SIDE } from '../../../src/common/mnist';
import { element, partOf } from '../../shared/page/dom';
import { t, translate } from '../../shared/page/words';
import { drawCurves } from '../neuron/plot';
import type { Pad } from '../playground/drawing';
import { KERNEL_SIDE, kernelOf, weightsOf } from '../playground/layers';
import { showMaps, silentOf } from '../playground/maps';
import { type Colours, paintHidden, paintPad, paintWeights } from '../playground/paint';
import { paintRace, showAnswer, showRates } from '../playground/race';
import { answerOf, countsOf, sentenceOf, winnerOf } from '../playground/said';
import { channelsOf, type EpochEnd, HIDDEN_SEEN, type Progress, type Reading, widthOf } from './protocol';
import { percent } from './words';

export interface Seen {
  settings: ResolvedRun;
  colours: Colours;
  progress?: Progress;
  weights: Float32Array;
  /** The weights one batch before, if that is known, and whether the change is shown. */
  before?: Float32Array;
  change: boolean;
  reading?: Reading;
  /** Firing rates of the hidden neurons, or of all channels that convolve. */
  hidden: Float32Array;
  ends: EpochEnd[];
  /** The accuracy on some batches each, by the epochs done. */
  trained: [number, number][];
}

/** The side of the kernels of the first layer; undefined if it does not convolve. */
const kernelIn = ({ engine }: ResolvedRun) => (engine.name === 'ann' ? undefined : engine.layers[0].convolve?.kernel);

/** How many neurons of a hidden layer are shown. */
const SHOWN = 30;

export const part = partOf('tr');
export const root = part('root');

export function drawAll(seen: Seen, pad: Pad): void {
  if (seen.weights.length === 0) return;
  drawWeights(seen);
  drawHidden(seen);
  drawCurve(seen);
  drawPad(seen, pad);
}

/** A picture for each neuron or kernel, made once for each number and size of them. */
function pictures(count: number, side: number): HTMLElement[] {
  const list = part('weights');
  const make = (_: unknown, neuron: number) => {
    const said = { role: 'img', 'aria-label': t`Weights of neuron ${neuron}` };
    const size = { width: String(side), height: String(side) };
    return element('div', {}, element('canvas', { ...size, ...said }), element('span'));
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

function drawWeights({ settings, weights, before, change, hidden, colours }: Seen): void {
  const wide = widthOf(settings);
  const [channels] = channelsOf(settings);
  // Those of a network on Randman are no pictures, and kernels are drawn in the size that chapters have.
  const isDrawn = settings.data === 'mnist' && [undefined, KERNEL_SIDE].includes(kernelIn(settings));
  const count = isDrawn ? Math.min(channels ?? wide ?? CLASSES, SHOWN) : 0;
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

function drawHidden({ settings, hidden, colours }: Seen): void {
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
  // In colour are those that say nothing.
  paintHidden(part('hidden'), silent, shades, 1, colours);
  const said = t`${silent.reduce((a, b) => a + b, 0)} of ${hidden.length} hidden neurons are silent over ${HIDDEN_SEEN} test images (in colour). The darker a square, the more often its neuron fires.`;
  part('hidden-label').textContent =
    hidden.length > 0 ? said : t`Which hidden neurons fire is seen with the first batch.`;
}

/** Which channels of each layer are silent, by the rates of all. */
function silenceOf(channels: number[], rates: Float32Array): string {
  if (rates.length === 0) return t`Which channels fire is seen with the first batch.`;
  let start = 0;
  const each = channels.map((count, layer) => {
    start += count;
    return t`in layer ${layer + 1} ${silentOf([...rates.subarray(start - count, start)])}`;
  });
  return t`Over ${HIDDEN_SEEN} test images, ${each.join('; ')}.`;
}

function drawCurve({ settings, ends, trained }: Seen): void {
  const tests = ends.map(({ epoch, testAcc }): [number, number] => [epoch + 1, testAcc]);
  const later = [...tests, ...trained.filter(([epoch]) => epoch > 1)].map(([, accuracy]) => accuracy);
  // After the first epoch, if others follow, only what is above counts.
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
      // What is below runs along the edge, up to where the curve comes into the picture.
      { points: trained.map(([epoch, accuracy]) => [epoch, Math.max(accuracy, low)]), name: 'nr-input' },
      { points: tests, name: 'nr-v' },
    ],
    last,
  );
  const said = last
    ? t`After ${last[0]} of ${settings.train.epochs} ${percent(last[1])} of the test images`
    : t`No epoch has ended`;
  curve.setAttribute('aria-label', t`Right answers by epoch. ${said}.`);
}

/** The spikes of the channels, of all steps or of the one that is chosen. */
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

/** The drawing, and what the network as it is now makes of it. */
export function drawPad({ settings, reading, colours }: Seen, pad: Pad): void {
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
  // Potentials that are read know no threshold: the dashed line is then the highest of them.
  const top = spikes ? 1 : h.reduce((a, b) => Math.max(a, b), 1e-6);
  const scaled = h.map((value) => (value > 0 ? value / top : value));
  const shown = spikes ? presentation : { ...presentation, h: scaled, v: scaled };
  paintRace(part('race'), shown, T, isEmpty ? undefined : first, colours);
  showRates(rates, counts, T, T, answer);
}
