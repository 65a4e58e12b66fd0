/** Phrases: what a script, a page or a drawing says is found by its English, and nothing else is touched. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { runInNewContext } from 'node:vm';
import { JSDOM } from 'jsdom';
import { drawCurves } from '../../editions/book/neuron/plot';
import { filesUnder } from '../../packages/system/project.mjs';
import { load, root } from '../../test/support/book';

type Phrases = typeof import('../phrases.mjs');
const phrasesOf = () => load<Phrases>('translations/phrases');
async function made(table: Record<string, string>) {
  const { makePhrases } = await phrasesOf();
  return makePhrases(Object.entries(table));
}

test('A phrase is found whole or with what a program fills in, which may stand in another order', async () => {
  const phrases = await made({ 'Chapter {0} of {1}': '共 {1} 章，第 {0} 章', Run: '运行' });
  assert.equal(phrases.say('Chapter 3 of 21'), '共 21 章，第 3 章');
  assert.equal(phrases.say(' Run\n'), '运行');
  assert.equal(phrases.say('Run away'), undefined);
});

/** What looks like a part of a template, in a string. */
const hole = '$' + '{b}';

test('A script says its sentences in the other language, and computes as before', async () => {
  const { translateScript } = await phrasesOf();
  const phrases = await made({
    Train: '训练',
    'It took {0} and `{1}` steps.': '用了 `{1}` 步，{0}。',
    '{0} epochs': '{0} 个轮次',
    '1 epoch': '1 个轮次',
    spikes: '脉冲',
    [`a ${hole}`]: `甲 ${hole}`,
  });
  const code = [
    "const n = 3, names = { 'spikes': 1, Train: 2 };",
    'const said = `It took §{n === 1 ? "1 epoch" : `§{n} epochs`} and \\`§{names.spikes}\\` steps.`;',
    "const all = ['Train', `  Train `, said, 'a §{b}', 'spike'];",
    'JSON.stringify(all)',
  ]
    .join('\n')
    .replaceAll('§', '$');
  const all = JSON.stringify(['训练', '  训练 ', '用了 `1` 步，3 个轮次。', `甲 ${hole}`, 'spike']);
  assert.equal(runInNewContext(translateScript(code, phrases)), all);
});

test('A document is said in texts, names and whole elements; code and what is English on purpose stay', async () => {
  const { translateDocument } = await phrasesOf();
  const phrases = await made({
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

test('A phrase with tags that its English does not have is refused, and a title of a drawing is text', async () => {
  for (const other of ['<img src=x onerror=alert(1)>', '运行<script', '<b>运行</b>'])
    await assert.rejects(made({ Run: other }), /phrases: "Run": expected no tags as in the English, found </);
  await made({ 'a <b>b</b> < c': 'c > <b>b</b>', 'below 1': '< 1' });

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

test('What no phrase says is found: sentences of a script, words of a drawing', async () => {
  const { unsaid } = await phrasesOf();
  const phrases = await made({ 'It runs.': '在运行。', spikes: '脉冲' });
  const script = "say('It runs.'); say('It has ended.'); name = 'data-figure';";
  assert.deepEqual(unsaid(script, phrases), ['It has ended.']);
  const svg = '<svg xmlns="http://www.w3.org/2000/svg"><text>spikes</text><text>weights</text><text>LIF</text></svg>';
  assert.deepEqual(unsaid(svg, phrases), ['weights']);
});

test('No phrase has a fault that a program can see in Chinese text', async () => {
  const { habits } = await load<typeof import('../likeness.mjs')>('translations/likeness');
  for (const file of readdirSync(folder)) {
    for (const [english, chinese] of Object.entries(tableOf(file)))
      assert.deepEqual(habits(chinese), [], `${file}: ${english}`);
  }
});

const folder = join(root, 'translations', 'zh', 'phrases');
const tableOf = (file: string) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as Record<string, string>;

test('Each phrase fills in what its English does, once each', () => {
  const holes = (text: string) => [...text.matchAll(/\{\d\}/g)].map(([hole]) => hole).sort();
  for (const file of readdirSync(folder)) {
    for (const [english, chinese] of Object.entries(tableOf(file)))
      assert.deepEqual(holes(chinese), holes(english), `${file}: ${english}`);
  }
});

test('A phrase of scripts and drawings is one that a page or a drawing still says', async () => {
  const { eachLiteral } = await phrasesOf();
  const said = new Set<string>();
  const keep = (text: string) => said.add(text.replace(/\s+/g, ' ').trim());
  for (const part of ['editions/book', 'editions/shared/page', 'packages', 'src'])
    for (const file of filesUnder(join(root, part)).filter((name) => name.endsWith('.ts') && !name.includes('test')))
      eachLiteral(readFileSync(join(root, part, file), 'utf8'), keep);
  for (const name of readdirSync(join(root, 'notebooks', 'images')).filter((file) => file.endsWith('.svg'))) {
    const svg = new JSDOM(readFileSync(join(root, 'notebooks', 'images', name), 'utf8'), {
      contentType: 'image/svg+xml',
    });
    for (const element of svg.window.document.querySelectorAll('text, tspan, title, desc'))
      keep(element.textContent ?? '');
  }
  const sphinx = /^Search|^Your search|^Preparing search/;
  const gone = ['pages.json', 'drawings.json'].flatMap((file) =>
    Object.keys(tableOf(file)).filter((english) => !said.has(english) && !sphinx.test(english)),
  );
  assert.deepEqual(gone, []);
});
