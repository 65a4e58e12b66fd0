// The notebooks and drawings as JupyterLite serves them: the learner's copies, with an edition that tells a reader's
// saved copy from a newer chapter.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chapterNames, chaptersFolder, writeWhole } from '../../../packages/system/project.mjs';
import { LANGUAGE_INFO } from '../../../packages/typescript-kernel/jupyterlite/language.mjs';
import { readPhrases, translateDrawing } from '../../../translations/phrases.mjs';
import { LANGUAGES } from '../../../translations/twins.mjs';
import { textOf } from '../../shared/cells.mjs';
import { hashOfCells, openCopy, readChapter, speaking } from '../../shared/copies.mjs';
import { isPython } from '../../shared/parts.mjs';
import { namedSource, sourceAddress } from '../../shared/source-pages.mjs';
import { translator } from '../../shared/translated.mjs';

/**
 * What the kernel reports of itself: the same in the files, or the page would take each for changed when it opens it.
 */
const KERNELSPEC = { display_name: 'TypeScript', language: 'typescript', name: 'tslab' };

/**
 * A name of the source leads to the book, where it is shown.
 * @param {string} markdown
 */
const withSourceLinks = (markdown) =>
  markdown.replaceAll(
    /\]\(\.\.\/((?:src|hosts|packages)\/[\w./-]*)\)/g,
    (_, path) => `](${sourceAddress(/** @type {string} */ (namedSource(path)), '../build/book/')})`,
  );

/** At the head of a chapter in Python. */
export const PYTHON_HERE =
  '**This chapter is in Python, and this tab runs TypeScript: read it here. On a machine of your own, in a clone of ' +
  'the project, `node tools/peers/peers.mjs` and `npm run lab` run it.**';

/**
 * A cell of a chapter that is only to be read: its code, and what it printed.
 * @param {import('../../shared/cells.mjs').Cell} cell
 * @param {number} index
 * @param {string} [note] at the head of the chapter
 * @returns {import('../../shared/cells.mjs').Cell}
 */
function toRead({ cell_type, id, metadata, source, outputs = [] }, index, note = PYTHON_HERE) {
  const text = textOf({ source });
  const printed = outputs.map((output) => [output.text ?? ''].flat().join('')).join('');
  const fenced = (/** @type {string} */ kind, /** @type {string} */ content) =>
    `\`\`\`${kind}\n${content.trimEnd()}\n\`\`\``;
  const code = [fenced('python', text), ...(printed ? [fenced('text', printed)] : [])].join('\n\n');
  const first = index === 0 ? text.replace('\n', `\n\n${note}\n`) : text;
  return { cell_type: 'markdown', id, metadata, source: cell_type === 'code' ? code : first };
}

/**
 * A chapter as the site serves it.
 * @param {import('../../shared/cells.mjs').Notebook} chapter
 * @param {string} name of its file
 * @param {string} [note] at the head of a chapter in Python
 */
export function siteNotebook(chapter, name, note = PYTHON_HERE) {
  const cellsToRead = () => chapter.cells.map((cell, index) => toRead(cell, index, note));
  const copy = openCopy(isPython(name) ? { ...chapter, cells: cellsToRead() } : chapter);
  const cells = copy.cells.map((cell) => {
    // One string: the page would show a list of lines joined by commas.
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

/**
 * A drawing in ASCII: JupyterLite encodes it with `btoa`, which takes no other character.
 * @param {string} svg
 */
export const asciiDrawing = (svg) => svg.replace(/[^\0-\x7f]/gu, (character) => `&#${character.codePointAt(0)};`);

/**
 * Writes the drawings into a folder.
 * @param {string} folder
 * @param {string} [language] if it is not English
 */
export function writeDrawings(folder, language) {
  const drawings = join(chaptersFolder, 'images');
  const phrases = language && readPhrases(language, ['drawings']);
  for (const name of readdirSync(drawings).filter((file) => file.endsWith('.svg'))) {
    const svg = readFileSync(join(drawings, name), 'utf8');
    writeWhole(join(folder, name), asciiDrawing(phrases ? translateDrawing(svg, phrases) : svg));
  }
}

/**
 * Writes notebooks and drawings.
 * @param {string} folder
 * @returns {Record<string, string>} the version of each chapter by its path
 */
export function writeContents(folder) {
  /** @type {Record<string, string>} */
  const versions = {};
  const write = (/** @type {string} */ path, /** @type {ReturnType<typeof siteNotebook>} */ notebook) => {
    versions[path] = notebook.metadata.lif_fc_mnist.version;
    writeWhole(join(folder, path), `${JSON.stringify(notebook, null, 1)}\n`);
  };
  for (const name of chapterNames()) write(name, siteNotebook(readChapter(name), name));
  writeDrawings(join(folder, 'images'));
  for (const language of LANGUAGES) {
    const translated = translator(language);
    const note = readPhrases(language).say(PYTHON_HERE);
    for (const name of chapterNames()) {
      const chapter = readChapter(name);
      const own = speaking(translated(name, chapter), name, chapter, language);
      write(`${language}/${name}`, siteNotebook(own, name, note));
    }
    writeDrawings(join(folder, language, 'images'), language);
  }
  return versions;
}
