// The source as pages of the book: a chapter that names a source file links to the page that shows it, or to the code
// host if package.json names one.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, extname, join, sep } from 'node:path';
import { root, UserError } from '../../packages/system/project';
import { sourceFiles } from '../../tools/setup/build';
import { ADDRESSES } from './addresses';

const LANGUAGES: Record<string, string> = { '.ts': 'typescript', '.json': 'json', '.md': 'markdown' };

/**
 * What is compiled into the package, and the page that leads through the lesson; with forward slashes from the root of
 * the project. Not the TypeScript kernel's: its patches of tslab are compiled beside the package, but are no part of it,
 * and no chapter is about them.
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
 * The path of the project that a text names, such as `src/snn/neuron.ts` or `packages/event-engine/`; undefined if it
 * names none, or one that no page shows.
 * @throws UserError if the path does not exist: it was moved, and the text was not
 */
export function namedSource(name: string) {
  if (!/^(?:src|hosts|packages)(?:\/[\w.-]+)*\/?$/.test(name)) return undefined;
  const path = name.replace(/\/$/, '');
  if (!existsSync(join(root, path))) throw new UserError(`expected a file or folder of the project, found ${name}`);
  return SHOWN.some((file) => file === path || file.startsWith(`${path}/`)) ? path : undefined;
}

/**
 * The path of the project that a link leads to.
 * @throws UserError as `namedSource`, and if no page shows it: the link would be dead
 */
export function linkedSource(target: string) {
  const path = namedSource(target);
  if (path === undefined)
    throw new UserError(`expected a file or folder that the book shows, found a link to ${target}`);
  return path;
}

/**
 * Where a page of the book, `up` below whose top it lies, shows a source file or a folder of them (as `.md` for Sphinx,
 * else `.html`).
 */
export function sourceAddress(path: string, up: string, ending = '.html') {
  const folder = statSync(join(root, path)).isDirectory();
  if (ADDRESSES.repository) return `${ADDRESSES.repository}/${folder ? 'tree' : 'blob'}/HEAD/${path}`;
  if (folder)
    return path === 'src' ? `${up}src/index${ending}` : `${up}src/index${ending}#${path.replaceAll('/', '-')}`;
  return `${up}${path}${ending}`;
}

const page = (front: string[], ...lines: string[]) => ['---', ...front, '---', '', ...lines, ''].join('\n');

/** The pages for Sphinx, by name: one for each file, and `src/index.md`. None if the code host shows them. */
export function sourcePages(): Record<string, string> {
  if (ADDRESSES.repository) return {};
  const pages: Record<string, string> = {};
  const folders = new Map<string, { path: string; summary: string }[]>();
  for (const path of SHOWN) {
    const code = readFileSync(join(root, path), 'utf8');
    const folder = path.slice(0, path.lastIndexOf('/'));
    folders.set(folder, [...(folders.get(folder) ?? []), { path, summary: firstSentence(code) }]);
    // More backticks than any file has in a row.
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
