/** What becomes of a notebook's outputs on a page of the book. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';

interface Output {
  output_type: string;
  name?: string;
  text?: string | string[];
  ename?: string;
  evalue?: string;
  data?: Record<string, unknown>;
}
interface Cell {
  cell_type: string;
  source: string;
  metadata?: { tags?: string[] };
  outputs?: Output[];
}
interface Notebook {
  cells: Cell[];
}
interface Module {
  prepare(name: string, notebook: Notebook): { notebook: Notebook; files: Record<string, string> };
  isExecuted(notebook: Notebook | undefined): boolean;
  linkedNotebooks(name: string, notebook: Notebook): string[];
}

const script = pathToFileURL(join(resolve(__dirname, '..', '..'), 'tools', 'book', 'chapters.mjs')).href;
const load = async () => (await import(script)) as Module;

const PLOTLY = 'application/vnd.plotly.v1+json';
const SVG = '<svg width="760" height="380"><title>Speed</title></svg>';
const shows = (...outputs: Output[]): Notebook => ({ cells: [{ cell_type: 'code', source: 'f()', outputs }] });
const figure = (data: Record<string, unknown>): Output => ({ output_type: 'display_data', data });

test('A figure becomes its SVG in a file, with the sentence of its bundle as the text alternative', async () => {
  const { prepare } = await load();
  const bundle = { [PLOTLY]: {}, 'image/png': 'iVBO', 'image/svg+xml': ['<svg width="760" ', 'height="380"></svg>'] };
  const { notebook, files } = prepare(
    '01-x',
    shows(figure({ ...bundle, 'text/plain': 'Speed: "a" < b' }), figure({ ...bundle, 'text/plain': 'Height' })),
  );
  assert.deepEqual(files, {
    '01-x-1.svg': '<svg width="760" height="380"></svg>',
    '01-x-1-2.svg': '<svg width="760" height="380"></svg>',
  });
  const [first, second] = (notebook.cells[0].outputs ?? []).map(({ data }) => data);
  assert.deepEqual(Object.keys(first ?? {}), ['text/html']);
  assert.match(
    String(first?.['text/html']),
    /<img src="_static\/figures\/01-x-1.svg" alt="Speed: &quot;a&quot; &lt; b"/,
  );
  assert.match(String(first?.['text/html']), /width="760" height="380"/);
  assert.match(String(second?.['text/html']), /alt="Height"/);
});

test('A figure of a notebook in a folder is found from there', async () => {
  const { prepare } = await load();
  const bundle = figure({ 'image/svg+xml': SVG, 'text/plain': 'Speed' });
  const { notebook, files } = prepare('exercises/01-x', shows(bundle));
  assert.deepEqual(Object.keys(files), ['exercises-01-x-1.svg']);
  assert.match(String(notebook.cells[0].outputs?.[0].data?.['text/html']), /src="\.\.\/_static\/figures\//);
});

test('What a page could not show is refused in one line that names the cell', async () => {
  const { prepare } = await load();
  const refused: [Output, RegExp][] = [
    [figure({ [PLOTLY]: {}, 'text/plain': 'Speed' }), /^x\.ipynb: cell 1: .* found plotly JSON alone$/],
    [figure({ 'image/svg+xml': SVG }), /^x\.ipynb: cell 1: .*text\/plain, found none$/],
    [figure({ 'image/svg+xml': SVG, 'text/plain': ' ' }), /^x\.ipynb: cell 1: .*text\/plain, found none$/],
    [figure({ 'image/png': 'iVBO', 'text/plain': 'Speed' }), /^x\.ipynb: cell 1: .*SVG, found image\/png$/],
    [{ output_type: 'error', ename: 'TypeError', evalue: 'no' }, /^x\.ipynb: cell 1: .*found TypeError: no: run/],
    [{ output_type: 'stream', name: 'stderr', text: ['Error: no\n', '  at f'] }, /^x\.ipynb: cell 1: .*Error: no: run/],
  ];
  for (const [output, message] of refused) assert.throws(() => prepare('x', shows(output)), { message });
});

test('A notebook that failed or was never run does not count as executed', async () => {
  const { isExecuted } = await load();
  const line: Output = { output_type: 'stream', name: 'stdout', text: 'fine\n' };
  const failed: Output = { output_type: 'stream', name: 'stderr', text: 'Error: no\n' };
  assert.equal(isExecuted(shows(line)), true);
  assert.equal(isExecuted(shows(line, failed)), false);
  assert.equal(isExecuted(shows()), false);
  assert.equal(isExecuted(undefined), false);
});

test('Links to other notebooks are found, from a folder as well', async () => {
  const { linkedNotebooks } = await load();
  const source = 'Next: [two](02-b.ipynb), [there](../03-c.ipynb#place), [out](https://example.org/x)';
  const notebook = { cells: [{ cell_type: 'markdown', source }] };
  assert.deepEqual(linkedNotebooks('exercises/x', notebook), ['exercises/02-b.ipynb', '03-c.ipynb']);
});

test('A link to a page of the book leads to it from within the book', async () => {
  const { prepare } = await load();
  const cell = () => ({ cells: [{ cell_type: 'markdown', source: 'See [it](../build/book/playground.html).' }] });
  assert.equal(prepare('05-x', cell()).notebook.cells[0].source, 'See [it](playground.md).');
  assert.equal(prepare('exercises/x', cell()).notebook.cells[0].source, 'See [it](../playground.md).');
});

test('Ctrl-C ends a build and what it has started, and leaves nothing of it', async () => {
  const root = resolve(__dirname, '..', '..');
  const build = spawn(process.execPath, [join(root, 'tools', 'book', 'book.mjs')], { cwd: root });
  const ended = new Promise<number | null>((done) => build.on('close', done));
  let complaint = '';
  build.stderr.on('data', (text) => {
    complaint += text;
  });
  const work = join(root, 'build', `book-${build.pid}`);
  while (!existsSync(join(work, 'doctrees')) && !existsSync(join(work, 'logs')) && build.exitCode === null)
    await sleep(20);
  build.kill('SIGINT');
  // "close" comes when no process holds the output any more.
  assert.equal(await ended, 130, complaint);
  assert.match(complaint, /^book: interrupted; /);
  assert.ok(!existsSync(work));
});
