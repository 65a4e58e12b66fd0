/** Updates the page: the drawing, what the network does with it, and sentences about both. */
import { IMAGE_SIDE, IMAGE_SIZE } from '../../../src/common/mnist';
import { element, partOf, partsOf } from '../../shared/page/dom';
import { t } from '../../shared/page/words';
import { answerOf, countsOf, hiddenCountsOf, sentenceOf, speakers, spikesIn, tally, winnerOf } from './counts';
import type { Pad } from './drawing';
import type { Presentation } from './kernel';
import { pushOf, weightsOf, weightsTo } from './layers';
import { NETWORK_NAMES } from './link';
import { showMaps } from './maps';
import type { Network } from './networks';
import { type Colours, paintDigit, paintHidden, paintImage, paintPad, paintWeights, paintWhy } from './paint';
import { paintRace, showAnswer, showRates } from './race';

export const part = partOf('pg');
export const root = part('root');
export const paper = part<HTMLCanvasElement>('canvas');
export const race = part<HTMLCanvasElement>('race');
const views = partsOf('pg', HTMLCanvasElement, 'input', 'spikes', 'sum', 'hidden-neurons');
export const sliders = partsOf('pg', HTMLInputElement, 'T', 'tau', 'at');
/** Radio buttons. */
export const networkInputs = partsOf('pg-network', HTMLInputElement, ...NETWORK_NAMES, 'own');
export const fileInput = part<HTMLInputElement>('file');
export const seedInput = part<HTMLInputElement>('seed');
export const slowButton = part<HTMLButtonElement>('slow');
export const whyButton = part<HTMLButtonElement>('why');
const rateItems = Array.from(part('rates').children) as HTMLElement[];

export const isPressed = (button: HTMLElement): boolean => button.getAttribute('aria-pressed') === 'true';
export const press = (button: HTMLElement, on: boolean): void => button.setAttribute('aria-pressed', String(on));

/** Everything that the page shows. */
export interface Scene {
  pad: Pad;
  /** The current network. */
  network: Network;
  /** The image [784]. */
  image: Uint8Array;
  presentation: Presentation;
  /** Number of steps that count for the answer. */
  position: number;
  /** Number of steps drawn: fewer during an animation. */
  drawn: number;
  colours: Colours;
}

export function render(scene: Scene): void {
  const { pad, presentation, position } = scene;
  const counts = countsOf(presentation, position);
  paint(scene, pad.isEmpty ? undefined : winnerOf(counts));
  tell(scene, counts);
}

let announcement = 0;

function paint(scene: Scene, winner: number | undefined): void {
  const { pad, network, image, presentation, position, drawn, colours } = scene;
  paintDigit(views.input, image, colours);
  const why = isPressed(whyButton) && winner !== undefined && !network.convolved;
  const weights = why && pushOf(network, winner, hiddenCountsOf(presentation, position));
  paintPad(paper, pad, colours, weights ? (small) => paintWhy(small, image, weights, colours) : undefined);
  part('why-legend').hidden = !isPressed(whyButton);
  const legend = why
    ? t`${network.hidden === undefined ? t`Weights of neuron ${winner}` : t`Weights to neuron ${winner}, by way of the hidden neurons that spoke`}: a spike <i class="pg-up"></i> pushes it up, <i class="pg-down"></i> pushes it down.`
    : network.convolved
      ? t`Kernels slide over the picture, so no weight belongs to a pixel. The maps of the layers show what they found.`
      : t`No neuron has fired, so there is no winner to explain.`;
  // The two placeholders become elements; the rest is text, in any language.
  const pieces = legend.split(/<i class="(pg-\w+)"><\/i>/);
  part('why-legend').replaceChildren(
    ...pieces.map((piece, i) => (i % 2 === 0 ? piece : element('i', { class: piece }))),
  );

  const { inputs } = presentation;
  const last = Math.max(drawn, 1) - 1;
  const step = inputs.subarray(last * IMAGE_SIZE, (last + 1) * IMAGE_SIZE);
  paintImage(views.spikes, step, colours.paper, colours.spike);
  const means = tally(inputs, IMAGE_SIZE, drawn).map((count) => count / Math.max(drawn, 1));
  paintImage(views.sum, means, colours.paper, colours.ink);
  part('spikes-label').textContent = t`spikes, step ${last + 1}`;
  paintRace(race, presentation, drawn, winner, colours);
  paintLayer(scene, winner);
  showMaps(part('maps'), presentation, 0, drawn, colours);
}

/** Number of hidden neurons shown that contributed most to the winner. */
const SPEAKERS = 6;

/** Shows the hidden neurons, and the weights of those that contributed most to the winner. */
function paintLayer({ network, presentation, position, drawn, colours }: Scene, winner: number | undefined): void {
  const { hidden } = presentation;
  part('hidden-view').hidden = hidden === undefined;
  part('speakers').hidden = hidden === undefined;
  if (hidden === undefined) return;
  const count = hiddenCountsOf(presentation, drawn);
  paintHidden(views['hidden-neurons'], hidden, count, drawn, colours);
  part('hidden-label').textContent = t`hidden, step ${Math.max(drawn, 1)}`;

  const counts = hiddenCountsOf(presentation, position);
  const spoke = winner === undefined ? [] : speakers(counts, weightsTo(network, winner), SPEAKERS);
  part('speakers-label').textContent =
    winner === undefined
      ? t`No neuron has fired, so no hidden neuron has spoken for a winner.`
      : t`Hidden neurons that spoke most for ${winner}, and how often:`;
  const list = part('speakers-list');
  while (list.children.length > spoke.length) list.lastChild?.remove();
  while (list.children.length < spoke.length) list.append(speakerItem());
  spoke.forEach((neuron, i) => {
    const [canvas, caption] = Array.from(list.children[i].children) as [HTMLCanvasElement, HTMLElement];
    paintWeights(canvas, weightsOf(network, neuron), colours);
    caption.textContent = String(counts[neuron]);
    canvas.setAttribute('aria-label', t`What hidden neuron ${neuron} looks for`);
  });
}

function speakerItem(): HTMLElement {
  const canvas = element('canvas', { width: String(IMAGE_SIDE), height: String(IMAGE_SIDE), role: 'img' });
  return element('li', { class: 'pg-speaker' }, canvas, element('span'));
}

/** Shows the answer, the firing rates and the sentences, for the steps that count. */
function tell({ pad: { isEmpty }, network, presentation, position }: Scene, counts: number[]): void {
  const answer = isEmpty || position === 0 ? '–' : answerOf(counts);
  const note = isEmpty
    ? t`Nothing is drawn yet.`
    : position === 0
      ? t`No step has been made yet.`
      : sentenceOf(counts, position);
  showRates(rateItems, counts, position, presentation.T, answer);
  showAnswer(part, isEmpty, answer, note);
  part('count').textContent = isEmpty ? '' : t`Network ${network.layers}: ${spikesIn(presentation, position)}`;

  sliders.at.max = String(presentation.T);
  sliders.at.value = String(position);
  part('at-value').textContent = String(position);
  part('T-value').textContent = sliders.T.value;
  part('tau-value').textContent = Number(sliders.tau.value).toFixed(1);

  // Screen readers announce this only once it no longer changes.
  clearTimeout(announcement);
  const spoken = answer === '–' ? '' : t`Answer ${answer === '?' ? t`unknown` : answer}. ${note}`;
  announcement = window.setTimeout(() => {
    if (!isPressed(slowButton)) part('live').textContent = spoken;
  }, 500);
}
