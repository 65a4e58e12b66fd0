/** The Python packages of this clone for another folder, without installing them again. */
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(__dirname, '..', '..');

/** Makes FOLDER/.venv out of links to what this clone has, as set-up there would make it; the kernel is not in it. */
export function linkVenv(folder: string): void {
  const [from, to] = [join(root, '.venv'), join(folder, '.venv')];
  const link = (...path: string[]) => symlinkSync(join(from, ...path), join(to, ...path));
  mkdirSync(join(to, 'share', 'jupyter', 'kernels'), { recursive: true });
  for (const entry of readdirSync(from)) if (entry !== 'share' && entry !== '.setup.json') link(entry);
  for (const entry of readdirSync(join(from, 'share'))) if (entry !== 'jupyter') link('share', entry);
  for (const entry of readdirSync(join(from, 'share', 'jupyter'))) {
    if (entry !== 'kernels') link('share', 'jupyter', entry);
  }
  for (const entry of readdirSync(join(from, 'share', 'jupyter', 'kernels'))) {
    if (entry !== 'tslab') link('share', 'jupyter', 'kernels', entry);
  }
  const stamp = JSON.parse(readFileSync(join(from, '.setup.json'), 'utf8'));
  writeFileSync(join(to, '.setup.json'), JSON.stringify({ ...stamp, path: to }));
}
