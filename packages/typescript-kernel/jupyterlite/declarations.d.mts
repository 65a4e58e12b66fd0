/** What {@link buildDeclarations} takes. */
export interface DeclarationsOptions {
  /** The file to write. */
  out: string;
  /** The folder that paths in the file are relative to; that of the process by default. */
  root?: string;
  /** By the name that cells import: path of the module's `.d.ts`, or the name of a package that is installed for `root`. */
  modules: Record<string, string>;
  /** Paths of `.d.ts` that are always there, such as those of globals. */
  ambient?: string[];
  /** The package of TypeScript: that which `buildKernel` was given. */
  typescript?: string;
}

/** The declarations that the language service reads. */
export function makeDeclarations(
  options: Omit<DeclarationsOptions, 'out'>,
): import('./src/types/notebook').Declarations;

/** Writes the declarations that the language service reads; returns how many files went in, and the size in characters. */
export function buildDeclarations(options: DeclarationsOptions): { files: number; bytes: number };
