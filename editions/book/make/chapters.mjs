// From executed notebooks to what Sphinx reads: each figure becomes one <figure> with its pictures as separate files
// and the bundle's sentence as the text alternative; links that lead out of the folder of notebooks lead to pages of
// the book.
import { escapeHtml } from '../../../packages/system/html.mjs';
import { UserError } from '../../../packages/system/project.mjs';
import { chapterFigure, specificationOf } from './figures.mjs';

/**
 * @typedef {string | string[]} Text as notebooks hold it
 * @typedef {{ output_type: string, name?: string, text?: Text, ename?: string, evalue?: string, data?: Record<string, any>,
 *   metadata?: object }} Output
 * @typedef {{ cell_type: string, source: Text, execution_count?: number | null, metadata?: { tags?: string[] },
 *   outputs?: Output[] }} Cell
 * @typedef {{ cells: Cell[] }} Notebook
 * @typedef {typeof import('../../shared/page/figure-theme.js')} Theme
 */

/** @param {Text | undefined} value */
export const text = (value) => (Array.isArray(value) ? value.join('') : (value ?? ''));

/** Markdown without its blocks of code. */
const withoutCode = (/** @type {string} */ markdown) => markdown.replace(/^```[\s\S]*?^```/gm, '');

/**
 * What an output says of a failure: tslab leaves no error output, it prints the error on stderr.
 * @param {Cell} cell
 * @param {Output} output
 */
function failure(cell, output) {
  if (cell.metadata?.tags?.includes('raises-exception')) return undefined;
  if (output.output_type === 'error') return `${output.ename}: ${output.evalue}`;
  return output.name === 'stderr' ? text(output.text).trim().split('\n')[0] : undefined;
}

/**
 * Whether an output is what is left of a progress bar that has reached its end.
 * @param {Output} output
 */
const isFullBar = ({ data = {} }) =>
  Object.keys(data).join() === 'text/plain' && /^.*: (\d+)\/\1$/.test(text(data['text/plain']));

/**
 * Whether all of a notebook was executed, without errors. Ctrl-C leaves one whose last cells have no count.
 * @param {Notebook | undefined} notebook
 */
export function isExecuted(notebook) {
  const code = notebook?.cells?.filter((cell) => cell.cell_type === 'code' && text(cell.source).trim() !== '') ?? [];
  const ran = code.every((cell) => Number.isInteger(cell.execution_count));
  const failed = code.some((cell) => cell.outputs?.some((output) => failure(cell, output)));
  return code.some((cell) => (cell.outputs ?? []).length > 0) && ran && !failed;
}

/**
 * From a notebook the built book lies in build/book/ and the source in src/; from a page of the book the one is a
 * neighbour, and `sourceLink` knows where the other is shown.
 * @param {string} markdown
 * @param {(path: string) => string} sourceLink
 */
function pageLinks(markdown, sourceLink) {
  return markdown
    .replaceAll(/\]\((?:\.\.\/)+build\/book\/([\w-]+)\.html/g, ']($1.md')
    .replaceAll(/\]\((?:\.\.\/)+((?:src|hosts|packages)\/[\w./-]*)\)/g, (_, path) => `](${sourceLink(path)})`);
}

/**
 * Prepares one notebook.
 * @param {string} name of its file, without .ipynb
 * @param {Notebook} notebook
 * @param {Theme} theme the module editions/shared/page/figure-theme.ts
 * @param {(path: string) => string} sourceLink where the book shows a path of the project
 * @param {Map<string, string>} runs links with which runs are checked, by the SHA-256 of their weights: a cell that
 * prints one gets it
 * @returns the notebook for Sphinx; `figures`, each with `files(renderSvg)`, which draws its files
 * @throws UserError in one line for what a page could not show
 */
export function prepare(name, notebook, theme, sourceLink = (path) => path, runs = new Map()) {
  /** @type {{ id: string, files: ReturnType<typeof chapterFigure>['files'] }[]} */
  const figures = [];
  notebook.cells.forEach((cell, index) => {
    const fail = (/** @type {string} */ what) => {
      throw new UserError(`${name}.ipynb: cell ${index + 1}: ${what}`);
    };
    if (cell.cell_type === 'markdown') cell.source = pageLinks(text(cell.source), sourceLink);
    cell.outputs?.forEach((output, i) => {
      const wrong = failure(cell, output);
      if (wrong) fail(`expected cells that ran without errors, found ${wrong}: run \`npm run tutorial\``);
      if (!output.data) return;
      const figure = specificationOf(output.data);
      const alt = text(output.data['text/plain']).trim();
      const svg = text(output.data['image/svg+xml']);
      const images = Object.keys(output.data).filter((type) => type.startsWith('image/'));
      if (!figure && images.length === 0) return;
      if (!figure || svg === '') {
        const found = [...(figure ? ['plotly JSON'] : []), ...images].join(', ');
        fail(`expected a figure as plotly JSON and SVG, found ${found}`);
      }
      if (alt === '') fail('expected a figure with a sentence in text/plain, found none');
      const id = `${name}-${index + 1}${i === 0 ? '' : `-${i + 1}`}`;
      const { html, files } = chapterFigure(theme, { id, folder: '_static/figures/', figure, alt });
      figures.push({ id, files });
      output.data = { 'text/html': html };
      output.metadata = {};
    });
    cell.outputs = cell.outputs?.filter((output) => !isFullBar(output));
    const printed = cell.outputs?.map((output) => text(output.text)).join('') ?? '';
    for (const sha256 of new Set(printed.match(/\b[0-9a-f]{64}\b/g))) {
      const run = runs.get(sha256);
      if (run === undefined) continue;
      const link = `<a href="train.html${escapeHtml(run)}">Check this run in your browser</a>`;
      cell.outputs?.push({ output_type: 'display_data', data: { 'text/html': `<p>${link}</p>` }, metadata: {} });
    }
  });
  return { notebook, figures };
}

/**
 * What a pattern finds in the texts of a notebook, outside of code.
 * @param {{ cells: readonly { cell_type: string, source: Text }[] }} notebook
 * @param {RegExp} pattern
 */
export const inTexts = ({ cells }, pattern) =>
  cells
    .filter(({ cell_type }) => cell_type === 'markdown')
    .flatMap(({ source }) => [...withoutCode(text(source)).matchAll(pattern)])
    .map(([, found]) => found);

/** Chapters that a notebook links to. */
export const linkedNotebooks = (/** @type {Notebook} */ notebook) =>
  inTexts(notebook, /\]\(([^)#:]+\.ipynb)(?:#[^)]*)?\)/g);

/** Drawings that a notebook shows. */
export const shownImages = (/** @type {Notebook} */ notebook) => inTexts(notebook, /!\[[^\]]*\]\(([^)#:\s]+)\)/g);
