/** Shows rich content below a cell. */
export interface Display {
  javascript(code: string): void;
  html(html: string): void;
  markdown(markdown: string): void;
  latex(latex: string): void;
  svg(svg: string): void;
  png(bytes: Uint8Array): void;
  jpeg(bytes: Uint8Array): void;
  gif(bytes: Uint8Array): void;
  pdf(bytes: Uint8Array): void;
  text(text: string): void;
  /** Shows content of any MIME type: an object where that is JSON. */
  raw(contentType: string, content: string | Uint8Array | object): void;
}

/** Adds an output each time. */
export declare const display: Display;

/** Starts an output that is replaced in place. */
export declare function newDisplay(): Display;

declare global {
  /**
   * Asks the user in a line below the running cell. The answer has to be awaited, since a worker cannot block for it. An
   * empty one becomes `otherwise`; an interrupt ends the wait.
   */
  function prompt(text?: string, otherwise?: string): Promise<string>;
}
