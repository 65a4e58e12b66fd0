/** Reads the file of `buildDeclarations`. */
import type { Declarations } from './notebook';

async function read(url: string): Promise<Declarations> {
  // A site that is built again keeps the file's name. The browser asks whether its copy is still good.
  const response = await fetch(url, { cache: 'no-cache' });
  if (!response.ok) throw new Error(`${response.status} ${response.statusText}`);
  const declarations = await response.json();
  if (typeof declarations?.files !== 'object') throw new Error('no file of buildDeclarations');
  return declarations;
}

/**
 * The first declarations that can be read, and a line about each file before it.
 * @param urls at least one
 * @throws if none can be read, about the last
 */
export async function readDeclarations(urls: string[]): Promise<{ declarations: Declarations; faults: string[] }> {
  const faults: string[] = [];
  for (const [i, url] of urls.entries()) {
    try {
      return { declarations: await read(url), faults };
    } catch (error) {
      const text = `${url}: ${(error as Error).message}`;
      if (i === urls.length - 1) throw new Error(text);
      faults.push(`declarations: ${text}; cells have only the types that the extension brings`);
    }
  }
  throw new Error('no declarations');
}
