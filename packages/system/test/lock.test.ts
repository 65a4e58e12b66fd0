import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { temporaryFolder } from '../../../test/support/data';
import { FROM_SOURCES } from '../../../test/support/python';
import { makeFolder } from '../files';
import { assertUnlocked, LOCK_NAME, lockFolder, ownerOf, waitForLock } from '../lock';

const FULL_DISK = join(__dirname, '..', '..', '..', 'test', 'support', 'full-disk.cjs');

/** A folder with the lock of a process that has these properties; the rest is as a living process would write it. */
function lockedBy(owner: object): string {
  const folder = temporaryFolder();
  const lock = lockFolder(folder);
  const mine = JSON.parse(readFileSync(join(folder, LOCK_NAME), 'utf8'));
  lock.release();
  writeFileSync(join(folder, LOCK_NAME), JSON.stringify({ ...mine, ...owner }));
  return folder;
}

describe('a locked folder', () => {
  test('is refused to everybody in one line that names the process, and is free again after it', () => {
    const folder = temporaryFolder();
    const lock = lockFolder(folder);
    const message = new RegExp(`: another run writes here \\(process ${process.pid}, since \\d{4}-.* UTC\\); wait`);
    assert.throws(() => lockFolder(folder), message);
    assert.throws(() => assertUnlocked(folder), message);
    lock.release();
    assertUnlocked(folder);
    lockFolder(folder).release();
    assert.deepEqual(readdirSync(folder), []);
  });

  test('is free again when its process has ended in any way but a kill', () => {
    const folder = temporaryFolder();
    const source = join(__dirname, '..', 'lock');
    const program = `require(${JSON.stringify(source)}).lockFolder(${JSON.stringify(folder)}); throw new Error('failed')`;
    const { stderr } = spawnSync(process.execPath, [...FROM_SOURCES, '-e', program], { encoding: 'utf8' });
    assert.match(stderr, /Error: failed/);
    assert.deepEqual(readdirSync(folder), []);
  });

  test('of a process that is gone is taken over', () => {
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    lockFolder(lockedBy({ pid })).release();
  });

  test('of a process whose number now belongs to another is taken over', {
    skip: process.platform === 'win32' && 'Windows does not tell quickly when a process was started',
  }, () => {
    lockFolder(lockedBy({ born: 'another time' })).release();
    lockFolder(lockedBy({ pid: process.ppid, born: 'another time' })).release();
  });

  test('of a process that lives, but of which nobody knows when it was started, is refused with a way out', () => {
    const folder = lockedBy({ born: undefined });
    assert.throws(() => lockFolder(folder), /if process \d+ is another program, remove .*lif_fc_mnist\.lock$/);
  });

  test('of another machine is refused with a way out, for nobody here knows whether that run has ended', () => {
    const folder = lockedBy({ host: `not-${hostname()}` });
    const message = /process \d+ on the machine not-.*, since .*; if it has ended, remove .*lif_fc_mnist\.lock$/;
    assert.throws(() => lockFolder(folder), message);
    assert.ok(existsSync(join(folder, LOCK_NAME)));
  });

  test('by something that is no lock is refused', () => {
    const folder = temporaryFolder();
    const file = join(folder, LOCK_NAME);
    writeFileSync(file, 'hello');
    assert.throws(() => lockFolder(folder), /another run may write here; if there is none, remove .*lock$/);
    writeFileSync(file, 'x'.repeat(1e6));
    assert.throws(
      () => lockFolder(folder),
      /lock: cannot be read \(expected at most 4096 bytes, found 1000000\); if no run/,
    );
  });

  test('by a link that leads nowhere or round in a circle is refused, and not waited for', {
    skip: process.platform === 'win32' && 'links need rights on Windows',
  }, () => {
    const folder = join(temporaryFolder(), 'a');
    symlinkSync(folder, folder);
    assertUnlocked(folder);
    assert.throws(() => makeFolder(folder), /^Error: .*a: cannot be made \(/);
    for (const to of ['nowhere', LOCK_NAME]) {
      const other = temporaryFolder();
      symlinkSync(to, join(other, LOCK_NAME));
      assert.throws(() => lockFolder(other), /cannot be made, although there is none; remove what is there$/);
    }
  });

  test('that a full disk did not take is none, also on a file system without links', () => {
    const folder = temporaryFolder();
    const noLinks = join(folder, 'no-links.cjs');
    writeFileSync(noLinks, "require('node:fs').linkSync = () => { throw new Error('EPERM'); };\n");
    const source = JSON.stringify(join(__dirname, '..', 'lock'));
    const program = `try { require(${source}).lockFolder('.'); } catch (error) { console.log(error.message); }`;
    const { stdout } = spawnSync(
      process.execPath,
      [...FROM_SOURCES, '--require', FULL_DISK, '--require', noLinks, '-e', program],
      {
        cwd: folder,
        encoding: 'utf8',
        env: { ...process.env, FULL_DISK: 'mnist\\.lock' },
      },
    );
    assert.match(stdout, /^lif_fc_mnist\.lock: cannot be written \(ENOSPC: no space left on device, write\)\n$/);
    assert.deepEqual(readdirSync(folder), ['no-links.cjs']);
  });

  test('is not freed by a process that has lost its lock', () => {
    const folder = temporaryFolder();
    const lock = lockFolder(folder);
    const other = JSON.stringify({ host: 'elsewhere', pid: 1, since: 'now' });
    writeFileSync(join(folder, LOCK_NAME), other);
    lock.release();
    assert.equal(readFileSync(join(folder, LOCK_NAME), 'utf8'), other);
  });
});

describe('a lock that is waited for', () => {
  test('is taken over when its owner is killed, and each goes where it was made', async () => {
    const folder = temporaryFolder();
    const [first, second] = [join(folder, 'deep', 'first.lock'), join(folder, 'second.lock')];
    const source = JSON.stringify(join(__dirname, '..', 'lock'));
    const program = `require(${source}).waitForLock(${JSON.stringify(first)}, 'set-up', () => {}).then(() => {
      console.log('locked');
      setInterval(() => {}, 1000);
    });`;
    const child = spawn(process.execPath, [...FROM_SOURCES, '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await new Promise((done) => child.stdout.once('data', done));
    const waitedFor: unknown[] = [];
    const lock = await waitForLock(first, 'set-up', (pid) => {
      waitedFor.push(pid);
      child.kill('SIGKILL');
    });
    assert.deepEqual(waitedFor, [child.pid]);
    assert.equal(ownerOf(readFileSync(first, 'utf8'))?.pid, process.pid);
    lock.release();
    const other = await waitForLock(second, 'set-up', () => assert.fail('it was free'));
    assert.deepEqual([existsSync(first), existsSync(second)], [false, true]);
    other.release();
    assert.equal(existsSync(second), false);
  });

  test('is not waited for if its owner is on another machine', async () => {
    const file = join(lockedBy({ host: `not-${hostname()}` }), LOCK_NAME);
    await assert.rejects(
      waitForLock(file, 'set-up', () => assert.fail('it waits')),
      /another set-up writes here \(process \d+ on the machine not-.*\); if it has ended, remove .*lock$/,
    );
  });
});
