// The book: the executed chapters and the playground as a static site in build/book/ (`npm run book`).
// It is built in a temporary folder that then replaces the old book, so a failed build changes nothing.
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { JSDOM } from 'jsdom';
import { renderSvg } from '../../../packages/figures/node/render';
import { isPython } from '../../../packages/system/chapters';
import { command, runProgram } from '../../../packages/system/program';
import {
  chapterNames,
  filesUnder,
  numbered,
  readJson,
  remove,
  removeLeftOvers,
  root,
  UserError,
  venvPython,
} from '../../../packages/system/project';
import { run, step } from '../../../packages/system/run';
import { ADDRESSES, runAddress } from '../../shared/addresses';
import { writeApp } from '../../shared/app';
import { bundle } from '../../shared/esbuild';
import { ISOLATION } from '../../shared/serve';
import { trainedNetwork, trainIfNeeded } from '../../shared/trained';
import type { PageFigure } from './figures';
import { finishEnglish, finishTranslated, isShared, LANGUAGES, languageOf, shareStatic, type Texts } from './languages';
import { termsOf } from './links';
import { mapPage } from './map';
import { chapterHead, type Finishing, finishPage } from './pages';
import { reader, writeNetworks } from './playground';
import { bundleScripts, minify } from './scripts';
import { type Chapter, copyStatic, STYLES, write, writeChapters, writePages } from './sources';
import { movingPicture } from './start';

const target = join(root, 'build', 'book');
const work = join(root, 'build', `book-${process.pid}`);

/** The book in one language (English if undefined), and its build folders. */
function editionIn(language?: Texts) {
  const folder = (what: string) => join(work, `${what}-${language?.language ?? 'en'}`);
  return {
    language,
    source: folder('source'),
    downloads: folder('notebooks'),
    doctrees: folder('doctrees'),
    pages: folder('pages'),
    chapters: [] as Chapter[],
  };
}
type Edition = ReturnType<typeof editionIn>;

const ENGLISH = editionIn();
/** The book's own files that Sphinx reads, apart from pages. */
const statics = join(ENGLISH.source, '_static');

async function sphinx({ source: from, pages, doctrees, language }: Edition) {
  const quiet = { PYTHONNOUSERSITE: '1', PYTHONDONTWRITEBYTECODE: '1', SOURCE_DATE_EPOCH: '0', TZ: 'UTC' };
  const settings = { release: readJson(join(root, 'package.json')).version, ...language?.settings };
  const options = Object.entries(settings).flatMap(([name, value]) => ['-D', `${name}=${value}`]);
  const places = ['-c', ENGLISH.source, '-d', doctrees, '-A', `issues=${ADDRESSES.issues}`];
  const args = ['-m', 'sphinx', '-W', '--keep-going', '-q', '-b', 'html', ...places, ...options, from, pages];
  const env = { ...process.env, ...quiet };
  const { code, lines } = await run(venvPython, args, { cwd: from, env, minutes: 5 });
  if (code === 0) return;
  const named = lines.find((line) => /WARNING|ERROR/.test(line)) ?? lines.at(-1) ?? `ended with ${code}`;
  // myst-nb numbers lines as if each cell had 10,000.
  const cell = (_: string, at: number) => `.ipynb: cell ${Math.floor(at / 10_000)}, line ${at % 10_000}:`;
  throw new UserError(`Sphinx: ${named.replaceAll(from + sep, '').replace(/\.ipynb:(\d{5,}):/, cell)}`);
}

/** Renders all figures, while Sphinx runs in a separate process. */
async function drawFigures(figures: PageFigure[], folder: string, onLine: (line: string) => void) {
  mkdirSync(folder, { recursive: true });
  for (const [i, { files }] of figures.entries()) {
    onLine(`${i} of ${figures.length}`);
    for (const [name, content] of Object.entries(await files(renderSvg))) write(join(folder, name), content);
  }
}

/**
 * Returns a function that finishes a page: glossary links, chapter heads.
 * @param folder of the pages
 */
function finishing(chapters: Chapter[], folder: string): (page: string) => Finishing {
  const terms = termsOf(new JSDOM(readFileSync(join(folder, 'glossary.html'), 'utf8')).window.document);
  return (page) => {
    const chapter = chapters.find(({ name }) => `${name}.html` === page);
    if (!chapter) return page === 'questions.html' ? { terms } : {};
    const { name } = chapter;
    const position = chapters.indexOf(chapter) + 1;
    const run = isPython(name) ? undefined : runAddress(name);
    const head = chapterHead({ name, position, chapters, notebook: `notebooks/${name}.ipynb`, run });
    return { terms, head, neuron: name === numbered('lif-neuron') };
  };
}

/** Finishes the pages of a language, and keeps only those of Sphinx's other files that a page requests. */
async function finish({ pages: folder, chapters, language }: Edition) {
  const moreOf = finishing(chapters, folder);
  const files = filesUnder(folder).map((name) => name.split(sep).join('/'));
  const all = files
    .filter((name) => name.endsWith('.html'))
    .map((page) => {
      let html = readFileSync(join(folder, page), 'utf8');
      // Source pages are many.
      if (!/^(?:src|hosts|packages)\//.test(page)) {
        const readDrawing = (address: string) => readFileSync(join(folder, dirname(page), address), 'utf8');
        const last = (document: Document) => {
          if (language) finishTranslated(document, page, language);
          else finishEnglish(document, page);
        };
        html = finishPage(html, page, { ...moreOf(page), readDrawing, last });
        if (language) html = shareStatic(html);
        writeFileSync(join(folder, page), html);
      }
      if (html.includes(root)) throw new UserError(`${page}: expected no path of this machine, found ${root}`);
      return html;
    });
  for (const name of files) {
    const file = join(folder, name);
    const isOurs = existsSync(join(ENGLISH.source, name)) && !language;
    if (name.endsWith('.html') || isOurs) continue;
    if (!all.some((page) => page.includes(name)) || (language && isShared(name))) rmSync(file);
    else if (name.endsWith('.js')) writeFileSync(file, await minify(readFileSync(file, 'utf8'), 'js'));
  }
}

/**
 * Writes Sphinx's input in one language.
 * @param names of the chapters
 * @returns figures that remain to be rendered; those of chapters are shared by all languages
 */
function writeSources(edition: Edition, names: string[], picture: string): PageFigure[] {
  const { source, language } = edition;
  edition.chapters = writeChapters(names, edition);
  const figures = language ? [] : edition.chapters.flatMap((chapter) => chapter.figures);
  const map = (page: string) => {
    const made = mapPage(undefined, page, language?.say, language?.language);
    figures.push(...made.figures);
    for (const [name, content] of Object.entries(made.files)) write(join(statics, name), content);
    return made.text;
  };
  writePages(edition.chapters, source, { picture, map, language });
  language?.writeWords(source);
  return figures;
}

async function build() {
  const begin = performance.now();
  const started = new Date();
  if (!existsSync(venvPython)) throw new UserError('no Sphinx in .venv: run `npm run setup`');
  mkdirSync(work, { recursive: true });
  removeLeftOvers('book');
  try {
    await trainIfNeeded('book', work);
    await trainIfNeeded('book', work, 'hidden');
    await trainIfNeeded('book', work, 'convolutional');
    console.log('book: building the book in build/book/');
    const given = await reader();
    const translations = (Object.keys(LANGUAGES) as (keyof typeof LANGUAGES)[]).map((language) =>
      editionIn(languageOf(language)),
    );
    const editions = [ENGLISH, ...translations];
    const fontFaces = copyStatic(ENGLISH.source);
    const names = chapterNames().map((name) => name.replace('.ipynb', ''));
    const figures: PageFigure[] = [];
    await step('Chapters', 'texts, outputs and the moving picture', async () => {
      const picture = movingPicture(given);
      for (const edition of editions) figures.push(...writeSources(edition, names, picture));
    });
    await step('Playgrounds', 'their scripts, and digits for them', async () => {
      await bundleScripts(statics, writeNetworks(given, statics));
    });
    const drawn = join(work, 'figures');
    await Promise.all([
      step('Sphinx', 'the pages', async () => {
        for (const edition of editions) await sphinx(edition);
      }),
      step('Figures', 'their pictures, for light and dark pages, wide and narrow', async (onLine) => {
        await drawFigures(figures, drawn, onLine);
      }),
    ]);
    const { pages } = ENGLISH;
    await step('Finishing', 'formulas and links', async () => {
      const sheets = [join(pages, '_static', 'styles', 'furo.css'), ...STYLES];
      const styles = [fontFaces, ...sheets.map((file) => readFileSync(file, 'utf8'))];
      for (const edition of editions) {
        if (edition.language) write(join(edition.pages, '_static', 'words.js'), edition.language.words());
        await finish(edition);
        cpSync(edition.downloads, join(edition.pages, 'notebooks'), { recursive: true });
      }
      for (const { language, pages: own } of translations) renameSync(own, join(pages, `${language?.language}`));
      write(join(pages, '_static', 'book.css'), await minify(styles.join('\n'), 'css'));
    });
    cpSync(drawn, join(pages, '_static', 'figures'), { recursive: true });
    cpSync(join(root, 'editions', 'book', 'bare'), join(pages, 'bare'), { recursive: true });
    write(join(pages, 'bare', 'network.safetensors'), trainedNetwork());
    writeApp(pages, {
      name: 'Spiking neurons read digits: the book',
      short_name: 'Spiking neurons',
      description: 'A book in which spiking neurons learn to read digits, also in the page',
    });
    await bundle({
      entryPoints: ['editions/shared/page/service-worker.ts'],
      outfile: join(pages, 'offline.js'),
      format: 'iife',
      define: { NEEDED: '[]', ISOLATION: JSON.stringify(ISOLATION) },
    });
    // Sources that change during the build must count as newer than the book.
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

async function main(args: string[]) {
  command('npm run book --', 'book')
    .description('The executed chapters and the playgrounds as a static site, in build/book/.')
    .parse(args, { from: 'user' });
  await runProgram('book', build, {
    tidy: () => remove(work),
    interrupted: 'interrupted; the former one, if there was one, is still in place',
  });
  process.exit(0); // jsdom, which renders the figures, would keep the process alive
}

if (require.main === module) main(process.argv.slice(2));
