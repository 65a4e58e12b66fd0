/**
 * The published table, editions/map/map.csv: whole, short rows of it computed again, and the rates that its grid of
 * rates chose. `--verify 10` takes any rows.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Choice, parseMap } from '../../../../packages/runs/map';
import { NAMES } from '../../../../packages/runs/shorthands';
import { chapterNames, program, root } from '../../../../packages/system/project';
import { runMap } from '../../../../test/support/map';
import { ended, temporaryFolder } from '../../../../test/support/notebooks';
import { comparisonFaults, readComparisons } from '../../compare';
import { PUBLISHED, readMapFile } from '../../grids';
import { parseTable } from '../../table';

/** Of the eight short rows one of the SNN, of the ANN and of Randman. */
const ROWS = '7de62113d06b,df1cc56be439,77c74ac80400';
const folder = temporaryFolder('published');
const TABLE = join(root, 'editions', 'map', 'map.csv');

test('The published table has the runs of the published grids, and short ones come out the same to the byte', async () => {
  const child = spawn(...program('editions/map/map.ts', ['--verify', ROWS, '--grid', 'short']), {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const { status, lines } = await ended(child);
  assert.equal(status, 0, lines.join('\n'));
  assert.match(lines.at(-1) as string, /^\d+ rows computed again: every column is the same to the byte\.$/);
});

test('--update computes no run whose row the published table has, and leaves a whole table as it is', async () => {
  const before = readFileSync(TABLE, 'utf8');
  const { status, lines } = await runMap(folder, '--update');
  assert.equal(status, 0, lines.join('\n'));
  assert.match(lines.join('\n'), /^\d+ runs done, 0 of them now, in .*\.\n.*\n.*map\.csv has these rows already\.$/);
  assert.equal(readFileSync(TABLE, 'utf8'), before);
});

test('Each published comparison was tuned alike on both sides, and tells the order that its interval carries', () => {
  const { grids, comparisons } = readMapFile(PUBLISHED);
  const table = parseTable(readFileSync(TABLE, 'utf8'), TABLE);
  assert.deepEqual(comparisonFaults(comparisons, grids, table, readComparisons()), []);
});

/** The grid of rates: each network that a text compares has a learning rate of its own, chosen by images held back. */
const map = parseMap(readFileSync(TABLE, 'utf8'));
const rates = map.where({ grid: 'rates' });
/** What tells networks of the grid apart; one is trained with several rates, seeds, and for some epochs. */
const OF_NETWORK = NAMES.filter((name) => !['learningRate', 'seed', 'trainImages'].includes(name));
const networks = rates.by(...OF_NETWORK.filter((name) => rates.varied.includes(name)));
/** Accuracies of images held back that lie closer than this are level: five of 10,000 images. */
const LEVEL = 0.0005;

/** Rates that a chapter's cells say themselves, for networks of the grid. */
const SAID: { chapter: string; code: string; rate: number; network: Choice }[] = [
  {
    chapter: 'a-hidden-layer',
    code: 'settings = { data, T: 20, learningRate: 2e-3 }',
    rate: 2e-3,
    network: { hidden: 0, T: 20, epochs: 5 },
  },
  {
    chapter: 'a-hidden-layer',
    code: '...settings, learningRate: 4e-3, hidden: 96, history, epochs: 5, heldBack: 10_000',
    rate: 4e-3,
    network: { hidden: 96, T: 20, epochs: 5 },
  },
];

test('Each network has at least four rates and three seeds each, and the best of its rates is none of the outermost', () => {
  assert.ok(networks.length >= 15, `${networks.length} networks`);
  for (const { runs, ...network } of networks) {
    const all = runs.values('learningRate');
    const { learningRate } = runs.best('learningRate');
    const what = `${JSON.stringify(network)}: ${learningRate} of ${all.join(', ')}`;
    assert.ok(all.length >= 4 && all.indexOf(learningRate) > 0 && learningRate !== all.at(-1), what);
    for (const group of runs.by('learningRate')) assert.ok(group.runs.values('seed').length >= 3, what);
  }
});

test('The runs that are compared in few steps have the rates that are best there', () => {
  for (const { T, runs } of map.where({ grid: 'few-steps' }).by('T')) {
    const best = rates.where({ hidden: 96, encoder: 'direct', T }).best('learningRate');
    assert.deepEqual(runs.values('learningRate'), [best.learningRate], `T = ${T}`);
  }
});

test('The rates that cells of chapters say themselves are as good as the best of their network', () => {
  for (const { chapter, code, rate, network } of SAID) {
    const name = chapterNames().find((file) => file.endsWith(`-${chapter}.ipynb`)) as string;
    const notebook = readFileSync(join(root, 'notebooks', name), 'utf8');
    assert.ok(notebook.includes(code), `${name} no longer says "${code}": is ${rate} still its rate?`);
    const runs = rates.where(network);
    const of = (learningRate: number) => runs.where({ learningRate }).mean('heldBack').mean;
    const best = runs.best('learningRate');
    assert.ok(of(best.learningRate) - of(rate) <= LEVEL, `${name}: ${rate}, but ${best.learningRate} reads more`);
  }
});
