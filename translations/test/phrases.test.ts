/** Phrases: what a script, a page or a drawing says is found by its English, and nothing else is touched. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { JSDOM } from 'jsdom';
import { drawCurves } from '../../editions/book/neuron/plot';
import { t, translate } from '../../editions/shared/page/words';
import { DATASET_NAMES } from '../../packages/networks/spike-trains';
import { ENGINE_NAMES } from '../../packages/runs/document';
import { headingOf, NAMES, nameValue, SHORTHANDS, whyLacking } from '../../packages/runs/shorthands';
import { root } from '../../test/support/book';
import { styleFaults } from '../differences';
import { makePhrases, scriptPhrases, translateDocument, untranslatedTexts } from '../phrases';

const made = (table: Record<string, string>) => makePhrases(Object.entries(table));

test('A phrase is found whole or with what a program fills in, which may stand in another order', () => {
  const phrases = made({ 'Chapter {0} of {1}': '共 {1} 章，第 {0} 章', Run: '运行' });
  assert.equal(phrases.translate('Chapter 3 of 21'), '共 21 章，第 3 章');
  assert.equal(phrases.translate(' Run\n'), '运行');
  assert.equal(phrases.translate('Run away'), undefined);
});

test('A page says a sentence in its language, with what is filled in where that language has it', () => {
  assert.equal(t`It took ${t`${3} epochs`} and ${1} steps. `, 'It took 3 epochs and 1 steps. ');
  globalThis.pageWords = {
    'It took {0} and {1} steps.': '用了 {1} 步，{0}。',
    '{0} epochs': '{0} 个轮次',
    'hidden neurons': '隐藏神经元',
  };
  try {
    assert.equal(t`It took ${t`${3} epochs`} and ${'{0}'} steps. `, '用了 {0} 步，3 个轮次。 ');
    assert.deepEqual(['hidden neurons 96', 'hidden neurons', 'ATan'].map(translate), [
      '隐藏神经元 96',
      '隐藏神经元',
      'ATan',
    ]);
  } finally {
    globalThis.pageWords = undefined;
  }
});

test('A document is said in texts, names and whole elements; code and what is English on purpose stay', () => {
  const phrases = made({
    Run: '运行',
    'Keys: <kbd>0</kbd> clears': '<kbd>0</kbd> 清除',
    'step {0}': '第 {0} 步',
  });
  const { document } = new JSDOM(
    '<button title="Run"> Run </button><code>Run</code><p lang="en">Run</p><p>Keys: <kbd>0</kbd> clears</p><text>step 7</text><p>Left</p>',
  ).window;
  translateDocument(document.body, phrases);
  assert.equal(
    document.body.innerHTML,
    '<button title="运行"> 运行 </button><code>Run</code><p lang="en">Run</p><p><kbd>0</kbd> 清除</p><text>第 7 步</text><p>Left</p>',
  );
});

test('A phrase with tags that its English does not have is refused, and a title of a drawing is text', () => {
  for (const other of ['<img src=x onerror=alert(1)>', '运行<script', '<b>运行</b>'])
    assert.throws(() => made({ Run: other }), /phrases: "Run": expected no tags as in the English, found </);
  made({ 'a <b>b</b> < c': 'c > <b>b</b>', 'below 1': '< 1' });

  const { document } = new JSDOM('<svg></svg>').window;
  const svg = document.querySelector('svg') as SVGSVGElement;
  drawCurves(
    svg,
    [
      { from: 0, to: 1, title: 'a<b & <img src=x onerror=alert(1)>' },
      { from: 0, to: 1, title: 'y' },
    ],
    [],
  );
  assert.equal(svg.querySelector('img'), null);
  assert.match(svg.textContent ?? '', /a<b & <img src=x onerror=alert\(1\)>/);
});

test('A word of a drawing that no phrase says is found', () => {
  const phrases = made({ spikes: '脉冲' });
  const svg = '<svg xmlns="http://www.w3.org/2000/svg"><text>spikes</text><text>weights</text><text>LIF</text></svg>';
  assert.deepEqual(untranslatedTexts(svg, phrases), ['weights']);
});

const folder = join(root, 'translations', 'zh', 'phrases');
const tableOf = (file: string) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as Record<string, string>;

test('Each phrase fills in what its English does, once each, and has no fault that a program can see', () => {
  const holes = (text: string) => [...text.matchAll(/\{\d\}/g)].map(([hole]) => hole).sort();
  for (const file of readdirSync(folder)) {
    for (const [english, chinese] of Object.entries(tableOf(file))) {
      assert.deepEqual(holes(chinese), holes(english), `${file}: ${english}`);
      assert.deepEqual(styleFaults(chinese), [], `${file}: ${english}`);
    }
  }
});

/** What packages name for pages, which say it by `translate`: a setting, its values, why it has none, what is expected. */
const named = () =>
  NAMES.flatMap((name) => {
    const { about, choices = [], expected } = SHORTHANDS[name];
    const values = choices.map((value) => nameValue(name, value)).filter((value) => / |[^ -~]/.test(value));
    const runs = DATASET_NAMES.flatMap((data) => ENGINE_NAMES.map((engine) => ({ data, engine: { name: engine } })));
    const lacking = runs.map((run) => whyLacking(name, run));
    return [headingOf(name), expected, ...Object.values(about.words ?? {}), ...values, ...lacking.map(String)];
  });

test('Scripts of pages say in Chinese what they say, and no phrase is left that nothing says', () => {
  const { keys, plain } = scriptPhrases();
  const table = tableOf('pages.json');
  assert.deepEqual(
    [...keys.keys()].filter((key) => !Object.hasOwn(table, key)),
    [],
    'not in pages.json',
  );
  assert.deepEqual(plain, [], 'not said by t`…`');
  const words = named();
  const spoken = Object.entries(table).filter(([english]) => !keys.has(english));
  const unused = spoken.filter((entry) => !words.some((word) => makePhrases([entry]).translate(word)));
  const { translate: inChinese } = makePhrases(Object.entries(table));
  const english = words.filter((word) => /^a |^[a-z]+ [a-z]/.test(word) && !/ or /.test(word) && !inChinese(word));
  const headings = NAMES.map((name) => headingOf(name));
  assert.deepEqual(
    [...english, ...headings.filter((word) => /[a-z]/.test(word) && !inChinese(word))],
    [],
    'named in English',
  );
  assert.deepEqual(unused, [], 'said by nothing');
});
