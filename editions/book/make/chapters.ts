// From executed notebooks to what Sphinx reads: each figure becomes one <figure> with its pictures as separate files
// and the bundle's sentence as the text alternative; links that lead out of the folder of notebooks lead to pages of
// the book.

import { UserError } from '../../../packages/system/project';
import { type Cell, joined, type Notebook, type Output, textOf } from '../../shared/cells';
import { escapeHtml } from '../../shared/html';
import { chapterFigure, type PageFigure, specificationOf } from './figures';

type Cells = Pick<Notebook, 'cells'>;

/** Markdown without its blocks of code. */
const withoutCode = (markdown: string) => markdown.replace(/^```[\s\S]*?^```/gm, '');

/** What an output says of a failure: tslab leaves no error output, it prints the error on stderr. */
function failure(cell: Cell, output: Output) {
  if (cell.metadata.tags?.includes('raises-exception')) return undefined;
  if (output.output_type === 'error') return `${output.ename}: ${output.evalue}`;
  return output.name === 'stderr' ? joined(output.text).trim().split('\n')[0] : undefined;
}

/** Whether an output is what is left of a progress bar that has reached its end. */
const isFullBar = ({ data = {} }: Output) =>
  Object.keys(data).join() === 'text/plain' && /^.*: (\d+)\/\1$/.test(joined(data['text/plain']));

/** Whether all of a notebook was executed, without errors. Ctrl-C leaves one whose last cells have no count. */
export function isExecuted(notebook: Cells | undefined) {
  const code = notebook?.cells?.filter((cell) => cell.cell_type === 'code' && textOf(cell).trim() !== '') ?? [];
  const ran = code.every((cell) => Number.isInteger(cell.execution_count));
  const failed = code.some((cell) => cell.outputs?.some((output) => failure(cell, output)));
  return code.some((cell) => (cell.outputs ?? []).length > 0) && ran && !failed;
}

/**
 * From a notebook the built book lies in build/book/ and the source in src/; from a page of the book the one is a
 * neighbour, and `sourceLink` knows where the other is shown.
 */
function pageLinks(markdown: string, sourceLink: (path: string) => string) {
  return markdown
    .replaceAll(/\]\((?:\.\.\/)+build\/book\/([\w-]+)\.html/g, ']($1.md')
    .replaceAll(/\]\((?:\.\.\/)+((?:src|hosts|packages)\/[\w./-]*)\)/g, (_, path) => `](${sourceLink(path)})`);
}

/**
 * Prepares one notebook.
 * @param name of its file, without .ipynb
 * @param sourceLink where the book shows a path of the project
 * @param runs links with which runs are checked, by the SHA-256 of their weights: a cell that prints one gets it
 * @returns the notebook for Sphinx; `figures`, each with `files(renderSvg)`, which draws its files
 * @throws UserError in one line for what a page could not show
 */
export function prepare(
  name: string,
  notebook: Cells,
  sourceLink = (path: string) => path,
  runs = new Map<string, string>(),
) {
  const figures: PageFigure[] = [];
  notebook.cells.forEach((cell, index) => {
    const fail: (what: string) => never = (what) => {
      throw new UserError(`${name}.ipynb: cell ${index + 1}: ${what}`);
    };
    if (cell.cell_type === 'markdown') cell.source = pageLinks(textOf(cell), sourceLink);
    cell.outputs?.forEach((output, i) => {
      const wrong = failure(cell, output);
      if (wrong) fail(`expected cells that ran without errors, found ${wrong}: run \`npm run tutorial\``);
      if (!output.data) return;
      const figure = specificationOf(output.data);
      const alt = joined(output.data['text/plain']).trim();
      const svg = joined(output.data['image/svg+xml']);
      const images = Object.keys(output.data).filter((type) => type.startsWith('image/'));
      if (!figure && images.length === 0) return;
      if (!figure || svg === '') {
        const found = [...(figure ? ['plotly JSON'] : []), ...images].join(', ');
        fail(`expected a figure as plotly JSON and SVG, found ${found}`);
      }
      if (alt === '') fail('expected a figure with a sentence in text/plain, found none');
      const id = `${name}-${index + 1}${i === 0 ? '' : `-${i + 1}`}`;
      const { html, drawn } = chapterFigure({ id, figure, alt });
      figures.push(drawn);
      output.data = { 'text/html': html };
      output.metadata = {};
    });
    cell.outputs = cell.outputs?.filter((output) => !isFullBar(output));
    const printed = cell.outputs?.map((output) => joined(output.text)).join('') ?? '';
    for (const sha256 of new Set(printed.match(/\b[0-9a-f]{64}\b/g))) {
      const run = runs.get(sha256);
      if (run === undefined) continue;
      const link = `<a href="train.html${escapeHtml(run)}">Check this run in your browser</a>`;
      cell.outputs?.push({ output_type: 'display_data', data: { 'text/html': `<p>${link}</p>` }, metadata: {} });
    }
  });
  return { notebook, figures };
}

/** What a pattern finds in the texts of a notebook, outside of code. */
export const inTexts = ({ cells }: { cells: readonly Pick<Cell, 'cell_type' | 'source'>[] }, pattern: RegExp) =>
  cells
    .filter(({ cell_type }) => cell_type === 'markdown')
    .flatMap((cell) => [...withoutCode(textOf(cell)).matchAll(pattern)])
    .map(([, found]) => found);

/** Chapters that a notebook links to. */
export const linkedNotebooks = (notebook: Cells) => inTexts(notebook, /\]\(([^)#:]+\.ipynb)(?:#[^)]*)?\)/g);

/** Drawings that a notebook shows. */
export const shownImages = (notebook: Cells) => inTexts(notebook, /!\[[^\]]*\]\(([^)#:\s]+)\)/g);
