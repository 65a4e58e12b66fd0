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

export { buildDeclarations } from './declarations.mjs';
export { LANGUAGE_INFO } from './language.mjs';
