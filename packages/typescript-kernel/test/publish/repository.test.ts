/** What the kernel needs to be a repository of its own; `npm run kernel -- --repository DIR` makes it, in a minute or two. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { filesUnder } from '../../../system/project.mjs';
import { root, source } from '../root';

const folder = mkdtempSync(join(tmpdir(), 'kernel-repository-'));
after(() => rmSync(folder, { recursive: true, force: true }));

describe('A repository of its own', () => {
  let parts: typeof import('../../publish/repository.mjs');
  before(async () => {
    parts = await import('../../publish/repository.mjs');
  });

  test('leaves behind and takes along only what there is, and each text that it changes is found once', () => {
    for (const path of parts.STAYS) assert.ok(existsSync(join(source, path)), path);
    for (const path of Object.keys(parts.COMES)) assert.ok(existsSync(join(root, path)), path);
    for (const [file, from] of parts.CHANGES) {
      const text = readFileSync(join(source, file), 'utf8');
      const found =
        typeof from === 'string' ? text.split(from).length - 1 : (text.match(new RegExp(from, 'g')) ?? []).length;
      assert.equal(found, 1, `${file}: ${from}`);
    }
  });

  test('imports nothing from outside of it', () => {
    const stays = (file: string) => parts.STAYS.some((path) => file === path || file.startsWith(`${path}/`));
    const files = filesUnder(source).map((file) => file.replaceAll('\\', '/'));
    for (const file of files.filter(
      (name) => /\.[cm]?[jt]s$/.test(name) && !/node_modules|labextension|^dist/.test(name),
    )) {
      if (stays(file)) continue;
      let text = readFileSync(join(source, file), 'utf8');
      for (const [changed, from, to] of parts.CHANGES) if (changed === file) text = text.replace(from, () => to);
      for (const [, target] of text.matchAll(/(?:from|import\(|require\() ?'(\.[^']+)'/g)) {
        const path = relative(source, resolve(source, dirname(file), target as string));
        assert.ok(!path.startsWith('..') && !stays(path.replaceAll('\\', '/')), `${file}: ${target}`);
      }
    }
  });

  test('is not made in a folder that has files, and one line says so', () => {
    writeFileSync(join(folder, 'mine.txt'), '');
    const program = [join(source, 'publish', 'kernel.mjs'), '--repository', folder];
    const { status, stderr } = spawnSync(process.execPath, program, { encoding: 'utf8' });
    const line = `kernel: --repository: expected an empty folder, found files in ${folder}\n`;
    assert.deepEqual([status, stderr], [2, line]);
  });
});
