/** Parameters by papermill, with the translator for TypeScript. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder, writeNotebook } from '../../../test/support/notebooks';
import { PYTHON } from '../../../test/support/python';

const root = resolve(__dirname, '..', '..', '..');
const folder = join(root, 'packages', 'notebook-runner', 'papermill');
const temporary = temporaryFolder('papermill');
const packages = join(temporary, 'packages');

const pip = ['-m', 'pip', 'install', '--quiet', '--require-hashes', '--no-deps', '--target', packages];
const installed = spawnSync(PYTHON, [...pip, '-r', join(folder, 'requirements.txt')], { encoding: 'utf8' });
const isOffline = /Connection|timed out|No matching distribution/.test(installed.stderr);
const skip = isOffline && 'pip cannot download papermill';
if (!isOffline) assert.equal(installed.status, 0, installed.stderr);

function papermill(...args: string[]) {
  return spawnSync(PYTHON, [join(folder, 'tslab_papermill.py'), ...args, '--no-progress-bar'], {
    cwd: temporary,
    encoding: 'utf8',
    env: { ...process.env, PYTHONPATH: packages },
  });
}

const input = join(temporary, 'in.ipynb');
writeNotebook(
  input,
  "let epochs: number = 1; // how many\nlet name = 'x';\nlet more: any = {};",
  'if (epochs > 5) throw new Error("too many: " + epochs);\nconsole.log(JSON.stringify([epochs + 1, name, more]));',
);
const notebook = JSON.parse(readFileSync(input, 'utf8'));
notebook.cells[0].metadata.tags = ['parameters'];
notebook.metadata.kernelspec = { name: 'tslab', display_name: 'TypeScript (tslab)', language: 'typescript' };
writeFileSync(input, JSON.stringify(notebook));

const VALUES = "{epochs: 3, name: 'a\"b\\nc', more: {list: [1.5, true, null, -2], 'a key': {}}}";

test('Parameters of every kind arrive in the notebook as they were given', { skip }, () => {
  const { status, stderr } = papermill('in.ipynb', 'out.ipynb', '-y', VALUES);
  assert.equal(status, 0, stderr);
  const { cells } = JSON.parse(readFileSync(join(temporary, 'out.ipynb'), 'utf8'));
  const printed = JSON.parse([cells.at(-1).outputs[0].text].flat().join(''));
  assert.deepEqual(printed, [4, 'a"b\\nc', { list: [1.5, true, null, -2], 'a key': {} }]);
  assert.doesNotMatch(stderr, /unknown parameter|does not support/);
});

test('A cell that fails because of a parameter fails papermill', { skip }, () => {
  const { status, stderr } = papermill('in.ipynb', 'failed.ipynb', '-p', 'epochs', '9');
  assert.equal(status, 1);
  assert.match(stderr, /PapermillExecutionError/);
});

test('The parameters of a notebook are listed with type and default', { skip }, () => {
  const { stdout } = papermill('--help-notebook', 'in.ipynb');
  assert.match(stdout, /epochs: number \(default 1\)\s+how many/);
});
