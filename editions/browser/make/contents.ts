// Writes the notebooks and drawings that JupyterLite serves: learner's copies, with a version that distinguishes a reader's
// saved copy from a newer chapter.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isPython } from '../../../packages/system/chapters';
import { chapterNames, chaptersFolder, writeWhole } from '../../../packages/system/project';
import { LANGUAGE_INFO } from '../../../packages/typescript-kernel/jupyterlite/language';
import { LANGUAGES } from '../../../translations/blocks';
import { readPhrases, translateDrawing } from '../../../translations/phrases';
import { type Cell, type Notebook, textOf } from '../../shared/cells';
import { hashOfCells, readChapter, withLanguage, withStubs } from '../../shared/copies';
import { linkedSource, sourceAddress } from '../../shared/source-pages';
import { translator } from '../../shared/translated';

/**
 * The kernel's own description. With another one, the page would mark each notebook as changed when it is opened.
 */
const KERNELSPEC = { display_name: 'TypeScript', language: 'typescript', name: 'tslab' };

/** Links to source files lead to the book, which shows them. */
const withSourceLinks = (markdown: string) =>
  markdown.replaceAll(
    /\]\(\.\.\/((?:src|hosts|packages)\/[\w./-]*)\)/g,
    (_, path) => `](${sourceAddress(linkedSource(path), '../build/book/')})`,
  );

/** The note at the top of a chapter in Python. */
const PYTHON_HERE =
  '**This chapter is in Python, and this tab runs TypeScript: read it here. On a machine of your own, in a clone of ' +
  'the project, `node tools/start.mjs tools/peers/peers.ts` and `npm run lab` run it.**';

/**
 * A cell of a chapter that is only shown, as Markdown: its code and what it printed.
 * @param note at the top of the chapter
 */
function readOnlyCell({ cell_type, id, metadata, source, outputs = [] }: Cell, index: number, note: string): Cell {
  const text = textOf({ source });
  const printed = outputs.map((output) => [output.text ?? ''].flat().join('')).join('');
  const fenced = (kind: string, content: string) => `\`\`\`${kind}\n${content.trimEnd()}\n\`\`\``;
  const code = [fenced('python', text), ...(printed ? [fenced('text', printed)] : [])].join('\n\n');
  const first = index === 0 ? text.replace('\n', `\n\n${note}\n`) : text;
  return { cell_type: 'markdown', id, metadata, source: cell_type === 'code' ? code : first };
}

/**
 * A chapter as the site serves it.
 * @param name of its file
 * @param note at the top of a chapter in Python
 */
export function siteNotebook(chapter: Notebook, name: string, note = PYTHON_HERE) {
  const readOnlyCells = () => chapter.cells.map((cell, index) => readOnlyCell(cell, index, note));
  const copy = withStubs(isPython(name) ? { ...chapter, cells: readOnlyCells() } : chapter);
  const cells = copy.cells.map((cell) => {
    // One string: the page would join a list of lines by commas.
    const source = textOf(cell);
    return { ...cell, source: cell.cell_type === 'markdown' ? withSourceLinks(source) : source };
  });
  const version = hashOfCells({ cells });
  return {
    ...copy,
    cells,
    metadata: {
      ...copy.metadata,
      kernelspec: KERNELSPEC,
      language_info: LANGUAGE_INFO,
      lif_fc_mnist: { version },
    },
  };
}

/** A drawing in ASCII, since JupyterLite encodes it with `btoa`. */
export const asciiDrawing = (svg: string) =>
  svg.replace(/[^\0-\x7f]/gu, (character) => `&#${character.codePointAt(0)};`);

/**
 * Writes the drawings into a folder.
 * @param language unless it is English
 */
export function writeDrawings(folder: string, language?: string) {
  const drawings = join(chaptersFolder, 'images');
  const phrases = language && readPhrases(language, ['drawings']);
  for (const name of readdirSync(drawings).filter((file) => file.endsWith('.svg'))) {
    const svg = readFileSync(join(drawings, name), 'utf8');
    writeWhole(join(folder, name), asciiDrawing(phrases ? translateDrawing(svg, phrases) : svg));
  }
}

/**
 * Writes notebooks and drawings.
 * @returns the version of each chapter by its path
 */
export function writeContents(folder: string) {
  const versions: Record<string, string> = {};
  const write = (path: string, notebook: ReturnType<typeof siteNotebook>) => {
    versions[path] = notebook.metadata.lif_fc_mnist.version;
    writeWhole(join(folder, path), `${JSON.stringify(notebook, null, 1)}\n`);
  };
  for (const name of chapterNames()) write(name, siteNotebook(readChapter(name), name));
  writeDrawings(join(folder, 'images'));
  for (const language of LANGUAGES) {
    const translated = translator(language);
    const note = readPhrases(language).translate(PYTHON_HERE);
    for (const name of chapterNames()) {
      const chapter = readChapter(name);
      const own = withLanguage(translated(name, chapter), name, chapter, language);
      write(`${language}/${name}`, siteNotebook(own, name, note));
    }
    writeDrawings(join(folder, language, 'images'), language);
  }
  return versions;
}
