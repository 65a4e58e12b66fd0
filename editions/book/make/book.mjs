#!/usr/bin/env node
// The book: the executed chapters and the playground as a static site in build/book/ (`npm run book`).
// It is built elsewhere and then replaces the old one, so a failed build changes nothing.
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { JSDOM } from 'jsdom';
import { ADDRESSES, BROWSER_EDITION, runAddress } from '../../../packages/system/addresses.mjs';
import { command } from '../../../packages/system/options.mjs';
import { runProgram } from '../../../packages/system/program.mjs';
import {
  chapterNames,
  filesUnder,
  readJson,
  remove,
  removeLeftOvers,
  root,
  UserError,
  venvPython,
} from '../../../packages/system/project.mjs';
import { run } from '../../../packages/system/run.mjs';
import { step } from '../../../packages/system/step.mjs';
import { writeApp } from '../../shared/app.mjs';
import { isPython } from '../../shared/parts.mjs';
import { ISOLATION } from '../../shared/serve.mjs';
import {
  trainConvolutionalIfNeeded,
  trainedNetwork,
  trainHiddenIfNeeded,
  trainIfNeeded,
} from '../../shared/trained.mjs';
import { embedOf } from './embeds.mjs';
import { bundleEventCamera } from './event-camera.mjs';
import { termsOf } from './glossary.mjs';
import {
  finishEnglish,
  finishTranslated,
  LANGUAGES,
  languageOf,
  shareStatic,
  writeTranslatedPages,
} from './languages.mjs';
import { mapPage } from './map.mjs';
import { chapterHead, finishPage } from './pages.mjs';
import { bundlePlayground } from './playground.mjs';
import { bundleScript, bundleScripts, darkTwice, importModule, minify } from './scripts.mjs';
import { copyStatic, STYLES, write, writeChapters, writePages } from './sources.mjs';
import { movingPicture } from './start.mjs';

command('npm run book --', 'book')
  .description('The executed chapters and the playgrounds as a static site, in build/book/.')
  .parse();

const require = createRequire(import.meta.url);
const target = join(root, 'build', 'book');
const work = join(root, 'build', `book-${process.pid}`);
const source = join(work, 'source');
const pages = join(work, 'pages');
const downloads = join(work, 'notebooks');

/**
 * @param {string} from the folder of its sources
 * @param {string} to that of its pages
 * @param {{ sphinx: string, title: string }} [language] if it is not English
 */
async function sphinx(from, to, language) {
  const env = {
    ...process.env,
    PYTHONNOUSERSITE: '1',
    PYTHONDONTWRITEBYTECODE: '1',
    SOURCE_DATE_EPOCH: '0',
    TZ: 'UTC',
  };
  const options = [
    '-W',
    '--keep-going',
    '-q',
    '-b',
    'html',
    '-d',
    join(work, `doctrees-${language?.sphinx ?? 'en'}`),
    '-A',
    `issues=${ADDRESSES.issues}`,
    '-D',
    `release=${readJson(join(root, 'package.json')).version}`,
    ...(language ? ['-D', `language=${language.sphinx}`, '-D', `html_title=${language.title}`] : []),
  ];
  const args = ['-m', 'sphinx', ...options, from, to];
  const { code, lines } = await run(venvPython, args, { cwd: from, env, minutes: 5 });
  if (code === 0) return;
  const named = lines.find((line) => /WARNING|ERROR/.test(line)) ?? lines.at(-1) ?? `ended with ${code}`;
  // myst-nb counts 10,000 lines for each cell.
  const cell = (/** @type {string} */ _, /** @type {number} */ at) =>
    `.ipynb: cell ${Math.floor(at / 10_000)}, line ${at % 10_000}:`;
  throw new UserError(`Sphinx: ${named.replaceAll(from + sep, '').replace(/\.ipynb:(\d{5,}):/, cell)}`);
}

/** @typedef {import('./sources.mjs').Chapter} Chapter */

/**
 * Draws the pictures of all figures, while Sphinx works in a separate process.
 * @param {Chapter['figures']} figures
 * @param {string} folder
 * @param {(line: string) => void} onLine
 */
async function drawFigures(figures, folder, onLine) {
  const { renderSvg } = require(join(root, 'dist', 'packages', 'figures', 'node', 'render.js'));
  mkdirSync(folder, { recursive: true });
  for (const [i, { files }] of figures.entries()) {
    onLine(`${i} of ${figures.length}`);
    for (const [name, content] of Object.entries(await files(renderSvg))) write(join(folder, name), content);
  }
}

/**
 * What every page is finished with: the words of the glossary, the heads of the chapters.
 * @param {Chapter[]} chapters
 * @param {string} folder of the pages
 * @returns {(page: string) => Parameters<typeof finishPage>[2]}
 */
function finishing(chapters, folder = pages) {
  const terms = termsOf(new JSDOM(readFileSync(join(folder, 'glossary.html'), 'utf8')).window.document);
  return (page) => {
    const chapter = chapters.find(({ name }) => `${name}.html` === page);
    if (!chapter) return page === 'questions.html' ? { terms } : {};
    const { name } = chapter;
    const position = chapters.indexOf(chapter) + 1;
    const run = BROWSER_EDITION && !isPython(name) ? runAddress(name) : undefined;
    const head = chapterHead({ name, position, chapters, notebook: `notebooks/${name}.ipynb`, run });
    return { terms, head, shown: embedOf(name) };
  };
}

/**
 * Removes files of Sphinx and its theme that no page requests, and minifies the scripts.
 * @param {string[]} html all pages
 */
async function tidy(html, folder = pages) {
  for (const name of filesUnder(folder)) {
    if (name.endsWith('.html') || existsSync(join(source, name))) continue;
    const file = join(folder, name);
    const address = name.split(sep).join('/');
    if (!html.some((page) => page.includes(address))) rmSync(file);
    else if (name.endsWith('.js')) writeFileSync(file, await minify(readFileSync(file, 'utf8'), 'js'));
  }
}

/**
 * @param {string} folder of the pages
 * @param {Chapter[]} chapters
 * @param {(document: Document, page: string) => void} last what is done to each page at the end
 */
function finishPages(folder, chapters, last) {
  const moreOf = finishing(chapters, folder);
  return filesUnder(folder)
    .filter((file) => file.endsWith('.html'))
    .map((name) => {
      const page = name.split(sep).join('/');
      let html = readFileSync(join(folder, name), 'utf8');
      if (!/^(?:src|hosts|packages)\//.test(page)) {
        const readDrawing = (/** @type {string} */ address) =>
          readFileSync(join(folder, dirname(name), address), 'utf8');
        const more = { ...moreOf(page), readDrawing, last: (/** @type {Document} */ one) => last(one, page) };
        html = finishPage(html, page, more);
        writeFileSync(join(folder, name), html);
      }
      if (html.includes(root)) throw new UserError(`${page}: expected no path of this machine, found ${root}`);
      return html;
    });
}

/**
 * @param {Chapter[]} chapters
 * @param {string} fontFaces the rules of the fonts
 */
async function finish(chapters, fontFaces) {
  const isTranslated = (/** @type {string} */ page) =>
    Object.keys(LANGUAGES).every((folder) => existsSync(join(work, `pages-${folder}`, page)));
  const all = finishPages(pages, chapters, (document, page) => {
    if (isTranslated(page)) finishEnglish(document, page);
  });
  const own = STYLES.map((file) => darkTwice(readFileSync(file, 'utf8')));
  const styles = [readFileSync(join(pages, '_static', 'styles', 'furo.css'), 'utf8'), ...own];
  await tidy(all);
  write(join(pages, '_static', 'book.css'), await minify([fontFaces, ...styles].join('\n'), 'css'));
}

/**
 * The book in another language, from the same executed chapters, into a folder of the book.
 * @param {import('./languages.mjs').Texts} texts
 * @param {{ names: string[], english: Chapter[], theme: import('./chapters.mjs').Theme, picture: string }} given
 * @returns {Promise<{ chapters: Chapter[], figures: ReturnType<typeof mapPage>["figures"] }>}
 */
async function writeTranslated(texts, { names, english, theme, picture }) {
  const from = join(work, `source-${texts.language}`);
  const folder = join(downloads, '..', `notebooks-${texts.language}`);
  const chapters = await writeChapters(names, { theme, source: from, downloads: folder, language: texts });
  /** @type {ReturnType<typeof mapPage>['figures']} */
  let figures = [];
  const map = (/** @type {string} */ page) => {
    const made = mapPage(theme, undefined, page, (text) => texts.phrases.say(text) ?? text, texts.language);
    figures = made.figures;
    return made.text;
  };
  writeTranslatedPages(texts, { english, chapters, source: from, picture, map });
  for (const name of ['conf.py', '_templates'])
    cpSync(join(root, 'editions', 'book', name), join(from, name), { recursive: true });
  for (const name of ['favicon.svg', 'main.js']) cpSync(join(source, '_static', name), join(from, '_static', name));
  return { chapters, figures };
}

/**
 * Finishes its pages, after those of the book.
 * @param {import('./languages.mjs').Texts} texts
 * @param {Chapter[]} chapters
 */
async function finishLanguage(texts, chapters) {
  const folder = join(work, `pages-${texts.language}`);
  const all = finishPages(folder, chapters, (document, page) => finishTranslated(document, page, texts));
  shareStatic(folder, texts);
  await tidy(all, folder);
  cpSync(join(downloads, '..', `notebooks-${texts.language}`), join(folder, 'notebooks'), { recursive: true });
  renameSync(folder, join(pages, texts.language));
}

async function main() {
  const begin = performance.now();
  const started = new Date();
  if (!existsSync(venvPython)) throw new UserError('no Sphinx in .venv: run `npm run setup`');
  mkdirSync(work, { recursive: true });
  removeLeftOvers('book');
  try {
    await trainIfNeeded('book', work);
    await trainHiddenIfNeeded('book', work);
    await trainConvolutionalIfNeeded('book', work);
    console.log('book: building the book in build/book/');
    const fontFaces = copyStatic(source);
    const theme = await importModule(join(root, 'editions', 'shared', 'page', 'figure-theme.ts'));
    const names = chapterNames().map((name) => name.replace('.ipynb', ''));
    /** @type {Chapter[]} */
    let chapters = [];
    let picture = '';
    await step('Chapters', 'texts, outputs and the moving picture', async () => {
      chapters = await writeChapters(names, { theme, source, downloads });
      picture = await movingPicture();
      writePages(chapters, source, picture);
    });
    const map = mapPage(theme);
    write(join(source, 'map.md'), map.text);
    for (const [name, content] of Object.entries(map.files)) write(join(source, '_static', name), content);
    await bundleScripts(['main', 'live', 'start', 'map'], join(source, '_static'));
    await step('Playgrounds', 'their scripts, and digits for them', async () => {
      await bundlePlayground(join(source, '_static', 'playground.js'));
      await bundleScript(join(root, 'editions', 'book', 'neuron', 'main.ts'), join(source, '_static', 'neuron.js'));
      await bundleEventCamera(join(source, '_static', 'event-camera.js'));
    });
    const languages = /** @type {(keyof typeof LANGUAGES)[]} */ (Object.keys(LANGUAGES)).map(languageOf);
    /** @type {Chapter[][]} */
    const translated = [];
    const mapFigures = [...map.figures];
    for (const texts of languages) {
      const written = await writeTranslated(texts, { names, english: chapters, theme, picture });
      translated.push(written.chapters);
      mapFigures.push(...written.figures);
    }
    const drawn = join(work, 'figures');
    const figures = [...chapters.flatMap((chapter) => chapter.figures), ...mapFigures];
    await Promise.all([
      step('Sphinx', 'the pages', async () => {
        await sphinx(source, pages);
        for (const texts of languages)
          await sphinx(join(work, `source-${texts.language}`), join(work, `pages-${texts.language}`), texts);
      }),
      step('Figures', 'their pictures, for light and dark pages, wide and narrow', (onLine) =>
        drawFigures(figures, drawn, onLine),
      ),
    ]);
    await step('Finishing', 'formulas and links', async () => {
      await finish(chapters, fontFaces);
      for (const [i, texts] of languages.entries()) await finishLanguage(texts, translated[i]);
    });
    cpSync(drawn, join(pages, '_static', 'figures'), { recursive: true });
    cpSync(downloads, join(pages, 'notebooks'), { recursive: true });
    cpSync(join(root, 'editions', 'book', 'bare'), join(pages, 'bare'), { recursive: true });
    write(join(pages, 'bare', 'network.safetensors'), trainedNetwork());
    writeApp(pages, {
      name: 'Spiking neurons read digits: the book',
      short_name: 'Spiking neurons',
      description: 'A book in which spiking neurons learn to read digits, also in the page',
    });
    const worker = { define: { NEEDED: '[]', ISOLATION: JSON.stringify(ISOLATION) } };
    await bundleScript(
      join(root, 'editions', 'shared', 'page', 'service-worker.ts'),
      join(pages, 'offline.js'),
      worker,
    );
    // What is changed while it is built is newer than the book.
    utimesSync(join(pages, 'index.html'), started, started);
    const former = join(work, 'former');
    if (existsSync(target)) renameSync(target, former);
    renameSync(pages, target);
  } finally {
    remove(work);
  }
  const seconds = ((performance.now() - begin) / 1000).toFixed(1);
  const count = filesUnder(target).filter((name) => name.endsWith('.html')).length;
  console.log(`book: ${count} pages in ${seconds} s. Open ${pathToFileURL(join(target, 'index.html')).href}`);
}

await runProgram('book', main, {
  tidy: () => remove(work),
  interrupted: 'interrupted; the former one, if there was one, is still in place',
});
process.exit(0); // jsdom, which draws the figures, would keep the process alive
