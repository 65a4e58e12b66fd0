import { join } from 'node:path';

/** The arguments with which Node runs a program that requires sources, as `npm test` runs the tests. */
export const FROM_SOURCES: readonly string[] = ['--require', join(__dirname, 'sources.cjs')];
