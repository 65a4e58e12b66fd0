// The notebooks as JupyterLite serves them: outputs as strings, figures without the pictures that a page draws by itself,
// and a version by which a reader's saved copy is told from a newer chapter.
import { createHash } from 'node:crypto';
import { text } from '../book/chapters.mjs';

/** What the kernel reports of itself: the same in the files, or the page would take each for changed when it opens it. */
const KERNELSPEC = { display_name: 'TypeScript', language: 'typescript', name: 'tslab' };

/** Hash of what a reader can change: the cells' kinds and sources. book/../lite/page/copies.ts computes the same. */
export function versionOf(cells) {
  const parts = cells.map(({ cell_type, source }) => [cell_type, text(source)]);
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16);
}

/**
 * Prepares one notebook for the site; the one handed in is changed.
 * @param links what becomes of a link's address in the text
 */
export function prepareNotebook(notebook, links = (address) => address) {
  for (const cell of notebook.cells) {
    cell.source = text(cell.source);
    if (cell.cell_type === 'markdown') {
      cell.source = cell.source.replaceAll(/\]\(([^)\s]+)\)/g, (_, address) => `](${links(address)})`);
    }
    for (const output of cell.outputs ?? []) joinOutput(output);
  }
  notebook.metadata = { ...notebook.metadata, kernelspec: KERNELSPEC };
  notebook.metadata.lif_fc_mnist = { version: versionOf(notebook.cells) };
  return notebook;
}

/** The static site hands lists of lines to the page as they are, which shows them joined by commas. */
function joinOutput(output) {
  if (output.text) output.text = text(output.text);
  if (!output.data) return;
  const interactive = 'application/vnd.plotly.v1+json' in output.data;
  for (const [type, value] of Object.entries(output.data)) {
    if (interactive && type.startsWith('image/')) delete output.data[type];
    else if (Array.isArray(value)) output.data[type] = value.join('');
  }
  if (interactive) output.metadata = {};
}
