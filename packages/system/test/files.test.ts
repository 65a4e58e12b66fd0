import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { runInNewContext } from 'node:vm';
import { temporaryFolder } from '../../../test/support/data';
import { FROM_SOURCES } from '../../../test/support/python';
import { makeFolder, removeUnfinished, writeFileAtomic } from '../files';
import { codeOf } from '../processes';

const SOURCE = JSON.stringify(join(__dirname, '..', 'files'));

/** Runs a CommonJS program in a folder, with access to the TypeScript sources. */
function runProgram(program: string, folder: string, limits = '') {
  writeFileSync(join(folder, 'program.cjs'), program);
  const node = `"${process.execPath}" ${FROM_SOURCES.map((one) => `"${one}"`).join(' ')} program.cjs`;
  return spawnSync('bash', ['-c', `${limits} ${node}`], { cwd: folder, encoding: 'utf8' });
}

describe('a file', () => {
  test('is replaced by text, bytes, or bytes in parts', () => {
    const file = join(temporaryFolder(), 'file');
    for (const content of ['é 1', Buffer.from('é 1'), [Buffer.from('é'), Buffer.from(' '), Buffer.from('1')]]) {
      writeFileSync(file, 'a longer former content');
      writeFileAtomic(file, content);
      assert.equal(readFileSync(file, 'utf8'), 'é 1');
    }
  });

  test('is not replaced by what is neither text nor bytes; bytes of another realm are some', () => {
    const file = join(temporaryFolder(), 'file');
    const foreign: Uint8Array = runInNewContext('Uint8Array.of(104, 105)');
    for (const content of [foreign, [foreign]]) {
      writeFileAtomic(file, content);
      assert.equal(readFileSync(file, 'utf8'), 'hi');
    }
    for (const [content, found] of [
      [Float32Array.of(1), 'Float32Array'],
      [[1], 'Number'],
    ]) {
      assert.throws(() => writeFileAtomic(file, content as never), {
        name: 'RangeError',
        message: `${file}: expected bytes in a Uint8Array, found ${found}`,
      });
    }
    assert.equal(readFileSync(file, 'utf8'), 'hi');
  });

  test('stays as it was if the disk is full, and the error names file and reason', {
    skip: process.platform === 'win32' && 'ulimit is a Unix thing',
  }, () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'file'), 'former');
    const { stdout } = runProgram(
      `const { writeFileAtomic } = require(${SOURCE});
      try { writeFileAtomic('file', 'x'.repeat(1e6)); } catch (error) { console.log(error.message); }`,
      folder,
      'ulimit -f 100;',
    );
    assert.match(stdout, /^file: cannot be written \(EFBIG/);
    assert.equal(readFileSync(join(folder, 'file'), 'utf8'), 'former');
    assert.deepEqual(readdirSync(folder).sort(), ['file', 'program.cjs']);
  });

  test('that cannot be written is an error with the code of its cause', () => {
    const file = join(temporaryFolder(), 'none', 'file');
    assert.throws(
      () => writeFileAtomic(file, 'a'),
      (error) => codeOf(error) === 'ENOENT',
    );
    assert.throws(() => writeFileAtomic(join(file, 'a\nb'), 'a'), /^Error: .*a\ufffdb: cannot be written \(.*\)$/);
  });

  test('is for those alone whom the mode lets read', { skip: process.platform === 'win32' && 'Unix' }, () => {
    const file = join(temporaryFolder(), 'file');
    writeFileAtomic(file, 'secret', 0o600);
    assert.equal(statSync(file).mode & 0o777, 0o600);
  });
});

describe('what a killed process left unfinished', () => {
  const isOwn = (name: string) => name === 'v.npy';
  const { pid: dead } = spawnSync(process.execPath, ['-e', '']);

  test('is removed if it is one of our files', () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, `v.npy.${dead}.unfinished`), 'half');
    removeUnfinished(folder, isOwn);
    assert.deepEqual(readdirSync(folder), []);
  });

  test('stays if it is a user’s, a folder, or of a process that lives', () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, `v.npy.${dead}.unfinished`));
    mkdirSync(join(folder, 'thesis.unfinished'));
    for (const name of ['draft', `other.npy.${dead}`, `v.npy.${process.ppid}`, 'v.npy'])
      writeFileSync(join(folder, `${name}.unfinished`), 'mine');
    const before = readdirSync(folder);
    removeUnfinished(folder, isOwn);
    assert.deepEqual(readdirSync(folder), before);
    removeUnfinished(join(folder, 'none'), isOwn);
  });
});

test('a folder that cannot be made is said at once, also where Node’s own mkdir never returns', {
  skip: !existsSync('/proc/self') && 'there is no /proc',
}, () => {
  assert.throws(() => makeFolder('/proc/none'), /^Error: \/proc\/none: cannot be made \(ENOENT/);
});
