/**
 * Cells in a link, all of it in the part behind #, which never leaves the browser: `#cells=` and the compressed texts.
 * A link need not be trusted: it carries no outputs, which could show anything, and no settings of a notebook; what
 * comes of it is a new notebook, and nothing in it runs before its reader runs it.
 */
import { hashOfCells } from '../../../hosts/browser/hash';
import { LANGUAGE_INFO } from '../../../packages/typescript-kernel/jupyterlite/language';
import { fromAddress, toAddress } from '../../shared/page/base64';
import { t } from '../../shared/page/words';
import type { Contents, NotebookContent } from './jupyter';
import { languageHere, notebookAddress } from './links';
import { exists, freeName } from './work';

const BEGIN = '#cells=';
/**
 * Characters of an address, of all texts together, and cells: what a link unpacks to can be a thousand times as long.
 */
const MOST = { address: 8192, text: 100_000, cells: 200 };
/** Characters that show a text in another order than it runs in. */
const TURNS = /[\u202a-\u202e\u2066-\u2069]/;
/** What a text could load from anywhere as soon as it is shown: pictures, and HTML. */
const LOADS = /!\[|<(?!\/?(?:details|summary)>)[a-z!/]/i;
/** Above the cells of a link. */
export const NOTE = t`*These cells came with a link. Nothing has run: read them to their end before you run them.*`;

const KINDS = ['code', 'markdown'];
type Cells = [kind: string, source: string][];

const pipe = async (bytes: Uint8Array<ArrayBuffer>, through: CompressionStream | DecompressionStream) =>
  new Uint8Array(await new Response(new Blob([bytes]).stream().pipeThrough(through)).arrayBuffer());

/** @throws RangeError in one line for what no link carries */
function check(cells: Cells): Cells {
  const length = cells.reduce((sum, [, source]) => sum + source.length, 0);
  if (cells.length === 0 || cells.length > MOST.cells)
    throw new RangeError(t`expected 1 to ${MOST.cells} cells, found ${cells.length}`);
  if (length > MOST.text) throw new RangeError(t`expected up to ${MOST.text} characters of cells, found ${length}`);
  if (cells.some(([, source]) => TURNS.test(source)))
    throw new RangeError(t`expected plain text, found characters that show code in another order than it runs in`);
  if (cells.some(([kind, source]) => kind === 'markdown' && LOADS.test(source)))
    throw new RangeError(t`expected texts without pictures and HTML, which load from anywhere, found some`);
  return cells;
}

/**
 * The address of a site that carries cells; raw ones are left out.
 * @throws RangeError in one line if they are too long for one
 */
export async function shareAddress({ cells }: Pick<NotebookContent, 'cells'>, siteUrl: string): Promise<string> {
  const own = cells
    .map(({ cell_type, source }): Cells[number] => [cell_type, [source].flat().join('')])
    .filter(([kind, source]) => KINDS.includes(kind) && source !== NOTE && source.trim() !== '');
  const json = new TextEncoder().encode(JSON.stringify(check(own)));
  const packed = toAddress(await pipe(json, new CompressionStream('deflate')));
  const address = `${new URL(`${languageHere(siteUrl)}notebooks/index.html`, siteUrl).href}${BEGIN}${packed}`;
  if (address.length > MOST.address)
    throw new RangeError(t`expected an address of up to ${MOST.address} characters, found ${address.length}`);
  return address;
}

/** Whether an address carries cells, and names no heading of a notebook. */
export const isShared = (hash: string): boolean => hash.startsWith(BEGIN);

/**
 * Reads what `shareAddress` wrote, as a notebook.
 * @throws RangeError in one line if it is anything else
 */
export async function readShared(hash: string): Promise<NotebookContent> {
  if (hash.length > MOST.address)
    throw new RangeError(t`expected up to ${MOST.address} characters, found ${hash.length}`);
  const packed = fromAddress('cells', hash.slice(BEGIN.length));
  // Its checksum is looked at as well.
  const json = await pipe(packed, new DecompressionStream('deflate')).catch(() => undefined);
  let cells: unknown;
  try {
    cells = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(json));
  } catch {}
  const isCell = (cell: unknown) =>
    Array.isArray(cell) && cell.length === 2 && KINDS.includes(cell[0]) && typeof cell[1] === 'string';
  if (!json || !Array.isArray(cells) || !cells.every(isCell))
    throw new RangeError(t`expected cells, found something else, or a part of them`);
  const texts: Cells = [['markdown', NOTE], ...check(cells)];
  return {
    cells: texts.map(([cell_type, source]) => ({
      cell_type,
      source,
      metadata: {},
      ...(cell_type === 'code' && { outputs: [], execution_count: null }),
    })),
    metadata: {
      kernelspec: { display_name: 'TypeScript', language: 'typescript', name: 'tslab' },
      language_info: LANGUAGE_INFO,
    },
    nbformat: 4,
    nbformat_minor: 4,
  } as NotebookContent;
}

/**
 * Opens the cells of an address as a notebook of their own: the one that this link made before if its reader changed
 * nothing.
 */
export async function openShared(hash: string, contents: Contents, siteUrl: string): Promise<void> {
  const notebook = await readShared(hash);
  const own = hashOfCells(notebook);
  const isOther = async (path: string) =>
    (await exists(contents, path)) &&
    hashOfCells((await contents.get(path, { content: true })).content as NotebookContent) !== own;
  const name = await freeName(`shared-${own.slice(0, 8)}.ipynb`, isOther);
  // The one that is there may have outputs.
  if (!(await exists(contents, name)))
    await contents.save(name, { type: 'notebook', format: 'json', content: notebook });
  window.location.replace(notebookAddress(siteUrl, name));
}
