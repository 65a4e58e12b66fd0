/** Programs that tests start: Python of the project's own .venv, with numpy and TensorBoard as witnesses, and Node. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(__dirname, '..', '..');
export const PYTHON = join(
  root,
  '.venv',
  ...(process.platform === 'win32' ? ['Scripts', 'python.exe'] : ['bin', 'python']),
);

/** Runs a Python program in a folder; gives what it printed. */
export function python(program: string, cwd = root): string {
  const run = spawnSync(PYTHON, ['-c', program], { cwd, encoding: 'utf8' });
  if (run.status !== 0) throw new Error(run.error?.message ?? run.stderr);
  return run.stdout.trim();
}

/** The arguments with which Node runs a program that requires sources, as `npm test` runs the tests. */
export const FROM_SOURCES: readonly string[] = ['--require', join(root, 'tools', 'sources.cjs')];
