// The start page: what a trained network does with the first test image, for the page to draw, and the list of
// chapters.

import { byPart } from '../../../packages/system/chapters';
import { UserError } from '../../../packages/system/project';
import { IMAGE_SIZE } from '../../../src/common/mnist';
import { introduction } from '../../shared/cells';
import { escapeHtml } from '../../shared/html';
import { sentences } from './map-figures';
import type { Reader } from './playground';
import type { Chapter as BookChapter } from './sources';

type Chapter = Pick<BookChapter, 'name' | 'notebook'>;

const T = 100;
/**
 * The range of what is drawn for a potential: itself from 0 upwards, and below, where most neurons are, its logarithm.
 */
const [LOW, HIGH] = [-2.8, 1.5];
const drawn = (potential: number) => Math.min(Math.max(potential < 0 ? -Math.log1p(-potential) : potential, LOW), HIGH);

const bits = (values: number[]) => {
  const packed = new Uint8Array(Math.ceil(values.length / 8));
  values.forEach((value, i) => {
    if (value) packed[i >> 3] |= 1 << (i & 7);
  });
  return Buffer.from(packed).toString('base64');
};

/**
 * The moving picture, with the numbers that it draws, and a sentence for who does not see it: 100 steps with a 7 that
 * the trained network reads, but not without a race, where another neuron fires as well.
 */
export function movingPicture({ race, labels, pixels: pixelsOf, answer }: Reader) {
  const [image, label] = [pixelsOf(race), labels[race]];
  const { inputs, h, fired, counts } = answer(race, { T });
  const pixels = Array.from(image.keys()).filter((pixel) => image[pixel] > 0);
  const most = Math.max(...counts);
  if (most === 0 || counts.indexOf(most) !== label) {
    throw new UserError(
      `build/run: expected a trained network that reads a ${label}; found spike counts ${counts.join(' ')}: delete build/run and run this again`,
    );
  }
  const run = {
    T,
    pixels,
    ink: pixels.map((pixel) => image[pixel]),
    inputs: bits(
      Array.from(
        { length: T * pixels.length },
        (_, i) => inputs[Math.floor(i / pixels.length) * IMAGE_SIZE + pixels[i % pixels.length]],
      ),
    ),
    potentials: Buffer.from(
      Uint8Array.from(h, (value) => Math.round((255 * (drawn(value) - LOW)) / (HIGH - LOW))),
    ).toString('base64'),
    fired: bits(Array.from(fired)),
    low: LOW,
    high: HIGH,
  };
  const others = counts.filter((count, neuron) => neuron !== label && count > 0).length;
  const alt =
    `A handwritten ${label}. In each of ${T} steps its pixels fire at random, dark ones more often. Their spikes reach ten neurons, ` +
    `one for each digit. Neuron ${label} fires ${most} times, ${others === 0 ? 'the others not at all' : 'the others less'}, so the answer is ${label}.`;
  const data = JSON.stringify(run).replaceAll('<', '\\u003c');
  return [
    '<figure class="start">',
    `<canvas id="start-canvas" role="img" aria-label="${escapeHtml(alt)}" width="704" height="330"></canvas>`,
    '<figcaption>A test image, its spikes, and what ten trained neurons make of them. <button type="button" id="start-button" hidden>Pause</button></figcaption>',
    `<noscript><p>${escapeHtml(alt)}</p></noscript>`,
    `<script type="application/json" id="start-data">${data}</script>`,
    '<script src="_static/start.js" defer></script>',
    '</figure>',
  ].join('\n');
}

/** The chapters as a list in each part: number and title, what the reader will be able to do, and how long it takes. */
function chapterList(chapters: Chapter[]) {
  const entry = ({ name, notebook }: Chapter) => {
    const { title, aim, time } = introduction(notebook);
    return `**[${title}](${name}.ipynb)**\n: ${sentences([aim, time])}`.trimEnd();
  };
  return byPart(chapters)
    .map(({ part, chapters: own }) => [`### ${part}`, ...own.map(entry)].join('\n\n'))
    .join('\n\n');
}

const toctree = (caption: string, names: string[]) =>
  names.length === 0 ? '' : ['```{toctree}', ':hidden:', `:caption: ${caption}`, ...names, '```'].join('\n');

/**
 * The start page for Sphinx.
 * @param picture the HTML of the moving picture
 * @param chapters the chapters in order
 * @param groups the other pages of the sidebar
 */
export function startPage(
  text: string,
  picture: string,
  chapters: Chapter[],
  groups: { caption: string; names: string[] }[],
) {
  const trees = [
    ...byPart(chapters).map(({ part, chapters: own }) =>
      toctree(
        part,
        own.map(({ name }) => name),
      ),
    ),
    ...groups.map(({ caption, names }) => toctree(caption, names)),
  ];
  return text
    .replace('<!-- picture -->', () => `\`\`\`{raw} html\n${picture}\n\`\`\``)
    .replace('<!-- chapters -->', () => chapterList(chapters))
    .replace('<!-- pages -->', () => trees.filter(Boolean).join('\n\n'));
}
