// From executed notebooks to what Sphinx reads: each figure becomes one <figure> with its pictures as separate files
// and the bundle's sentence as the text alternative; links that lead out of the folder of notebooks lead to pages of
// the book.
import { posix } from 'node:path';
import { escapeHtml, upFrom } from '../../../packages/system/html.mjs';
import { UserError } from '../../../packages/system/project.mjs';
import { chapterFigure, pictureHtml, specificationOf } from './figures.mjs';

/**
 * @typedef {string | string[]} Text as notebooks hold it
 * @typedef {{ output_type: string, name?: string, text?: Text, ename?: string, evalue?: string, data?: Record<string, any>,
 *   metadata?: object }} Output
 * @typedef {{ cell_type: string, source: Text, execution_count?: number | null, metadata?: { tags?: string[] },
 *   outputs?: Output[] }} Cell
 * @typedef {{ cells: Cell[] }} Notebook
 * @typedef {typeof import('../../shared/page/figure-theme.js')} Theme
 * @typedef {(path: string, up: string) => string} SourceLink where a page in `up` shows a path of src/
 */

/** @param {Text | undefined} value */
export const text = (value) => (Array.isArray(value) ? value.join('') : (value ?? ''));

/**
 * The size of an SVG in CSS pixels.
 * @param {string} svg
 */
export function sizeOf(svg) {
  const [, width] = /<svg[^>]*\swidth="([\d.]+)/.exec(svg) ?? [];
  const [, height] = /<svg[^>]*\sheight="([\d.]+)/.exec(svg) ?? [];
  return { width, height };
}

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
 * @param {string} up
 * @param {(path: string) => string} sourceLink
 */
function pageLinks(markdown, up, sourceLink) {
  return markdown
    .replaceAll(/\]\((?:\.\.\/)+build\/book\/([\w-]+)\.html/g, `](${up}$1.md`)
    .replaceAll(/\]\((?:\.\.\/)+((?:src|hosts|packages)\/[\w./-]*)\)/g, (_, path) => `](${sourceLink(path)})`);
}

/**
 * Prepares one notebook.
 * @param {string} name its path below the folder of notebooks, with forward slashes, without .ipynb
 * @param {Notebook} notebook
 * @param {Theme} theme the module editions/shared/page/figure-theme.ts
 * @param {SourceLink} sourceLink
 * @param {Map<string, string>} runs links with which runs are checked, by the SHA-256 of their weights: a cell that
 * prints one gets it
 * @returns the notebook for Sphinx; `pictures`, files to write below _static/figures; `figures`, each with
 * `files(renderSvg)`
 *   which draws more of them
 * @throws UserError in one line for what a page could not show
 */
export function prepare(name, notebook, theme, sourceLink = (path) => path, runs = new Map()) {
  /** @type {Record<string, string>} */
  const pictures = {};
  /** @type {{ id: string, files: ReturnType<typeof chapterFigure>['files'] }[]} */
  const figures = [];
  const up = upFrom(name);
  notebook.cells.forEach((cell, index) => {
    const fail = (/** @type {string} */ what) => {
      throw new UserError(`${name}.ipynb: cell ${index + 1}: ${what}`);
    };
    if (cell.cell_type === 'markdown') cell.source = pageLinks(text(cell.source), up, (path) => sourceLink(path, up));
    cell.outputs?.forEach((output, i) => {
      const wrong = failure(cell, output);
      if (wrong) fail(`expected cells that ran without errors, found ${wrong}: run \`npm run tutorial\``);
      if (!output.data) return;
      const figure = specificationOf(output.data);
      const alt = text(output.data['text/plain']).trim();
      const svg = text(output.data['image/svg+xml']);
      const images = Object.keys(output.data).filter((type) => type.startsWith('image/'));
      if (figure && images.length === 0) fail('expected a figure with SVG, found plotly JSON alone');
      if (images.length === 0) return;
      if (svg === '') fail(`expected a figure with SVG, found ${images.join(', ')}`);
      if (alt === '') fail('expected a figure with a sentence in text/plain, found none');
      const id = `${name.replaceAll('/', '-')}-${index + 1}${i === 0 ? '' : `-${i + 1}`}`;
      const folder = `${up}_static/figures/`;
      if (figure?.data && figure.layout) {
        const { html, files } = chapterFigure(theme, { id, folder, figure, alt });
        figures.push({ id, files });
        output.data = { 'text/html': html };
      } else {
        pictures[`${id}.svg`] = svg;
        output.data = { 'text/html': pictureHtml(`${folder}${id}.svg`, alt, sizeOf(svg)) };
      }
      output.metadata = {};
    });
    cell.outputs = cell.outputs?.filter((output) => !isFullBar(output));
    const printed = cell.outputs?.map((output) => text(output.text)).join('') ?? '';
    for (const sha256 of new Set(printed.match(/\b[0-9a-f]{64}\b/g))) {
      const run = runs.get(sha256);
      if (run === undefined) continue;
      const link = `<a href="${up}train.html${escapeHtml(run)}">Check this run in your browser</a>`;
      cell.outputs?.push({ output_type: 'display_data', data: { 'text/html': `<p>${link}</p>` }, metadata: {} });
    }
  });
  return { notebook, pictures, figures };
}

/**
 * What a notebook's text links to with this ending, as paths below the folder of notebooks.
 * @param {string} name
 * @param {Notebook} notebook
 * @param {RegExp} pattern
 */
const linked = (name, notebook, pattern) =>
  notebook.cells
    .filter((cell) => cell.cell_type === 'markdown')
    .flatMap((cell) => [...text(cell.source).matchAll(pattern)])
    .map(([, target]) => posix.normalize(posix.join(posix.dirname(name), target)));

/**
 * Chapters that a notebook links to.
 * @param {string} name
 * @param {Notebook} notebook
 */
export const linkedNotebooks = (name, notebook) => linked(name, notebook, /\]\(([^)#:]+\.ipynb)(?:#[^)]*)?\)/g);

/**
 * Drawings that a notebook shows.
 * @param {string} name
 * @param {Notebook} notebook
 */
export const shownImages = (name, notebook) => linked(name, notebook, /!\[[^\]]*\]\(([^)#:\s]+)\)/g);
