/** The page of C in the chapter "On a chip", compiled. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { numbered } from '../../packages/system/project';

const root = resolve(__dirname, '..', '..');

/**
 * Compiles it in a folder; gives what runs it on a network and spikes [T, inputs], both bytes: what it prints, or how
 * it fails.
 */
export function chipIn(folder: string) {
  const program = join(folder, process.platform === 'win32' ? 'chip.exe' : 'chip');
  const notebook = JSON.parse(readFileSync(join(root, 'notebooks', `${numbered('on-a-chip')}.ipynb`), 'utf8'));
  const text = notebook.cells.map(({ source }: { source: string[] }) => source.join('')).join('\n');
  const [, code] = /```c\n([\s\S]*?)```/.exec(text) ?? assert.fail('expected a block of C in the chapter');
  writeFileSync(join(folder, 'chip.c'), code as string);
  // On Windows set CC to a compiler with the options of cc, such as clang or gcc of MSYS2.
  const compiler = process.env.CC || 'cc';
  execFileSync(compiler, ['-std=c99', '-Wall', '-Wextra', '-Werror', '-O2', '-o', program, join(folder, 'chip.c')]);
  return (bytes: Uint8Array, spikes: Uint8Array): { printed: number[]; failure: string; status: number | null } => {
    const files = ['network', 'spikes'].map((name) => join(folder, name));
    writeFileSync(files[0], bytes);
    writeFileSync(files[1], spikes);
    const { stdout, stderr, status } = spawnSync(program, files, { encoding: 'utf8' });
    return { printed: [...stdout.replace(/\s/g, '')].map(Number), failure: stderr.trim(), status };
  };
}
