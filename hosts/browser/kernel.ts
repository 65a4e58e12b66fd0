/** What the TypeScript kernel for JupyterLite offers to the modules that its cells import. */

/** Data by MIME type, as Jupyter's messages have it. */
export interface Bundle {
  data: Record<string, unknown>;
  metadata?: Record<string, unknown>;
}

export interface Kernel {
  /** Puts an output below the cell that runs; with an id it can be updated. */
  display(bundle: Bundle, displayId?: string): void;
  /** Replaces the output that was displayed with this id. */
  updateDisplay(bundle: Bundle, displayId: string): void;
  /** Calls the listener when the reader interrupts the kernel; returns what ends that. */
  onInterrupt(listener: () => void): () => void;
  /** Where the site is, with a slash at its end. */
  siteUrl: string;
  /** The cell that runs now: another object each time. */
  cell(): object | undefined;
}

/** @throws Error outside of a notebook of the browser edition */
export function kernel(): Kernel {
  const found = (globalThis as Record<symbol, unknown>)[Symbol.for('jupyterlite-typescript-kernel')];
  if (!found) throw new Error('expected to run in a notebook of the browser edition, found no kernel of it');
  return found as Kernel;
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
