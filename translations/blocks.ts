// Translated chapters and pages. zh/chapters/lif-neuron.md has a block for each markdown cell of the chapter, and
// zh/pages/questions.md one for each section of the page:
//   <!-- cell-05 1a2b3c4d5e6f -->            the cell's id, and a hash of the English that was translated
//   <!-- cell-13 1a2b3c4d5e6f links: why --> the same; its links may differ from the English, and why
// A cell without a block, or whose English has changed since, is shown in English below a note.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { topicOf } from '../packages/system/chapters';
import { chapterNames, chaptersFolder, root, UserError, writeWhole } from '../packages/system/project';
import { differences, withoutComments } from './differences';

export interface Cell {
  id?: string;
  cell_type: string;
  source: string | string[];
  metadata?: Record<string, unknown>;
}

interface Block {
  stamp: string;
  allowed: Record<string, string>;
  text: string;
}

export interface Translation {
  name: string;
  file: string;
  english: string;
  cells: Cell[];
  blocks: Map<string, Block>;
}

export const LANGUAGES = ['zh'];
export const translationFolder = (language: string, ...path: string[]) => join(__dirname, language, ...path);
export const textOf = (cell: Cell) => [cell.source].flat().join('');
/** A block's stamp: 12 hex digits of the SHA-256 of the English text without its comments. */
export const stampOf = (english: string) =>
  createHash('sha256').update(withoutComments(english)).digest('hex').slice(0, 12);

const HEAD = /^<!-- ([\p{L}\w-]+) (\?|[0-9a-f]{12})((?: [a-z]+: [^>]*?)?) -->\n/gmu;
const NOTES = {
  missing: '> *（这一段尚未翻译，以下为英文原文。）*\n\n',
  stale: '> *（英文原文已经修改，译文尚未更新，以下为英文原文。）*\n\n',
};

/** The blocks of a file by their cells' ids. */
export function readBlocks(text: string): Map<string, Block> {
  const heads = [...text.matchAll(HEAD)];
  return new Map(
    heads.map(({ 0: head, 1: id, 2: stamp, 3: allowed, index }, i) => {
      const [, kind, why] = / ([a-z]+): (.+)/.exec(allowed) ?? [];
      const end = heads[i + 1]?.index ?? text.length;
      return [id, { stamp, allowed: kind ? { [kind]: why } : {}, text: text.slice(index + head.length, end).trim() }];
    }),
  );
}

/** The anchor that MyST gives a heading: lower-case letters, digits and hyphens. */
export const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replaceAll(' ', '-')
    .replace(/[^\p{L}\p{N}_-]/gu, '');

/** Parts of a page that are not prose: front matter, directives, glossary fences, placeholders for generated content. */
const NOT_PROSE =
  /(^---\n[\s\S]*?^---\n|^```\{(?!glossary)[\s\S]*?^```\n|^```\{glossary\}\n(?::.*\n)*\n?|^```\n|^<!-- (?:[a-z]+|grid .*) -->\n)/m;

/**
 * Splits a page into cells: a markdown cell for each section (the first is `top`) and each term of a glossary, a raw
 * cell for everything else. `sourceOfPage` joins them to the same page.
 */
export function cellsOfPage(page: string): Cell[] {
  // Only the closing fence of a glossary splits the page; those of code stay in their section.
  const code = page.replace(/^```[a-z]+\n[\s\S]*?^```\n/gm, (fence) => fence.replace(/^```\n/m, '\0\n'));
  const parts = code.split(NOT_PROSE).map((part) => part.replaceAll('\0', '```'));
  const used = new Map<string, number>();
  let inGlossary = false;
  return parts.flatMap((part, i) => {
    if (i % 2 === 1) {
      inGlossary = part.startsWith('```{glossary}');
      return [{ cell_type: 'raw', source: part }];
    }
    const pieces = inGlossary ? part.split(/(?<=\n)\n(?=\S)/) : part.split(/(?<=\n)(?=#{1,3} )/);
    return pieces.map((source, at) => {
      const heading = inGlossary ? source.split('\n')[0] : /^#{2,3} (.+)/.exec(source.trim())?.[1];
      const base = heading ? anchorOf(heading.replace(/`/g, '')) : 'top';
      const count = (used.get(base) ?? 0) + 1;
      const text = inGlossary && at < pieces.length - 1 ? `${source}\n` : source;
      if (text.trim() === '') return { cell_type: 'raw', source: text };
      used.set(base, count);
      return {
        cell_type: 'markdown',
        id: count === 1 ? base : `${base}-${count}`,
        source: text,
        metadata: { entry: inGlossary },
      };
    });
  });
}

/** The cells of a chapter or page. */
export const cellsOf = (file: string, text: string): Cell[] =>
  file.endsWith('.md') ? cellsOfPage(text) : JSON.parse(text).cells;

export const sourceOfPage = (cells: Cell[]) => cells.map(textOf).join('');

/** Replaces the source of markdown cells by its translation; puts a note where it is missing or out of date. */
export function translate<T extends Cell>(cells: T[], blocks: Map<string, Block>): T[] {
  return cells.map((cell) => {
    if (cell.cell_type !== 'markdown') return cell;
    const english = textOf(cell);
    const block = blocks.get(String(cell.id));
    const state = !block ? 'missing' : block.stamp === stampOf(english) ? 'fresh' : 'stale';
    if (!block || state !== 'fresh') {
      if (cell.metadata?.entry) return cell;
      // The note goes below the heading, which has to come first to be the page's title.
      const note = NOTES[state === 'stale' ? 'stale' : 'missing'];
      const source = english.replace(/^(\s*#+ .*\n+)?/, (heading) => heading + note);
      return { ...cell, source, metadata: { ...cell.metadata, lang: 'en' } };
    }
    const [before] = /^\s*/.exec(english) ?? [''];
    const [after] = /\s*$/.exec(english) ?? [''];
    return { ...cell, source: before + block.text + after };
  });
}

/** The translations of all chapters, named by topic, then those of the book's pages. */
export function listTranslations(language = 'zh'): Translation[] {
  const chapters = chapterNames().map((name) => ({
    name: topicOf(name),
    file: translationFolder(language, 'chapters', `${topicOf(name)}.md`),
    english: join(chaptersFolder, name),
  }));
  const book = join(root, 'editions', 'book');
  const pages = readdirSync(book)
    .filter((file) => file.endsWith('.md') && !UNTRANSLATED.has(file))
    .map((file) => ({
      name: basename(file, '.md'),
      file: translationFolder(language, 'pages', file),
      english: join(book, file),
    }));
  return [...chapters, ...pages].map((one) => {
    const text = readFileSync(one.english, 'utf8');
    return {
      ...one,
      cells: cellsOf(one.english, text),
      blocks: readBlocks(existsSync(one.file) ? readFileSync(one.file, 'utf8') : ''),
    };
  });
}

/** Pages for people who host the book; the programs that they name are in English, too. */
export const UNTRANSLATED = new Set(['hosting.md', 'bare.md']);

/** Lists faults, out-of-date blocks and missing blocks of a translation, one line each. */
export function checkTranslation({ name, cells, blocks }: Pick<Translation, 'name' | 'cells' | 'blocks'>) {
  const texts = cells.filter(({ cell_type }) => cell_type === 'markdown');
  const ids = new Set(texts.map(({ id }) => id));
  const wrong = [...blocks.keys()]
    .filter((id) => !ids.has(id))
    .map((id) => `${name}: ${id}: the English has no such cell`);
  const stale: string[] = [];
  const missing: string[] = [];
  for (const cell of texts) {
    const english = textOf(cell);
    const block = blocks.get(String(cell.id));
    if (!block) missing.push(`${name}: ${cell.id}: not translated`);
    else if (block.stamp !== stampOf(english))
      stale.push(`${name}: ${cell.id}: its English has changed since it was translated`);
    else
      wrong.push(
        ...differences(english, block, Boolean(cell.metadata?.entry)).map((what) => `${name}: ${cell.id}: ${what}`),
      );
  }
  return { wrong, stale, missing };
}

/**
 * Fills in the stamps of new blocks, marked `?`. Stale stamps stay, so that a block counts as current only after its
 * translator has marked it.
 */
export function fillStamps({ file, cells }: Translation) {
  if (!existsSync(file)) return;
  const stamps = new Map(cells.map((cell) => [cell.id, stampOf(textOf(cell))]));
  const text = readFileSync(file, 'utf8');
  const stamped = text.replace(HEAD, (head, id, stamp) =>
    stamp === '?' && stamps.has(id) ? head.replace('?', String(stamps.get(id))) : head,
  );
  if (stamped !== text) writeWhole(file, stamped);
}

export function findTranslation(name: string, language?: string) {
  const found = listTranslations(language).find((one) => one.name === topicOf(name));
  if (!found) throw new UserError(`expected a chapter or page, found ${name}`);
  return found;
}
