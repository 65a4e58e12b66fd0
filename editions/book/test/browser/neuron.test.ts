/** One neuron to play with: SpikingJelly's spikes, by keyboard, by mouse and by touch, alone and in the chapter. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { simulate } from '../../../../packages/networks/lif';
import { numbered } from '../../../../packages/system/project';
import { inChromium } from '../../../../test/support/browser';
import { lifCases } from '../../../../test/support/golden';
import type {} from '../../neuron/main';
import { PHONE } from './playground';
import { disk, openSite, type Site } from './site';

describe('One neuron', inChromium, () => {
  let site: Site;
  let page: Page;
  let faults: string[];
  before(async () => {
    site = await openSite();
    ({ page, faults } = await site.open('neuron.html', { viewport: { width: 1280, height: 720 } }));
  });
  after(() => site.close());

  const said = (page: Page) => page.getByTestId('neuron-said').textContent();
  const rate = async (page: Page) => Number(await page.getByTestId('neuron-rate').textContent());
  const spikes = (page: Page) => page.getByTestId('neuron-plot').locator('.nr-spike').count();

  test('has the potentials and spikes of SpikingJelly', async () => {
    for (const { params, T, x, h, v, spike } of lifCases()) {
      const neurons = x.length / T;
      const column = (values: number[]) => values.filter((_, i) => i % neurons === 0);
      const { tau, decay_input: decayInput, v_threshold: vThreshold, v_reset: vReset } = params;
      const found = await page.evaluate(
        ({ x, options }) => {
          const { h, v, spike } = window.neuron.simulate(options, x);
          return { h: Array.from(h), v: Array.from(v), spike: Array.from(spike) };
        },
        { x: column(x), options: { tau, decayInput, vThreshold, vReset } },
      );
      assert.deepEqual(found.spike, column(spike), JSON.stringify(params));
      column(h).forEach((expected, t) => {
        assert.ok(Math.abs(found.h[t] - expected) < 1e-5, `h of step ${t}, ${JSON.stringify(params)}`);
      });
      column(v).forEach((expected, t) => {
        assert.ok(Math.abs(found.v[t] - expected) < 1e-5, `v of step ${t}, ${JSON.stringify(params)}`);
      });
    }
  });

  test('shows the spikes and the rate of what is chosen', async () => {
    const current = new Float32Array(100).fill(1.4);
    const options = { tau: 5, decayInput: true, vThreshold: 1, vReset: 0 };
    const { spike } = simulate(options, current);
    const expected = spike.reduce((a, b) => a + b);
    assert.equal(await spikes(page), expected);
    assert.equal(await rate(page), expected / 100);
    assert.match(
      (await said(page)) ?? '',
      new RegExp(`^${expected} spikes in 100 steps, the first in step ${spike.indexOf(1)}\\.`),
    );
  });

  test('is played with the keyboard alone', async () => {
    await page.getByRole('slider', { name: /Current/ }).focus();
    await page.keyboard.press('Home');
    assert.match((await said(page)) ?? '', /never reaches the threshold: its highest value is 0.00/);
    await page.keyboard.press('End');
    const fast = await rate(page);
    assert.ok(fast > 0.3, String(fast));
    await page.getByRole('slider', { name: /Time constant/ }).focus();
    await page.keyboard.press('End');
    assert.ok((await rate(page)) < fast);
    await page.getByRole('slider', { name: /Threshold/ }).focus();
    await page.keyboard.press('End');
    const hard = await rate(page);
    await page.getByRole('radio', { name: /hard/ }).focus();
    await page.keyboard.press('ArrowRight');
    assert.ok((await rate(page)) >= hard, 'what is above the threshold is kept by a soft reset');
    await page.getByRole('radio', { name: 'constant' }).focus();
    const seen = new Set<string>();
    for (let input = 0; input < 5; input++) {
      await page.keyboard.press('ArrowRight');
      seen.add((await page.getByTestId('neuron-plot').locator('.nr-input').getAttribute('points')) ?? '');
    }
    assert.equal(seen.size, 5, 'each input is another current');
  });

  test('charges by a current that outlasts a pulse, which an equation and a line say', async () => {
    await page.reload();
    assert.equal(await page.getByTestId('neuron-plot').locator('.nr-lasting').count(), 0);
    await page.getByRole('radio', { name: 'pulse' }).check();
    await page.getByRole('slider', { name: 'Current x' }).fill('0.3');
    assert.equal(await spikes(page), 0);
    await page.getByRole('slider', { name: /Synaptic current τ none/ }).fill('10');
    // From the first of 40 steps on i is 10 x (1 − 0.9ⁿ) after n of them, and fades by a tenth in each step thereafter.
    const at = (t: number) => (t < 20 ? 0 : 3 * (1 - 0.9 ** Math.min(t - 19, 40)) * 0.9 ** Math.max(t - 59, 0));
    const { current, spike } = await page.evaluate(() => {
      const { current, spike } = window.neuron.trace();
      return { current: Array.from(current), spike: Array.from(spike) };
    });
    current.forEach((i, t) => {
      assert.ok(Math.abs(i - at(t)) < 1e-5, `i of step ${t}: ${i}, not ${at(t)}`);
    });
    assert.ok(spike.slice(60).includes(1), 'it fires after the pulse');
    assert.equal(await page.getByTestId('neuron-plot').locator('.nr-lasting').count(), 1);
    await page.getByRole('slider', { name: /Look at step/ }).fill('20');
    assert.match(
      (await page.getByTestId('neuron-equation').textContent()) ?? '',
      /^i = 0.00 · 0.90 \+ 0.30 = 0.30, h = 0.00 \+ \(0.30 − 0.00\) \/ 5.0 = 0.06, below 1.00/,
    );
  });

  test('rises to h and drops straight down', async () => {
    await page.reload();
    const drop = page.getByTestId('neuron-plot').locator('.nr-drop').first();
    const at = (name: string) => drop.getAttribute(name).then(Number);
    assert.equal(await at('x1'), await at('x2'));
    assert.ok((await at('y2')) > (await at('y1')), 'downwards');
    const threshold = await page.getByTestId('neuron-plot').locator('.nr-threshold').getAttribute('y1').then(Number);
    assert.ok((await at('y1')) <= threshold, 'from the threshold or above it');
  });

  test('shows the step under the mouse, and under a finger without scrolling to the side', async () => {
    const box = await page.getByTestId('neuron-plot').boundingBox();
    assert.ok(box);
    await page.mouse.move(box.x + box.width - 9, box.y + 150);
    assert.equal(await page.locator('#nr-step').inputValue(), '99');
    const phone = await site.open('neuron.html', PHONE);
    const place = await phone.page.getByTestId('neuron-plot').boundingBox();
    assert.ok(place && place.x >= 0 && place.x + place.width <= 390);
    await phone.page.touchscreen.tap(place.x + place.width / 2, place.y + 150);
    const step = Number(await phone.page.locator('#nr-step').inputValue());
    assert.ok(step > 35 && step < 60, String(step));
    assert.deepEqual(phone.faults, []);
    await phone.page.context().close();
  });

  test('stands in the chapter about it, and works from disk', async () => {
    for (const [name, start] of [
      [`${numbered('lif-neuron')}.html`, site.url],
      ['neuron.html', disk],
    ]) {
      const other = await site.open(name, {}, start);
      await other.page.getByRole('slider', { name: /Current/ }).fill('0.5');
      assert.equal(await spikes(other.page), 0, name);
      await other.page.getByRole('slider', { name: /Current/ }).fill('2');
      assert.ok((await spikes(other.page)) > 10, name);
      assert.deepEqual(other.faults, []);
      await other.page.context().close();
    }
  });

  test('has met no fault', () => {
    assert.deepEqual(faults, []);
  });
});
