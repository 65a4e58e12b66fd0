/** What the doctor says of a machine that lacks something, and of one that does not. */
import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { describe, test } from 'node:test';

type Check = import('../../doctor/doctor.cjs').Check;
const GB = 1e9;
const { CHECKS, machine }: typeof import('../../doctor/machine.cjs') = require('../../doctor/machine.cjs');
type Machine = typeof machine;

/** A machine that lacks nothing, whatever this one lacks. */
const WELL: Machine = {
  ...machine,
  env: {},
  windows: false,
  checkNode: () => undefined,
  findPython: () => ({ version: '3.13.5', executable: '/usr/bin/python3.13' }),
  findCompiler: () => '/usr/bin/c++',
  freeBytes: () => 40 * GB,
  memory: () => ({ total: 16 * GB, available: 9 * GB }),
  whyNotWritable: () => '',
  isSetUp: () => false,
};

const verdict = (name: keyof typeof CHECKS, differences: Partial<Machine>) => CHECKS[name]({ ...WELL, ...differences });

describe('A fault of the machine is named, with what to do', () => {
  const noPython = () => {
    throw new Error('Python 3.11 to 3.13 with venv is needed, none found: set PYTHON to one');
  };
  const cases: [string, keyof typeof CHECKS, Partial<Machine>, Check['status'], RegExp, RegExp][] = [
    [
      'a full disk before set-up',
      'disk',
      { freeBytes: () => 1.2 * GB },
      'fault',
      /^1\.2 GB free in .+, 3\.0 GB needed$/,
      /another disk/,
    ],
    [
      'a full disk after set-up',
      'disk',
      { isSetUp: () => true, freeBytes: () => 0.1 * GB },
      'fault',
      /^0\.1 GB free in .+, 0\.3 GB needed$/,
      /^free some/,
    ],
    [
      'a small disk for temporary files',
      'disk',
      { freeBytes: (folder) => (folder === tmpdir() ? 0.4 : 40) * GB },
      'fault',
      /^0\.4 GB free in .+, 1\.0 GB needed$/,
      /TMPDIR/,
    ],
    [
      'a folder that is read-only',
      'disk',
      { whyNotWritable: () => 'EROFS' },
      'fault',
      /cannot be written to \(EROFS\)$/,
      /another disk/,
    ],
    [
      'too little memory',
      'memory',
      { memory: () => ({ total: 2 * GB, available: 0.6 * GB }) },
      'fault',
      /^0\.6 GB of 2\.0 GB free, 1\.0 GB needed$/,
      /^close other programs, or use the browser edition$/,
    ],
    [
      'little memory',
      'memory',
      { memory: () => ({ total: 4 * GB, available: 1.5 * GB }) },
      'note',
      /^1\.5 GB of 4\.0 GB free$/,
      /close other programs/,
    ],
    [
      'no compiler',
      'compiler',
      { findCompiler: () => undefined },
      'note',
      /^no C\+\+ compiler found \(/,
      /^`(apt-get install g\+\+|xcode-select --install)`; without one, the slower WebAssembly/,
    ],
    [
      'no compiler where the native backend must be had',
      'compiler',
      { findCompiler: () => undefined, env: { LIF_FC_MNIST_BACKEND: 'native' } },
      'fault',
      /^no C\+\+ compiler found \(/,
      /leave LIF_FC_MNIST_BACKEND unset$/,
    ],
    ['no Python', 'Python', { findPython: noPython }, 'fault', /needed, none found$/, /^set PYTHON to one$/],
    [
      'no Python once .venv is complete',
      'Python',
      { findPython: noPython, isSetUp: () => true },
      'note',
      /none found; \.venv has its own$/,
      /^before the next set-up: set PYTHON to one$/,
    ],
    [
      'a Node newer than those tested',
      'Node',
      { checkNode: () => 'Node v27 is newer than the tested versions; trying it. If something fails, use Node 26.' },
      'note',
      /^Node v27 is newer than the tested versions$/,
      /^If something fails, use Node 26\.$/,
    ],
  ];
  for (const [title, name, differences, status, found, fix] of cases) {
    test(title, () => {
      const it = verdict(name, differences);
      assert.equal(it.status, status);
      assert.match(it.found, found);
      assert.match(it.fix ?? '', fix);
    });
  }

  test('and where nothing is wrong, every check says ok', () => {
    const names = Object.keys(CHECKS) as (keyof typeof CHECKS)[];
    for (const name of names)
      assert.deepEqual([name, verdict(name, {}).status, verdict(name, {}).fix], [name, 'ok', undefined]);
    assert.equal(verdict('compiler', { findCompiler: () => undefined, isSetUp: () => true }).status, 'ok');
  });
});
