import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe as group, test } from 'node:test';
import { FROM_SOURCES } from '../../../test/support/python';
import { describe } from '../program';
import { UserError } from '../project';

const SPACE_NEEDED =
  /expected room on the disk, found none: free some and run it again \(set-up needs 3 GB, and 1 GB for .*\)$/;

group('an error that ends a program', () => {
  test('is one line if a person can do something about it', () => {
    const withCode = (message: string, code: string) => Object.assign(new Error(message), { code });
    for (const [error, ending] of [
      [new UserError('expected this, found that: do so'), /^expected this, found that: do so$/],
      [withCode("ENOSPC: no space left on device, mkdir 'a'", 'ENOSPC'), SPACE_NEEDED],
      [withCode("EDQUOT: disk quota exceeded, open 'a'", 'EDQUOT'), SPACE_NEEDED],
      [new Error('a: cannot be written (ENOSPC: no space left on device, write)'), SPACE_NEEDED],
      [
        withCode("EROFS: read-only file system, open 'a'", 'EROFS'),
        /, open 'a'; expected a place that can be written, /,
      ],
      [
        new Error('a: cannot be written', { cause: withCode('EACCES', 'EACCES') }),
        /^a: cannot be written; expected a pl/,
      ],
    ] as const) {
      assert.match(describe(error) ?? '', ending);
      assert.doesNotMatch(describe(error) ?? '', /\n/);
    }
  });

  test('says what to do about a full disk below the lines of the program that met it', () => {
    const pip = new UserError(
      "`pip install` failed (exit 1):\n    ERROR: OSError: [Errno 28] No space left on device: 'a'",
    );
    const lines = describe(pip)?.split('\n') ?? [];
    assert.deepEqual(lines.slice(0, 2), pip.message.split('\n'));
    assert.match(lines[2], SPACE_NEEDED);
    assert.equal(lines.length, 3);
  });

  test('shows no name in a way that a terminal would take for more than a name', () => {
    const name = 'a\u001b[31m\u202eb\u0007 👩\u200d🔬.csv';
    assert.equal(
      describe(new UserError(`${name}: no\n    more`)),
      'a\ufffd[31m\ufffdb\ufffd 👩\u200d🔬.csv: no\n    more',
    );
  });

  test('keeps its stack if nobody expected it', () => {
    assert.match(describe(new TypeError('x is undefined')) ?? '', /^TypeError: x is undefined\n +at /);
    assert.match(describe(Object.assign(new Error('ENOENT: a'), { code: 'ENOENT' })) ?? '', /^Error: ENOENT: a\n +at /);
    assert.equal(describe('a text'), 'a text');
  });
});

test('A program says in one line that Ctrl-C ended it, also where the terminal ends what it waits for first', {
  skip: process.platform === 'win32' && 'process groups are a Unix thing',
}, async () => {
  const program = `const { runProgram } = require(${JSON.stringify(join(__dirname, '..', 'program'))});
    const work = async () => {
      console.log('works');
      require('node:child_process').execFileSync('sleep', ['20']);
    };
    const tidy = () => { throw new Error('ENOTEMPTY: directory not empty, rmdir a'); };
    runProgram('a', work, { interrupted: 'interrupted', tidy });`;
  const child = spawn(process.execPath, [...FROM_SOURCES, '-e', program], { detached: true });
  let said = '';
  child.stderr.on('data', (text) => {
    said += text;
  });
  child.stdout.once('data', () => setTimeout(() => process.kill(-(child.pid as number), 'SIGINT'), 300));
  const [status] = await once(child, 'close');
  assert.equal(status, 130, said);
  assert.match(said, /^a: interrupted\na: Error: ENOTEMPTY/);
});
