// esbuild with the options that all our bundles share.
import type { BuildFailure, BuildOptions } from 'esbuild';
import { build } from 'esbuild';
import { root, UserError } from '../../packages/system/project';

/**
 * Bundles. Paths are relative to the root of the project.
 * @throws UserError with esbuild's first error, in one line
 */
export async function bundle(options: BuildOptions) {
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
    const [first] = (error as Partial<BuildFailure>).errors ?? [];
    if (!first) throw error;
    const where = first.location ? `${first.location.file}:${first.location.line}: ` : '';
    throw new UserError(`${where}${first.text}`);
  }
}
