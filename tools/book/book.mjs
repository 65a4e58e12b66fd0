#!/usr/bin/env node
// The book: the executed chapters and the playground as a static site in build/book/ (`npm run book`).
// It is built beside and then takes the former one's place, so a failed build leaves that as it was.
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, sep } from 'node:path';
import { endWithParent } from '../parent.mjs';
import { readJson, remove, root, SetupError, venvPython } from '../setup/project.mjs';
import { endChildren, run, Stopped } from '../setup/run.mjs';
import { figureHtml, introduction, isExecuted, linkedNotebooks, prepare, sizeOf } from './chapters.mjs';
import { finishPage, katexCss } from './pages.mjs';
import { bundlePlayground, run as runFolder } from './playground.mjs';

const require = createRequire(import.meta.url);
const book = join(root, 'book');
const target = join(root, 'build', 'book');
const work = join(root, 'build', `book-${process.pid}`);
const source = join(work, 'source');
const pages = join(work, 'pages');

const write = (file, content) => {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
};
const filesUnder = (folder) =>
  readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((item) => item.isFile())
    .map((item) => relative(folder, join(item.parentPath ?? item.path, item.name)))
    .sort();

/** The chapters and exercises that the clone has, as names below notebooks/ with forward slashes. */
const chapterNames = () =>
  filesUnder(join(root, 'notebooks'))
    .filter((file) => file.endsWith('.ipynb') && !file.includes('.ipynb_checkpoints'))
    .map((file) => file.slice(0, -'.ipynb'.length).split(sep).join('/'));

const sourcesOf = (notebook) => JSON.stringify(notebook.cells.map(({ source }) => [source].flat().join('')));

/** A chapter as the runner left it, or else (also where the runner had other cells) as it is committed. */
function readChapter(name) {
  const parts = `${name}.ipynb`.split('/');
  const committed = readJson(join(root, 'notebooks', ...parts));
  if (!committed?.cells) {
    throw new SetupError(`notebooks/${name}.ipynb: expected a notebook, found something else: is it valid JSON?`);
  }
  const executed = readJson(join(root, 'build', 'notebooks', ...parts));
  const again = `run \`npm run notebooks -- notebooks/${name}.ipynb\``;
  if (isExecuted(executed) && sourcesOf(executed) === sourcesOf(committed)) return executed;
  if (isExecuted(committed)) {
    if (executed)
      console.log(`book: ${name} failed or was changed since it was executed: taking the committed outputs; ${again}`);
    return committed;
  }
  if (!executed) throw new SetupError(`notebooks/${name}.ipynb: expected outputs, found none: ${again}`);
  console.log(`book: ${name} was changed since it was executed: ${again}`);
  return executed;
}

function writeChapters(names) {
  const chapters = names.map((name) => ({ name, notebook: readChapter(name) }));
  for (const { name, notebook } of chapters) {
    const missing = linkedNotebooks(name, notebook).find((file) => !names.includes(file.replace(/\.ipynb$/, '')));
    if (missing)
      throw new SetupError(
        `notebooks/${name}.ipynb: expected a link to a chapter, found ${missing}, which is not there`,
      );
    const { files } = prepare(name, notebook);
    for (const [file, svg] of Object.entries(files)) write(join(source, '_static', 'figures', file), svg);
    write(join(source, ...`${name}.ipynb`.split('/')), JSON.stringify(notebook));
  }
  return chapters;
}

/** The trained network's potentials for the first test image, as chapter 5 draws them. */
async function writeStartFigure() {
  const { readNpy } = require(join(root, 'dist', 'node', 'records', 'index.js'));
  const { plot2dHeatmap } = require(join(root, 'dist', 'visualizing', 'index.js'));
  const { renderSvg } = require(join(root, 'dist', 'node', 'drawing', 'render.js'));
  const title = 'Ten neurons look at a 7';
  const figure = plot2dHeatmap(readNpy(join(runFolder, 'v_t_array.npy')).data, { title });
  const svg = await renderSvg(figure);
  write(join(source, '_static', 'figures', 'start.svg'), svg);
  return figureHtml('_static/figures/start.svg', figure.alt, sizeOf(svg));
}

async function writeStartPage(chapters) {
  const figure = await writeStartFigure();
  const isExercise = ({ name }) => name.includes('/');
  const listed = chapters
    .filter((chapter) => !isExercise(chapter))
    .map(({ name, notebook }) => {
      const { title, paragraph } = introduction(notebook);
      const what = paragraph.replace(/\s*\n\s*/g, ' ').replace(/^\*\*You will be able to\*\*\s*/, '');
      return `**[${title}](${name}.ipynb)**\n: ${what.charAt(0).toUpperCase()}${what.slice(1)}`;
    });
  const toctree = (caption, names) => ['```{toctree}', ':hidden:', `:caption: ${caption}`, ...names, '```'].join('\n');
  const trees = [
    toctree(
      'Chapters',
      chapters.filter((chapter) => !isExercise(chapter)).map(({ name }) => name),
    ),
  ];
  trees.push(toctree('Play', ['playground']));
  const exercises = chapters.filter(isExercise).map(({ name }) => name);
  if (exercises.length > 0) trees.push(toctree('Solutions', exercises));
  const text = readFileSync(join(book, 'index.md'), 'utf8')
    .replace('<!-- figure -->', () => `\`\`\`{raw} html\n${figure}\n\`\`\``)
    .replace('<!-- chapters -->', () => listed.join('\n\n'))
    .replace('<!-- toctree -->', () => trees.join('\n\n'));
  write(join(source, 'index.md'), text);
}

function copyStatic() {
  for (const item of readdirSync(book)) {
    if (item === 'playground' || item === 'images' || item === 'index.md' || item.startsWith('.')) continue;
    cpSync(join(book, item), join(source, item), { recursive: true });
  }
  const katex = dirname(require.resolve('katex/package.json'));
  const css = readFileSync(join(katex, 'dist', 'katex.min.css'), 'utf8');
  const folder = join(source, '_static', 'katex');
  write(join(folder, 'katex.min.css'), katexCss(css));
  for (const font of readdirSync(join(katex, 'dist', 'fonts')).filter((name) => name.endsWith('.woff2'))) {
    write(join(folder, 'fonts', font), readFileSync(join(katex, 'dist', 'fonts', font)));
  }
}

async function trainIfNeeded() {
  if (existsSync(join(runFolder, 'lif_snn_mnist', 'weights.bin')) && existsSync(join(runFolder, 'v_t_array.npy')))
    return;
  console.log('book: no trained network in build/run yet: training one for 20 epochs (some 20 s)');
  const args = [
    join(root, 'tools', 'lif_fc_mnist.cjs'),
    '-N',
    '20',
    '--out-dir',
    runFolder,
    '--log-dir',
    join(work, 'logs'),
  ];
  const { code, lines } = await run(process.execPath, args, { cwd: root });
  if (code !== 0) throw new SetupError(`training failed: ${lines.at(-1)}`);
}

async function sphinx() {
  const env = {
    ...process.env,
    PYTHONNOUSERSITE: '1',
    PYTHONDONTWRITEBYTECODE: '1',
    SOURCE_DATE_EPOCH: '0',
    TZ: 'UTC',
  };
  const args = ['-m', 'sphinx', '-W', '--keep-going', '-q', '-b', 'html', '-d', join(work, 'doctrees'), source, pages];
  const { code, lines } = await run(venvPython, args, { cwd: work, env, minutes: 5 });
  if (code === 0) return;
  const named = lines.find((line) => /WARNING|ERROR/.test(line)) ?? lines.at(-1);
  throw new SetupError(`Sphinx: ${named.replaceAll(source + sep, '')}`);
}

function finish() {
  remove(join(pages, '_sources'));
  for (const name of filesUnder(pages)) {
    const file = join(pages, name);
    if (name === '.buildinfo' || name === 'objects.inv') rmSync(file);
    else if (name.endsWith('.html')) {
      const html = finishPage(readFileSync(file, 'utf8'), name);
      if (html.includes(root)) throw new SetupError(`${name}: expected no path of this machine, found ${root}`);
      writeFileSync(file, html);
    }
  }
}

/** What a killed build left behind; younger folders may belong to one that runs. */
function removeLeftOvers() {
  for (const name of readdirSync(join(root, 'build'))) {
    const path = join(root, 'build', name);
    if (/^book-\d+/.test(name) && Date.now() - statSync(path).mtimeMs > 600_000) remove(path);
  }
}

async function main() {
  const begin = performance.now();
  if (!existsSync(venvPython)) throw new SetupError('no Sphinx in .venv: run `npm run setup`');
  mkdirSync(work, { recursive: true });
  removeLeftOvers();
  try {
    await trainIfNeeded();
    copyStatic();
    await writeStartPage(writeChapters(chapterNames()));
    await bundlePlayground(join(source, '_static', 'playground.js'));
    await sphinx();
    finish();
    const former = join(work, 'former');
    if (existsSync(target)) renameSync(target, former);
    renameSync(pages, target);
  } finally {
    remove(work);
  }
  const seconds = ((performance.now() - begin) / 1000).toFixed(1);
  console.log(
    `book: ${filesUnder(target).filter((name) => name.endsWith('.html')).length} pages in ${seconds} s: ${join('build', 'book', 'index.html')}`,
  );
}

let stopping = false;
for (const [signal, status] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
]) {
  process.on(signal, async () => {
    if (stopping) return; // Ctrl-C comes twice where another program of ours builds the book
    stopping = true;
    console.error('book: interrupted; the former one, if there was one, is still in place');
    await endChildren();
    remove(work);
    process.exit(status);
  });
}

endWithParent();

// jsdom, which draws the start page's figure, would keep the process alive.
main().then(
  () => process.exit(0),
  (error) => {
    if (error instanceof Stopped) return; // a signal, whose handler ends the process
    console.error(`book: ${error instanceof SetupError ? error.message : error.stack}`);
    process.exit(1);
  },
);
