// What a module that a cell imports finds in its worker, under `Symbol.for('jupyterlite-typescript-kernel')`.

/** What is shown below a cell: data by MIME type, as in a Jupyter message. */
export interface Bundle {
  data: Record<string, unknown>;
  metadata?: Record<string, unknown>;
}

export interface Display {
  /** Shows something below the cell. With an id it can be changed later. */
  display(bundle: Bundle, displayId?: string): void;
  /** Changes what was shown under an id. */
  updateDisplay(bundle: Bundle, displayId: string): void;
}

export interface KernelInterface extends Display {
  /** Called first on an interrupt; then the cell has 3 s to end. Returns a function that unregisters. */
  onInterrupt(listener: () => void): () => void;
  /** The site's base URL, with a slash at its end. */
  siteUrl: string;
  /** The cell that runs now: another object each time. */
  cell(): { count: number } | undefined;
}
