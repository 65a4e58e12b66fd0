/** The page without a library: the spikes of the event engine, and a drawing that is read. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { readMnist } from '../../../../hosts/node/data';
import { createEngine } from '../../../../hosts/node/engines';
import { fromSafetensors, toSafetensors } from '../../../../packages/formats/exchange';
import { resolveLayers } from '../../../../packages/networks/options/layers';
import { DEFAULT_NEURON, type NeuronOptions } from '../../../../packages/networks/options/neuron-options';
import { initialNetwork } from '../../../../packages/networks/options/weights';
import { axeFaults, inChromium } from '../../../../test/support/browser';
import { book, disk, openSite, root, type Site } from './site';

/** What the page's script defines. */
declare const parse: (buffer: ArrayBuffer) => unknown;
declare const run: (network: unknown, input: number[][]) => number[][];

const IMAGES = 20;
const T = 100;
const data = readMnist();

describe('The page without a library', inChromium, () => {
  let site: Site;
  let page: Page;
  let faults: string[];
  before(async () => {
    site = await openSite();
    ({ page, faults } = await site.open('bare/index.html'));
    await page.getByText('Draw a digit.').waitFor();
  });
  after(() => site.close());

  test('has fewer than 60 lines, which the book shows', () => {
    const lines = readFileSync(join(root, 'editions', 'book', 'bare', 'index.html'), 'utf8')
      .trimEnd()
      .split('\n');
    assert.ok(lines.length < 60, `${lines.length} lines`);
    assert.match(readFileSync(join(book, 'bare.html'), 'utf8'), /only what fires costs an addition/);
  });

  const trained = fromSafetensors(new Uint8Array(readFileSync(join(book, 'bare', 'network.safetensors'))));
  const hidden = initialNetwork(0, 96).map((weight) => 8 * weight);
  const NETWORKS: [string, Float32Array, NeuronOptions, number?][] = [
    ['trained in chapter 4', trained.weights, trained.neuron as NeuronOptions],
    ['with another reset', trained.weights, { ...DEFAULT_NEURON, tau: 3, vReset: null, decayInput: false }],
    ['with a hidden layer', hidden, DEFAULT_NEURON, 96],
  ];
  for (const [name, weights, neuron, width] of NETWORKS) {
    test(`fires as the event engine does: a network ${name}`, async () => {
      const engine = await createEngine('event', { data, T, neuron, hidden: width });
      await engine.restore({ weights, m: weights.map(() => 0), v: weights.map(() => 0), step: 0 });
      const network = await page.evaluateHandle(
        (text) => parse(Uint8Array.from(text, (byte) => byte.charCodeAt(0)).buffer),
        // As one text: Playwright would look at each byte by itself, and so at each spike.
        Buffer.from(toSafetensors({ weights, neuron })).toString('latin1'),
      );
      let [count, different] = [0, 0];
      for (let index = 0; index < IMAGES; index++) {
        const shown = { split: 'test', epoch: 0, index } as const;
        const spikes = await engine.spikes(shown);
        const input = Array.from({ length: T }, (_, t) =>
          Array.from({ length: 784 }, (_, i) => i).filter((i) => spikes[784 * t + i] === 1),
        );
        const fired = await page.evaluate(([network, input]) => JSON.stringify(run(network, JSON.parse(input))), [
          network,
          JSON.stringify(input),
        ] as const);
        const found = JSON.parse(fired) as number[][];
        const { spike } = await engine.trace(shown);
        for (const [t, firing] of found.entries()) {
          for (let j = 0; j < 10; j++) different += Number(firing.includes(j) !== (spike[10 * t + j] === 1));
          count += firing.length;
        }
      }
      await engine.close();
      assert.equal(different, 0);
      assert.ok(count > 100, `${count} spikes`);
    });
  }

  test('reads a one that is drawn by mouse', async () => {
    const box = await page.locator('canvas').boundingBox();
    assert.ok(box);
    await page.mouse.move(box.x + 150, box.y + 40);
    await page.mouse.down();
    await page.mouse.move(box.x + 130, box.y + 240, { steps: 10 });
    await page.mouse.up();
    await page.getByText(/It reads 1\.$/).waitFor({ timeout: 5000 });
    assert.deepEqual(await axeFaults(page), []);
    assert.deepEqual(faults, []);
  });

  test('refuses a damaged file or another network in one line, and the one before goes on reading', async () => {
    const network = { weights: trained.weights, neuron: DEFAULT_NEURON };
    const layers = resolveLayers({ layers: [{ synapse: { tau: 4 } }] });
    const whole = toSafetensors(network);
    const text = Buffer.from(whole).toString('latin1');
    const withNaN = Uint8Array.from(whole);
    withNaN.set([0, 0, 0xc0, 0x7f], whole.length - 4);
    const WRONG: [string, Uint8Array][] = [
      ['an empty file', new Uint8Array()],
      ['one that ends in its header', whole.subarray(0, 40)],
      ['one that ends within a number', whole.subarray(0, -1)],
      ['NaN among the weights', withNaN],
      ['a turned matrix', Buffer.from(text.replace('[10,784]', '[784,10]'), 'latin1')],
      ['nothing about the neurons', Buffer.from(text.replace('__metadata__', '__metadeta__'), 'latin1')],
      ['outputs that do not fire', toSafetensors({ ...network, readout: 'mean-potential' })],
      ['layers of other neurons', toSafetensors({ ...network, layers })],
    ];
    const input = page.locator('input');
    const said = page.locator('output');
    for (const [what, bytes] of WRONG) {
      await input.setInputFiles(join(book, 'bare', 'network.safetensors'));
      await said.getByText('Draw a digit.').waitFor();
      await input.setInputFiles({ name: 'net.safetensors', mimeType: '', buffer: Buffer.from(bytes) });
      await said
        .getByText(/^Expected the \.safetensors file of a network of this tutorial, found .+\)\.$/)
        .waitFor({ timeout: 5000 })
        .catch((error) => assert.fail(`${what}: ${error.message}`));
    }
    await page.getByRole('button', { name: 'Clear' }).click();
    await said.getByText('Draw a digit.').waitFor();
    await page.locator('canvas').click();
    await said.getByText(/^Spikes of the neurons 0 to 9 in 100 steps: 0, .*, 0\. No neuron has fired\.$/).waitFor();
    assert.deepEqual(faults, []);
  });

  test('opens from disk, where the network is chosen', async () => {
    const { page: other, faults: found } = await site.open('bare/index.html', {}, disk);
    await other.getByText('Choose a .safetensors file.').waitFor();
    await other.locator('input').setInputFiles(join(book, 'bare', 'network.safetensors'));
    await other.getByText('Draw a digit.').waitFor();
    assert.deepEqual(found, []);
    await other.context().close();
  });
});
