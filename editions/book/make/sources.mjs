// What Sphinx reads, gathered in one folder: the chapters as they were executed, the start page, the other pages of
// book/, the source as pages, fonts and formulas' style from npm.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { chaptersFolder, readJson, root, UserError } from '../../../packages/system/project.mjs';
import { FAVICON } from '../../shared/app.mjs';
import { introduction, textOf } from '../../shared/cells.mjs';
import { namedSource, sourceAddress, sourcePages } from '../../shared/source-pages.mjs';
import { isExecuted, linkedNotebooks, prepare, shownImages } from './chapters.mjs';
import { linkHeadings } from './headings.mjs';
import { katexCss } from './pages.mjs';
import { importModule } from './scripts.mjs';
import { startPage } from './start.mjs';
import { TEACHING, teachingPage } from './teaching.mjs';

const require = createRequire(import.meta.url);
export const book = join(root, 'editions', 'book');
/**
 * Everything in book/ but pages: scripts, tests, the README's pictures, and the style sheets, which are joined to one.
 */
const NOT_COPIED = new Set([
  ...['make', 'test', 'images', 'index.md'],
  ...['page', 'playground', 'neuron', 'train', 'event-camera'],
]);
export const STYLES = ['colours.css', 'theme.css', 'parts.css', 'figures.css', 'start.css', 'chinese.css'].map((name) =>
  join(book, '_static', name),
);

/**
 * @typedef {import('./chapters.mjs').Notebook} Notebook
 * @typedef {{ name: string, title: string, notebook: Notebook, figures: ReturnType<typeof prepare>['figures'] }}
 * Chapter
 */

/**
 * @param {string} file
 * @param {string | Uint8Array} content
 */
export const write = (file, content) => {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
};
export const notebookFile = (/** @type {string} */ folder, /** @type {string} */ name) =>
  join(folder, ...`${name}.ipynb`.split('/'));

const sourcesOf = (/** @type {Notebook} */ notebook) =>
  JSON.stringify(notebook.cells.map(({ source }) => [source].flat().join('')));

/**
 * A chapter as the runner left it, or else (also where the runner had other cells) as it is committed.
 * @param {string} name
 * @returns {Notebook}
 */
function executedChapter(name) {
  const committed = readJson(notebookFile(chaptersFolder, name));
  if (!committed?.cells) {
    throw new UserError(`notebooks/${name}.ipynb: expected a notebook, found something else: is it valid JSON?`);
  }
  const executed = readJson(notebookFile(join(root, 'build', 'notebooks'), name));
  const again = `run \`npm run notebooks -- notebooks/${name}.ipynb\``;
  if (isExecuted(executed) && sourcesOf(executed) === sourcesOf(committed)) return executed;
  if (isExecuted(committed)) {
    if (executed)
      console.log(`book: ${name} failed or was changed since it was executed: taking the committed outputs; ${again}`);
    return committed;
  }
  if (!executed) throw new UserError(`notebooks/${name}.ipynb: expected outputs, found none: ${again}`);
  console.log(`book: ${name} was changed since it was executed: ${again}`);
  return executed;
}

/** For each run of the map the link with which a reader trains it again, by the SHA-256 of its weights. */
async function linksOfRuns() {
  /** @type {typeof import('../train/link.js')} */
  const { writeRun } = await importModule(join(book, 'train', 'link.ts'));
  // Needs what set-up builds, which others who take from this file do not.
  const { runsOf } = await import('./map.mjs');
  return new Map(
    runsOf().rows.map((row) => [row.weightsSha256, writeRun(row, { test: row.last, sha256: row.weightsSha256 })]),
  );
}

/**
 * Writes the chapters for Sphinx, and beside its folder the notebooks that readers download.
 * @param {string[]} names
 * @param {{ theme: import('./chapters.mjs').Theme, source: string, downloads: string,
 *   language?: ReturnType<typeof import('./languages.mjs').languageOf> }} place
 * @returns {Promise<Chapter[]>} its `figures` are still to be drawn
 */
export async function writeChapters(names, { theme, source, downloads, language }) {
  const runs = await linksOfRuns();
  return names.map((name) => {
    const executed = executedChapter(name);
    const notebook = language ? language.chapter(name, executed) : executed;
    write(notebookFile(downloads, name), `${JSON.stringify(notebook, null, 1)}\n`);
    const missing = linkedNotebooks(name, notebook).find((file) => !names.includes(file.replace(/\.ipynb$/, '')));
    if (missing) {
      throw new UserError(
        `notebooks/${name}.ipynb: expected a link to a chapter, found ${missing}, which is not there`,
      );
    }
    for (const image of shownImages(name, notebook)) {
      const from = join(chaptersFolder, ...image.split('/'));
      if (!existsSync(from)) {
        throw new UserError(`notebooks/${name}.ipynb: expected a drawing in notebooks/${image}, found none`);
      }
      write(join(source, ...image.split('/')), language ? language.drawing(from) : readFileSync(from));
    }
    /** @type {import('./chapters.mjs').SourceLink} */
    const sourceLink = (path, up) => sourceAddress(namedSource(path) ?? path, up, '.md');
    const { pictures, figures } = prepare(name, notebook, theme, sourceLink, runs);
    for (const [file, svg] of Object.entries(pictures)) write(join(source, '_static', 'figures', file), svg);
    if (language) {
      for (const cell of notebook.cells.filter(({ cell_type }) => cell_type === 'markdown'))
        cell.source = language.linked(textOf(/** @type {import('../../shared/cells.mjs').Cell} */ (cell)));
    }
    write(notebookFile(source, name), JSON.stringify(notebook));
    return { name, notebook, figures, title: introduction(notebook).title };
  });
}

/** The caption of the glossary, the source and what else is looked up. */
export const LOOK_UP = 'Look up';
/** The groups that a page of book/ can stand in. */
const CAPTIONS = ['Play', 'Results', 'Host it', LOOK_UP];

/** The other pages, names by the caption that they stand under: `sidebar: …` at the top of a page, else "Play". */
export function pageGroups() {
  /** @type {Record<string, string[]>} */
  const groups = { Play: [] };
  const names = readdirSync(book)
    .filter((file) => file.endsWith('.md') && file !== 'index.md' && file !== 'glossary.md')
    .map((file) => file.slice(0, -'.md'.length))
    // The playground that reads digits is the first to be met.
    .sort((a, b) => Number(b === 'playground') - Number(a === 'playground') || a.localeCompare(b));
  for (const name of names) {
    const text = readFileSync(join(book, `${name}.md`), 'utf8');
    const caption = /^---\n(?:.*\n)*?sidebar: (.+)\n/.exec(text)?.[1] ?? 'Play';
    if (!CAPTIONS.includes(caption))
      throw new UserError(`editions/book/${name}.md: sidebar: expected ${CAPTIONS.join(', ')}, found ${caption}`);
    groups[caption] ??= [];
    groups[caption].push(name);
  }
  return groups;
}

/**
 * @param {Chapter[]} chapters
 * @param {string} source
 * @param {string} picture of the start page
 */
export function writePages(chapters, source, picture) {
  const pages = sourcePages();
  for (const [name, text] of Object.entries(pages)) write(join(source, ...name.split('/')), text);
  write(join(source, `${TEACHING}.md`), teachingPage());
  const { [LOOK_UP]: found = [], ...others } = pageGroups();
  for (const name of ['glossary', ...found, ...Object.values(others).flat()]) {
    const page = `${name}.md`;
    write(join(source, page), linkHeadings(`editions/book/${page}`, readFileSync(join(book, page), 'utf8'), chapters));
  }
  const lookUp = [...found, 'glossary', ...('src/index.md' in pages ? ['src/index'] : [])];
  const groups = { ...others, Teach: [TEACHING], [LOOK_UP]: lookUp };
  write(join(source, 'index.md'), startPage(picture, chapters, groups));
}

/** The book's letters: of text, of what is around it, of code; Latin ones alone. */
const FONTS = [
  ['@fontsource/source-serif-4', '400.css'],
  ['@fontsource/source-serif-4', '400-italic.css'],
  ['@fontsource/source-serif-4', '600.css'],
  ['@fontsource-variable/source-sans-3', 'wght.css'],
  ['@fontsource/source-code-pro', '400.css'],
];

/**
 * Greek letters come from the formulas' file, and look like those: the τ of a sans face is a small T. They slant
 * already: said for italics too, or the browser would slant them once more.
 */
const GREEK = ['normal', 'italic']
  .map(
    (style) => `@font-face {
  font-family: 'Greek of the formulas';
  font-style: ${style};
  font-display: swap;
  src: url(katex/fonts/KaTeX_Math-Italic.woff2) format('woff2');
  unicode-range: U+03B1-03C9;
}`,
  )
  .join('\n');

/**
 * The @font-face rule of a font for Latin letters, and the file that it names.
 * @param {string} name
 * @param {string} sheet
 */
function fontFace(name, sheet) {
  const folder = dirname(require.resolve(`${name}/package.json`));
  const rules = readFileSync(join(folder, sheet), 'utf8').match(/@font-face \{[^}]*\}/g) ?? [];
  const rule = rules.find((one) => /-latin-(?:\d+|wght)-/.test(one));
  const file = /files\/([\w-]+\.woff2)/.exec(rule ?? '')?.[1];
  if (!rule || !file) throw new UserError(`${name}: expected Latin letters in ${sheet}, found none`);
  const css = rule.replace(/src:[^;]*;/, `src: url(fonts/${file}) format('woff2');`);
  return { css, file: join(folder, 'files', file) };
}

/**
 * Copies the book's static files and its pages, fonts, KaTeX and Plotly.
 * @param {string} source
 * @returns the rules of the fonts
 */
export function copyStatic(source) {
  const styles = new Set(STYLES);
  for (const item of readdirSync(book)) {
    if (NOT_COPIED.has(item) || item.startsWith('.')) continue;
    cpSync(join(book, item), join(source, item), { recursive: true, filter: (from) => !styles.has(from) });
  }
  const folder = join(source, '_static');
  cpSync(FAVICON, join(folder, 'favicon.svg'));
  const katex = dirname(require.resolve('katex/package.json'));
  const formulas = katexCss(readFileSync(join(katex, 'dist', 'katex.min.css'), 'utf8'));
  write(join(folder, 'katex', 'katex.min.css'), formulas);
  for (const font of readdirSync(join(katex, 'dist', 'fonts')).filter((name) => name.endsWith('.woff2'))) {
    write(join(folder, 'katex', 'fonts', font), readFileSync(join(katex, 'dist', 'fonts', font)));
  }
  const faces = FONTS.map(([name, sheet]) => fontFace(name, sheet));
  // The fonts' licence asks to go with them.
  for (const name of new Set(FONTS.map(([font]) => font))) {
    const licence = join(dirname(require.resolve(`${name}/package.json`)), 'LICENSE');
    write(join(folder, 'fonts', `LICENSE-${basename(name)}.txt`), readFileSync(licence));
  }
  for (const { file } of faces) write(join(folder, 'fonts', basename(file)), readFileSync(file));
  // The smallest of Plotly's bundles that draws lines, bars and heatmaps.
  const plotly = require.resolve('plotly.js-cartesian-dist-min/plotly-cartesian.min.js');
  write(join(folder, 'plotly.js'), readFileSync(plotly));
  return [...faces.map(({ css }) => css), GREEK].join('\n');
}
