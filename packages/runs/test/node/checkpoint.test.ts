import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { newHistory } from '../../../../src/training/history';
import { arraysOf, forge } from '../../../../test/support/checkpoint';
import { temporaryFolder } from '../../../../test/support/data';
import { type Checkpoint, readCheckpoint, writeCheckpoint } from '../../node';

/** After two epochs of three batches and one batch more. */
function checkpoint(): Checkpoint {
  const numbers = (first: number) => Float32Array.from({ length: 7840 }, (_, i) => first / (i + 1));
  const v = numbers(0.3);
  v[7839] = Number.MIN_VALUE; // a float32 of 0, as Adam's may be
  v[7838] = 1.5e-45;
  return {
    run: { engine: { neuron: { tau: 3 } } },
    digest: 'of the data',
    saveFigures: false,
    history: {
      ...newHistory(),
      epoch: 2,
      epochs: 5,
      batch: 1,
      correct: 5,
      settings: { engine: { name: 'event', neuron: { tau: 3 } }, trainImages: 128, data: 7 },
      trainAccs: [1 / 3, 0, 0.1, 0.2, 1, 0.7, 0.9],
      losses: [0.1, 1 / 7, Number.MIN_VALUE, 0, 0.2, 0.3, 0.4],
      testAccs: [0.25, 0.125],
      maxTestAcc: 0.25,
      state: { weights: numbers(-0.1), m: numbers(0.2), v, step: 7 },
    },
    events: { file: 'events.out.tfevents.1.x', length: 1 },
  };
}

function written(content = checkpoint()): string {
  const file = join(temporaryFolder(), 'checkpoint', 'checkpoint.json');
  writeCheckpoint(file, content);
  return file;
}

describe('a checkpoint', () => {
  test('returns every bit of the history, the options and the place in the event file', () => {
    assert.deepEqual(readCheckpoint(written()), checkpoint());
  });

  test('of a run before its first batch is read back, too', () => {
    const fresh = { ...checkpoint(), history: newHistory() };
    assert.deepEqual(readCheckpoint(written(fresh)), fresh);
  });

  test('replaces the former one and leaves other files alone', () => {
    const file = written();
    writeFileSync(join(dirname(file), 'notes.bin'), 'keep');
    const next = checkpoint();
    next.history.losses[0] = 0.75;
    writeCheckpoint(file, next);
    assert.deepEqual(readCheckpoint(file), next);
    const { arrays } = JSON.parse(readFileSync(file, 'utf8'));
    assert.deepEqual(readdirSync(dirname(file)).sort(), [arrays.file, 'checkpoint.json', 'notes.bin'].sort());
  });

  test('that was cut off before its last step leaves the former one', () => {
    const file = written();
    const former = readFileSync(file);
    const next = checkpoint();
    next.history.losses[0] = 0.75;
    // A folder of that name is in the way of checkpoint.json, the last file to be written.
    rmSync(file);
    mkdirSync(file);
    assert.throws(() => writeCheckpoint(file, next), /checkpoint\.json: cannot be written/);
    rmSync(file, { recursive: true });
    writeFileSync(file, former);
    assert.deepEqual(readCheckpoint(file), checkpoint());
  });

  test('of six million batches is written and read', () => {
    const batches = 6_000_000;
    const content = checkpoint();
    content.history.epoch = 0;
    content.history.batch = batches;
    content.history.testAccs = [];
    content.history.maxTestAcc = 0;
    content.history.trainAccs = Array.from({ length: batches }, (_, i) => (i % 129) / 128);
    content.history.losses = Array.from({ length: batches }, (_, i) => 1 / (i + 1));
    (content.history.state as { step: number }).step = batches;
    const { history } = readCheckpoint(written(content));
    assert.equal(history.losses[batches - 1], 1 / batches);
    assert.equal(history.trainAccs.length, batches);
  });

  test('is not written once the weights are no longer finite: the former one stays', () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const file = written();
      const diverged = checkpoint();
      (diverged.history.state?.weights as Float32Array)[17] = value;
      assert.throws(() => writeCheckpoint(file, diverged), /weights are no longer finite/);
      assert.deepEqual(readCheckpoint(file), checkpoint());
    }
  });

  test('is not written if weights and batches are not of the same moment', () => {
    const other = checkpoint();
    other.history.trainAccs.push(0.5);
    assert.throws(() => written(other), /expected the state after 8 batches, found another/);
  });
});

describe('a checkpoint is refused in one line', () => {
  const damaged: [string, (file: string) => void, RegExp][] = [
    ['if there is none', (file) => rmSync(file), /expected a checkpoint to resume from, found none/],
    [
      'if it is cut',
      (file) => writeFileSync(file, readFileSync(file).subarray(0, 200)),
      /expected a whole checkpoint, found a damaged one/,
    ],
    [
      'if a number was changed',
      (file) => writeFileSync(file, readFileSync(file, 'utf8').replace('"correct": 5', '"correct": 6')),
      /found a damaged one \(its checksum differs\)/,
    ],
    ['if it is JSON of another kind', (file) => writeFileSync(file, 'null'), /a checkpoint, found other content/],
    ['if a later version wrote it', (file) => forge(file, { version: 5 }), /of version 4, found version 5; start/],
    ['if its arrays are missing', (file) => rmSync(arraysOf(file)), /\.bin: .* found a damaged one \(ENOENT/],
    [
      'if its arrays were changed',
      (file) => {
        const arrays = arraysOf(file);
        const bytes = readFileSync(arrays);
        bytes[100] ^= 1;
        writeFileSync(arrays, bytes);
      },
      /\.bin: expected a whole checkpoint, found a damaged one \(its checksum differs\)/,
    ],
    ['if it has more potentials than its arrays', (file) => forge(file, { 'arrays.potentials': 10 }), /a damaged one/],
  ];
  test('if it is missing, damaged, or of another program', () => {
    for (const [name, damage, message] of damaged) {
      const file = written();
      damage(file);
      assert.throws(() => readCheckpoint(file), message, name);
    }
  });

  const [weights, trainAccs] = [0, 94080];
  const lies: [string, Record<string, unknown>, ((bytes: Buffer) => unknown)?][] = [
    ['no run', { run: undefined }],
    ['a run that says its defaults', { 'run.engine.T': 100 }],
    ['a run that is none', { 'run.engine.T': '10' }],
    ['no digest', { digest: undefined }],
    ['figures that are neither there nor not', { saveFigures: null }],
    ['a history of no network', { 'history.settings.engine': null }],
    ['a history of layers that are none', { 'history.settings.engine.layers': [{ neurons: 0 }, {}] }],
    ['a history of other inputs', { 'history.settings.inputs': 20 }],
    ['a length that is an object', { 'arrays.weights': { valueOf: 1 } }],
    ['an epoch that is text', { 'history.epoch': '2' }],
    ['an epoch more than tests', { 'history.epoch': 3 }],
    ['more steps than can be counted', { 'history.step': 2 ** 31 }],
    ['no weights although batches are done', { 'arrays.weights': 0 }],
    ['fewer steps than batches', { 'history.step': 6 }],
    ['fewer losses than batches', { 'arrays.losses': 6 }],
    ['a length that is missing', { 'arrays.m': undefined }],
    ['half a potential', { 'arrays.potentials': 0.5 }],
    ['an event file elsewhere', { 'events.file': '../victim.txt' }],
    ['an event file of another kind', { 'events.file': 'v_t_array.npy' }],
    ['arrays elsewhere', { 'arrays.file': '../../etc/passwd' }],
    ['arrays without a checksum', { 'arrays.sha256': undefined }],
    ['a weight that is NaN', {}, (bytes) => bytes.writeFloatLE(Number.NaN, weights)],
    ['an accuracy above 1', {}, (bytes) => bytes.writeDoubleLE(1.5, trainAccs)],
  ];
  test('if its checksum is right, but it has what contradicts itself or leads elsewhere', () => {
    for (const [name, changes, change] of lies) {
      const file = written();
      forge(file, changes, change);
      assert.throws(() => readCheckpoint(file), /expected a checkpoint that fits what it says of itself, /, name);
    }
  });
});
