/** `npm run map` with Snakemake: a small grid, stopped and killed on its way. */
import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { inRuns, ownerOf, readTable, runMap, startMap, writeGrids } from '../../../../test/support/map';
import { ended, temporaryFolder } from '../../../../test/support/notebooks';

const scratch = temporaryFolder('map');

/** A folder with a grid of four runs of about two seconds each. */
function newFolder(name: string): { folder: string; start: (...args: string[]) => ChildProcess } {
  const folder = join(scratch, name);
  mkdirSync(folder);
  const grids = writeGrids(
    folder,
    'grids: { four: { engine: { neuron.tau: [1.5, 3], seed: [0, 1], T: 10 }, train.epochs: 4 } }',
  );
  return { folder, start: (...args) => startMap(folder, '--config', grids, ...args) };
}

const rowsIn = (folder: string) => {
  try {
    return readdirSync(inRuns(folder, 'runs')).filter((name) => name.endsWith('.json'));
  } catch {
    return [];
  }
};

/** Resolves when something is so, while the map is still under way. */
async function until(child: ChildProcess, isSo: () => boolean): Promise<void> {
  while (!isSo()) {
    assert.equal(child.exitCode, null, 'the map ended too soon');
    await new Promise((done) => setTimeout(done, 20));
  }
}

/**
 * Which file each row is. A row that is written again is another one; its time tells nothing, since Snakemake changes
 * that.
 */
const files = (folder: string) =>
  new Map(rowsIn(folder).map((name) => [name, statSync(inRuns(folder, 'runs', name)).ino]));

describe('A map', { concurrency: 1 }, () => {
  const { folder, start } = newFolder('a map');
  let table: string;

  test('computes the runs of a grid, refuses a second one in its folder meanwhile, and ends with its table', async () => {
    const child = start();
    const first = ended(child);
    await until(child, () => ownerOf(folder) !== undefined);
    const owner = ownerOf(folder);
    const second = await ended(start());
    assert.deepEqual(
      [second.status, second.lines],
      [1, [`map: expected no other map in runs here, found one (process ${owner}); wait for it, or stop it`]],
    );
    const { status, lines } = await first;
    assert.equal(status, 0, lines.join('\n'));
    assert.match(lines.at(-1) as string, /^The table: runs here[/\\]mine\.csv \(4 rows: four\)$/);
    table = readFileSync(inRuns(folder, 'mine.csv'), 'utf8');
    assert.deepEqual(
      readTable(folder).map((row) => [row['engine.neuron.tau'], row['engine.seed']]),
      [
        ['1.5', ''],
        ['1.5', '1'],
        ['3', ''],
        ['3', '1'],
      ],
    );
    assert.equal(new Set(readTable(folder).map((row) => row.weights_sha256)).size, 4);
  });

  test('computes nothing again that is there', async () => {
    const before = files(folder);
    const { status, lines } = await ended(start());
    assert.equal(status, 0);
    assert.match(lines[0] as string, /^4 runs done, 0 of them now/);
    assert.deepEqual(files(folder), before);
  });

  for (const [what, signal, status, line] of [
    ['killed in the middle', 'SIGKILL', null, undefined],
    ['stopped by Ctrl-C', 'SIGINT', 130, 'map: stopped; the same command continues with what is missing'],
  ] as const) {
    test(`that was ${what} goes on with what is missing`, async () => {
      const { folder: other, start: again } = newFolder(what);
      const child = again();
      const first = ended(child);
      await until(child, () => rowsIn(other).length > 0);
      child.kill(signal);
      const stopped = await first;
      assert.equal(stopped.status, status);
      if (line) assert.ok(stopped.lines.includes(line), stopped.lines.join('\n'));
      const before = files(other);
      const { status: end, lines } = await ended(again());
      assert.equal(end, 0, lines.join('\n'));
      assert.equal(readFileSync(inRuns(other, 'mine.csv'), 'utf8'), table);
      for (const [name, file] of before) assert.equal(files(other).get(name), file, name);
    });
  }

  test('says in one line which run failed and why, and computes the others', async () => {
    const other = join(scratch, 'fails');
    mkdirSync(other);
    const file = writeGrids(
      other,
      'grids: { two: { data: yin-yang, engine: { batchSize: [50000, 60000], T: 2 }, train: { epochs: 1 } } }',
    );
    const { status, lines } = await runMap(other, '--config', file);
    assert.equal(status, 1);
    assert.match(
      lines.at(-1) as string,
      /^map: 2 of 2 runs failed; the first: .*: expected at least one batch of 50000 [a-z]+, found \d+/,
    );
  });

  test('hands all further options on to Snakemake, and says in one line what that does not know', async () => {
    const trial = await ended(start('--dry-run', '--forceall'));
    assert.equal(trial.status, 0);
    assert.ok(
      trial.lines.some((line) => /^run +4$/.test(line)),
      trial.lines.join('\n'),
    );
    const { status, lines } = await ended(start('--forceal-l'));
    assert.deepEqual([status, lines], [1, ['map: Snakemake says: unrecognized arguments: --forceal-l']]);
  });
});
