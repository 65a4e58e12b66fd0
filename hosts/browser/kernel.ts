/** What the TypeScript kernel for JupyterLite offers to the modules that its cells import. */
import type { KernelInterface } from '../../packages/typescript-kernel/core/modules';

/** @throws Error outside of a notebook of the browser edition */
export function kernel(): KernelInterface {
  const found = (globalThis as Record<symbol, unknown>)[Symbol.for('jupyterlite-typescript-kernel')];
  if (!found) throw new Error('expected to run in a notebook of the browser edition, found no kernel of it');
  return found as KernelInterface;
}

/**
 * A file of this package's folder in the site.
 * @throws Error in one line that names the file
 */
export async function siteFile(path: string): Promise<Uint8Array<ArrayBuffer>> {
  const fail = (why: string) => new Error(`${path}: expected a file of this site, ${why}; are you online?`);
  const response = await fetch(new URL(`lif-fc-mnist/${path}`, kernel().siteUrl)).catch((error: Error) => {
    throw fail(`cannot load it (${error.message})`);
  });
  if (!response.ok) throw fail(`found none (${response.status})`);
  return new Uint8Array(await response.arrayBuffer());
}
