// Gathers Sphinx's input in one folder: executed chapters, the start page, other pages of book/, source files as pages,
// and fonts and KaTeX's style sheet from npm.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, posix } from 'node:path';
import { chaptersFolder, readJson, root, UserError } from '../../../packages/system/project';
import { UNTRANSLATED } from '../../../translations/blocks';
import { ADDRESSES } from '../../shared/addresses';
import { FAVICON } from '../../shared/app';
import { introduction, type Notebook, textOf } from '../../shared/cells';
import { linkedSource, sourceAddress, sourcePages } from '../../shared/source-pages';
import { linkIfShort } from '../train/link';
import { isExecuted, linkedNotebooks, prepare, shownImages } from './chapters';
import type { PageFigure } from './figures';
import type { Texts } from './languages';
import { linkHeadings, linkRuns } from './links';
import { runsOf } from './map';
import { katexCss } from './pages';
import { startPage } from './start';

export const book = join(root, 'editions', 'book');
/** Style sheets, which are joined to one. */
export const STYLES = ['theme.css', 'parts.css', 'figures.css'].map((name) => join(book, '_static', name));

export interface Chapter {
  name: string;
  title: string;
  notebook: Pick<Notebook, 'cells'>;
  /** Folder of the translation. */
  english?: Pick<Notebook, 'cells'>;
  figures: PageFigure[];
}

export const write = (file: string, content: string | Uint8Array) => {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
};
const notebookFile = (folder: string, name: string) => join(folder, `${name}.ipynb`);

const sourcesOf = (notebook: Notebook) => JSON.stringify(notebook.cells.map(textOf));

/** A chapter as executed by the runner or, if that is missing or has other cells, as committed. */
function executedChapter(name: string): Notebook {
  const committed = readJson(notebookFile(chaptersFolder, name));
  const executed = readJson(notebookFile(join(root, 'build', 'notebooks'), name));
  if (isExecuted(executed) && committed && sourcesOf(executed) === sourcesOf(committed)) return executed;
  const again = `run \`npm run notebooks -- notebooks/${name}.ipynb\``;
  if (!isExecuted(committed))
    throw new UserError(`notebooks/${name}.ipynb: expected an executed notebook, found none: ${again}`);
  if (executed)
    console.log(`book: ${name} failed or was changed since it was executed: taking the committed outputs; ${again}`);
  return committed;
}

let links: Map<string, string> | undefined;

/**
 * Links that retrain each run of the map, by its id and by the SHA-256 of its weights; runs too long for a link are left
 * out. Made once for all languages.
 */
function linksOfRuns() {
  links ??= new Map(
    runsOf().rows.flatMap(({ run, last: test, id, weightsSha256: sha256 }) => {
      const link = linkIfShort(run, { test, sha256 });
      return link === undefined ? [] : [id, sha256].map((key) => [key, link] as const);
    }),
  );
  return links;
}

/**
 * Writes the chapters for Sphinx, and next to them the notebooks to download.
 * @returns `figures` that remain to be rendered
 */
export function writeChapters(
  names: string[],
  { source, downloads, language }: { source: string; downloads: string; language?: Texts },
): Chapter[] {
  const runs = linksOfRuns();
  return names.map((name) => {
    const executed = executedChapter(name);
    const notebook = language ? language.chapter(name, executed) : executed;
    write(notebookFile(downloads, name), `${JSON.stringify(notebook, null, 1)}\n`);
    const missing = linkedNotebooks(notebook).find((file) => !names.includes(file.replace(/\.ipynb$/, '')));
    if (missing) {
      throw new UserError(
        `notebooks/${name}.ipynb: expected a link to a chapter, found ${missing}, which is not there`,
      );
    }
    for (const image of shownImages(notebook)) {
      const from = join(chaptersFolder, image);
      if (!existsSync(from)) {
        throw new UserError(`notebooks/${name}.ipynb: expected a drawing in notebooks/${image}, found none`);
      }
      write(join(source, image), language ? language.drawing(from) : readFileSync(from));
    }
    const sourceLink = (path: string) => sourceAddress(linkedSource(path), '', '.md');
    const { figures } = prepare(name, notebook, sourceLink, runs);
    if (language) {
      for (const cell of notebook.cells.filter(({ cell_type }) => cell_type === 'markdown'))
        cell.source = language.linked(textOf(cell));
    }
    write(notebookFile(source, name), JSON.stringify(notebook));
    return { name, notebook, english: executed, figures, title: introduction(notebook).title };
  });
}

/** The page for teachers, editions/class/README.md, without links to files that are not in the book. */
export const TEACHING = 'teaching';

/** Pages after the chapters, by sidebar caption. */
const GROUPS = {
  Play: ['playground', 'bare', 'event-camera', 'neuron', 'train'],
  'Host it': ['hosting'],
  Results: ['map', 'claims'],
  Teach: [TEACHING],
  'Look up': ['questions', 'glossary'],
};

/**
 * Prepares a page for Sphinx. Links to files of the project go to the code host or, without one, become plain names.
 */
function teachingPage(text = readFileSync(join(root, 'editions', 'class', 'README.md'), 'utf8')) {
  const page = text.replace(/\[([^\]]+)\]\((?!https?:|#)([^)]+)\)/g, (_, label, target) => {
    const path = posix.normalize(`editions/class/${target}`);
    return ADDRESSES.repository ? `[${label}](${ADDRESSES.repository}/blob/HEAD/${path})` : `\`${path}\``;
  });
  return page.replace(/<!--[\s\S]*?-->\n?/g, '');
}

interface Given {
  /** Animation of the start page. */
  picture: string;
  /** The generated map page. */
  map(page: string): string;
  language?: Texts;
}

/** Writes all pages but chapters for Sphinx. */
export function writePages(chapters: Chapter[], source: string, { picture, map, language }: Given) {
  const pages: Record<string, string> = language ? {} : { ...sourcePages(), [`${TEACHING}.md`]: teachingPage() };
  for (const [name, text] of Object.entries(pages)) write(join(source, name), text);
  const read = (page: string) => language?.page(page) ?? readFileSync(join(book, page), 'utf8');
  const put = (page: string, text: string) => write(join(source, page), language?.linked(text) ?? text);
  const groups = Object.entries(GROUPS).map(([caption, names]) => {
    const shown = names.filter((name) => !language || (name !== TEACHING && !UNTRANSLATED.has(`${name}.md`)));
    return { caption, names: shown };
  });
  const runs = linksOfRuns();
  for (const name of groups.flatMap(({ names }) => names).filter((one) => one !== TEACHING)) {
    const page = `${name}.md`;
    const text = linkRuns(page, linkHeadings(page, read(page), chapters, language?.section), runs);
    put(page, name === 'map' ? map(text) : text);
  }
  if ('src/index.md' in pages) groups.at(-1)?.names.push('src/index');
  put('index.md', startPage(read('index.md'), picture, chapters, groups));
}

/** The book's fonts for text, headings and code; Latin letters only. */
const FONTS = [
  ['@fontsource/source-serif-4', '400.css'],
  ['@fontsource/source-serif-4', '400-italic.css'],
  ['@fontsource/source-serif-4', '600.css'],
  ['@fontsource-variable/source-sans-3', 'wght.css'],
  ['@fontsource/source-code-pro', '400.css'],
];

/** The `@font-face` rule of a font's Latin subset, and its file. */
function fontFace(name: string, sheet: string) {
  const folder = dirname(require.resolve(`${name}/package.json`));
  const rules = readFileSync(join(folder, sheet), 'utf8').match(/@font-face \{[^}]*\}/g) ?? [];
  const rule = rules.find((one) => /-latin-(?:\d+|wght)-/.test(one));
  const file = /files\/([\w-]+\.woff2)/.exec(rule ?? '')?.[1];
  if (!rule || !file) throw new UserError(`${name}: expected Latin letters in ${sheet}, found none`);
  const css = rule.replace(/src:[^;]*;/, `src: url(fonts/${file}) format('woff2');`);
  return { css, file: join(folder, 'files', file) };
}

/**
 * Copies Sphinx's settings and the book's static files, fonts, KaTeX and Plotly.
 * @returns the `@font-face` rules
 */
export function copyStatic(source: string) {
  const styles = new Set(STYLES);
  for (const item of ['conf.py', '_static', '_templates', 'bare'])
    cpSync(join(book, item), join(source, item), { recursive: true, filter: (from) => !styles.has(from) });
  const folder = join(source, '_static');
  cpSync(FAVICON, join(folder, 'favicon.svg'));
  const katex = dirname(require.resolve('katex/package.json'));
  const formulas = katexCss(readFileSync(join(katex, 'dist', 'katex.min.css'), 'utf8'));
  write(join(folder, 'katex', 'katex.min.css'), formulas);
  for (const font of readdirSync(join(katex, 'dist', 'fonts')).filter((name) => name.endsWith('.woff2'))) {
    write(join(folder, 'katex', 'fonts', font), readFileSync(join(katex, 'dist', 'fonts', font)));
  }
  const faces = FONTS.map(([name, sheet]) => fontFace(name, sheet));
  // The fonts' licence must accompany them.
  for (const name of new Set(FONTS.map(([font]) => font))) {
    const licence = join(dirname(require.resolve(`${name}/package.json`)), 'LICENSE');
    write(join(folder, 'fonts', `LICENSE-${basename(name)}.txt`), readFileSync(licence));
  }
  for (const { file } of faces) write(join(folder, 'fonts', basename(file)), readFileSync(file));
  // Plotly's smallest bundle with lines, bars and heatmaps.
  const plotly = require.resolve('plotly.js-cartesian-dist-min/plotly-cartesian.min.js');
  write(join(folder, 'plotly.js'), readFileSync(plotly));
  return faces.map(({ css }) => css).join('\n');
}
