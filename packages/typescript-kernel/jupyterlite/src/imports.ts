/**
 * What a cell may import, and from where: the cells' worker loads it, that of the types completes it and reads its
 * types.
 */
import type { Settings } from './protocol';

export const isUrl = (name: string) => /^(https?|data|blob):/.test(name);
export const isRelative = (name: string) => /^\.{0,2}\//.test(name);

/** The kernel's own module. */
export const OWN_MODULE = 'tslab';

/** The name of a module that stands at a position, perhaps not finished: behind `from`, `import` or `import(`. */
export function moduleAt(code: string, position: number): { text: string; start: number; end: number } | undefined {
  // Not behind `Array.from(`, which is a call.
  const [, quote, text] = /(?<![.\w$])(?:from|import\s*\(?)\s*(['"])([^'"\n]*)$/.exec(code.slice(0, position)) ?? [];
  if (quote === undefined || text === undefined) return undefined;
  const [rest = ''] = code.slice(position).split('\n');
  return { text, start: position - text.length, end: position + Math.max(rest.indexOf(quote), 0) };
}

/** Modules that other programs know by such names. */
export const ELSEWHERE: Record<string, string> = {
  node: "It belongs to Node; a cell has a browser's names.",
  bun: "It belongs to Bun; a cell has a browser's names.",
  npm: "A cell imports a package by URL: 'https://esm.sh/…'.",
  jsr: "A cell imports a package by URL: 'https://esm.sh/jsr/…'.",
};

/**
 * The URL of what a cell imports.
 * @param folder URL of the notebook's folder in the files of the site, with a slash at its end
 * @throws one line that says what can be imported
 */
export function urlOf(name: string, { modules }: Pick<Settings, 'modules'>, folder: string): string {
  if (Object.hasOwn(modules, name)) return modules[name] as string;
  if (isRelative(name)) {
    if (/\.[cm]?tsx?$/.test(name)) {
      throw new Error(
        `Cannot import '${name}': a file of the site must be JavaScript; build it, and import the .js file`,
      );
    }
    return new URL(name, folder).href;
  }
  if (isUrl(name)) return name;
  const [, scheme = ''] = /^(\w+):/.exec(name) ?? [];
  if (Object.hasOwn(ELSEWHERE, scheme)) throw new Error(`Cannot find module '${name}'. ${ELSEWHERE[scheme]}`);
  const known = Object.keys(modules).map((one) => `'${one}'`);
  const there = known.length > 0 ? `This page has ${known.join(', ')}.` : 'This page has none.';
  throw new Error(`Cannot find module '${name}'. ${there} A URL can be imported, too.`);
}
