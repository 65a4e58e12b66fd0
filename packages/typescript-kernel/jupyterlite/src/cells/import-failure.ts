/**
 * Why a cell's import failed: engines name neither the module nor the cell, and their words differ, so the files are
 * looked at.
 */
import { type Node, Parser } from 'acorn';
import { isRelative, isUrl } from '../imports';

/** Files that are looked at. */
const FILES = 50;

/** The message for a module that did not load. The browser tells no script whether it was the network or the host. */
function loadFailure(name: string, url: string): Error {
  const from = url === name || name.length > 100 ? '' : ` from ${url}`;
  const what = `Cannot load '${name.length > 100 ? `${name.slice(0, 100)}…` : name}'${from}`;
  if (!isRelative(name))
    return new Error(`${what}: no network, no such file, or a host that lets no other site use it`);
  const ending = /\.\w+$/.test(name) ? '' : `; is the ending missing, '${name}.js'?`;
  return new Error(
    `${what}: no network, or no such file in the site as it was built (what is uploaded or made in a page is not there)${ending}`,
  );
}

/** The first name of another module that only a cell could import, in a file or in what it imports. */
async function bareName(url: string, seen: Set<string>): Promise<string | undefined> {
  if (seen.has(url) || seen.size >= FILES) return undefined;
  seen.add(url);
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${response.status}`);
  const { body } = Parser.parse(await response.text(), { ecmaVersion: 'latest', sourceType: 'module' });
  const named = (body as (Node & { source?: { value: unknown } | null })[]).flatMap(
    ({ source }) => source?.value ?? [],
  );
  const bare = named.find((name) => !isRelative(String(name)) && !isUrl(String(name)));
  if (bare !== undefined) return String(bare);
  for (const name of named) {
    const found = await bareName(new URL(String(name), url).href, seen);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A JSON file as a module; undefined if it cannot be read. Firefox 140 imports none in a worker. */
export async function jsonModule(url: string): Promise<Record<string, unknown> | undefined> {
  try {
    const response = await fetch(url);
    return response.ok ? { default: await response.json() } : undefined;
  } catch {
    return undefined;
  }
}

/**
 * What a cell's import throws instead of the engine's error.
 * @param name of the module, as in the cell, and the URL from which it was to come
 */
export async function importFailure(error: unknown, name: string, url: string): Promise<unknown> {
  // What the module itself has thrown has frames, and says more than we could.
  if (!(error instanceof Error) || /^ +at (?!cell \[)/m.test(error.stack ?? '')) return error;
  const place = `in '${name}' or a file that it imports`;
  if (error instanceof SyntaxError) return new SyntaxError(`${error.message}, ${place}`);
  if (!(error instanceof TypeError)) return error;
  try {
    const bare = await bareName(url, new Set());
    if (bare === undefined) return loadFailure(name, url);
    return new TypeError(
      `Cannot find module '${bare}', ${place}: only a cell can import by name; a file needs a URL, or a path such as './${bare}.js'`,
    );
  } catch {
    return loadFailure(name, url);
  }
}
