/** Where a notebook keeps its runs and files. */
import { basename, join, resolve } from 'node:path';
import { projectPath } from '../../system/files.cjs';

/**
 * The path of a run or a file, and what it is called: `build/NAME`, or in the folder that the environment variable
 * `LIF_FC_MNIST_RUNS` names.
 * @param name a bare one
 */
export function resolvePlace(name: string): { path: string; place: string } {
  const parent = resolve(process.env.LIF_FC_MNIST_RUNS || projectPath('build'));
  return { path: join(parent, name), place: `${basename(parent)}/${name}` };
}
