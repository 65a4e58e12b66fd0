// The source as pages of the book: a chapter that names a file of src/ links to the page that shows it, or to the code host
// if package.json names one.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, join, sep } from 'node:path';
import { filesUnder, root, SetupError } from '../system/project.mjs';
import { REPOSITORY } from './settings.mjs';

/** @type {Record<string, string>} */
const LANGUAGES = { '.ts': 'typescript', '.json': 'json', '.md': 'markdown' };
const extension = (/** @type {string} */ path) => /\.\w+$/.exec(path)?.[0] ?? '';

/** All files of src/ that can be read, with forward slashes from the root of the project. */
export const sourceFiles = () =>
  filesUnder(join(root, 'src'))
    .filter((name) => extension(name) in LANGUAGES)
    .map((name) => `src/${name.split(sep).join('/')}`);

/**
 * The first sentence of the comment at the top of a file.
 * @param {string} code
 */
export function firstSentence(code) {
  const [, block] = /^\s*\/\*\*?([\s\S]*?)\*\//.exec(code) ?? [];
  const [lines] = /^(?:\/\/.*\n)+/.exec(code) ?? [];
  const words = (block ?? lines ?? '').replace(/^\s*(?:\*|\/\/)\s?/gm, '').trim();
  const [paragraph] = words.split(/\n\s*\n/);
  return (/^[\s\S]*?[.:](?=\s|$)/.exec(paragraph)?.[0] ?? paragraph).replace(/\s+/g, ' ').replace(/[.:]$/, '');
}

/**
 * The path of the project that a text names, such as `src/snn/neuron.ts` or `src/event/`; undefined if it names none.
 * @param {string} name
 * @throws SetupError if there is no such file or folder: it was moved, and the text was not
 */
export function namedSource(name) {
  if (!/^src(?:\/[\w.-]+)*\/?$/.test(name)) return undefined;
  const path = name.replace(/\/$/, '');
  if (!existsSync(join(root, path))) throw new SetupError(`expected a file or folder of the project, found ${name}`);
  return path;
}

/**
 * Where a page of the book, `up` below whose top it lies, shows a path of src/ (as `.md` for Sphinx, else `.html`).
 * @param {string} path
 * @param {string} up
 */
export function sourceAddress(path, up, ending = '.html') {
  const folder = statSync(join(root, path)).isDirectory();
  if (REPOSITORY) return `${REPOSITORY}/${folder ? 'tree' : 'blob'}/HEAD/${path}`;
  if (folder)
    return path === 'src' ? `${up}src/index${ending}` : `${up}src/index${ending}#${path.replaceAll('/', '-')}`;
  return `${up}${path}${ending}`;
}

const page = (/** @type {string[]} */ front, /** @type {string[]} */ ...lines) =>
  ['---', ...front, '---', '', ...lines, ''].join('\n');

/**
 * The pages for Sphinx, by name: one for each file, and `src/index.md`. None if the code host shows them.
 * @returns {Record<string, string>}
 */
export function sourcePages() {
  if (REPOSITORY) return {};
  const files = sourceFiles();
  /** @type {Record<string, string>} */
  const pages = {};
  /** @type {Map<string, { path: string, says: string }[]>} */
  const folders = new Map();
  for (const path of files) {
    const code = readFileSync(join(root, path), 'utf8');
    const folder = path.slice(0, path.lastIndexOf('/'));
    folders.set(folder, [...(folders.get(folder) ?? []), { path, says: firstSentence(code) }]);
    // More backticks than any file has in a row.
    const fence = '`'.repeat(12);
    pages[`${path}.md`] = page(
      ['orphan: true', 'nosearch: true', 'hide-toc: true'],
      `# ${path}`,
      '',
      `[The source](${'../'.repeat(path.split('/').length - 2)}index.md), ${code.split('\n').length - 1} lines.`,
      '',
      `${fence}{code-block} ${LANGUAGES[extension(path)]}`,
      ':linenos:',
      '',
      code.trimEnd(),
      fence,
    );
  }
  const lists = [...folders].map(([folder, list]) =>
    [
      `(${folder.replaceAll('/', '-')})=`,
      `## ${folder}/`,
      '',
      ...list.map(
        ({ path, says }) => `- [${basename(path)}](${path.slice('src/'.length)}.md)${says ? `: ${says}` : ''}`,
      ),
      '',
    ].join('\n'),
  );
  pages['src/index.md'] = page(
    ['nosearch: true'],
    '# The source',
    '',
    'The package behind the chapters, file by file. A name such as `src/…` in a chapter leads here.',
    '',
    ...lists,
  );
  return pages;
}
