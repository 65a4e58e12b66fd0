/**
 * Shares cells in a link: their compressed texts after `#cells=`, a part of the address that never leaves the browser.
 * Links need not be trusted: they contain no outputs, which could show anything, and no metadata; they open as a new
 * notebook, in which nothing runs until the reader runs it.
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
 * Limits for the characters of an address, those of all texts, and the number of cells: a link may unpack to a thousand
 * times its length.
 */
const LIMITS = { address: 8192, text: 100_000, cells: 200 };
/** Control characters that change the order in which a text is shown. */
const BIDI_CONTROLS = /[\u202a-\u202e\u2066-\u2069]/;
/** Images and HTML, with which a text could load from any site when it is shown. */
const EXTERNAL_CONTENT = /!\[|<(?!\/?(?:details|summary)>)[a-z!/]/i;
/** The note above the cells of a link. */
export const NOTE = t`*These cells came with a link. Nothing has run: read them to their end before you run them.*`;

const KINDS = ['code', 'markdown'];
type Cells = [kind: string, source: string][];

const pipe = async (bytes: Uint8Array<ArrayBuffer>, through: CompressionStream | DecompressionStream) =>
  new Uint8Array(await new Response(new Blob([bytes]).stream().pipeThrough(through)).arrayBuffer());

/** @throws RangeError in one line if a link must not contain these cells */
function check(cells: Cells): Cells {
  const length = cells.reduce((sum, [, source]) => sum + source.length, 0);
  if (cells.length === 0 || cells.length > LIMITS.cells)
    throw new RangeError(t`expected 1 to ${LIMITS.cells} cells, found ${cells.length}`);
  if (length > LIMITS.text) throw new RangeError(t`expected up to ${LIMITS.text} characters of cells, found ${length}`);
  if (cells.some(([, source]) => BIDI_CONTROLS.test(source)))
    throw new RangeError(t`expected plain text, found characters that show code in another order than it runs in`);
  if (cells.some(([kind, source]) => kind === 'markdown' && EXTERNAL_CONTENT.test(source)))
    throw new RangeError(t`expected texts without pictures and HTML, which load from anywhere, found some`);
  return cells;
}

/**
 * The address with these cells, without raw ones.
 * @throws RangeError in one line if they are too long
 */
export async function shareAddress({ cells }: Pick<NotebookContent, 'cells'>, siteUrl: string): Promise<string> {
  const own = cells
    .map(({ cell_type, source }): Cells[number] => [cell_type, [source].flat().join('')])
    .filter(([kind, source]) => KINDS.includes(kind) && source !== NOTE && source.trim() !== '');
  const json = new TextEncoder().encode(JSON.stringify(check(own)));
  const packed = toAddress(await pipe(json, new CompressionStream('deflate')));
  const address = `${new URL(`${languageHere(siteUrl)}notebooks/index.html`, siteUrl).href}${BEGIN}${packed}`;
  if (address.length > LIMITS.address)
    throw new RangeError(t`expected an address of up to ${LIMITS.address} characters, found ${address.length}`);
  return address;
}

/** Whether the hash of an address contains cells, rather than naming a heading. */
export const isShared = (hash: string): boolean => hash.startsWith(BEGIN);

/**
 * Reads the hash of `shareAddress` as a notebook.
 * @throws RangeError in one line if it is not valid
 */
export async function readShared(hash: string): Promise<NotebookContent> {
  if (hash.length > LIMITS.address)
    throw new RangeError(t`expected up to ${LIMITS.address} characters, found ${hash.length}`);
  const packed = fromAddress('cells', hash.slice(BEGIN.length));
  // This checks the checksum, too.
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
 * Opens the cells of an address as a new notebook, or as the one that the link made before, if that is unchanged.
 */
export async function openShared(hash: string, contents: Contents, siteUrl: string): Promise<void> {
  const notebook = await readShared(hash);
  const own = hashOfCells(notebook);
  const isOther = async (path: string) =>
    (await exists(contents, path)) &&
    hashOfCells((await contents.get(path, { content: true })).content as NotebookContent) !== own;
  const name = await freeName(`shared-${own.slice(0, 8)}.ipynb`, isOther);
  // The existing notebook may have outputs.
  if (!(await exists(contents, name)))
    await contents.save(name, { type: 'notebook', format: 'json', content: notebook });
  window.location.replace(notebookAddress(siteUrl, name));
}
