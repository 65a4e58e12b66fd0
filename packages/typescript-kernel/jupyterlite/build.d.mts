/** What {@link buildKernel} takes. */
export interface KernelOptions {
  /** The folder to make; what was there before is removed. */
  out: string;
  /** The package of TypeScript that checks cells: `typescript` by default. */
  typescript?: string;
  /** Whether the types of the language and of a worker come with the extension: true by default. */
  library?: boolean;
}

/** Writes the extension. */
export function buildKernel(options: KernelOptions): Promise<void>;

/** What {@link buildDeclarations} takes. */
export interface DeclarationsOptions {
  /** The file to write. */
  out: string;
  /** The folder that paths in the file are relative to; that of the process by default. */
  root?: string;
  /** By the name that cells import: path of the module's `.d.ts`, or the name of a package that is installed for `root`. */
  modules: Record<string, string>;
  /** The package of TypeScript: that which `buildKernel` was given. */
  typescript?: string;
}

/** The declarations that the language service reads. */
export function makeDeclarations(
  options: Omit<DeclarationsOptions, 'out'>,
): import('./src/types/notebook').Declarations;

/** Writes the declarations that the language service reads; returns how many files went in, and the size in characters. */
export function buildDeclarations(options: DeclarationsOptions): { files: number; bytes: number };

export { LANGUAGE_INFO } from './language.mjs';
