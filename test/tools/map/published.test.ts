/** The published table, workflow/map.csv: whole, and its short rows computed again. `--verify 10` takes any rows. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { test } from 'node:test';
import { MAP } from '../../support/map-command';
import { ended } from '../../support/notebooks';

test('The published table has the runs of the published grids, and its short ones come out the same to the byte', async () => {
  const child = spawn(process.execPath, [MAP, '--verify', 'all', '--grid', 'short'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const { status, lines } = await ended(child);
  assert.equal(status, 0, lines.join('\n'));
  assert.match(lines.at(-1) as string, /^\d+ rows computed again: every column is the same to the byte\.$/);
});
