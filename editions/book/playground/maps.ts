/** Shows the spikes of convolutional layers: a picture for each channel, and which channels are silent. */
import { grouped } from '../../../packages/figures/values';
import { element } from '../../shared/page/dom';
import { t } from '../../shared/page/words';
import { tally } from './counts';
import type { FeatureMaps, Presentation } from './kernel';
import { type Colours, paintImage } from './paint';

/** Number of values per step. */
const sizeOf = ({ height, width, channels }: FeatureMaps) => height * width * channels;

/** Spikes of each channel in steps [from, to). */
const countsOf = ({ spikes, channels, width, height }: FeatureMaps, from: number, to: number): number[] =>
  tally(spikes, channels, to * width * height, from * width * height);

/** Mean firing rate of each channel's neurons. */
export function meansOf(maps: FeatureMaps): number[] {
  const { channels, spikes } = maps;
  const neurons = spikes.length / channels;
  return countsOf(maps, 0, spikes.length / sizeOf(maps)).map((count) => count / neurons);
}

/** Mean firing rate at each position of a channel's map in these steps. */
function placesOf(maps: FeatureMaps, channel: number, from: number, to: number): Float32Array {
  const { height, width, channels, spikes } = maps;
  return Float32Array.from({ length: height * width }, (_, place) => {
    let sum = 0;
    for (let t = from; t < to; t++) sum += spikes[t * sizeOf(maps) + place * channels + channel];
    return sum / Math.max(to - from, 1);
  });
}

/** A sentence that names the silent channels. */
export function silentOf(counts: readonly number[]): string {
  const silent = [...counts.keys()].filter((channel) => counts[channel] === 0);
  if (silent.length === 0) return t`no channel is silent`;
  if (silent.length === counts.length) return t`all channels are silent`;
  return silent.length === 1 ? t`channel ${silent} is silent` : t`channels ${silent.join(', ')} are silent`;
}

/** A heading for a layer's maps, and a captioned picture for each channel. */
function makeLayer({ width, height, channels }: FeatureMaps): HTMLElement[] {
  const size = { width: String(width), height: String(height) };
  const pictures = Array.from({ length: channels }, () => element('div', {}, element('canvas', size), element('span')));
  return [element('p', { class: 'pg-note' }), element('div', { class: 'pg-maps', role: 'img' }, ...pictures)];
}

/**
 * Shows each layer's spikes in steps [from, to): a single step in colour, several in ink, darker for higher rates. A
 * channel is silent if it has no spike in all T steps.
 * @param list receives a child for each layer
 */
export function showMaps(list: HTMLElement, { maps = [], T }: Presentation, from: number, to: number, c: Colours) {
  while (list.children.length > maps.length) list.lastChild?.remove();
  maps.forEach((layer, i) => {
    const { height, width, channels } = layer;
    const place = (list.children[i] ?? list.appendChild(element('div'))) as HTMLElement;
    const kind = [height, width, channels].join();
    if (place.dataset.kind !== kind) place.replaceChildren(...makeLayer(layer));
    place.dataset.kind = kind;
    const [line, pictures] = place.children;
    const [all, now] = [countsOf(layer, 0, T), countsOf(layer, from, to)];
    const sum = now.reduce((a, b) => a + b, 0);
    line.textContent = t`Layer ${i + 1}, ${channels} maps of ${height} × ${width} neurons: ${sum === 1 ? t`1 spike` : t`${grouped(sum)} spikes`}, ${silentOf(all)}.`;
    const captions = all.map((count, channel) => (count === 0 ? t`silent` : String(now[channel])));
    pictures.setAttribute(
      'aria-label',
      t`Spikes by channel of layer ${i + 1}: ${captions.map((caption, channel) => `${channel}: ${caption}`).join(', ')}`,
    );
    Array.from(pictures.children).forEach(({ children: [canvas, name] }, channel) => {
      const values = placesOf(layer, channel, from, to);
      paintImage(canvas as HTMLCanvasElement, values, c.paper, to - from === 1 ? c.spike : c.ink);
      name.textContent = captions[channel];
      name.classList.toggle('pg-silent', all[channel] === 0);
    });
  });
}
