/** The table: rows of runs, computed again and compared, and how damage is handled. No Snakemake is needed. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { createEngine, loadMnist } from '../../../../hosts/node/host';
import { program, root } from '../../../../packages/system/project';
import { inRuns, readTable, runMap, writeGrids } from '../../../../test/support/map';
import { temporaryFolder } from '../../../../test/support/notebooks';
import { COMMAND, readLayersModel } from '../../../../test/support/run';
import { runOf } from '../../plan';
import { doneRow, formatTable, parseTable } from '../../table';

const folder = temporaryFolder('table');
const DOCUMENT = { engine: { neuron: { tau: 3 }, T: 2 }, train: { epochs: 2 } };
const GRIDS = `grids: { a: ${JSON.stringify(DOCUMENT)} }`;
const grids = writeGrids(folder, GRIDS);
const table = inRuns(folder, 'mine.csv');
const { id } = runOf(DOCUMENT);
const file = inRuns(folder, 'runs', `${id}.json`);
let whole: string;

before(async () => {
  const plan = join(folder, 'plan.json');
  writeFileSync(plan, JSON.stringify({ runs: { [id]: { run: runOf(DOCUMENT).run } } }));
  const [node, args] = program('editions/map/run.ts', [file, plan]);
  execFileSync(node, args, { stdio: 'pipe' });
  const { status, lines } = await runMap(folder, '--config', grids);
  assert.equal(status, 0, lines.join('\n'));
  whole = readFileSync(table, 'utf8');
});

const verify = (...args: string[]) => runMap(folder, '--config', grids, '--verify', ...args);

describe('The table', () => {
  test('has a row per run: its id, its grid, its settings, what it reached, and the hash of its weights', () => {
    const [row, ...more] = readTable(folder);
    assert.deepEqual(more, []);
    const { 'engine.T': T, 'engine.neuron.tau': tau, 'train.epochs': epochs } = row;
    assert.deepEqual(
      [row.id, row.grid, T, tau, epochs, Object.keys(row).indexOf('acc_1')],
      [id, 'a', '2', '3', '2', 5],
    );
    assert.equal(row?.acc_2, row?.last);
    assert.equal(row?.acc_3, '');
    assert.ok(Number(row?.acc_1) > 0.5 && Number(row?.last) >= Number(row?.acc_1), JSON.stringify(row));
    const bytes = readFileSync(file.replace('.json', '.bin'));
    assert.equal(bytes.length, 784 * 10 * 4);
    const sum = execFileSync('sha256sum', { input: bytes, encoding: 'utf8' });
    assert.equal(row?.weights_sha256, sum.split(' ')[0]);
  });

  test('that is published is written again as it is', () => {
    const published = readFileSync(join(root, 'editions', 'map', 'map.csv'), 'utf8');
    assert.equal(formatTable(parseTable(published, 'map.csv')), published);
  });

  test('counts spikes and rows as the engine does for single images', async () => {
    const out = join(folder, 'a run');
    execFileSync(process.execPath, [COMMAND, '--tau', '3', '-T', '2', '-N', '2', '--log-dir', out], {
      stdio: 'pipe',
    });
    const { weights } = readLayersModel(join(out, 'lif_snn_mnist'));
    const engine = await createEngine('event', { data: await loadMnist(), T: 2, neuron: { tau: 3 } });
    const zeros = new Float32Array(weights.length);
    await engine.restore({ weights, m: zeros, v: zeros, step: 0 });
    let [output, input] = [0, 0];
    for (let index = 0; index < 10_000; index++) {
      const image = { split: 'test', epoch: 2, index } as const;
      const { spike } = await engine.trace(image);
      output += spike.reduce((sum, one) => sum + one, 0);
      input += (await engine.spikes(image)).reduce((sum, one) => sum + one, 0);
    }
    await engine.close();
    const [row] = readTable(folder);
    assert.deepEqual([Number(row?.output_spikes), Number(row?.input_spikes)], [output / 20_000, input / 20_000]);
  });

  test('is the same when its rows are computed again', async () => {
    const { status, lines } = await verify('7');
    assert.equal(status, 0, lines.join('\n'));
    assert.equal(lines.at(-1), '1 row computed again: every column is the same to the byte.');
  });

  describe('with one changed character', () => {
    after(() => writeFileSync(table, whole));
    test('is red, and the line names row and column', async () => {
      const changed = ['acc_1', 'best_epoch', 'output_spikes', 'rows_added', 'weights_sha256'];
      const [row] = readTable(folder);
      const other = (cell: string) => `${cell.slice(0, -1)}${cell.endsWith('1') ? '2' : '1'}`;
      const cells = Object.entries(row ?? {}).map(([name, cell]) => (changed.includes(name) ? other(cell) : cell));
      writeFileSync(table, `${whole.split('\n')[0]}\n${cells}\n`);
      const { status, lines } = await verify('all');
      assert.equal(status, 1);
      const expected = changed.map((column) => {
        const cell = row?.[column] as string;
        const found = `expected ${cell}, which was computed just now, found ${other(cell)}`;
        return `map: ${table}: row ${id}: ${column}: ${found}`;
      });
      assert.deepEqual(lines, ['Computing 1 row of 1 again.', ...expected, 'map: 1 row of 1 differs']);
    });

    test('in a setting is red at once: the id is that of other settings', async () => {
      writeFileSync(table, whole.replace(',2,3,2,', ',2,4,2,'));
      const { status, lines } = await verify('1');
      assert.equal(status, 1);
      assert.match(lines.join('\n'), new RegExp(`^map: .*: row ${id}: id: expected [0-9a-f]{12}, which its run gives`));
    });

    test('in its grid is red at once', async () => {
      writeFileSync(table, whole.replace(',a,', ',b,'));
      const { status, lines } = await verify('1');
      assert.deepEqual([status, lines], [1, [`map: ${table}: row ${id}: grid: expected a, found b`]]);
    });
  });

  test('that lacks a row of a grid is red at once', async () => {
    writeGrids(folder, `grids: { a: { ${JSON.stringify(DOCUMENT).slice(1, -1)}, engine.seed: [0, 1] } }`);
    const { status, lines } = await verify('all');
    writeGrids(folder, GRIDS);
    assert.deepEqual([status, lines], [1, [`map: ${table}: grid a: expected 2 rows, found 1`]]);
  });

  test('with a cell that no run could have is refused in a line that a terminal does not obey', async () => {
    writeFileSync(table, whole.replace(id, `\u001b[31m${id}`));
    const { status, lines } = await verify('all');
    writeFileSync(table, whole);
    assert.deepEqual([status, lines.length], [2, 1]);
    assert.match(lines[0] as string, /mine\.csv: line 2: id: expected 12 hexadecimal digits, found \ufffd\[31m/);
  });
});

describe('A row on the disk', () => {
  const done = () => {
    const damaged: string[] = [];
    const row = doneRow(inRuns(folder), runOf(DOCUMENT), (name) => damaged.push(name));
    return { row, damaged };
  };

  for (const [what, damage] of [
    ['has another digit', (text: string) => text.replace('"T": 2', '"T": 3')],
    ['ends in the middle', (text: string) => text.slice(0, 100)],
  ] as const) {
    test(`that ${what} is noticed, and removed: the run is done again`, () => {
      const text = readFileSync(file, 'utf8');
      const weights = readFileSync(file.replace('.json', '.bin'));
      assert.ok(done().row);
      writeFileSync(file, damage(text));
      assert.deepEqual(done(), { row: undefined, damaged: [file] });
      assert.ok(!existsSync(file));
      writeFileSync(file, text);
      writeFileSync(file.replace('.json', '.bin'), weights);
    });
  }

  test('does not count without its weights, or with others', () => {
    const text = readFileSync(file, 'utf8');
    const weights = readFileSync(file.replace('.json', '.bin'));
    weights[5] = (weights[5] as number) ^ 1;
    writeFileSync(file.replace('.json', '.bin'), weights);
    assert.deepEqual(done(), { row: undefined, damaged: [file] });
    writeFileSync(file, text);
    assert.deepEqual(done(), { row: undefined, damaged: [file] });
  });
});
