/** Translations: each fault that a program can see is found at its place, and what is stale is shown in English. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type Cell,
  cellsOfPage,
  checkTranslation,
  listTranslations,
  readBlocks,
  sourceOfPage,
  stampOf,
  textOf,
  translate,
} from '../blocks';

const ENGLISH = [
  '# 2. The bucket',
  [
    '## What does it do?',
    '',
    'In step 2 the potential rises to 1.06, from 0.83: `h` is $v + x/\\tau$. So it **fires**, and *leaks*. <!-- measured: h: 1.06 -->',
    '',
    '![The level is 0.50, then 0.83.](images/bucket.svg)',
    '',
    '- **Charge**: see [chapter 3](03-poisson.ipynb#rates).',
    '- **Reset**: back to 0, and `epochs: 3`.',
    '',
    '| T | accuracy |',
    '| - | -------- |',
    '| 2 | 91.5 %   |',
    '',
    '$$h_t = v_{t-1} + 1$$',
    '',
    '<details><summary>Hint 1</summary>',
    '',
    'Nine in ten of 10,000 images.',
    '',
    '</details>',
    '',
    '```ts',
    'const a = 1; // one',
    '```',
    '',
    'See [[What happens without the reset?]], [SpikingJelly](https://example.org/en/a.rst).',
  ].join('\n'),
];
const CHINESE = [
  '# 2. 水桶',
  [
    '## 它做什么？',
    '',
    '第 2 步，膜电位从 0.83 升到 1.06：`h` 是 $v + x/\\tau$。于是它**发放**，并且*泄漏*。',
    '',
    '![水位是 0.50，然后是 0.83。](images/bucket.svg)',
    '',
    '- **充电**：见[第 3 章](03-poisson.ipynb#rates)。',
    '- **重置**：回到 0，`epochs: 3`。',
    '',
    '| T | 正确率 |',
    '| - | -------- |',
    '| 2 | 91.5%   |',
    '',
    '$$h_t = v_{t-1} + 1$$',
    '',
    '<details><summary>提示 1</summary>',
    '',
    '10,000 张图像里，十张对九张。',
    '',
    '</details>',
    '',
    '```ts',
    'const a = 1; // one',
    '```',
    '',
    '见 [[What happens without the reset?]]，[SpikingJelly](https://example.org/en/a.rst)。',
  ].join('\n'),
];

function faultsOf(english: string[], chinese: string[], more = '') {
  const ids = ['title', 'bucket'];
  const blocks = chinese.map((text, i) => `<!-- ${ids[i]} ${stampOf(ENGLISH[i])}${i === 1 ? more : ''} -->\n${text}\n`);
  const cells: Cell[] = english.map((source, i) => ({ cell_type: 'markdown', id: ids[i], source }));
  return checkTranslation({ name: 'x', cells, blocks: readBlocks(blocks.join('\n')) });
}

test('A true translation has no fault', () => {
  assert.deepEqual(faultsOf(ENGLISH, CHINESE), { wrong: [], stale: [], missing: [] });
});

/** What is changed in the Chinese, from and to, and what is said of it. */
const IN_CHINESE: [what: string, from: string, to: string, said: RegExp][] = [
  ['a number', '1.06', '1.60', /numbers: 1\.06 is missing/],
  ['a number that moved to another paragraph', '回到 0，', '回到零，', /numbers: 0 is missing/],
  ['code', '`h`', '`v`', /code: h is missing/],
  ['code in a fence', 'const a = 1;', 'const a = 2;', /code: /],
  ['a formula', 'x/\\tau', 'x\\tau', /formulas: /],
  ['a link to a chapter', '03-poisson.ipynb#', '03-poison.ipynb#', /links: .*is missing/],
  ['a section by its name', '[[What happens without the reset?]]', '[[没有重置会怎样？]]', /sections: /],
  ['an image', 'images/bucket.svg', 'images/buckets.svg', /images: /],
  ['a fold that is not closed', '</details>', '', /html: <\/details> is missing|paragraphs/],
  ['a heading', '## 它做什么？\n\n', '', /headings: ## is missing/],
  ['an item', '- **重置**：', '', /items: - is missing/],
  ['bold that CommonMark does not see', '**发放**，并且', '**发放，**并且', /neither bold nor stressed/],
  ['stress on Latin letters', '*泄漏*', '*leak*', /no stress on Latin letters/],
  ['a half-width comma', '充电**：见', '充电**:见', /sign or space/],
  ['no space around code', '：`h` 是', '：`h`是', /sign or space/],
  ['a paragraph too many', '见 [[', '多余。\n\n见 [[', /paragraphs: expected \d+, found \d+/],
];
for (const [what, from, to, said] of IN_CHINESE) {
  test(`In a translation it is found: ${what}`, () => {
    assert.ok(CHINESE[1].includes(from), from);
    const { wrong } = faultsOf(ENGLISH, [CHINESE[0], CHINESE[1].replace(from, to)]);
    assert.ok(
      wrong.some((line) => line.startsWith('x: bucket: ') && said.test(line)),
      wrong.join('\n'),
    );
  });
}

const IN_ENGLISH: [what: string, from: string, to: string, stale: boolean][] = [
  ['a word', 'rises to', 'climbs to', true],
  ['a number', '0.83: `h`', '0.82: `h`', true],
  ['a mark for the checks', 'measured: h: 1.06', 'measured: h of the cell above: 1.06', false],
  ['a blank at the end', 'a.rst).', 'a.rst).\n', false],
];
for (const [what, from, to, stale] of IN_ENGLISH) {
  test(`A change of the English makes its cell ${stale ? 'stale' : 'no staler'}: ${what}`, () => {
    assert.ok(ENGLISH[1].includes(from), from);
    const found = faultsOf([ENGLISH[0], ENGLISH[1].replace(from, to)], CHINESE);
    const line = 'x: bucket: its English has changed since it was translated';
    assert.deepEqual(found, { wrong: [], stale: stale ? [line] : [], missing: [] });
  });
}

test('A cell without a translation is missing, and a translation without a cell is wrong', () => {
  assert.deepEqual(faultsOf(ENGLISH, CHINESE.slice(0, 1)).missing, ['x: bucket: not translated']);
  assert.deepEqual(faultsOf(ENGLISH.slice(0, 1), CHINESE).wrong, ['x: bucket: the English has no such cell']);
});

test('A difference in links is allowed with a reason, and in nothing else by that', () => {
  const other = [CHINESE[0], CHINESE[1].replace('en/a.rst', 'zh_CN/a.rst')];
  assert.deepEqual(faultsOf(ENGLISH, other, ' links: the original is Chinese').wrong, []);
  const both = [CHINESE[0], other[1].replace('1.06', '1.60')];
  const { wrong } = faultsOf(ENGLISH, both, ' links: the original is Chinese');
  assert.match(wrong.join('\n'), /numbers: 1\.06 is missing/);
});

test('What is stale or missing is shown in English below a line, after its heading; the rest in Chinese', () => {
  const cells: Cell[] = [...ENGLISH, '## New\n\nNot yet.'].map((source, i) => ({
    cell_type: 'markdown',
    id: `c${i}`,
    source,
  }));
  const blocks = readBlocks(
    `<!-- c0 ${stampOf(ENGLISH[0])} -->\n${CHINESE[0]}\n\n<!-- c1 0123456789ab -->\n${CHINESE[1]}\n`,
  );
  const [title, stale, missing] = translate(cells, blocks).map(textOf);
  assert.equal(title, CHINESE[0]);
  assert.match(
    stale,
    /^## What does it do\?\n\n> \*（英文原文已经修改，译文尚未更新，以下为英文原文。）\*\n\nIn step 2/,
  );
  assert.match(missing, /^## New\n\n> \*（这一段尚未翻译，以下为英文原文。）\*\n\nNot yet\.$/);
});

test('A page is split into sections, words of its glossary and HTML, and put together again to the byte', () => {
  const page =
    '---\nhide-toc: true\n---\n\n# Title\n\nText.\n\n<!-- table -->\n\n## A τ\n\nOne.\n\n```{raw} html\n<p>x</p>\n```\n\nTwo.\n\n```{glossary}\n:sorted:\n\nATan\n  A slope.\n\nbatch\nminibatch\n  Some images.\n\n  More.\n```\n';
  const cells = cellsOfPage(page);
  assert.equal(sourceOfPage(cells), page);
  const texts = cells.filter(({ cell_type }) => cell_type === 'markdown');
  assert.deepEqual(
    texts.map(({ id, source }) => [id, String(source).trim()]),
    [
      ['top', '# Title\n\nText.'],
      ['a-τ', '## A τ\n\nOne.'],
      ['top-2', 'Two.'],
      ['atan', 'ATan\n  A slope.'],
      ['batch', 'batch\nminibatch\n  Some images.\n\n  More.'],
    ],
  );
  const code = '# T\n\n```sh\nls\n```\n\nAfter it.\n\n```{raw} html\n<p>x</p>\n```\n';
  const [text, html] = cellsOfPage(code);
  assert.equal(text.source, '# T\n\n```sh\nls\n```\n\nAfter it.\n\n', 'a fence with code is text');
  assert.equal(html.source, '```{raw} html\n<p>x</p>\n```\n');
});

test('No translation of a chapter or page has a fault, where its English is still the same', () => {
  const all = listTranslations('zh');
  assert.ok(all.length > 25, 'chapters and pages');
  assert.deepEqual(
    all.flatMap((twin) => checkTranslation(twin).wrong),
    [],
  );
});
