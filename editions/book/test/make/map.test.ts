/** The page of the map: what it shows of a table. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { root } from '../../../../packages/system/project';
import { articleOf } from '../../../../test/support/book';
import { tableText } from '../../../../test/support/map';
import { mapPage } from '../../make/map';

type Given = Parameters<typeof tableText>[number];

/** Runs of one setting with these last accuracies, a seed for each. */
const runs = (given: Given, ...accuracies: number[]): Given[] =>
  accuracies.map((last, seed) => ({ ...given, seed, acc_2: last, last, best: 0.99 }));
const pageOf = (...rows: Given[]) => mapPage(tableText(...rows));
const altsOf = (text: string) =>
  Array.from(articleOf(text).querySelectorAll('.only-light img'), (image) => image.getAttribute('alt'));
const titlesOf = (text: string) => [...text.matchAll(/^## (.*)$/gm)].map(([, title]) => title);

test('Each grid of the table has a section, with figures of it and sentences of their numbers', () => {
  const { text, figures, files } = pageOf(
    ...runs({ grid: 'reset', reset: true }, 0.92, 0.93, 0.94),
    ...runs({ grid: 'reset', reset: false }, 0.82, 0.83, 0.8401),
    ...runs({ grid: 'short', tau: 3 }, 0.5),
  );
  const always = ['Tuned with equal care', 'All runs', 'How to read the figures'];
  assert.deepEqual(titlesOf(text), ['What if the neurons are not reset?', ...always]);
  assert.match(text, /here are \*\*7 runs\*\*/);
  assert.match(text, /\*6 runs, 3 seeds per setting\.\*/);
  // 93 ± 4.3027 · 1 / √3.
  assert.match(text, /Highest: reset with 93\.00 % \(90\.52 % to 95\.48 %\)\. The difference is larger than chance\./);
  assert.deepEqual(altsOf(text), [
    'Test accuracy after 2 epochs: reset 93.00 (90.52 to 95.48); no reset 83.00 (80.51 to 85.50).',
    'Difference from reset: 1 difference from reset: no reset −10.00 (−10.01 to −9.98); larger than chance is no reset.',
  ]);
  assert.deepEqual(
    figures.map(({ id }) => id),
    ['map-reset-1', 'map-reset-2'],
  );
  assert.match(files['map-table.js'], /^bookMap = "id,grid,/);
  assert.match(text, /id="map-runs" data-grid="reset"/);
});

test('The table of comparisons has a row for each declared one, whose sign is the order that was declared', () => {
  const { compare } = parse(readFileSync(join(root, 'editions', 'map', 'grids.yaml'), 'utf8'));
  const declared = Object.entries<{ order: string }>(compare).map(([name, { order }]) => [name, ...order.split(' ')]);
  const rows = [...pageOf(...runs({ grid: 'short' }, 0.5)).text.matchAll(/^\| (\S+) \| \*\*(\S+)\*\* .*$/gm)].map(
    ([row, name, one]) => [name, one, /\| ([><≈]) \| \*\*(\S+)\*\*/.exec(row)?.slice(1)].flat(),
  );
  assert.deepEqual(rows, declared);
});

test('τ × T is a heat map for each kind of input, in the same colours, and the differences between them', () => {
  const cell = (tau: number, T: number, decayInput: boolean, ...accuracies: number[]) =>
    runs({ grid: 'tau-and-T', tau, T, decayInput }, ...accuracies);
  const { text } = pageOf(
    ...cell(2, 5, true, 0.5, 0.6),
    ...cell(2, 10, true, 0.7),
    ...cell(3, 5, true, 0.8),
    ...cell(3, 10, true, 0.4),
    ...cell(2, 5, false, 0.9, 0.98),
    ...cell(3, 10, false, 0.3),
  );
  assert.deepEqual(altsOf(text), [
    'Test accuracy after 2 epochs: input divided by τ: 2 × 2 values, highest 80.0 at τ 3, T 5; lowest 40.0 at τ 3, T 10.',
    'Test accuracy after 2 epochs: input not divided by τ: 2 × 2 values, highest 94.0 at τ 2, T 5; lowest 30.0 at τ 3, T 10. 2 of 4 values are not finite numbers (gaps).',
    // 39 ± 12.7062 · 1.
    'Difference: input not divided by τ, less input divided by τ: 1 difference from input divided by τ: τ 2 · T 5 +39.00 (+26.29 to +51.71); larger than chance is τ 2 · T 5.',
  ]);
  assert.match(
    text,
    /Highest: input divided by τ, τ 3 · T 5 with 80\.00 %\. Highest: input not divided by τ, τ 2 · T 5 with 94\.00 %/,
  );
});

test('An ANN is named by its own settings alone, and the tutorial is what others are compared with', () => {
  const { text } = pageOf(
    ...runs({ grid: 'hundred-epochs', loss: 'cross-entropy' }, 0.91, 0.92),
    ...runs({ grid: 'hundred-epochs' }, 0.9, 0.905),
    ...[0.001, 0.01].flatMap((learningRate) =>
      runs({ grid: 'hundred-epochs', network: 'ann', learningRate }, 0.95, 0.951),
    ),
  );
  const [means, change] = altsOf(text);
  assert.match(
    String(means),
    /: SNN · cross-entropy 91\.50 .*; SNN · MSE 90\.25 .*; ANN · lr 0\.001 95\.05 .*; ANN · lr 0\.01 /,
  );
  assert.match(
    String(change),
    /^Difference from SNN · MSE: 3 differences from SNN · MSE: SNN · cross-entropy \+1\.25 /,
  );
});

test('What was run with each learning rate is compared among runs of the same one, and no interval goes beyond 100 %', () => {
  const { text } = pageOf(
    ...[0.005, 0.02].flatMap((learningRate) => [
      ...runs({ grid: 'readouts', learningRate }, 0.9, 0.91),
      ...runs({ grid: 'readouts', learningRate, loss: 'cross-entropy' }, 0.98, 0.99),
    ]),
  );
  const [means, ...changes] = altsOf(text).map(String);
  assert.match(means, /98\.50 \(\d+\.\d+ to 100\.00\)/);
  assert.deepEqual(
    changes.map((change) => /^Difference from ([^:]*): 1 difference/.exec(change)?.[1]),
    ['MSE · lr 0.005', 'MSE · lr 0.02'],
  );
});

test('Hidden neurons are a curve for each learning rate, what more of them add at each, and what T changes', () => {
  const layer = (hidden: number, learningRate: number, T: number, ...accuracies: number[]) =>
    runs({ grid: 'widths', hidden, learningRate, T }, ...accuracies);
  const { text } = pageOf(
    ...layer(0, 0.001, 20, 0.9, 0.91),
    ...layer(12, 0.001, 20, 0.92, 0.93),
    ...layer(24, 0.001, 20, 0.94, 0.95),
    ...layer(0, 0.002, 20, 0.9, 0.91),
    ...layer(12, 0.002, 20, 0.93, 0.94),
    ...layer(24, 0.002, 20, 0.96, 0.971),
    ...layer(24, 0.002, 5, 0.91, 0.92),
  );
  const [curves, slowly, wider, rates, steps, shorter, ...more] = altsOf(text).map(String);
  assert.match(
    curves,
    /^Test accuracy after 2 epochs: T 20: .*lr 0\.001 from 92\.5 at 12 to 94\.5 at 24; lr 0\.002 from /,
  );
  // At both rates: the test images do not choose one.
  assert.match(
    slowly,
    /^Difference: more hidden neurons, lr 0\.001: 2 differences .*: hidden 12, less no hidden layer \+2\.00 .*; hidden 24, less hidden 12 \+2\.00 /,
  );
  assert.match(
    wider,
    /^Difference: more hidden neurons, lr 0\.002: 2 differences .*: hidden 12, less no hidden layer \+3\.00 .*; hidden 24, less hidden 12 \+3\.05 /,
  );
  assert.match(
    rates,
    /^Difference: lr 0\.002, less lr 0\.001: 2 differences .*: hidden 12 \+1\.00 .*; hidden 24 \+2\.05 /,
  );
  assert.match(steps, /^Test accuracy after 2 epochs: hidden 24 · lr 0\.002: T 5 91\.50 .*; T 20 96\.55 /);
  assert.match(shorter, /^Difference from T 5: 1 difference from T 5: T 20 \+5\.05 /);
  assert.deepEqual(more, []);
  assert.match(text, /Highest: hidden 24 · T 20 · lr 0\.002 with 96\.55 %/);
});

test('On Randman each loss is a curve over τ at the rate of the chapter, and what detaching the reset adds a difference', () => {
  const given = { grid: 'randman', dataset: 'randman', input_spikes: 0.2 };
  const runsOf = (loss: string, learningRate: number, detachReset: boolean, ...means: [number, number]) =>
    means.flatMap((mean, i) => {
      const at = { ...given, loss, learningRate, detachReset, tau: i === 0 ? 2 : 20 };
      return runs(at, mean - 0.001, mean + 0.001);
    });
  const { text } = pageOf(
    ...runsOf('mse', 0.02, true, 0.4, 0.8),
    ...runsOf('mse', 0.05, true, 0.5, 0.9),
    ...runsOf('mse', 0.02, false, 0.45, 0.75),
    ...runsOf('mse', 0.05, false, 0.4, 0.7),
    // Better on the test samples, which choose nothing.
    ...runsOf('cross-entropy', 0.02, true, 0.7, 0.98),
    ...runsOf('cross-entropy', 0.05, true, 0.6, 0.97),
    ...runsOf('cross-entropy', 0.02, false, 0.6, 0.8),
    ...runsOf('cross-entropy', 0.05, false, 0.6, 0.86),
  );
  const [curves, change] = altsOf(text).map(String);
  assert.match(curves, /MSE from 50 at 2 to 90 at 20; cross-entropy from 60 at 2 to 97 at 20\.$/);
  assert.match(
    change,
    /MSE · τ 2 \+10\.00 .*; MSE · τ 20 \+20\.00 .*; cross-entropy · τ 2 0\.00 .*; cross-entropy · τ 20 \+11\.00 /,
  );
});

test('A setting that hardly learns is told in words, and does not press the others of its figure together', () => {
  const group = (surrogate: string, alpha: number, accuracy: number) =>
    [true, false].flatMap((detachReset) =>
      runs({ grid: 'surrogates', surrogate, alpha, detachReset }, accuracy, accuracy + 0.01, accuracy + 0.02),
    );
  const { text } = pageOf(
    ...[1, 2, 4].flatMap((alpha) => group('atan', alpha, 0.91)),
    ...[2, 4, 8].flatMap((alpha) => group('sigmoid', alpha, 0.9)),
    ...group('rect', 0.5, 0.9),
    ...group('rect', 2, 0.3),
  );
  assert.doesNotMatch(altsOf(text)[0] ?? '', /rectangle · α 2/);
  assert.match(altsOf(text)[0] ?? '', /rectangle · α 0\.5/);
  assert.match(
    text,
    /Far below, and not in the first figure: .*rectangle · α 2 .* with 31\.00 % \(28\.52 % to 33\.48 %\)(; .*)?\./,
  );
});
