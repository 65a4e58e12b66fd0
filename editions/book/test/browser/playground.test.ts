/**
 * The playground: digits that are drawn by mouse, finger and keys are answered, every step can be looked at, and it
 * tells what it does: by Why?, experiments, and links to a drawing.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { toSafetensors } from '../../../../packages/formats/exchange';
import { npyBytes } from '../../../../packages/formats/npy';
import { DEFAULT_NEURON, type NeuronOptions } from '../../../../packages/networks/options/neuron-options';
import { initialNetwork } from '../../../../packages/networks/options/weights';
import { axeFaults, inChromium } from '../../../../test/support/browser';
import { LEAVE_NOTHING_OUT } from '../../../../test/support/data';
import { answer, DIGITS, draw, openPlayground, PHONE, type Playground, rates } from './playground';

describe('The playground', inChromium, () => {
  let playground: Playground;
  let page: Page;
  before(async () => {
    playground = await openPlayground();
    page = playground.page;
  });
  after(() => playground.close());

  const places = [
    [1, 0, 0],
    [0.5, 0.02, 0.02],
    [0.6, 0.38, 0.2],
  ];
  for (const [at, [digit, strokes]] of Object.entries(DIGITS).entries()) {
    // By day each place has two digits, and a 7 is drawn in all of them.
    const own = LEAVE_NOTHING_OUT || digit === '7' ? places : [places[at % places.length]];
    test(`A ${digit} drawn with the mouse is answered with ${digit}, wherever and however large it is`, async () => {
      for (const [size, left, top] of own) {
        await page.getByTestId('clear').click();
        assert.equal(await answer(page), '–');
        const points = await draw(page, strokes, size, left, top);
        assert.equal(await answer(page), digit, `size ${size} at ${left}, ${top}`);
        assert.equal(
          await page.evaluate(() => window.playground.state().pad.strokes.flat().length),
          points,
          'no move was dropped',
        );
        const shownRates = await rates(page);
        assert.equal(shownRates.length, 10);
        assert.ok(shownRates[Number(digit)] > 0.3 && shownRates[Number(digit)] === Math.max(...shownRates));
        await page.getByTestId('run').click();
        assert.equal(await answer(page), digit, 'Run keeps the answer');
      }
    });
  }

  test('A drawing is scaled to 20 pixels and its centre of mass is put in the centre, as MNIST did', async () => {
    // A high one, one of two strokes and one that is wide at the top; the others are as high as they are.
    for (const strokes of LEAVE_NOTHING_OUT ? Object.values(DIGITS) : [DIGITS[1], DIGITS[4], DIGITS[7]]) {
      await page.getByTestId('clear').click();
      await draw(page, strokes, 0.4, 0.5, 0.1);
      await answer(page);
      const image = await page.evaluate(() => Array.from(window.playground.state().image));
      const mass = image.reduce((a, b) => a + b);
      const centre = (of: (p: number) => number) => image.reduce((sum, k, p) => sum + k * (of(p) + 0.5), 0) / mass;
      assert.ok(Math.abs(centre((p) => p % 28) - 14) <= 0.5 + 1e-9);
      assert.ok(Math.abs(centre((p) => Math.floor(p / 28)) - 14) <= 0.5 + 1e-9);
      const inked = (of: (p: number) => number) => {
        const places = image.flatMap((k, p) => (k > 127 ? [of(p)] : []));
        return Math.max(...places) - Math.min(...places) + 1;
      };
      const longer = Math.max(
        inked((p) => p % 28),
        inked((p) => Math.floor(p / 28)),
      );
      assert.ok(longer >= 19 && longer <= 21, `${longer} pixels long`);
    }
  });

  test('It can be played with the keyboard alone', async () => {
    await page.getByTestId('clear').click();
    await page.getByTestId('canvas').focus();
    for (const digit of ['0', '3', '7']) {
      await page.keyboard.press(digit);
      assert.equal(await answer(page), digit);
    }
    await page.keyboard.press('Delete');
    assert.equal(await answer(page), '–');
    assert.deepEqual(await rates(page), new Array(10).fill(0));

    await page.getByRole('button', { name: 'Sample 6' }).focus();
    await page.keyboard.press('Enter');
    assert.equal(await answer(page), '6');
    await page.getByRole('slider', { name: /Steps T/ }).focus();
    await page.keyboard.press('Home');
    await answer(page);
    assert.match((await page.locator('#pg-note').textContent()) ?? '', /1 step/);
    await page.keyboard.press('End');
    await answer(page);
    assert.match((await page.locator('#pg-note').textContent()) ?? '', /of 200 steps/);
    await page
      .getByRole('status')
      .getByText(/^Answer 6/)
      .waitFor();
  });

  test('One step, the time slider and slow motion show a part of the presentation', async () => {
    await page.getByRole('slider', { name: /Steps T/ }).fill('100');
    await page.getByRole('button', { name: 'Sample 1' }).click();
    const note = page.locator('#pg-note');
    await page.getByRole('button', { name: 'One step' }).click();
    await answer(page);
    assert.match((await note.textContent()) ?? '', /1 step\b/);
    await page.getByRole('slider', { name: /Shown up to step/ }).fill('42');
    await answer(page);
    assert.match((await note.textContent()) ?? '', /42 steps/);
    await page.getByRole('button', { name: 'Slow motion' }).click();
    await note.getByText(/of 4[4-9] steps/).waitFor();
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByTestId('run').click();
    await answer(page);
    assert.match((await note.textContent()) ?? '', /of 100 steps/);
  });

  test('The seed decides the spikes', async () => {
    await page.getByTestId('clear').click();
    await draw(page, DIGITS[3]);
    const count = async (seed: string) => {
      await page.getByRole('spinbutton', { name: 'Seed' }).fill(seed);
      await answer(page);
      return page.locator('#pg-count').textContent();
    };
    const [first, other, again] = [await count('0'), await count('1'), await count('0')];
    assert.notEqual(first, other);
    assert.equal(first, again);
  });

  test('A finger draws, and the page does not move under it', async () => {
    const { page, faults } = await playground.opened('playground.html', PHONE);
    const box = await page.getByTestId('canvas').boundingBox();
    assert.ok(box);
    const touch = await page.context().newCDPSession(page);
    const at = ([x, y]: [number, number]) => [{ x: box.x + box.width * x, y: box.y + box.height * y }];
    for (const [digit, strokes] of Object.entries(DIGITS)) {
      for (const [first, ...rest] of strokes) {
        await touch.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: at(first) });
        for (const place of rest) {
          await touch.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: at(place) });
        }
        await touch.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
      }
      assert.equal(await answer(page), digit);
      assert.equal(await page.evaluate(() => window.scrollY), 0);
      await page.getByTestId('clear').click();
      await page.getByTestId('answer').getByText('–').waitFor();
    }
    assert.deepEqual(faults, []);
    await page.context().close();
  });

  test('On a phone the pad and the answer stay in view while the rest goes by', async () => {
    const { page } = await playground.opened('playground.html', PHONE);
    for (const below of ['#pg-rates li:last-child', '#pg-tau', '#pg-experiments li:last-child button']) {
      await page.locator(below).evaluate((element) => element.scrollIntoView({ block: 'end' }));
      for (const id of ['canvas', 'answer']) {
        const box = await page.getByTestId(id).boundingBox();
        assert.ok(box && box.y >= 0 && box.y + box.height < 844 * 0.6, `${id}: ${JSON.stringify(box)}`);
      }
    }
    assert.ok((await page.evaluate(() => window.scrollY)) > 0);
    await page.context().close();
  });

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
      const { image, network } = window.playground.state();
      const [pixels, all] = [Array.from(image), network.weights];
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
    const [sure, hasty] = await outcome('Set T to 1');
    assert.equal(await page.locator('#pg-T').inputValue(), '1');
    assert.notEqual(sure, hasty);
    const text = await results.filter({ hasText: 'Set T to 1' }).textContent();
    assert.ok(text?.includes(`the digit ${sure}.`), text ?? '');
    const [shallow, deep] = await outcome('Add a hidden layer');
    assert.notEqual(shallow, deep);
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
        const { network, presentation } = window.playground.state();
        return JSON.stringify({ spikes: [...(presentation.hidden ?? [])], weights: [...network.weights] });
      }),
    ) as { spikes: number[]; weights: number[] };
    const counts = Array.from({ length: 96 }, (_, n) => spikes.reduce((sum, s, i) => sum + (i % 96 === n ? s : 0), 0));
    const said = counts.map((count, n) => count * weights[784 * 96 + 10 * n + 4]);
    const most = [...said.keys()].sort((a, b) => said[b] - said[a]).slice(0, 6);
    assert.deepEqual(
      await speakers.locator('canvas').evaluateAll((all) => all.map((canvas) => canvas.getAttribute('aria-label'))),
      most.map((n) => `What hidden neuron ${n} looks for`),
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
    await page.getByRole('slider', { name: /Shown up to step/ }).fill('42');
    await answer(page);
    const told = (await count.textContent()) ?? '';
    for (const [i, line] of (await page.locator('#pg-maps p').allTextContents()).entries()) {
      const [, spikes] = /neurons: ([\d,]+) spikes, .* silent\.$/.exec(line) ?? [];
      assert.ok(told.includes(`${spikes} spikes in layer ${i + 1}, `), `${told}: ${line}`);
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
    const drop = (name: string, content: Uint8Array) =>
      page.evaluate(
        ([name, content]) => {
          const dataTransfer = new DataTransfer();
          dataTransfer.items.add(new File([Uint8Array.from(content, (byte) => byte.charCodeAt(0))], name));
          for (const type of ['dragover', 'drop'])
            document.body.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
        },
        [name, Buffer.from(content).toString('latin1')] as const,
      );
    const weights = initialNetwork(0).map((weight) => 8 * weight);
    const file = (more: Partial<NeuronOptions>) => toSafetensors({ weights, neuron: { ...DEFAULT_NEURON, ...more } });
    const others = toSafetensors({ weights, neuron: DEFAULT_NEURON, readout: 'mean-potential' });
    const seen = () =>
      page.evaluate(() => [
        window.playground.state().network.weights.join(),
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

    const WRONG: [string, Uint8Array, RegExp][] = [
      ['net.h5', new Uint8Array(9), /^Not loaded: expected a file \.safetensors, \.nir, .*, found net\.h5$/],
      ['net.safetensors', file({}).subarray(0, 999), /^Not loaded: net\.safetensors: .*expected data within /],
      ['net.safetensors', file({ vReset: null }), /: vReset: expected 0, as in all networks of this page, found null$/],
      ['net.safetensors', file({ tau: 2.25 }), /: tau: expected 1\.1 to 20 in steps of 0\.1, .* found 2\.25$/],
      [
        '<img src=x>.safetensors',
        others,
        /: expected one hidden layer or none, of neurons that are alike .* found others$/,
      ],
    ];
    for (const [name, bytes, expected] of WRONG) {
      await drop(name, bytes);
      await said.getByText(expected).waitFor({ timeout: 5000 });
      assert.deepEqual(await seen(), before);
    }
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), PHONE.viewport.width);
    assert.deepEqual(await axeFaults(page), []);

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
        await page.evaluate(() => {
          const { image, presentation } = window.playground.state();
          return JSON.stringify([image, presentation.inputs, presentation.fired, presentation.hidden]);
        }),
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
    const { page, faults } = await playground.opened('/playground.html#v=1&T=9&tau=2&seed=0&strokes=%3Cimg%20src=x%3E');
    await page.getByText(/^The link of this page is not shown: strokes: expected /).waitFor();
    await page.getByTestId('answer').getByText('7', { exact: true }).waitFor();
    assert.deepEqual(faults, []);
    await page.context().close();
  });

  test('The keys are told to everybody, and work', async () => {
    const told = page.locator('#pg-keys');
    assert.ok(await told.isVisible());
    assert.match((await told.textContent()) ?? '', /0 to 9 .*Enter.*Space.*Delete/);
    await page.getByTestId('canvas').focus();
    await page.keyboard.press('8');
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
