#!/usr/bin/env node
// The TypeScript kernel for JupyterLite as packages (`npm run kernel`): a wheel for pip and a tarball for npm, in
// build/kernel/. The same sources give the same bytes.
import { cpSync, mkdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { command } from '../../system/options.mjs';
import { runProgram } from '../../system/program.mjs';
import { filesUnder, readJson, remove, removeLeftOvers, root, writeJson } from '../../system/project.mjs';
import { npmCommand, run, succeeded } from '../../system/run.mjs';
import { buildKernel } from '../jupyterlite/build.mjs';
import { makeWheel } from './wheel.mjs';

const target = join(root, 'build', 'kernel');
const work = join(root, 'build', `kernel-${process.pid}`);
const packages = join(work, 'packages');
const source = join(work, 'source');

command('npm run kernel --', 'kernel')
  .description('Wheel and tarball of the TypeScript kernel, in build/kernel/.')
  .parse();

/** The package, with the addresses that are set in the project's package.json. */
function copySource() {
  cpSync(join(root, 'packages', 'typescript-kernel'), source, { recursive: true });
  const { homepage, repository, bugs } = readJson(join(root, 'package.json'));
  const path = join(source, 'package.json');
  writeJson(path, { ...readJson(path), homepage, repository, bugs });
}

async function main() {
  mkdirSync(packages, { recursive: true });
  removeLeftOvers('kernel');
  try {
    copySource();
    const extension = join(work, 'extension');
    await buildKernel({ out: extension });
    const { file, bytes } = makeWheel({ extension, source });
    writeFileSync(join(packages, file), bytes);
    const [npm, first] = npmCommand();
    const args = [...first, 'pack', '--silent', '--pack-destination', packages];
    succeeded(await run(npm, args, { cwd: source }), 'npm pack');
    remove(target);
    renameSync(packages, target);
  } finally {
    remove(work);
  }
  for (const name of filesUnder(target)) {
    console.log(`kernel: build/kernel/${name}, ${(statSync(join(target, name)).size / 1e6).toFixed(2)} MB`);
  }
}

await runProgram('kernel', main, { tidy: () => remove(work) });
