/** Where the folder of the extension is made; what was there before is removed. */
export function buildKernel(options: { out: string }): Promise<void>;

export { buildDeclarations } from './declarations.mjs';
export { LANGUAGE_INFO } from './language.mjs';
