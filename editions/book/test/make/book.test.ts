/** What becomes of a notebook on its way to a page of the book. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { bars, digits, intervals, lines, weightImages } from '../../../../packages/figures';
import { program } from '../../../../packages/system/project';
import { articleOf, root } from '../../../../test/support/book';
import { type Cell, introduction, type Output } from '../../../shared/cells';
import * as theme from '../../../shared/page/figure-theme';
import { isExecuted, linkedNotebooks, prepare, shownImages } from '../../make/chapters';

const PLOTLY = 'application/vnd.plotly.v1+json';
const SVG = '<svg width="760" height="380"><title>Speed</title></svg>';
const cell = (cell_type: string, source: string): Cell => ({ cell_type, id: 'a', metadata: {}, source });
const shows = (...outputs: Output[]) => ({ cells: [{ ...cell('code', 'f()'), execution_count: 1, outputs }] });
const figure = (data: Record<string, unknown>): Output => ({ output_type: 'display_data', data });
const text = (source: string) => ({ cells: [cell('markdown', source)] });
const speed = lines(
  [
    { name: 'hare', y: [1, 2] },
    { name: 'tortoise', y: [2, 3] },
  ],
  { title: 'Speed <b>&</b> rest', xlabel: 'day', ylabel: 'km' },
);

test('A progress bar that has reached its end is left out; one that was interrupted, and what a cell printed, stay', () => {
  const bars = ['784-96-10: 4680/4680', 'SNN: 7/9', 'a: 1/11'].map((text) => figure({ 'text/plain': text }));
  const printed = { output_type: 'stream', name: 'stdout', text: 'correct: 9/9' };
  const notebook = shows(bars[0]);
  notebook.cells[0].outputs = [...bars, printed];
  prepare('01-x', notebook);
  assert.deepEqual(notebook.cells[0].outputs, [bars[1], bars[2], printed]);
});

test('A cell that prints the SHA-256 of a run of the map gets, once, the link that checks the run', () => {
  const sha256 = 'a1'.repeat(32);
  const runs = new Map([[sha256, `#run=1&epochs=3&test=0.9&sha256=${sha256}`]]);
  const outputs = [`${sha256}\n${sha256}\n`, `${'b2'.repeat(32)}\n`, `x${sha256}`].map((text) => {
    const printed = { output_type: 'stream', name: 'stdout', text };
    const { notebook } = prepare('01-x', shows(printed), undefined, runs);
    return (notebook.cells[0].outputs ?? []).slice(1).map(({ data }) => String(data?.['text/html']));
  });
  const href = `train.html#run=1&amp;epochs=3&amp;test=0.9&amp;sha256=${sha256}`;
  assert.deepEqual(outputs, [[`<p><a href="${href}">Check this run in your browser</a></p>`], [], []]);
});

test('A chapter tells what one will be able to do, and how long it takes', () => {
  const told = (source: string) => introduction(text(source));
  const head =
    '# 2. A\n\n**You will be able to** say what\nit does.\n\nMore.\n\n**Time:** about 5 minutes, 9 for all. It runs.';
  assert.deepEqual(told(head), { title: '2. A', aim: 'Say what it does.', time: 'About 5 minutes, 9 for all.' });
  assert.deepEqual(told('# 2. A\n\nAbout it.'), { title: '2. A', aim: 'About it.', time: '' });
});

test('A figure becomes four pictures, its title and legend in the page, and a script with its specification', async () => {
  const output = figure({ [PLOTLY]: speed, 'image/svg+xml': SVG, 'text/plain': 'Speed: "a" < b' });
  const { notebook, figures } = prepare('01-x', shows(output));
  const html = String(notebook.cells[0].outputs?.[0].data?.['text/html']);
  const page = articleOf(html);
  assert.equal(page.querySelector('.figure-title')?.textContent, 'Speed & rest');
  assert.deepEqual(
    Array.from(page.querySelectorAll('.figure-legend li'), (item) => item.textContent),
    ['hare', 'tortoise'],
  );
  const images = Array.from(page.querySelectorAll('img'));
  assert.deepEqual(
    images.map((image) => [image.getAttribute('src'), image.alt, image.getAttribute('loading')]),
    [
      ['_static/figures/01-x-1.svg', 'Speed: "a" < b', 'lazy'],
      ['_static/figures/01-x-1-dark.svg', 'Speed: "a" < b', 'lazy'],
    ],
  );

  const drawn: { width?: number }[] = [];
  const files = await figures[0].files(async ({ layout }) => {
    drawn.push(layout);
    return `<svg><title id="t">Figure</title><path style="stroke: rgb(1, 2, 3); fill: rgb(1, 2, 6)"/></svg>`;
  });
  const ends = ['-dark.svg', '-narrow-dark.svg', '-narrow.svg', '.js', '.svg'];
  assert.deepEqual(
    Object.keys(files).sort(),
    ends.map((end) => `01-x-1${end}`),
  );
  assert.match(files['01-x-1.svg'], /stroke: #222222; fill: #0072B2/);
  assert.match(files['01-x-1-dark.svg'], new RegExp(`stroke: ${theme.DARK.ink}; fill: ${theme.DARK.traces[0]}`));
  assert.match(files['01-x-1.svg'], /<title id="t">Speed &amp; rest</);
  assert.deepEqual(
    drawn.map(({ width }) => width),
    [760, 346],
  );
  assert.match(files['01-x-1.js'], /^bookFigure\("01-x-1",\{"data":\[/);
});

test('On a dark page the colours of the theme change, and those of the data stay', () => {
  const weights = weightImages(new Float32Array(7840).fill(0.5), { title: 'Weights' });
  const cells = { type: 'scatter', mode: 'text', text: ['1'], textfont: { color: ['#222222'] } };
  const { data, layout } = theme.recolour(
    { data: [...weights.data, ...speed.data, cells], layout: speed.layout },
    theme.DARK,
  );
  assert.deepEqual(data[0].colorscale, weights.data[0].colorscale);
  assert.deepEqual(data.at(-1), cells);
  assert.equal(layout.paper_bgcolor, theme.DARK.paper);
  const many = digits(new Uint8Array(30 * 784), { columns: 10 }); // Paper covers what lies between the images.
  const [between] = theme.recolour(many, theme.DARK).layout.shapes as theme.Spec[];
  assert.equal(between.fillcolor, theme.DARK.paper);
  assert.equal((layout.xaxis as theme.Spec).linecolor, theme.DARK.ink);
  assert.equal((data[data.length - 3].line as theme.Spec).color, theme.DARK.traces[0]);
});

test("The style sheet has the figures' colours, for light and for dark pages", () => {
  const css = readFileSync(join(root, 'editions', 'book', '_static', 'theme.css'), 'utf8');
  const named = ({ ink, paper, traces }: theme.Palette) => Object.entries({ ink, paper, ...traces });
  const dark = new Map(named(theme.DARK));
  for (const [name, light] of named(theme.LIGHT)) {
    const both = `light-dark(${light}, ${dark.get(name)})`.toLowerCase();
    assert.ok(css.includes(`--figure-${name}: ${both};`), name);
  }
});

/** The height of what a figure draws in, without its margins. */
const inner = ({ layout }: theme.Figure) => {
  const { t, b } = layout.margin as Record<string, number>;
  return Number(layout.height) - t - b;
};

test('On a phone the pixels of images stay squares', () => {
  const plate = theme.withoutHeading(weightImages(new Float32Array(7840), { title: 'Weights' }));
  const pixel = (figure: theme.Figure) => {
    const { margin, width, xaxis, yaxis } = figure.layout;
    const { l, r } = margin as Record<string, number>;
    const span = (axis: unknown) => {
      const [from, to] = (axis as { range: [number, number] }).range;
      return Math.abs(to - from);
    };
    return (Number(width) - l - r) / span(xaxis) / (inner(figure) / span(yaxis));
  };
  assert.ok(theme.isPlate(plate));
  assert.ok(Math.abs(pixel(theme.narrow(plate, 346)) - pixel(plate)) < 0.03);
});

test('On a phone labels are broken between words, of rows and below bars, with room for their lines', () => {
  const small = (labels: string[]) => {
    const values = [{ name: 's', mean: labels.map(() => 1), low: labels.map(() => 0), high: labels.map(() => 2) }];
    return theme.narrow(theme.withoutHeading(intervals(labels, values, { title: 'Accuracy' })), 346);
  };
  const { ticktext } = small(['SNN · cross-entropy of counts · ATan', 'ANN']).layout.yaxis as { ticktext: string[] };
  assert.deepEqual(ticktext, ['SNN · cross-entropy<br>of counts · ATan', 'ANN']);
  assert.ok(inner(small(Array(8).fill('cross-entropy of counts · lr 0.005 · spikes'))) >= 3 * 13 * 8, 'three lines');

  const below = (labels: string[]) => {
    const values = [{ name: 's', y: labels.map(() => 1) }];
    return theme.narrow(theme.withoutHeading(bars(labels, values, { title: 'Controls' })), 346).layout;
  };
  const long = below(['as they are', 'shuffled', 'exchanged', 'permuted, τ = 20', 'one<br>two']);
  const axis = long.xaxis as { ticktext: string[]; tickangle: number };
  assert.deepEqual(axis.ticktext, ['as they<br>are', 'shuffled', 'exchanged', 'permuted,<br>τ = 20', 'one<br>two']);
  assert.equal(axis.tickangle, 0);
  assert.ok(!('ticktext' in (below(['a', 'b', 'c', 'd', 'e']).xaxis as object)));
});

test('What a page could not show is refused in one line that names the cell', () => {
  const refused: [Output, RegExp][] = [
    [figure({ [PLOTLY]: {}, 'text/plain': 'Speed' }), /^x\.ipynb: cell 1: .* SVG, found plotly JSON$/],
    [figure({ [PLOTLY]: speed, 'image/svg+xml': SVG }), /^x\.ipynb: cell 1: .*text\/plain, found none$/],
    [figure({ 'image/png': 'iVBO', 'text/plain': 'Speed' }), /^x\.ipynb: cell 1: .*SVG, found image\/png$/],
    [{ output_type: 'error', ename: 'TypeError', evalue: 'no' }, /^x\.ipynb: cell 1: .*found TypeError: no: run/],
    [{ output_type: 'stream', name: 'stderr', text: ['Error: no\n', '  at f'] }, /^x\.ipynb: cell 1: .*Error: no: run/],
  ];
  for (const [output, message] of refused) assert.throws(() => prepare('x', shows(output)), { message });
});

test('A notebook that failed, was interrupted or was never run does not count as executed', () => {
  const line: Output = { output_type: 'stream', name: 'stdout', text: 'fine\n' };
  const failed: Output = { output_type: 'stream', name: 'stderr', text: 'Error: no\n' };
  assert.equal(isExecuted(shows(line)), true);
  assert.equal(isExecuted(shows(line, failed)), false);
  assert.equal(isExecuted(shows()), false);
  const more = (source: string): Cell => ({ ...cell('code', source), execution_count: null, outputs: [] });
  assert.equal(isExecuted({ cells: [...shows(line).cells, more('g()')] }), false);
  assert.equal(isExecuted({ cells: [...shows(line).cells, more(' \n')] }), true);
  assert.equal(isExecuted(undefined), false);
});

test('Links to other notebooks, and drawings that a chapter shows, are found', () => {
  const links = 'Next: [two](02-b.ipynb), [there](03-c.ipynb#place), [out](https://example.org/x)';
  const images = '![a bucket](images/bucket.svg) [no](images/a.svg) ![far](https://example.org/b.svg)';
  assert.deepEqual(linkedNotebooks(text(links)), ['02-b.ipynb', '03-c.ipynb']);
  assert.deepEqual(shownImages(text(images)), ['images/bucket.svg']);
});

test('A link to a page of the book, or to the source, leads to it from within the book', () => {
  const linked = (name: string, source: string) =>
    prepare(name, text(source), (path) => `${path}.md`).notebook.cells[0].source;
  const play = 'See [it](../build/book/playground.html).';
  assert.equal(linked('05-x', play), 'See [it](playground.md).');
  assert.equal(linked('02-x', 'In [LIF](../src/snn/neuron.ts).'), 'In [LIF](src/snn/neuron.ts.md).');
});

test('Ctrl-C ends a build and what it has started, and leaves nothing of it', async () => {
  const build = spawn(...program('editions/book/make/book.ts'), { cwd: root });
  const ended = new Promise<number | null>((done) => build.on('close', done));
  let complaint = '';
  build.stderr.on('data', (text) => {
    complaint += text;
  });
  const work = join(root, 'build', `book-${build.pid}`);
  // With the folder of the figures it has started Sphinx.
  while (!existsSync(join(work, 'figures')) && build.exitCode === null) await sleep(20);
  build.kill('SIGINT');
  // "close" comes when no process holds the output open.
  assert.equal(await ended, 130, complaint);
  assert.match(complaint, /^book: interrupted; /);
  assert.ok(!existsSync(work));
});
