/**
 * The published table, editions/map/map.csv: whole, and short rows of it computed again. `--verify 10` takes any rows.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { MAP, runMap } from '../../../../test/support/map';
import { ended } from '../../../../test/support/notebooks';

/** Of the eight short rows one of the SNN, of the ANN and of Randman. */
const ROWS = '4ae944b2e4b3,4853f9ce4b2a,b687542526ab';
const TABLE = join(__dirname, '..', '..', '..', '..', 'editions', 'map', 'map.csv');

test('The published table has the runs of the published grids, and short ones come out the same to the byte', async () => {
  const child = spawn(process.execPath, [MAP, '--verify', ROWS, '--grid', 'short'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const { status, lines } = await ended(child);
  assert.equal(status, 0, lines.join('\n'));
  assert.match(lines.at(-1) as string, /^\d+ rows computed again: every column is the same to the byte\.$/);
});

test('--update computes no run whose row the published table has, and leaves a whole table as it is', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'map-'));
  try {
    const before = readFileSync(TABLE, 'utf8');
    const { status, lines } = await runMap(folder, '--update');
    assert.equal(status, 0, lines.join('\n'));
    assert.match(lines.join('\n'), /^\d+ runs done, 0 of them now, in .*\.\n.*\n.*map\.csv has these rows already\.$/);
    assert.equal(readFileSync(TABLE, 'utf8'), before);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
