// The start page: a recording of a trained network for its animation, and the list of chapters.

import { byPart } from '../../../packages/system/chapters';
import { UserError } from '../../../packages/system/project';
import { IMAGE_SIZE } from '../../../src/common/mnist';
import { introduction } from '../../shared/cells';
import { escapeHtml } from '../../shared/html';
import type { Recording } from '../page/start';
import { joinSentences } from './map-figures';
import { base64, type Reader } from './playground';
import type { Chapter as BookChapter } from './sources';

type Chapter = Pick<BookChapter, 'name' | 'notebook'>;

const T = 100;

/**
 * The HTML of the animation, with its data and a text alternative: 100 steps of a 7 that the trained network reads
 * correctly although another neuron fires as well.
 */
export function movingPicture({ race, labels, pixels: pixelsOf, answer }: Reader) {
  const [image, label] = [pixelsOf(race), labels[race]];
  const { inputs, h, v, fired, counts } = answer(race, { T });
  const pixels = Array.from(image.keys()).filter((pixel) => image[pixel] > 0);
  const most = Math.max(...counts);
  if (most === 0 || counts.indexOf(most) !== label) {
    throw new UserError(
      `build/run: expected a trained network that reads a ${label}; found spike counts ${counts.join(' ')}: delete build/run and run this again`,
    );
  }
  const packed = (values: Float32Array) => base64(new Uint8Array(Float32Array.from(values).buffer));
  const inked = (_: unknown, i: number) =>
    inputs[Math.floor(i / pixels.length) * IMAGE_SIZE + pixels[i % pixels.length]];
  const recording: Recording = {
    T,
    pixels,
    inputs: base64(Uint8Array.from({ length: T * pixels.length }, inked)),
    h: packed(h),
    v: packed(v),
    fired: base64(Uint8Array.from(fired)),
  };
  const others = counts.filter((count, neuron) => neuron !== label && count > 0).length;
  const alt =
    `A handwritten ${label}. In each of ${T} steps its pixels fire at random, dark ones more often. Their spikes reach ten neurons, ` +
    `one for each digit. Neuron ${label} fires ${most} times, ${others === 0 ? 'the others not at all' : 'the others less'}, so the answer is ${label}.`;
  const data = JSON.stringify(recording).replaceAll('<', '\\u003c');
  return [
    '<figure class="start">',
    '<canvas id="start-digit" width="28" height="28" aria-hidden="true"></canvas>',
    `<canvas id="start-canvas" role="img" aria-label="${escapeHtml(alt)}"></canvas>`,
    '<p id="start-said"></p>',
    '<figcaption>A test image, its spikes, and what ten trained neurons make of them. <button type="button" id="start-button" hidden>Pause</button></figcaption>',
    `<noscript><p>${escapeHtml(alt)}</p></noscript>`,
    `<script type="application/json" id="start-data">${data}</script>`,
    '<script src="_static/start.js" defer></script>',
    '</figure>',
  ].join('\n');
}

/** Lists the chapters of each part: number, title, question and minutes. */
function chapterList(chapters: Chapter[]) {
  const entry = ({ name, notebook }: Chapter) => {
    const { title, aim, time } = introduction(notebook);
    return `**[${title}](${name}.ipynb)**\n: ${joinSentences([aim, time])}`.trimEnd();
  };
  return byPart(chapters)
    .map(({ part, chapters: own }) => [`### ${part}`, ...own.map(entry)].join('\n\n'))
    .join('\n\n');
}

/**
 * Writes the start page for Sphinx.
 * @param picture HTML of the animation
 * @param chapters the chapters in order
 * @param groups the other pages of the sidebar
 */
export function startPage(
  text: string,
  picture: string,
  chapters: Chapter[],
  groups: { caption: string; names: string[] }[],
) {
  const parts = byPart(chapters).map(({ part, chapters: own }) => ({
    caption: part,
    names: own.map(({ name }) => name),
  }));
  const trees = [...parts, ...groups]
    .filter(({ names }) => names.length > 0)
    .map(({ caption, names }) => ['```{toctree}', ':hidden:', `:caption: ${caption}`, ...names, '```'].join('\n'));
  return text
    .replace('<!-- picture -->', () => `\`\`\`{raw} html\n${picture}\n\`\`\``)
    .replace('<!-- chapters -->', () => chapterList(chapters))
    .replace('<!-- pages -->', () => trees.join('\n\n'));
}
