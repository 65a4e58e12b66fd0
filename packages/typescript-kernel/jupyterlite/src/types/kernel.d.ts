/**
 * Asks the person at the page, in a line below the cell that runs. An interrupt ends the wait.
 * @example const name = await input('Your name? ');
 */
export declare function input(prompt?: string, options?: { password?: boolean }): Promise<string>;

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
