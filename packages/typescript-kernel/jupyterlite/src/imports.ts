/**
 * What a cell may import, and from where. The cells' worker loads modules; the types' worker completes their names and
 * reads their types.
 */
import type { Settings } from './protocol';

const isUrl = (name: string) => /^(https?|data|blob):/.test(name);
export const isRelative = (name: string) => /^\.{0,2}\//.test(name);

/** The kernel's own module. */
export const OWN_MODULE = 'tslab';

/** The module name at a position, perhaps unfinished: after `from`, `import` or `import(`. */
export function moduleAt(code: string, position: number): { text: string; start: number; end: number } | undefined {
  // Not after `Array.from(`, which is a call.
  const [, quote, text] = /(?<![.\w$])(?:from|import\s*\(?)\s*(['"])([^'"\n]*)$/.exec(code.slice(0, position)) ?? [];
  if (quote === undefined || text === undefined) return undefined;
  const [rest = ''] = code.slice(position).split('\n');
  return { text, start: position - text.length, end: position + Math.max(rest.indexOf(quote), 0) };
}

export const NODE_HINT = "It belongs to Node; a cell has a browser's names.";

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
  if (name.startsWith('node:')) throw new Error(`Cannot find module '${name}'. ${NODE_HINT}`);
  const known = Object.keys(modules).map((one) => `'${one}'`);
  const there = known.length > 0 ? `This page has ${known.join(', ')}.` : 'This page has none.';
  throw new Error(`Cannot find module '${name}'. ${there} A URL can be imported, too.`);
}
