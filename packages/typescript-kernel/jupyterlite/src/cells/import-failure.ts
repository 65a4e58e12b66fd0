/** Errors of a cell's imports: engines name neither the module nor the cell, and word them differently. */
import { isRelative } from '../imports';

/** The error for a module that did not load. Browsers do not tell scripts whether the network or the host failed. */
function loadFailure(name: string, url: string): Error {
  const from = url === name || name.length > 100 ? '' : ` from ${url}`;
  const what = `Cannot load '${name.length > 100 ? `${name.slice(0, 100)}…` : name}'${from}`;
  if (!isRelative(name))
    return new Error(`${what}: no network, no such file, or a host that lets no other site use it`);
  const ending = /\.\w+$/.test(name) ? '' : `; is the ending missing, '${name}.js'?`;
  return new Error(
    `${what}: no network, no such file in the site as it was built (what is uploaded or made in a page is not there), or one that imports a module by its name, as only a cell can${ending}`,
  );
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
 * The error that a cell's import throws instead of the engine's.
 * @param name of the module, as in the cell
 * @param url from which it was loaded
 */
export function importFailure(error: unknown, name: string, url: string): unknown {
  // An error that the module itself threw has frames, and says more than we could.
  if (!(error instanceof Error) || /^ +at (?!cell \[)/m.test(error.stack ?? '')) return error;
  if (error instanceof SyntaxError) return new SyntaxError(`${error.message}, in '${name}' or a file that it imports`);
  return error instanceof TypeError ? loadFailure(name, url) : error;
}
