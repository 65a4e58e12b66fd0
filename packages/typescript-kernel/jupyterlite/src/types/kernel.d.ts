// biome-ignore-all lint/suspicious/noExplicitAny: as of JSON.parse, the cell knows what it gets.
/**
 * Asks the person at the page, in a line below the cell that runs. An interrupt ends the wait.
 * @example const name = await input('Your name? ');
 */
export declare function input(prompt?: string, options?: { password?: boolean }): Promise<string>;

/** A channel to what runs in the page. It carries JSON, with bytes alongside. */
export interface Comm {
  readonly id: string;
  readonly target: string;
  send(data?: unknown, buffers?: ArrayBufferView[]): void;
  close(data?: unknown): void;
  /** Takes what the page sends, replacing any earlier listener. */
  onMessage(listener: (data: any, buffers: ArrayBuffer[]) => void): void;
  /** Is called when the page has closed it. */
  onClose(listener: (data: any, buffers: ArrayBuffer[]) => void): void;
}

/** Opens a channel to what the page has registered under a name, such as an extension of JupyterLab. */
export declare function openComm(
  target: string,
  options?: { data?: unknown; metadata?: object; buffers?: ArrayBufferView[] },
): Comm;

/** Takes the channels that the page opens under a name, replacing any earlier listener. */
export declare function onComm(target: string, listener: (comm: Comm, data: any, buffers: ArrayBuffer[]) => void): void;

declare global {
  /** As `input`: the answer is awaited, as a worker can stop no program for it. An empty one is `otherwise`. */
  function prompt(text?: string, otherwise?: string): Promise<string>;

  /**
   * Rich content, as in Deno. Any object with a method `[Symbol.for('Jupyter.display')]` says itself how it is shown.
   */
  namespace Jupyter {
    /**
     * Shows a value below the cell. `raw`: it is data by MIME type; `update`: it takes the place of what has the id.
     */
    function display(value: unknown, options?: { raw?: boolean; update?: boolean; display_id?: string }): Promise<void>;
    /** Shows HTML where it is the last line of a cell, or by `Jupyter.display`. */
    function html(strings: TemplateStringsArray, ...values: unknown[]): object;
    /** The same for Markdown. */
    function md(strings: TemplateStringsArray, ...values: unknown[]): object;
    /** The same for SVG. */
    function svg(strings: TemplateStringsArray, ...values: unknown[]): object;
  }
}
