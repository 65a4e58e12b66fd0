/** The names that the cells of a notebook keep. */
import type { CellHost } from './compile';

export type Declared = Parameters<CellHost['declare']>[0];

function readName(get: () => unknown): { value: unknown } | undefined {
  try {
    return { value: get() };
  } catch {
    return undefined; // the cell has not come to its declaration
  }
}

export class Names {
  // Engines read what is inherited fast, however often it is declared again; a separate object becomes a slow table.
  private readonly store: Record<string, unknown> = Object.create(null);
  /** What cells read them from. */
  readonly all: Record<string, unknown> = Object.create(this.store);

  /**
   * Keeps what a cell has declared and come to; returns the other names.
   * @param hasFailed the cell, or it was interrupted
   */
  keep(declared: Declared, hasFailed: boolean): string[] {
    const lost: string[] = [];
    for (const [name, [get, set]] of Object.entries(declared)) {
      const reached = readName(get);
      // A `var` begins with its earlier value; a `let` without a value takes no earlier one away.
      if (!reached || (hasFailed && name in this.all && [undefined, this.all[name]].includes(reached.value))) {
        lost.push(name);
        continue;
      }
      const { value } = reached;
      const refuse = () => {
        throw new TypeError(`Assignment to constant variable '${name}'`);
      };
      // Of a constant only the value: the cell's other variables need not live as long as it does.
      const accessors = set ? { get, set } : { get: () => value, set: refuse };
      Object.defineProperty(this.store, name, { ...accessors, enumerable: true, configurable: true });
    }
    return lost;
  }
}
