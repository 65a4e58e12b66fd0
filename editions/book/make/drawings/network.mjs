// Pixels, spikes, weights, ten neurons, counts: the whole network in one row.
import { recorded, testImage } from './sources.mjs';
import { color, digit, drawing, heading, line, n, neuron, note, path, rect, spike, text, weight } from './style.mjs';

const { image, pixels, trains, counts } = recorded.seven;
const winner = counts.indexOf(Math.max(...counts));
const second = counts.indexOf(Math.max(...counts.filter((_, k) => k !== winner)));

const about = {
  name: 'network',
  title: 'From pixels to spike counts',
  desc: `The 784 pixels of a handwritten 7 become spike trains: the brighter a pixel, the more often it fires. Through 784 × 10 weights the spikes reach ten neurons, one per digit. In 100 steps neuron ${winner} fires ${counts[winner]} times, neuron ${second} fires ${counts[second]} times and the others never, so the answer is ${winner}.`,
  height: 436,
};

const IMAGE = { x: 24, y: 142, cell: 5 };
const TRAIN = { x: 200, step: 5.8, width: 140 };
const NEURON = { x: 530, first: 84, apart: 32, r: 14 };
const BAR = { x: 574, longest: 114 };

export default function network() {
  const trainY = (/** @type {number} */ i) => 112 + i * 58;
  const neuronY = (/** @type {number} */ i) => NEURON.first + i * NEURON.apart;

  const taps = pixels.map((pixel, i) => {
    const x = IMAGE.x + (pixel % 28) * IMAGE.cell;
    const y = IMAGE.y + Math.floor(pixel / 28) * IMAGE.cell;
    const [right, middle] = [x + IMAGE.cell + 1, y + IMAGE.cell / 2];
    return [
      line(right, middle, TRAIN.x - 6, trainY(i), { stroke: color.silent }),
      rect(x - 1, y - 1, IMAGE.cell + 2, IMAGE.cell + 2, { stroke: color.leftover, width: 2 }),
    ];
  });
  const spikes = trains.map((train, i) => [
    line(TRAIN.x - 6, trainY(i), TRAIN.x + TRAIN.width, trainY(i), { stroke: color.silent }),
    [...train].map((s, t) => s === '1' && spike(TRAIN.x + t * TRAIN.step, trainY(i), 18, { width: 2 })),
  ]);

  const from = TRAIN.x + TRAIN.width + 6;
  const to = NEURON.x - NEURON.r;
  const weights = (/** @type {number[]} */ neurons) =>
    neurons.flatMap((k) => pixels.map((_, i) => `M${n(from)} ${n(trainY(i))}L${n(to)} ${n(neuronY(k))}`)).join('');
  const others = counts.map((_, k) => k).filter((k) => k !== winner);

  const neurons = counts.map((count, k) => {
    const won = k === winner;
    const y = neuronY(k);
    return [
      neuron(NEURON.x, y, NEURON.r, String(k), won ? { width: weight.strong, stroke: color.spike, bold: true } : {}),
      count > 0 && rect(BAR.x, y - 9, (count / 100) * BAR.longest, 18, { fill: color.spike, opacity: won ? 1 : 0.55 }),
      line(BAR.x, y - 12, BAR.x, y + 12),
      text(BAR.x + (count / 100) * BAR.longest + 8, y + 6, String(count), {
        align: 'start',
        bold: won,
        fill: count > 0 ? color.ink : color.quiet,
      }),
    ];
  });

  /** @type {[number, string, string][]} */
  const columns = [
    [94, 'pixels', '28 × 28 = 784'],
    [268, 'spikes', 'brighter, more often'],
    [416, 'weights', '784 × 10'],
    [530, 'neurons', 'one per digit'],
    [654, 'counts', 'in 100 steps'],
  ];
  return drawing(
    about,
    columns.map(([x, above, below]) => [heading(x, 42, above), note(x, 418, below)]),
    digit(testImage(image), IMAGE.x, IMAGE.y, IMAGE.cell),
    taps,
    spikes,
    path(weights(others), { stroke: color.silent, width: 1 }),
    path(weights([winner]), { stroke: color.weight, width: 2 }),
    neurons,
  );
}
