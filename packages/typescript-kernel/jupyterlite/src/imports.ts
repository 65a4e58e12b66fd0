/** What a cell may import, and from where: the cells' worker loads it, and the types let it pass without declarations. */
import type { Modules } from './protocol';

/** Where modules come from, as the site's settings have it. */
export interface ImportSettings {
  /** Absolute URLs of modules by name. */
  modules: Modules;
  /** Where other names come from: a URL with `{name}` in it, or to which the name is added. Undefined: nowhere. */
  cdn?: string | undefined;
}

const isUrl = (name: string) => /^(https?|data|blob):/.test(name);
const isRelative = (name: string) => /^\.{0,2}\//.test(name);

/** Whether something can be there under a name of which nobody has declared the types. */
export const canBeUntyped = (name: string, hasCdn: boolean): boolean => isUrl(name) || isRelative(name) || hasCdn;

/**
 * The URL of what a cell imports.
 * @param folder URL of the notebook's folder in the files of the site, with a slash at its end
 * @throws one line that says what can be imported
 */
export function urlOf(name: string, { modules, cdn }: ImportSettings, folder: string): string {
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
  if (cdn !== undefined) return cdn.includes('{name}') ? cdn.replaceAll('{name}', name) : cdn + name;
  const known = Object.keys(modules).map((one) => `'${one}'`);
  const there = known.length > 0 ? `This page has ${known.join(', ')}.` : 'This page has none.';
  throw new Error(`Cannot find module '${name}'. ${there} A URL can be imported, too.`);
}

/** What is said of a module that did not load. The browser tells no script whether it was the network or the host. */
export const loadFailure = (name: string, url: string): string => {
  const from = url === name || name.length > 100 ? '' : ` from ${url}`;
  return `Cannot load '${name.length > 100 ? `${name.slice(0, 100)}…` : name}'${from}: no network, no such file, or a host that lets no other site use it`;
};
