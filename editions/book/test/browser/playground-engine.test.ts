/** The playground computes the same bits as the engine in Node. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { readMnist } from '../../../../hosts/node/data';
import { createEngine } from '../../../../hosts/node/engines';
import type { EventEngine } from '../../../../packages/event-engine/engine';
import { toNir, toSafetensors } from '../../../../packages/formats/exchange';
import type { LayerOptions } from '../../../../packages/networks/options/layers';
import { DEFAULT_NEURON } from '../../../../packages/networks/options/neuron-options';
import { initialNetwork } from '../../../../packages/networks/options/weights';
import type { Mnist } from '../../../../src/common/mnist';
import { Purpose, RandomStream } from '../../../../src/common/random';
import { poissonBlock } from '../../../../src/snn/poisson-block';
import { inChromium } from '../../../../test/support/browser';
import { openPlayground, type Playground } from './playground';

declare global {
  interface Window {
    textOf(values: Uint8Array | Float32Array): string;
  }
}
const floats = (text: string) => new Float32Array(new Uint8Array(Buffer.from(text, 'base64')).buffer);

describe('The engine of the playground', inChromium, () => {
  let data: Mnist;
  let weights: Float32Array;
  /** Neurons of the hidden layer, while the network that has one reads. */
  let hidden: number | undefined;
  /** All layers, while those of the network that reads convolve. */
  let layers: LayerOptions[] | undefined;
  let playground: Playground;
  let page: Page;
  before(async () => {
    data = readMnist();
    playground = await openPlayground({ '/test-images': data.test.images });
    page = playground.page;
    // Numbers come as text: Playwright would look at each of a hundred thousand by itself.
    await page.addScriptTag({
      content: `window.textOf = (values) => {
        let text = '';
        for (const byte of new Uint8Array(values.buffer, values.byteOffset, values.byteLength)) text += String.fromCharCode(byte);
        return btoa(text);
      }`,
    });
    weights = await weightsOfPage();
  });
  after(() => playground.close());
  const weightsOfPage = async () =>
    floats(await page.evaluate(() => window.textOf(window.playground.state().network.weights)));

  async function engineOf(seed: number, T: number, tau: number): Promise<EventEngine> {
    const neuron = { ...DEFAULT_NEURON, tau };
    const options = { data, seed, T, batchSize: 128, learningRate: 1e-3, neuron, hidden, layers };
    const engine = await createEngine('event', options);
    const zeros = () => new Float32Array(weights.length);
    await engine.restore({ weights, m: zeros(), v: zeros(), step: 0 });
    return engine;
  }

  test('The page weighs under 1.5 MB', () => {
    const weight = playground.watched.weight();
    console.log(`the page of the playground weighs ${(weight / 1e3).toFixed(0)} kB`);
    assert.ok(weight > 50_000 && weight < 1_500_000, `${weight} bytes`);
  });

  /** What the page did with a test image; spikes as one bit each. */
  const shown = (index: number, question: { epoch: number; seed: number; T: number; tau: number }) =>
    page.evaluate(
      ({ pixels, question }) => {
        const { inputs, h, v, fired, hidden, maps, answer } = window.playground.show(
          Uint8Array.from(pixels, (pixel) => pixel.charCodeAt(0)),
          question,
        );
        const packed = new Uint8Array(inputs.length / 8);
        inputs.forEach((spike, i) => {
          packed[i >> 3] |= spike << (i & 7);
        });
        return {
          inputs: window.textOf(packed),
          h: window.textOf(h),
          v: window.textOf(v),
          fired: window.textOf(Float32Array.from(fired)),
          hidden: hidden && window.textOf(Float32Array.from(hidden)),
          maps: maps?.map(({ spikes }) => window.textOf(Float32Array.from(spikes))),
          answer,
        };
      },
      {
        pixels: Buffer.from(data.test.images.subarray(index * 784, (index + 1) * 784)).toString('latin1'),
        question: { ...question, index },
      },
    );

  const unpacked = (text: string, length: number) => {
    const packed = Buffer.from(text, 'base64');
    return Uint8Array.from({ length }, (_, i) => (packed[i >> 3] >> (i & 7)) & 1);
  };

  /** Input spikes [T, 784] by the generator as it is written down in TypeScript. */
  function expectedSpikes(index: number, seed: number, epoch: number, T: number): Uint8Array {
    const out = new Uint8Array(T * 784);
    const thresholds = Array.from(data.test.images.subarray(index * 784, (index + 1) * 784), (k) => k * 65793);
    for (let block = 0; block * 128 < T; block++) {
      const words = new Uint32Array(784 * 4);
      poissonBlock(thresholds, new RandomStream(seed, Purpose.TestSpikes, epoch, index, block), words);
      for (let t = 0; t < Math.min(128, T - block * 128); t++) {
        for (let p = 0; p < 784; p++) out[(block * 128 + t) * 784 + p] = (words[p * 4 + (t >> 5)] >>> (t & 31)) & 1;
      }
    }
    return out;
  }

  async function compare(indices: number[], question: { epoch: number; seed: number; T: number; tau: number }) {
    const engine = await engineOf(question.seed, question.T, question.tau);
    for (const index of indices) {
      const page = await shown(index, question);
      const trace = await engine.trace({ split: 'test', epoch: question.epoch, index });
      const mine = await engine.rates({ split: 'test', epoch: question.epoch, indices: [index] });
      const spikes = expectedSpikes(index, question.seed, question.epoch, question.T);
      assert.deepEqual(unpacked(page.inputs, spikes.length), spikes, `input spikes of image ${index}`);
      assert.deepEqual(floats(page.h), trace.h, `potentials of image ${index} before firing`);
      assert.deepEqual(floats(page.v), trace.v, `potentials of image ${index}`);
      assert.deepEqual(floats(page.fired), trace.spike, `output spikes of image ${index}`);
      const before = page.maps ? [...page.maps].reverse() : [page.hidden ?? ''];
      for (let own = trace.hidden; own; own = own.hidden)
        assert.deepEqual(floats(before.shift() ?? ''), own.spike, `hidden spikes of ${index}`);
      assert.equal(page.answer, mine.indexOf(Math.max(...mine)), `answer to image ${index}`);
    }
    await engine.close();
  }

  test('The first 100 test images have the spikes, potentials and answers of the engine in Node', async () => {
    await compare(
      Array.from({ length: 100 }, (_, i) => i),
      { epoch: 100, seed: 0, T: 100, tau: 2 },
    );
  });

  test('So they have with another seed, time constant and more than a block of steps', async () => {
    await compare([0, 8, 9999], { epoch: 3, seed: 4294967295, T: 150, tau: 5 });
  });

  /** Compares the rates of the first test images, and returns how many of them are read. */
  async function compareAll(count = data.test.count, T = 100) {
    const found = await page.evaluate(
      async ([count, T, purpose]) => {
        const images = new Uint8Array(await (await fetch('/test-images')).arrayBuffer());
        const { kernel, tau } = window.playground.state().network;
        const stream = { purpose, epoch: 100, index: 0, seed: 0 };
        return window.textOf(kernel.rates(images.subarray(0, 784 * count), T, tau, stream));
      },
      [count, T, Purpose.TestSpikes] as const,
    );
    const engine = await engineOf(0, T, 2);
    const all = Uint32Array.from({ length: count }, (_, i) => i);
    const expected = await engine.rates({ split: 'test', epoch: 100, indices: all });
    await engine.close();
    assert.deepEqual(floats(found), expected);
    const best = (i: number) =>
      expected.subarray(10 * i, 10 * i + 10).reduce((a, rate, j, own) => (rate > own[a] ? j : a), 0);
    return data.test.labels.subarray(0, count).reduce((sum, label, i) => sum + Number(best(i) === label), 0);
  }

  test('The answers to all 10,000 test images are those of the engine', async () => {
    await compareAll();
  });

  test('The weights of the hidden layer are loaded when it is asked for', async () => {
    const before = playground.watched.weight();
    await page.evaluate(() => window.playground.use('hidden'));
    const more = playground.watched.weight() - before;
    console.log(`the network with a hidden layer weighs ${(more / 1e3).toFixed(0)} kB more`);
    assert.ok(more > 300_000 && more < 500_000, `${more} bytes`);
    weights = await weightsOfPage();
    hidden = weights.length / (784 + 10);
    assert.equal(hidden, 96);
  });

  test('With a hidden layer, too, spikes of both layers, potentials and answers are those of the engine', async () => {
    await compare(
      Array.from({ length: 30 }, (_, i) => i),
      { epoch: 100, seed: 0, T: 100, tau: 2 },
    );
    await compare([0, 8, 9999], { epoch: 3, seed: 4294967295, T: 150, tau: 5 });
    const right = await compareAll();
    assert.ok(right >= 9700, `${right} of 10,000 are read`);
  });

  test('Layers that convolve have the spikes, potentials and answers of the engine, too', async () => {
    await page.evaluate(() => window.playground.use('convolutional'));
    weights = await weightsOfPage();
    const convolve = (channels: number) => ({ convolve: { channels, kernel: 5 }, pool: 'spikes' }) as const;
    [hidden, layers] = [undefined, [convolve(12), convolve(24), {}]];
    await compare([0, 8, 9999], { epoch: 3, seed: 1, T: 20, tau: 3.5 });
    const right = await compareAll(500, 20);
    assert.ok(right >= 490, `${right} of 500 are read`);
    layers = undefined;
  });

  test('A network of a reader’s file has the spikes, potentials and answers of the engine, and leaves as it came', async () => {
    const before = playground.watched.weight();
    const neuron = { ...DEFAULT_NEURON, tau: 3.5 };
    for (const [format, write, width] of [
      ['nir', toNir, 7],
      ['safetensors', toSafetensors, undefined],
    ] as const) {
      weights = initialNetwork(1, width).map((weight) => 8 * weight);
      hidden = width;
      const bytes = write({ weights, neuron });
      await page
        .getByTestId('file')
        .setInputFiles({ name: `mine.${format}`, mimeType: '', buffer: Buffer.from(bytes) });
      const layers = width === undefined ? '784-10' : `784-${width}-10`;
      await page.getByText(`mine.${format} reads now: ${layers}, τ 3.5 (its own).`).waitFor();
      await compare([0, 8, 9999], { epoch: 3, seed: 1, T: 100, tau: 3.5 });

      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: format === 'nir' ? 'Save as NIR' : 'Save as safetensors' }).press('Enter'),
      ]);
      assert.equal(download.suggestedFilename(), `network-${layers}.${format}`);
      assert.deepEqual(new Uint8Array(readFileSync(await download.path())), bytes);
    }
    const more = playground.watched.weight() - before;
    console.log(`the script that reads and writes files weighs ${(more / 1e3).toFixed(0)} kB`);
    assert.ok(more > 10_000 && more < 70_000, `${more} bytes`);
    assert.deepEqual(playground.watched.faults, []);
  });
});
