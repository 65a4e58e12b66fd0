/**
 * Asks the person at the page, in a line below the cell that runs. An interrupt ends the wait.
 * @example const name = await input('Your name? ');
 */
export declare function input(prompt?: string, options?: { password?: boolean }): Promise<string>;

declare global {
  /** As `input`: the answer is awaited, as a worker can stop no program for it. An empty one is `otherwise`. */
  function prompt(text?: string, otherwise?: string): Promise<string>;
}
