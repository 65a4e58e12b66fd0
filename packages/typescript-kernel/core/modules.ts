// The interface that modules imported by cells find at `globalThis[Symbol.for('jupyterlite-typescript-kernel')]`.

/** An output of a cell: data by MIME type, as in a Jupyter message. */
export interface Bundle {
  data: Record<string, unknown>;
  metadata?: Record<string, unknown>;
}

export interface Display {
  /** Shows an output below the cell. With an id it can be updated later. */
  display(bundle: Bundle, displayId?: string): void;
  /** Updates the output with this id. */
  updateDisplay(bundle: Bundle, displayId: string): void;
}

export interface KernelInterface extends Display {
  /** Called first on an interrupt; then the cell has 3 s to end. Returns a function that unregisters. */
  onInterrupt(listener: () => void): () => void;
  /** The site's base URL, with a slash at its end. */
  siteUrl: string;
  /** The running cell: a new object for each execution. */
  cell(): { count: number } | undefined;
}
