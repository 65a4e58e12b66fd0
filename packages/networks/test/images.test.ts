/** Images of one's own as data of engines: of other sizes than MNIST's, in colours, with other classes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createEngine } from '../../../hosts/node/engines';
import { computeSmallTensors } from '../../../test/support/data';
import { assertClose } from '../../../test/support/golden';
import { fromArrays } from '../../formats/datasets';
import { AnnEngine } from '../ann-engine';
import type { Images } from '../images';
import type { EngineOptions } from '../options/engine';
import { snn } from '../tfjs/networks';
import { train } from '../train';

computeSmallTensors();

/** Each class is bright in a fifth of its numbers; a half of the others is black. */
function makeImages(rows: number, columns: number, channels: number, count = 40): Images {
  const size = rows * columns * channels;
  const labels = Array.from({ length: count }, (_, i) => i % 5);
  const byte = (i: number, at: number) =>
    at % 5 === labels[i] ? 255 - ((i + at) % 60) : at % 2 === 0 ? 0 : (at * 7 + i * 13) % 50;
  const images = labels.map((_, i) => Array.from({ length: size }, (_, at) => byte(i, at)));
  return fromArrays({ rows, columns, channels, images, labels, seed: 1 });
}

const batch = Uint32Array.from({ length: 20 }, (_, i) => i);

/** What an engine makes of the data: rates, results of two batches, and the weights after these. */
async function learn(name: 'event' | 'tfjs', options: EngineOptions) {
  const engine = await createEngine(name, { learningRate: 0.01, neuron: { vThreshold: 0.1 }, gain: 2, ...options });
  try {
    const rates = await engine.rates({ split: 'test', epoch: 0, indices: [0, 1, 2, 3, 4, 5] });
    const results = [await engine.trainBatch(0, batch), await engine.trainBatch(1, batch)];
    return { rates, results, ...(await engine.state()) };
  } finally {
    await engine.close();
  }
}

const colours = makeImages(8, 8, 3);
const large = makeImages(20, 30, 3);
const cases: [what: string, options: EngineOptions][] = [
  ['8 × 8 colours', { data: colours, T: 20 }],
  ['8 × 8 colours and a hidden layer', { data: colours, T: 40, hidden: 20 }],
  ['8 × 8 colours that are moved', { data: colours, T: 20, shift: 2 }],
  ['8 × 8 colours as they are', { data: colours, T: 10, encoder: 'direct' }],
  ['8 × 8 colours by latency', { data: colours, T: 10, encoder: 'latency' }],
  [
    'a convolution of 8 × 8 colours',
    { data: colours, T: 10, layers: [{ convolve: { channels: 4, kernel: 3, shape: [3, 8, 8] } }, {}] },
  ],
  ['28 × 28 in five classes', { data: makeImages(28, 28, 1), T: 20 }],
  ['20 × 30 colours, which are drawn outside of the kernel', { data: large, T: 130, hidden: 14, shift: 3 }],
  ['20 × 30 colours as they are', { data: large, T: 10, encoder: 'direct', hidden: 14 }],
  ['20 × 30 colours by latency', { data: large, T: 10, encoder: 'latency' }],
  [
    'a convolution of 20 × 30 colours',
    { data: large, T: 10, layers: [{ convolve: { channels: 4, kernel: 5, stride: 3, shape: [3, 20, 30] } }, {}] },
  ],
  [
    'a convolution of 20 × 30 colours as they are',
    {
      data: large,
      T: 10,
      encoder: 'direct',
      layers: [{ convolve: { channels: 4, kernel: 5, stride: 3, shape: [3, 20, 30] } }, {}],
    },
  ],
];

for (const [what, options] of cases) {
  test(`both engines learn the same of ${what}, with one thread and two`, async () => {
    const [event, tfjs] = [await learn('event', { ...options, threads: 1 }), await learn('tfjs', options)];
    assert.equal(event.rates.length, 6 * 5);
    assert.ok(event.rates.some((rate) => rate > 0));
    assertClose(event.rates, Array.from(tfjs.rates), 1e-6, 'rates');
    event.results.forEach(({ loss, correct }, i) => {
      assertClose([loss], [tfjs.results[i].loss], 1e-6, `loss of batch ${i}`);
      assert.equal(correct, tfjs.results[i].correct);
    });
    assertClose(event.weights, Array.from(tfjs.weights), 1e-4, 'weights');
    assert.deepEqual(await learn('event', { ...options, threads: 2 }), event);
  });
}

test('the kernel is given the spikes of a large image that the encoder draws', async () => {
  const engine = await createEngine('event', { data: large, T: 140, threads: 1 });
  const spikes = await engine.spikes({ split: 'train', epoch: 3, index: 7 });
  const { spikes: perStep } = await engine.statistics({ split: 'train', epoch: 3, indices: [7] });
  await engine.close();
  assert.ok(Math.abs(perStep * 140 - spikes.reduce((sum, spike) => sum + spike)) < 1e-6);
  // Of each pixel the red, the green and the blue one; of these the share of steps is the intensity.
  const { images } = large.train;
  for (const [pixel, channel] of [
    [0, 1],
    [301, 2],
    [599, 0],
  ]) {
    const intensity = images[7 * 1800 + 3 * pixel + channel] / 255;
    const count = Array.from({ length: 140 }, (_, t) => spikes[1800 * t + 600 * channel + pixel]);
    const share = count.reduce((sum, spike) => sum + spike) / 140;
    assert.ok(Math.abs(share - intensity) < 0.17, `${share} for ${intensity}`);
  }
});

test('the largest images in colours fit, and every engine learns them', async () => {
  const data = makeImages(128, 128, 3, 25);
  const engine = await createEngine('event', { data, hidden: 50, T: 4, threads: 2, batchSize: 10 });
  const { loss } = await engine.trainBatch(0, batch.subarray(0, 10));
  await engine.close();
  assert.ok(loss > 0);
  const ann = new AnnEngine({ data, batchSize: 10, learningRate: 1e-4 });
  const { testAccs } = await train({ engine: ann, epochs: 3 });
  assert.equal(testAccs[2], 1);
  const network = snn({ inputs: 49_152, layers: [{ neurons: 5 }] });
  assert.deepEqual(network.inputs[0].shape, [null, 49_152]);
  network.dispose();
});

test('images that are not whole are refused in one line', async () => {
  const broken: [data: object, message: RegExp][] = [
    [{ ...colours, rows: 7 }, /^data\.train: expected 30 images of 168 bytes .* found 5760 bytes and 30 labels$/],
    [{ ...colours, rows: 129 }, /^data\.rows: expected a whole number from 1 to 128, found 129$/],
    [{ ...colours, channels: 2 }, /^data\.channels: expected 1 \(grey\) or 3 \(colours\), found 2$/],
    [{ ...colours, classes: 4 }, /^data\.train: expected labels from 0 to 3, found 4$/],
    [{ ...colours, classes: 1001 }, /^data\.classes: expected a whole number from 2 to 1000, found 1001$/],
    [{ ...colours, test: undefined }, /^data\.test\.images: expected a Uint8Array, found undefined$/],
    [
      { ...colours, test: { ...colours.test, labels: [0] } },
      /^data\.test\.labels: expected a Uint16Array, found Array$/,
    ],
  ];
  for (const [data, message] of broken)
    for (const name of ['event', 'tfjs'] as const)
      await assert.rejects(createEngine(name, { data: data as Images }), { message });
  const convolve = { channels: 4, kernel: 3 };
  await assert.rejects(createEngine('event', { data: colours, layers: [{ convolve }, {}] }), {
    message:
      /^shape: expected the 3 × 8 × 8 inputs of the data, found 1 × 28 × 28; say which channels, rows and columns/,
  });
});
