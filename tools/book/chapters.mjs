// From executed notebooks to what Sphinx reads: each figure becomes one <figure> with its SVG as a file of its own and the
// bundle's sentence as the text alternative.
import { posix } from 'node:path';
import { SetupError } from '../setup/project.mjs';

const PLOTLY = 'application/vnd.plotly.v1+json';
const text = (value) => (Array.isArray(value) ? value.join('') : (value ?? ''));
export const escapeHtml = (string) =>
  string.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** A figure that scrolls where it is wider than the page, and opens by itself when it is followed. */
export const figureHtml = (file, alt, { width, height }) => {
  const size = `width="${width}" height="${height}"`;
  return `<figure class="figure"><a href="${file}"><img src="${file}" alt="${escapeHtml(alt)}" ${size}></a></figure>`;
};

/** The size of an SVG in CSS pixels. */
export function sizeOf(svg) {
  const [, width] = /<svg[^>]*\swidth="([\d.]+)/.exec(svg) ?? [];
  const [, height] = /<svg[^>]*\sheight="([\d.]+)/.exec(svg) ?? [];
  return { width, height };
}

/** What an output says of a failure: tslab leaves no error output, it prints the error on stderr. */
function failure(cell, output) {
  if (cell.metadata?.tags?.includes('raises-exception')) return undefined;
  if (output.output_type === 'error') return `${output.ename}: ${output.evalue}`;
  return output.name === 'stderr' ? text(output.text).trim().split('\n')[0] : undefined;
}

/** Whether a notebook was executed, all of it and without errors. */
export const isExecuted = (notebook) =>
  (notebook?.cells?.some((cell) => cell.outputs?.length > 0) ?? false) &&
  !notebook.cells.some((cell) => cell.outputs?.some((output) => failure(cell, output)));

/**
 * Prepares one notebook.
 * @param name its path below the folder of notebooks, with forward slashes, without .ipynb
 * @returns the notebook for Sphinx, and the files to write below _static/figures
 * @throws SetupError in one line for what a page could not show
 */
export function prepare(name, notebook) {
  const files = {};
  const up = '../'.repeat(name.split('/').length - 1);
  notebook.cells.forEach((cell, index) => {
    const fail = (what) => {
      throw new SetupError(`${name}.ipynb: cell ${index + 1}: ${what}`);
    };
    // A notebook links to the built book, a page of the book to its neighbour.
    if (cell.cell_type === 'markdown') {
      cell.source = text(cell.source).replaceAll(/\]\(\.\.\/build\/book\/(\w+)\.html\)/g, `](${up}$1.md)`);
    }
    if (cell.cell_type === 'markdown') {
      // From a notebook a page of the book lies in build/book/; here it is a neighbour.
      cell.source = text(cell.source).replace(/\]\((?:\.\.\/)+build\/book\/([\w-]+)\.html/g, `](${up}$1.md`);
    }
    cell.outputs?.forEach((output, i) => {
      const wrong = failure(cell, output);
      if (wrong) fail(`expected cells that ran without errors, found ${wrong}: run \`npm run tutorial\``);
      if (!output.data) return;
      const alt = text(output.data['text/plain']).trim();
      const svg = text(output.data['image/svg+xml']);
      const images = Object.keys(output.data).filter((type) => type.startsWith('image/'));
      if (output.data[PLOTLY] && images.length === 0) fail('expected a figure with SVG, found plotly JSON alone');
      if (images.length === 0) return;
      if (svg === '') fail(`expected a figure with SVG, found ${images.join(', ')}`);
      if (alt === '') fail('expected a figure with a sentence in text/plain, found none');
      const file = `${name.replaceAll('/', '-')}-${index + 1}${i === 0 ? '' : `-${i + 1}`}.svg`;
      files[file] = svg;
      const html = figureHtml(`${up}_static/figures/${file}`, alt, sizeOf(svg));
      output.data = { 'text/html': html };
      output.metadata = {};
    });
  });
  return { notebook, files };
}

/** Chapters that a notebook links to, as paths below the folder of notebooks. */
export function linkedNotebooks(name, notebook) {
  return notebook.cells
    .filter((cell) => cell.cell_type === 'markdown')
    .flatMap((cell) => [...text(cell.source).matchAll(/\]\(([^)#]+\.ipynb)(?:#[^)]*)?\)/g)])
    .map(([, target]) => posix.normalize(posix.join(posix.dirname(name), target)));
}

/** The title and the first paragraph of a chapter. */
export function introduction(notebook) {
  const [title, ...rest] = text(notebook.cells.find((cell) => cell.cell_type === 'markdown')?.source).split('\n');
  const paragraph = rest
    .join('\n')
    .trim()
    .split(/\n\s*\n/)[0];
  return { title: title.replace(/^#\s*/, ''), paragraph };
}
