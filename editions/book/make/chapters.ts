// Prepares executed notebooks for Sphinx: each output figure becomes a <figure> with pictures in separate files and the
// bundle's sentence as alternative text; links out of the notebooks' folder become links to pages of the book.

import { UserError } from '../../../packages/system/project';
import { type Cell, joined, type Notebook, type Output, textOf } from '../../shared/cells';
import { escapeHtml } from '../../shared/html';
import { chapterFigure, type PageFigure, specificationOf } from './figures';

type Cells = Pick<Notebook, 'cells'>;

/** Markdown without its blocks of code. */
const withoutCode = (markdown: string) => markdown.replace(/^```[\s\S]*?^```/gm, '');

/** The text of a failure in an output: tslab prints errors on stderr rather than as error outputs. */
function failure(cell: Cell, output: Output) {
  if (cell.metadata.tags?.includes('raises-exception')) return undefined;
  if (output.output_type === 'error') return `${output.ename}: ${output.evalue}`;
  return output.name === 'stderr' ? joined(output.text).trim().split('\n')[0] : undefined;
}

/** Whether an output is a finished progress bar. */
const isFullBar = ({ data = {} }: Output) =>
  Object.keys(data).join() === 'text/plain' && /^.*: (\d+)\/\1$/.test(joined(data['text/plain']));

/** Whether all cells were executed without errors. After Ctrl-C, the last cells have no execution count. */
export function isExecuted(notebook: Cells | undefined) {
  const code = notebook?.cells?.filter((cell) => cell.cell_type === 'code' && textOf(cell).trim() !== '') ?? [];
  const ran = code.every((cell) => Number.isInteger(cell.execution_count));
  const failed = code.some((cell) => cell.outputs?.some((output) => failure(cell, output)));
  return code.some((cell) => (cell.outputs ?? []).length > 0) && ran && !failed;
}

/**
 * Rewrites links: a notebook links to the built book in build/book/ and to sources in src/; in the book, pages are
 * siblings, and `sourceLink` gives the page of a source file.
 */
function pageLinks(markdown: string, sourceLink: (path: string) => string) {
  return markdown
    .replaceAll(/\]\((?:\.\.\/)+build\/book\/([\w-]+)\.html/g, ']($1.md')
    .replaceAll(/\]\((?:\.\.\/)+((?:src|hosts|packages)\/[\w./-]*)\)/g, (_, path) => `](${sourceLink(path)})`);
}

/**
 * Prepares one notebook.
 * @param name its file name without .ipynb
 * @param sourceLink returns the book's link for a path of the project
 * @param runs links that verify a run, by the SHA-256 of its weights; added to cells that print one
 * @returns the notebook for Sphinx, and `figures` whose `files(renderSvg)` renders their files
 * @throws UserError in one line for what a page cannot show
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

/** Matches of a pattern in a notebook's Markdown, outside code. */
export const inTexts = ({ cells }: { cells: readonly Pick<Cell, 'cell_type' | 'source'>[] }, pattern: RegExp) =>
  cells
    .filter(({ cell_type }) => cell_type === 'markdown')
    .flatMap((cell) => [...withoutCode(textOf(cell)).matchAll(pattern)])
    .map(([, found]) => found);

/** Chapters that a notebook links to. */
export const linkedNotebooks = (notebook: Cells) => inTexts(notebook, /\]\(([^)#:]+\.ipynb)(?:#[^)]*)?\)/g);

/** Drawings that a notebook shows. */
export const shownImages = (notebook: Cells) => inTexts(notebook, /!\[[^\]]*\]\(([^)#:\s]+)\)/g);
