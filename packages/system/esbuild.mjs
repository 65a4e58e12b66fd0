// esbuild with what all our bundles have in common.
import { build } from 'esbuild';
import { root, UserError } from './project.mjs';

/**
 * Bundles. Paths count from the root of the project.
 * @param {import('esbuild').BuildOptions} options
 * @throws {UserError} with esbuild's first error, in one line
 */
export async function bundle(options) {
  try {
    return await build({
      absWorkingDir: root,
      bundle: true,
      minify: true,
      target: 'es2022',
      charset: 'utf8',
      logLevel: 'silent',
      ...options,
    });
  } catch (error) {
    const [first] = /** @type {Partial<import('esbuild').BuildFailure>} */ (error).errors ?? [];
    if (!first) throw error;
    const where = first.location ? `${first.location.file}:${first.location.line}: ` : '';
    throw new UserError(`${where}${first.text}`);
  }
}
