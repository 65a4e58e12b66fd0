import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { before, describe, test } from 'node:test';
import { temporaryFolder } from '../../../test/support/notebooks';
import { smallClone } from '../../../test/support/small-clone';

const FULL = resolve(__dirname, '..', '..', '..', 'test', 'support', 'full-disk.cjs');
const SETUP = join('setup', 'setup.mjs');
const ROOM = 'expected room on the disk, found none: free some and run it again (set-up needs 3 GB, and 1 GB for ';

describe('set-up on a full disk', () => {
  const scratch = temporaryFolder('full');
  const clone = join(scratch, 'clone');
  before(() => {
    smallClone(clone);
  });

  /** Runs set-up where no file that matches takes another byte after some writes. */
  function setUp(places: string, writes: number, more: NodeJS.ProcessEnv = {}, preload = FULL, program = SETUP) {
    const disk = { FULL_DISK: places, FULL_DISK_AFTER: String(writes) };
    return spawnSync(process.execPath, ['--require', preload, join(clone, 'tools', program)], {
      encoding: 'utf8',
      cwd: tmpdir(),
      env: { ...process.env, LIF_FC_MNIST_BACKEND: 'wasm', ...disk, ...more },
    });
  }
  const lockOf = () => readdirSync(join(clone, 'build')).filter((name) => name.startsWith('setup.lock'));

  test('that has too little room for a new clone begins nothing, and says how much it needs', () => {
    const full = join(scratch, 'too-full.cjs');
    writeFileSync(full, "require('node:fs').statfsSync = () => ({ bavail: 1000, bsize: 2e5 });\n");
    const { status, stdout, stderr } = setUp('none', 0, {}, full);
    assert.equal(status, 1);
    assert.equal(stdout, '');
    assert.match(stderr, /^setup: the disk is too full: 0\.2 GB free in .*clone, 3\.0 GB needed; free some, or .*\n$/);
    assert.equal(existsSync(join(clone, 'build')), false);

    const peers = setUp('none', 0, { PEERS_PYTHON: '' }, full, join('peers', 'peers.mjs'));
    assert.match(
      peers.stderr,
      /^peers: the disk is too full: 0\.2 GB free in .*clone, \d\.0 GB needed; free some, or .*\n$/,
    );
    assert.equal(existsSync(join(clone, '.venv-peers')), false);
  });

  test('that has no room for its lock begins nothing, and says in one line what to do', () => {
    const { status, stdout, stderr } = setUp('setup\\.lock', 0);
    assert.equal(status, 1);
    assert.equal(stdout, '');
    assert.ok(stderr.startsWith(`setup: ${join(clone, 'build', 'setup.lock')}: cannot be written (ENOSPC: `), stderr);
    assert.ok(stderr.includes(`); ${ROOM}`), stderr);
    assert.match(stderr, /^.*\n$/);
    assert.deepEqual(lockOf(), []);
  });

  test('and with room but no network: help while it still tries, then one sentence and none of what npm says', () => {
    const npm = join(scratch, 'offline', 'npm-cli.js');
    mkdirSync(join(scratch, 'offline'));
    writeFileSync(npm, "console.error('npm error code ECONNREFUSED\\nnpm error network'); process.exitCode = 1;\n");
    const { status, stdout, stderr } = setUp('none', 0, { npm_execpath: npm });
    assert.equal(status, 1);
    assert.equal(
      stdout.match(/ {2}No network\? .* \(ECONNREFUSED\): connect this machine, or .*\n/g)?.length,
      1,
      stdout,
    );
    assert.match(stderr, /^setup: no network: .* \(ECONNREFUSED\); connect this machine, or .*environment\.md\n$/);
  });

  test('that is full once a step is done says which file it could not write, and leaves no lock', () => {
    rmSync(join(clone, 'node_modules'), { recursive: true, force: true });
    const { status, stderr } = setUp('packages\\.json', 0);
    assert.equal(status, 1);
    assert.match(stderr, /^setup: .*packages\.json: cannot be written \(ENOSPC: .*; expected room on the disk.*\n$/);
    assert.deepEqual(lockOf(), []);
  });
});
