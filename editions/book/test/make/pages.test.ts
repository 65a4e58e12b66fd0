/** What is done to the pages that Sphinx has made: links, heads of chapters; and links to sections by their headings. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { JSDOM } from 'jsdom';
import { chapterNames } from '../../../../packages/system/project.mjs';
import { simulate } from '../../../../src/common/lif';
import { articleOf, load, root } from '../../../../test/support/book';

type Headings = typeof import('../../make/headings.mjs');
type Pages = typeof import('../../make/pages.mjs');
type Glossary = typeof import('../../make/glossary.mjs');
type SourcePages = typeof import('../../../shared/source-pages.mjs');
type Settings = typeof import('../../../../packages/system/addresses.mjs');

test('The name of a source file in a text leads to it, and one that is not there is refused', async () => {
  const { finishPage } = await load<Pages>('pages');
  const page = (code: string) =>
    `<html><body><article><p><code class="docutils literal notranslate"><span class="pre">${code}</span></code></p></article></body></html>`;
  const linkOf = (code: string, name = '02-x.html') =>
    articleOf(finishPage(page(code), name))
      .querySelector('a')
      ?.getAttribute('href') ?? undefined;
  assert.equal(linkOf('src/snn/neuron.ts'), 'src/snn/neuron.ts.html');
  assert.equal(linkOf('src/'), 'src/index.html');
  assert.equal(linkOf('packages/event-engine/kernel/'), 'src/index.html#packages-event-engine-kernel');
  assert.equal(linkOf('build/book/playground.html'), 'playground.html');
  assert.equal(linkOf('npm run book'), undefined);
  assert.throws(() => linkOf('src/neuron.ts'), {
    message: '02-x.html: expected a file or folder of the project, found src/neuron.ts',
  });
});

test('A drawing has its size in the page, so nothing moves when it comes late; one without a size is refused', async () => {
  const { finishPage } = await load<Pages>('pages');
  const page = '<html><body><article><p><img alt="" src="../_images/x.svg"></p></article></body></html>';
  const imageOf = (svg: string) => {
    const readDrawing = (address: string) => (address === '../_images/x.svg' ? svg : assert.fail(address));
    return articleOf(finishPage(page, 'a/02-x.html', { readDrawing })).querySelector('img');
  };
  const image = imageOf(
    '<svg xmlns="http://www.w3.org/2000/svg" width="760" height="330" viewBox="0 0 760 330"></svg>',
  );
  assert.deepEqual([image?.getAttribute('width'), image?.getAttribute('height')], ['760', '330']);
  assert.throws(() => imageOf('<svg viewBox="0 0 760 330"></svg>'), {
    message: 'a/02-x.html: expected a width and a height in ../_images/x.svg, found none',
  });
});

test('A source page is told by the first sentence of its comment', async () => {
  const { firstSentence } = await load<SourcePages>('editions/shared/source-pages');
  assert.equal(
    firstSentence('/**\n * The neuron as a layer\n * of tfjs. More.\n */\nexport {}'),
    'The neuron as a layer of tfjs',
  );
  assert.equal(firstSentence('// Sums: first.\n// Then more.\ncode'), 'Sums');
  assert.equal(firstSentence('export {}'), '');
});

test('The first use of a word of the glossary links to what it means, where a link is no nuisance', async () => {
  const { termsOf, linkTerms } = await load<Glossary>('glossary');
  const { document } = new JSDOM(
    '<dl class="glossary"><dt id="term-LIF">LIF neuron<a>#</a></dt><dt id="term-LIF-1">LIF</dt><dd><p>It leaks.</p></dd>' +
      '<dt id="term-spike">spike</dt><dd><p>A pulse.</p></dd><dt id="term-T">T</dt><dd>Steps.</dd></dl>',
  ).window;
  const terms = termsOf(document);
  assert.deepEqual(terms[0], { id: 'term-LIF', forms: ['LIF neuron', 'LIF'], meaning: 'It leaks.' });
  const article = articleOf(
    '<h1>Spikes</h1><p><code>spike</code> <a href="x">spike</a> T spiked LIF\nneurons, lif, Spikes and spikes</p><p>LIF</p>',
  );
  linkTerms(article, terms, '../glossary.html');
  const links = Array.from(article.querySelectorAll('a.term')) as HTMLAnchorElement[];
  assert.deepEqual(
    links.map((link) => [link.textContent, link.getAttribute('href'), link.title]),
    [
      ['LIF\nneurons', '../glossary.html#term-LIF', 'It leaks.'],
      ['Spikes', '../glossary.html#term-spike', 'A pulse.'],
    ],
  );
});

test('The head of a chapter counts the chapters that there are', async () => {
  const { chapterHead } = await load<Pages>('pages');
  const chapters = ['00-start', '01-ann', '02-lif'].map((name) => ({ name, title: name }));
  const head = (position: number, list = chapters, run?: string) =>
    articleOf(
      chapterHead({ name: list[position - 1].name, position, chapters: list, notebook: 'notebooks/x.ipynb', run }),
    );
  const number = (article: Element) => article.querySelector('.chapter-number')?.textContent;
  assert.equal(number(head(3)), 'Chapter 2 · 3 of 3');
  assert.equal(head(3).querySelector('[aria-current=page]')?.getAttribute('title'), '02-lif');
  assert.equal(head(1).querySelector('a[download]')?.getAttribute('href'), 'notebooks/x.ipynb');
  assert.ok(!head(1).innerHTML.includes('Run this chapter'), 'no dead link while there is no browser edition');
  assert.match(
    head(1, chapters, 'lite/?a=1&b=2').innerHTML,
    /<a class="run" href="lite\/\?a=1&amp;b=2">Run this chapter/,
  );
});

test('The browser edition is found from every page, in a folder beside the book or elsewhere', async () => {
  const { runAddress } = await load<Settings>('packages/system/addresses');
  assert.equal(runAddress('02-x', '', '../lite/'), '../lite/notebooks/index.html?path=02-x.ipynb');
  assert.equal(
    runAddress('exercises/x', '../', '../lite/'),
    '../../lite/notebooks/index.html?path=exercises%2Fx.ipynb',
  );
  assert.equal(
    runAddress('02-x', '../', 'https://a.example/'),
    'https://a.example/notebooks/index.html?path=02-x.ipynb',
  );
});

test('A formula that cannot be set is refused in one line that names its page', async () => {
  const { finishPage } = await load<Pages>('pages');
  const page = '<html><body><article><p><span class="tex">\\frac{1</span></p></article></body></html>';
  assert.throws(() => finishPage(page, 'x.html'), { message: /^x\.html: formula \\frac\{1: KaTeX parse error: .+$/ });
});

test('At the currents that the page of one neuron suggests, only the soft reset tells them apart', () => {
  const text = readFileSync(join(root, 'editions', 'book', 'neuron.md'), 'utf8');
  const [, tau, ...currents] =
    /Set τ to (\d+) and compare the two resets at currents of ([\d.]+) and ([\d.]+)\./.exec(text) ?? [];
  const counts = [0, null].map((vReset) =>
    currents.map((current) => {
      const options = { tau: Number(tau), decayInput: true, vThreshold: 1, vReset };
      return simulate(options, new Float32Array(100).fill(Number(current))).spike.reduce((a, b) => a + b);
    }),
  );
  assert.deepEqual(counts, [
    [33, 33],
    [33, 44],
  ]);
});

test('Drawings and printed tables get a box that scrolls and that the keyboard reaches, and what is printed otherwise none', async () => {
  const { finishPage } = await load<Pages>('pages');
  const printed = (text: string) => `<div class="cell_output"><pre tabindex="0">${text}</pre></div>`;
  const html = `<article><h1>T</h1><p><img alt="A bucket" src="a.png"></p><p>In <img alt="x" src="b.png"> text</p>${printed('A\n┌─┐\nB\n')}${printed('a  b')}</article>`;
  const { document } = new JSDOM(finishPage(html, '02-x.html')).window;
  const boxes = Array.from(document.querySelectorAll('.drawing'), (box) => [
    box.getAttribute('tabindex'),
    box.innerHTML,
  ]);
  assert.deepEqual(boxes, [['0', '<img alt="A bucket" src="a.png">']]);
  const tables = Array.from(document.querySelectorAll('.printed-table'), ({ textContent }) => textContent);
  assert.deepEqual(tables, ['A\n┌─┐\nB\n']);
  const around = Array.from(document.querySelectorAll('.printed-table .sentence'), ({ textContent }) => textContent);
  assert.deepEqual(around, ['A\n', 'B\n'], 'what wraps');
});

test('A number in a table keeps its unit beside it', async () => {
  const { finishPage } = await load<Pages>('pages');
  const cells = ['36.9 %', '−1,234 ms', '36.9', 'ten epochs', '5 of 7 runs'];
  const html = `<article><h1>T</h1><table><tr>${cells.map((text) => `<td><p>${text}</p></td>`).join('')}</tr></table></article>`;
  const { document } = new JSDOM(finishPage(html, '02-x.html')).window;
  const values = Array.from(document.querySelectorAll('td.value'), ({ textContent }) => textContent);
  assert.deepEqual(values, cells.slice(0, 2));
});

type Chapter = Parameters<Headings['linkHeadings']>[2][number];

const chapter = (name: string, ...sources: string[]): Chapter => ({
  name,
  notebook: { cells: sources.map((source) => ({ cell_type: 'markdown', source })) },
});

test('[[A heading]] leads to its section, whatever number the chapter has', async () => {
  const { linkHeadings } = await load<Headings>('headings');
  const link = (number: string) =>
    linkHeadings('editions/book/p.md', 'See\n[[Which time\nconstant τ?]].', [
      chapter('01-one', '# 1. One\n\n## Charge', '```sh\n## Which time constant τ?\n```'),
      chapter(`${number}-two`, '## Which time constant τ?\nText.'),
    ]);
  assert.match(
    linkHeadings('p', 'So. [[Charge]] says.', [chapter('02-x', '## Charge')]),
    /^So\. \[Chapter 2, \*Charge\*\]/,
  );
  assert.equal(link('06'), 'See\n[chapter 6, *Which time constant τ?*](06-two.ipynb#which-time-constant-τ).');
  assert.equal(link('07'), 'See\n[chapter 7, *Which time constant τ?*](07-two.ipynb#which-time-constant-τ).');
});

test('A heading that no chapter has, or two, stops the build in a line that names the page and the line', async () => {
  const { linkHeadings } = await load<Headings>('headings');
  const chapters = [chapter('01-one', '## Does it work?', '## The end'), chapter('02-two', '## The end', '# Title')];
  const link = (heading: string) => () => linkHeadings('editions/book/p.md', `Text.\n\n[[${heading}]]`, chapters);
  assert.throws(link('How does it work?'), {
    message: 'editions/book/p.md: line 3: expected one section "How does it work?" in the chapters, found none',
  });
  assert.throws(link('The end'), {
    message: 'editions/book/p.md: line 3: expected one section "The end" in the chapters, found 01-one, 02-two',
  });
  assert.throws(link('Title'), /found none/, 'the title of a chapter is no section');
});

const page = readFileSync(join(root, 'editions', 'book', 'questions.md'), 'utf8');

test('Each section that the page names is in the committed chapters', async () => {
  const { linkHeadings } = await load<Headings>('headings');
  const chapters = chapterNames().map((file) => ({
    name: file.replace('.ipynb', ''),
    notebook: JSON.parse(readFileSync(join(root, 'notebooks', file), 'utf8')) as Chapter['notebook'],
  }));
  const linked = linkHeadings('editions/book/questions.md', page, chapters);
  assert.ok((linked.match(/\]\(\d\d-[\w-]+\.ipynb#/g)?.length ?? 0) >= 24);
});
