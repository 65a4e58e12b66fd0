/** What the playground tells: its start, Why?, the experiments, links to a drawing, the keys. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { toSafetensors } from '../../../../packages/formats/exchange';
import { npyBytes } from '../../../../packages/formats/npy';
import { resolveLayers } from '../../../../src/common/layers';
import { DEFAULT_NEURON, type NeuronOptions } from '../../../../src/common/neuron-options';
import { initialNetwork, initialParameters } from '../../../../src/common/weights';
import { axeFaults, inChromium } from '../../../../test/support/browser';
import { answer, DIGITS, draw, openPlayground, PHONE, type Playground, rates } from './playground';

describe('The playground tells', inChromium, () => {
  let playground: Playground;
  let page: Page;
  before(async () => {
    playground = await openPlayground();
    page = playground.page;
  });
  after(() => playground.close());

  test('It starts by itself with a 7 in slow motion, unless the reader wants no motion', async () => {
    const { page } = await playground.opened('playground.html');
    await page.getByRole('button', { name: 'Pause' }).waitFor();
    await page
      .locator('#pg-note')
      .getByText(/fired in .*\b\d\d? steps/)
      .waitFor();
    await page.getByTestId('answer').getByText('7', { exact: true }).waitFor();
    await page.context().close();
    const { page: still } = await playground.opened('playground.html', { reducedMotion: 'reduce' });
    assert.equal(await answer(still), '7');
    assert.match((await still.locator('#pg-note').textContent()) ?? '', /of 100 steps/);
    await still.context().close();
  });

  test('Where no neuron has fired, the answer is a question mark', async () => {
    await page.evaluate(() => window.playground.show(new Uint8Array(784), { T: 100, tau: 2, seed: 0 }));
    assert.equal(await answer(page), '?');
    assert.match((await page.locator('#pg-note').textContent()) ?? '', /No neuron has fired in 100 steps/);
    await page.getByTestId('why').click();
    await page.getByText('No neuron has fired, so there is no winner to explain.').waitFor();
    await page.getByTestId('why').click();
  });

  test('Why? lays the weights of the winner over the drawing', async () => {
    await page.getByTestId('clear').click();
    await draw(page, DIGITS[7]);
    await answer(page);
    const drawn = () => page.getByTestId('canvas').evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL());
    const before = await drawn();
    await page.getByTestId('why').press('Enter');
    await page.getByText(/Weights of neuron 7/).waitFor();
    const colours = await page.getByTestId('canvas').evaluate((element) => {
      const canvas = element as HTMLCanvasElement;
      const { image, weights } = window.playground;
      const [pixels, all] = [image(), weights()];
      const pen = canvas.getContext('2d') as CanvasRenderingContext2D;
      const size = canvas.width / 28;
      // Of the pixels with ink those whose weights are the largest, up and down.
      const inked = pixels.flatMap((ink, pixel) => (ink > 200 ? [{ pixel, weight: all[pixel * 10 + 7] }] : []));
      inked.sort((a, b) => a.weight - b.weight);
      const { data } = pen.getImageData(0, 0, canvas.width, canvas.height);
      return [inked[0], inked[inked.length - 1]].map(({ pixel, weight }) => {
        const [x, y] = [((pixel % 28) + 0.5) * size, (Math.floor(pixel / 28) + 0.5) * size];
        const [red, , blue] = data.subarray(4 * (y * canvas.width + x));
        return { weight, red, blue };
      });
    });
    const [down, up] = colours;
    assert.ok(down.weight < 0 && down.blue > down.red, JSON.stringify(down));
    assert.ok(up.weight > 0 && up.red > up.blue, JSON.stringify(up));
    await page.getByTestId('why').press('Enter');
    await answer(page);
    assert.equal(await drawn(), before);
  });

  test('Each experiment shows what it promises', async () => {
    const results = page.getByTestId('experiments').locator('li');
    const outcome = async (name: string) => {
      const card = results.filter({ has: page.getByRole('button', { name }) });
      await card.getByRole('button').click();
      await card.locator('b').nth(1).waitFor();
      const said = await card.locator('b').allTextContents();
      assert.equal(await answer(page), said[1], 'the page shows what is after the change');
      return said;
    };
    const [before, after] = await outcome('Raise τ');
    assert.equal(before, '7');
    assert.notEqual(after, '7');
    assert.ok((await page.locator('#pg-tau').inputValue()) > '2');
    const [sure, hasty] = await outcome('Set T to 1');
    assert.equal(await page.locator('#pg-T').inputValue(), '1');
    assert.match(sure, /^\d$/);
    assert.match(hasty, /^\d$/);
    assert.notEqual(sure, hasty);
    const text = await results.filter({ hasText: 'Set T to 1' }).textContent();
    assert.ok(text?.includes(`the digit ${sure}.`), text ?? '');
    const [shallow, deep] = await outcome('Add a hidden layer');
    assert.notEqual(shallow, deep);
    assert.ok(
      (await results.filter({ hasText: 'Add a hidden layer' }).textContent())?.includes(`the digit ${deep}.`),
      deep,
    );
    assert.ok(await page.getByRole('radio', { name: 'a hidden layer, too' }).isChecked());
    assert.deepEqual(await outcome('Remove the 7’s bar'), ['7', '1'], 'the others are about one layer');
    assert.ok(await page.getByRole('radio', { name: 'one layer' }).isChecked());
    await page.getByRole('button', { name: 'Reset settings' }).click();
    assert.equal(await page.locator('#pg-T').inputValue(), '100');
  });

  test('A key chooses the network with a hidden layer, which says who it is and which of its neurons spoke', async () => {
    await page.getByTestId('clear').click();
    await page.getByTestId('canvas').focus();
    await page.keyboard.press('4');
    await page
      .locator('#pg-count')
      .getByText(/^Network 784-10: /)
      .waitFor();
    assert.ok(!(await page.locator('#pg-hidden-neurons').isVisible()));
    await page.getByRole('radio', { name: 'one layer' }).focus();
    await page.keyboard.press('ArrowRight');
    await page
      .locator('#pg-count')
      .getByText(/^Network 784-96-10: .* hidden spikes \(\d+ of 96 neurons spoke\)/)
      .waitFor();
    assert.ok(page.url().includes('playground.html'), 'the arrows turn no page');
    assert.equal(await answer(page), '4');
    await page.getByText('Hidden neurons that spoke most for 4, and how often:').waitFor();
    const speakers = page.locator('#pg-speakers-list li');
    assert.equal(await speakers.count(), 6);
    const { spikes, weights } = JSON.parse(
      await page.evaluate(() => {
        const { hidden = [] } = window.playground.spikes();
        return JSON.stringify({ spikes: hidden, weights: window.playground.weights() });
      }),
    ) as { spikes: number[]; weights: number[] };
    const counts = Array.from({ length: 96 }, (_, n) => spikes.reduce((sum, s, i) => sum + (i % 96 === n ? s : 0), 0));
    const said = counts.map((count, n) => count * weights[784 * 96 + 10 * n + 4]);
    const most = [...said.keys()].sort((a, b) => said[b] - said[a]).slice(0, 6);
    assert.deepEqual(
      await speakers.locator('canvas').evaluateAll((all) => all.map((canvas) => canvas.getAttribute('aria-label'))),
      most.map((n) => `What hidden neuron ${n} looks for`),
    );
    assert.deepEqual(
      await speakers.allTextContents(),
      most.map((n) => `${counts[n]}`),
    );

    // A square per neuron: those that fire in the step that is shown have the colour of a spike.
    await page.getByRole('slider', { name: /Shown up to step/ }).fill('42');
    await answer(page);
    const coloured = await page.locator('#pg-hidden-neurons').evaluate((element) => {
      const canvas = element as HTMLCanvasElement;
      const pen = canvas.getContext('2d') as CanvasRenderingContext2D;
      const { data } = pen.getImageData(0, 0, 96, 96);
      return Array.from({ length: 96 }, (_, n) => {
        const at = 4 * (96 * (Math.floor(n / 12) * 12 + 6) + (n % 12) * 8 + 4);
        return data[at] - data[at + 2] > 60;
      });
    });
    assert.deepEqual(
      coloured,
      Array.from({ length: 96 }, (_, n) => spikes[41 * 96 + n] === 1),
    );
    await page.getByTestId('why').click();
    await page.getByText(/Weights to neuron 4, by way of the hidden neurons that spoke/).waitFor();
    assert.deepEqual(await axeFaults(page), []);
    await page.getByTestId('why').click();
  });

  test('A convolutional network shows the spikes of both its layers, and counts them', async () => {
    const { page, faults } = await playground.opened('playground.html', { ...PHONE, reducedMotion: 'reduce' });
    await page.getByRole('radio', { name: 'convolutions' }).check();
    const count = page.locator('#pg-count');
    await count.getByText(/^Network 784-12c5-24c5-10: /).waitFor();
    await page.getByRole('button', { name: 'Sample 4' }).click();
    assert.equal(await answer(page), '4');
    for (const step of [100, 42]) {
      await page.getByRole('slider', { name: /Shown up to step/ }).fill(String(step));
      await answer(page);
      const lines = await page.locator('#pg-maps p').allTextContents();
      const told = (await count.textContent()) ?? '';
      lines.forEach((line, i) => {
        const [, spikes, rest] = /neurons: ([\d,]+) spikes, (.*)\.$/.exec(line) ?? [];
        assert.ok(told.includes(`${spikes} spikes in layer ${i + 1}, `), `${told}: ${line}`);
        assert.match(rest, /silent$/);
      });
    }
    await page.getByTestId('why').click();
    await page.getByText(/^Kernels slide over the picture/).waitFor();
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    assert.ok(overflow <= 0, `${overflow} pixels wider than the page`);
    assert.deepEqual(await axeFaults(page), []);
    assert.deepEqual(faults, []);
    await page.context().close();
  });

  test('A network that cannot be loaded is named, and the single layer goes on reading', async () => {
    const { page } = await playground.opened('playground.html');
    await page.route('**/playground-hidden.js', (route) => route.abort());
    const choice = page.getByRole('radio', { name: 'a hidden layer, too' });
    await choice.press('Space');
    await page
      .getByText('The network with a hidden layer cannot be loaded: playground-hidden.js did not arrive.')
      .waitFor();
    assert.ok(await page.getByRole('radio', { name: 'one layer' }).isChecked());
    await page.getByRole('button', { name: 'Sample 5' }).click();
    await page
      .locator('#pg-count')
      .getByText(/^Network 784-10: /)
      .waitFor();
    await page.unroute('**/playground-hidden.js');
    await choice.press('Space');
    await page
      .locator('#pg-count')
      .getByText(/^Network 784-96-10: /)
      .waitFor();
    await page.context().close();
  });

  test('A file that is dropped reads, and one that this page cannot show is refused in one line and changes nothing', async () => {
    const { page, faults } = await playground.opened('playground.html', { ...PHONE, reducedMotion: 'reduce' });
    /** One file right after the other: bytes, or how many zeros. */
    const dropAll = (...files: [string, Uint8Array | number][]) =>
      page.evaluate(
        (files) => {
          for (const [name, content] of files) {
            const dataTransfer = new DataTransfer();
            const bytes = typeof content === 'number' ? content : Array.from(content, (byte) => byte.charCodeAt(0));
            dataTransfer.items.add(new File([new Uint8Array(bytes as number)], name));
            for (const type of ['dragover', 'drop'])
              document.body.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
          }
        },
        files.map(([name, content]) => {
          return [name, typeof content === 'number' ? content : Buffer.from(content).toString('latin1')] as const;
        }),
      );
    const drop = (name: string, content: Uint8Array | number) => dropAll([name, content]);
    const weights = initialNetwork(0).map((weight) => 8 * weight);
    const file = (more: Partial<NeuronOptions>) => toSafetensors({ weights, neuron: { ...DEFAULT_NEURON, ...more } });
    const layers = resolveLayers({ layers: [{ neurons: 7, recurrent: true }, {}] });
    const silent = toSafetensors({ weights, neuron: DEFAULT_NEURON, readout: 'mean-potential' });
    const deep = toSafetensors({ weights: initialParameters(0, layers), neuron: DEFAULT_NEURON, layers });
    const seen = () =>
      page.evaluate(() => [
        window.playground.weights().join(),
        document.querySelector<HTMLInputElement>('#pg-tau')?.value,
      ]);
    const said = page.locator('#pg-said');

    await drop('mine.npy', npyBytes({ data: new Float32Array(7840), shape: [10, 784] }));
    await said.getByText('mine.npy reads now: 784-10, τ 2.0 (as it is set, for the file says none).').waitFor();
    await drop('mine.safetensors', file({ tau: 5 }));
    await said.getByText('mine.safetensors reads now: 784-10, τ 5.0 (its own).').waitFor();
    const choice = page.getByRole('radio', { name: 'yours: mine.safetensors' });
    assert.ok(await choice.isChecked());
    const before = await seen();
    assert.deepEqual(before, [weights.join(), '5']);

    const WRONG: [string, Uint8Array | number, RegExp][] = [
      ['net.h5', new Uint8Array(9), /^Not loaded: expected a file \.safetensors, \.nir, .*, found net\.h5$/],
      ['net.nir', new Uint8Array(9), /^Not loaded: net\.nir: expected a NIR graph in an HDF5 file, found /],
      ['net.pth', file({}), /^Not loaded: net\.pth: expected the zip file that torch\.save writes /],
      [
        'net.npy',
        npyBytes({ data: new Float32Array(20), shape: [10, 2] }),
        /: expected weights \[10, 784\], .*\[10, 2\]$/,
      ],
      ['net.safetensors', file({}).subarray(0, 999), /^Not loaded: net\.safetensors: .*expected data within /],
      ['net.safetensors', file({ vReset: null }), /: vReset: expected 0, as in all networks of this page, found null$/],
      ['net.safetensors', silent, /: readout: expected spikes, as in all networks .* found mean-potential$/],
      ['net.safetensors', file({ tau: 30 }), /: tau: expected 1\.1 to 20 in steps of 0\.1, .* found 30$/],
      ['net.safetensors', file({ tau: 2.25 }), /: tau: expected 1\.1 to 20 in steps of 0\.1, .* found 2\.25$/],
      ['net.safetensors', deep, /: expected one hidden layer or none, of neurons that are alike, found others$/],
      ['<img src=x>.nir', 65e6, /: expected at most 64 MB, found 65$/],
    ];
    for (const [name, bytes, expected] of WRONG) {
      await drop(name, bytes);
      await said.getByText(expected).waitFor({ timeout: 5000 });
      assert.deepEqual(await seen(), before);
    }
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), PHONE.viewport.width);
    assert.deepEqual(await axeFaults(page), []);

    // Of two choices the last one counts, whichever is loaded first.
    await dropAll(['late.safetensors', file({ tau: 7 })], ['later.safetensors', file({ tau: 5 }).subarray(0, 999)]);
    await said.getByText(/^Not loaded: later\.safetensors: /).waitFor();
    await page.waitForTimeout(500);
    assert.match((await said.textContent()) ?? '', /^Not loaded: later\.safetensors: /);
    assert.deepEqual(await seen(), before);

    // With the page's own network its time constant is back, and with the reader's the other.
    await page.getByRole('radio', { name: 'one layer' }).press('Space');
    await page.locator('#pg-tau-value').getByText('2.0').waitFor();
    await choice.press('Space');
    await page.locator('#pg-tau-value').getByText('5.0').waitFor();
    await page.getByTestId('link').click();
    await said.getByText(/^The link is .*with these settings, but not your network\.$/).waitFor();
    assert.deepEqual(faults, []);
    await page.context().close();
  });

  test('A link opened in a fresh browser shows the same drawing, spikes and answer', async () => {
    // As one text: Playwright would look at each of the spikes by itself.
    const seen = async (page: Page) =>
      JSON.parse(
        await page.evaluate(() => JSON.stringify({ image: window.playground.image(), ...window.playground.spikes() })),
      );
    const copy = async () => {
      await page.getByTestId('link').click();
      await page.getByText(/^The link is (copied|in the address bar)/).waitFor();
      return page.url();
    };
    const check = async (link: string) => {
      const here = { ...(await seen(page)), answer: await answer(page), rates: await rates(page) };
      const note = await page.locator('#pg-note').textContent();
      const other = await playground.opened(link);
      const there = { ...(await seen(other.page)), answer: await answer(other.page), rates: await rates(other.page) };
      assert.deepEqual(there, here);
      assert.equal(await other.page.locator('#pg-note').textContent(), note);
      for (const id of ['T', 'tau', 'seed']) {
        const value = (page: Page) => page.locator(`#pg-${id}`).inputValue();
        assert.equal(await value(other.page), await value(page), id);
      }
      assert.deepEqual(other.faults, []);
      await other.page.context().close();
    };
    await page.getByTestId('clear').click();
    await draw(page, DIGITS[4]);
    await page.getByRole('slider', { name: /Steps T/ }).fill('77');
    await page.getByRole('slider', { name: /Time constant/ }).fill('3.4');
    await page.getByRole('spinbutton', { name: 'Seed' }).fill('4294967295');
    await answer(page);
    await page.getByRole('slider', { name: /Shown up to step/ }).fill('20');
    await answer(page);
    await check((await copy()).replace(playground.site.url, ''));
    await page.getByRole('radio', { name: 'a hidden layer, too' }).press('Space');
    await page
      .locator('#pg-count')
      .getByText(/^Network 784-96-10: /)
      .waitFor();
    await check((await copy()).replace(playground.site.url, ''));
    await page.getByRole('button', { name: 'Sample 5' }).click();
    assert.equal(new URL(page.url()).hash, '', 'the address does not lead to another drawing');
    await answer(page);
    await check((await copy()).replace(playground.site.url, ''));
    await page.getByRole('button', { name: 'Reset settings' }).click();
  });

  test('A link that is damaged is refused in one line, and the page starts as ever', async () => {
    for (const hash of ['#v=1&T=0&tau=2&seed=0', '#v=1&T=9&tau=2&seed=0&strokes=%3Cimg%20src=x%3E']) {
      const { page, faults } = await playground.opened(`/playground.html${hash}`);
      await page.getByText(/^The link of this page is not shown: (T|strokes): expected /).waitFor();
      await page.getByTestId('answer').getByText('7', { exact: true }).waitFor();
      assert.deepEqual(faults, []);
      await page.context().close();
    }
  });

  test('The keys are told to everybody, and work', async () => {
    const told = page.locator('#pg-keys');
    assert.ok(await told.isVisible());
    assert.match((await told.textContent()) ?? '', /0 to 9 .*Enter.*Space.*Delete/);
    await page.getByTestId('canvas').focus();
    await page.keyboard.press('8');
    await page.keyboard.press('Space');
    await page.getByRole('button', { name: 'Pause' }).waitFor();
    await page.keyboard.press('Space');
    await page.keyboard.press('Enter');
    await answer(page);
    await page.keyboard.press('ArrowLeft');
    await answer(page);
    assert.match((await page.locator('#pg-note').textContent()) ?? '', /of 99 steps/);
    assert.ok(page.url().includes('playground.html'), 'the arrows turn no page');
    await page.keyboard.press('ArrowRight');
  });

  test('Nothing has gone wrong on the page meanwhile', () => {
    assert.deepEqual(playground.watched.faults, []);
  });
});
