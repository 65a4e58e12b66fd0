/** What is done to the pages that Sphinx has made: links, heads of chapters; and links to sections by their headings. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { JSDOM } from 'jsdom';
import { simulate } from '../../../../packages/networks/lif';
import { chapterNames } from '../../../../packages/system/project';
import { articleOf, root } from '../../../../test/support/book';
import { firstSentence, linkedSource } from '../../../shared/source-pages';
import { linkHeadings, linkRuns, linkTerms, termsOf } from '../../make/links';
import { chapterHead, finishPage } from '../../make/pages';

test('The name of a source file in a text leads to it, and one that is not there is refused', () => {
  const page = (code: string) =>
    `<html><body><article><p><code class="docutils literal notranslate"><span class="pre">${code}</span></code></p></article></body></html>`;
  const linkOf = (code: string, name = '02-x.html') =>
    articleOf(finishPage(page(code), name))
      .querySelector('a')
      ?.getAttribute('href') ?? undefined;
  assert.equal(linkOf('src/snn/neuron.ts'), 'src/snn/neuron.ts.html');
  assert.equal(linkOf('src/'), 'src/index.html');
  assert.equal(linkOf('packages/event-engine/kernel/'), 'src/index.html#packages-event-engine-kernel');
  assert.equal(linkOf('npm run book'), undefined);
  assert.throws(() => linkOf('src/neuron.ts'), {
    message: '02-x.html: expected a file or folder of the project, found src/neuron.ts',
  });
  for (const hidden of ['packages/system/lock.ts', 'packages/system/', 'packages/typescript-kernel/tslab/preload.ts'])
    assert.equal(linkOf(hidden), undefined, hidden);
});

test('A link to a source file that no page shows is refused', () => {
  assert.equal(linkedSource('packages/event-engine/'), 'packages/event-engine');
  for (const hidden of ['packages/system/lock.ts', 'packages/typescript-kernel/']) {
    const message = `expected a file or folder that the book shows, found a link to ${hidden}`;
    assert.throws(() => linkedSource(hidden), { name: 'UserError', message });
  }
});

test('A source page is told by the first sentence of its comment', () => {
  assert.equal(
    firstSentence('/**\n * The neuron as a layer\n * of tfjs. More.\n */\nexport {}'),
    'The neuron as a layer of tfjs',
  );
  assert.equal(firstSentence('// Sums: first.\n// Then more.\ncode'), 'Sums');
  assert.equal(firstSentence('export {}'), '');
});

test('The first use of a word of the glossary links to what it means, where a link is no nuisance', () => {
  const { document } = new JSDOM(
    '<dl class="glossary"><dt id="term-LIF">LIF neuron<a>#</a></dt><dt id="term-LIF-1">LIF</dt><dd><p>It leaks.</p></dd>' +
      '<dt id="term-spike">spike</dt><dd><p>A pulse.</p></dd><dt id="term-T">T</dt><dd>Steps.</dd></dl>',
  ).window;
  const terms = termsOf(document);
  assert.deepEqual(terms[0], { id: 'term-LIF', forms: ['LIF neuron', 'LIF'], meaning: 'It leaks.' });
  const article = articleOf(
    '<h1>Spikes</h1><p><code>spike</code> <a href="x">spike</a> T spiked LIF\nneurons, lif, Spikes and spikes</p><p>LIF</p>',
  );
  linkTerms(article, terms);
  const links = Array.from(article.querySelectorAll('a.term')) as HTMLAnchorElement[];
  assert.deepEqual(
    links.map((link) => [link.textContent, link.getAttribute('href'), link.title]),
    [
      ['LIF\nneurons', 'glossary.html#term-LIF', 'It leaks.'],
      ['Spikes', 'glossary.html#term-spike', 'A pulse.'],
    ],
  );
});

test('The head of a chapter counts the chapters that there are, and leads to its notebook and where it runs', () => {
  const chapters = ['00-start', '01-ann', '02-lif'].map((name) => ({ name, title: name }));
  const given = { name: '02-lif', position: 3, chapters, notebook: 'notebooks/x.ipynb', run: 'lite/?a=1&b=2' };
  const head = articleOf(chapterHead(given));
  assert.equal(head.querySelector('.chapter-number')?.textContent, 'Chapter 2 · 3 of 3');
  assert.equal(head.querySelector('[aria-current=page]')?.getAttribute('title'), '02-lif');
  assert.equal(head.querySelector('a[download]')?.getAttribute('href'), 'notebooks/x.ipynb');
  assert.equal(head.querySelector('a.run')?.getAttribute('href'), 'lite/?a=1&b=2');
  assert.equal(articleOf(chapterHead({ ...given, run: undefined })).querySelector('a.run'), null, 'in Python');
});

test('A formula that cannot be set is refused in one line that names its page', () => {
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

test('A drawing has its size and scrolls in a box, a printed table does, and a number keeps its unit beside it', () => {
  const printed = (text: string) => `<div class="cell_output"><pre tabindex="0">${text}</pre></div>`;
  const drawings = '<p><img alt="A bucket" src="a.svg"></p><p>In <img alt="x" src="b.png"> text</p>';
  const cells = ['36.9 %', '−1,234 ms', '36.9', 'ten epochs', '5 of 7 runs'].map((text) => `<td><p>${text}</p></td>`);
  const html = `<article><h1>T</h1>${drawings}${printed('A\n┌─┐\nB\n')}${printed('a  b')}<table><tr>${cells.join('')}</tr></table></article>`;
  const pageOf = (svg: string) => articleOf(finishPage(html, '02-x.html', { readDrawing: () => svg }));
  const page = pageOf('<svg xmlns="http://www.w3.org/2000/svg" width="760" height="330"></svg>');
  const texts = (selector: string) => Array.from(page.querySelectorAll(selector), ({ textContent }) => textContent);
  assert.deepEqual(
    Array.from(page.querySelectorAll('.drawing[tabindex="0"]'), ({ innerHTML }) => innerHTML),
    ['<img alt="A bucket" src="a.svg" width="760" height="330">'],
  );
  assert.deepEqual(texts('.printed-table'), ['A\n┌─┐\nB\n']);
  assert.deepEqual(texts('.printed-table .sentence'), ['A\n', 'B\n'], 'what wraps');
  assert.deepEqual(texts('td.value'), ['36.9 %', '−1,234 ms']);
  assert.throws(() => pageOf('<svg viewBox="0 0 760 330"></svg>'), /^UserError: 02-x\.html: .* in a\.svg, found none$/);
});

type Chapter = Parameters<typeof linkHeadings>[2][number];

const chapter = (name: string, ...sources: string[]): Chapter => ({
  name,
  notebook: { cells: sources.map((source) => ({ cell_type: 'markdown', id: 'a', metadata: {}, source })) },
});

test('[[A heading]] leads to its section; one that no chapter has, or two, stops the build in a line', () => {
  const chapters = [
    chapter('01-one', '# 1. One\n\n## Charge\n\n## The end', '```sh\n## Which time constant τ?\n```'),
    chapter('06-two', '## Which time constant τ?\nText.', '## The end'),
  ];
  const link = (text: string) => linkHeadings('editions/book/p.md', text, chapters);
  assert.equal(
    link('So. [[Charge]] says, as\n[[Which time\nconstant τ?]].'),
    'So. [Chapter 1, *Charge*](01-one.ipynb#charge) says, as\n[chapter 6, *Which time constant τ?*](06-two.ipynb#which-time-constant-τ).',
  );
  for (const [heading, found] of Object.entries({ 'Does it?': 'none', '1. One': 'none', 'The end': '01-one, 06-two' }))
    assert.throws(() => link(`Text.\n\n[[${heading}]]`), {
      message: `editions/book/p.md: line 3: expected one section "${heading}" in the chapters, found ${found}`,
    });
});

test('Each section that a page of answers or of claims names is in the committed chapters', () => {
  const chapters = chapterNames().map((file) => ({
    name: file.replace('.ipynb', ''),
    notebook: JSON.parse(readFileSync(join(root, 'notebooks', file), 'utf8')) as Chapter['notebook'],
  }));
  for (const [name, least] of [
    ['questions.md', 24],
    ['claims.md', 8],
  ] as const) {
    const page = readFileSync(join(root, 'editions', 'book', name), 'utf8');
    const linked = linkHeadings(`editions/book/${name}`, page, chapters);
    assert.ok((linked.match(/\]\(\d\d-[\w-]+\.ipynb#/g)?.length ?? 0) >= least);
  }
});

test('[0.004](train.md#id) leads to where that run of the map is checked; one that is not there stops the build', () => {
  const runs = new Map([['3a3b87c28974', '#run=e30&test=0.9']]);
  const link = (id: string) => linkRuns('p.md', `with [0.004](train.md#${id})`, runs);
  assert.equal(link('3a3b87c28974'), 'with <a href="train.html#run=e30&amp;test=0.9">0.004</a>');
  assert.throws(() => link('3a3b87c28975'), /^UserError: p\.md: expected a run of the map .+, found 3a3b87c28975$/);
});

test('A drawing says what it shows, and is safe as an image on any page: no script, no style, no address', () => {
  const images = join(root, 'notebooks', 'images');
  const { DOMParser } = new JSDOM('').window;
  const allowed = new Set(['svg', 'title', 'desc', 'g', 'path', 'rect', 'circle', 'text']);
  for (const file of readdirSync(images).filter((one) => one.endsWith('.svg'))) {
    // JSDOM's XML parser refuses what is not well-formed.
    const parsed = new DOMParser().parseFromString(readFileSync(join(images, file), 'utf8'), 'image/svg+xml');
    const { documentElement: svg } = parsed;
    const name = file.slice(0, -'.svg'.length);
    assert.equal(svg.getAttribute('aria-labelledby'), `${name}-title ${name}-desc`);
    for (const [tag, least] of Object.entries({ title: 15, desc: 100 }))
      assert.ok((svg.querySelector(`:scope > ${tag}#${name}-${tag}`)?.textContent ?? '').length >= least, file);
    for (const element of [svg, ...svg.querySelectorAll('*')]) {
      assert.ok(allowed.has(element.tagName), `${file}: <${element.tagName}>`);
      for (const { name: attribute, value } of element.attributes) {
        assert.doesNotMatch(attribute, /^(?:on|style$|class$|.*href)/, file);
        if (attribute !== 'xmlns') assert.doesNotMatch(value, /:|url\(/, file);
      }
    }
  }
});
