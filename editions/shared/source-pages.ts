// Pages of the book that show the source. A source file that a chapter names links to its page, or to the code host if
// package.json names one.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, extname, join, sep } from 'node:path';
import { root, UserError } from '../../packages/system/project';
import { sourceFiles } from '../../tools/setup/build';
import { ADDRESSES } from './addresses';

const LANGUAGES: Record<string, string> = { '.ts': 'typescript', '.json': 'json', '.md': 'markdown' };

/**
 * The files that have a page, by their paths from the root with forward slashes: the package, and the guide to the lesson.
 * The TypeScript kernel is compiled beside the package but left out, since no chapter is about it.
 */
const SHOWN = [
  'src/README.md',
  ...sourceFiles()
    .map((name) => name.split(sep).join('/'))
    .filter((name) => !name.startsWith('packages/typescript-kernel/')),
];

/** The first sentence of the comment at the top of a file. */
export function firstSentence(code: string) {
  const [, block] = /^\s*\/\*\*?([\s\S]*?)\*\//.exec(code) ?? [];
  const [lines] = /^(?:\/\/.*\n)+/.exec(code) ?? [];
  const words = (block ?? lines ?? '').replace(/^\s*(?:\*|\/\/)\s?/gm, '').trim();
  const [paragraph] = words.split(/\n\s*\n/);
  return (/^[\s\S]*?[.:](?=\s|$)/.exec(paragraph)?.[0] ?? paragraph).replace(/\s+/g, ' ').replace(/[.:]$/, '');
}

/**
 * The path that a text names, such as `src/snn/neuron.ts` or `packages/event-engine/`; undefined if the text is no path,
 * or no page shows it.
 * @throws UserError if the path does not exist, for example because it was moved
 */
export function namedSource(name: string) {
  if (!/^(?:src|hosts|packages)(?:\/[\w.-]+)*\/?$/.test(name)) return undefined;
  const path = name.replace(/\/$/, '');
  if (!existsSync(join(root, path))) throw new UserError(`expected a file or folder of the project, found ${name}`);
  return SHOWN.some((file) => file === path || file.startsWith(`${path}/`)) ? path : undefined;
}

/**
 * The path that a link leads to.
 * @throws UserError if it does not exist or no page shows it
 */
export function linkedSource(target: string) {
  const path = namedSource(target);
  if (path === undefined)
    throw new UserError(`expected a file or folder that the book shows, found a link to ${target}`);
  return path;
}

/**
 * The address of the page that shows a source file or a folder.
 * @param up from the linking page to the top of the book, such as `../`
 * @param ending `.md` for Sphinx
 */
export function sourceAddress(path: string, up: string, ending = '.html') {
  const folder = statSync(join(root, path)).isDirectory();
  if (ADDRESSES.repository) return `${ADDRESSES.repository}/${folder ? 'tree' : 'blob'}/HEAD/${path}`;
  if (folder)
    return path === 'src' ? `${up}src/index${ending}` : `${up}src/index${ending}#${path.replaceAll('/', '-')}`;
  return `${up}${path}${ending}`;
}

const page = (front: string[], ...lines: string[]) => ['---', ...front, '---', '', ...lines, ''].join('\n');

/** The pages for Sphinx, by name: one per file, and `src/index.md`. None if a code host shows them. */
export function sourcePages(): Record<string, string> {
  if (ADDRESSES.repository) return {};
  const pages: Record<string, string> = {};
  const folders = new Map<string, { path: string; summary: string }[]>();
  for (const path of SHOWN) {
    const code = readFileSync(join(root, path), 'utf8');
    const folder = path.slice(0, path.lastIndexOf('/'));
    folders.set(folder, [...(folders.get(folder) ?? []), { path, summary: firstSentence(code) }]);
    // More backticks in a row than any file has.
    const fence = '`'.repeat(12);
    pages[`${path}.md`] = page(
      ['orphan: true', 'nosearch: true', 'hide-toc: true'],
      `# ${path}`,
      '',
      `[The source](${'../'.repeat(path.split('/').length - 1)}src/index.md), ${code.split('\n').length - 1} lines.`,
      '',
      `${fence}{code-block} ${LANGUAGES[extname(path)]}`,
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
      ...list.map(({ path, summary }) => `- [${basename(path)}](../${path}.md)${summary ? `: ${summary}` : ''}`),
      '',
    ].join('\n'),
  );
  pages['src/index.md'] = page(
    ['nosearch: true'],
    '# The source',
    '',
    'The package behind the chapters, file by file. The name of a file in a chapter, such as `src/snn/neuron.ts`, leads here.',
    '',
    ...lists,
  );
  return pages;
}
