import assert from 'node:assert/strict';
import { appendFileSync, existsSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, test } from 'node:test';
import { temporaryFolder } from '../../../../test/support/data';
import { scalars } from '../../../../test/support/run';
import { addCurves, SummaryWriter } from '../../node';
import { writeCurves } from '../../node/tensorboard';

describe('TensorBoard files', () => {
  test('are read by TensorBoard’s own reader', () => {
    const folder = join(temporaryFolder(), 'logs');
    const writer = new SummaryWriter(folder);
    for (let step = 0; step < 300; step++) writer.addScalar('train_batch_accuracy', step / 512, step);
    writer.addScalar('test_accuracy', 0.5, 0);
    writer.close();
    const read = scalars(folder);
    assert.deepEqual(
      read.train_batch_accuracy,
      Array.from({ length: 300 }, (_, step) => [step, step / 512]),
    );
    assert.deepEqual(read.test_accuracy, [[0, 0.5]]);
  });

  test('are whole if so much is added that it does not wait in memory', () => {
    const folder = temporaryFolder();
    const writer = new SummaryWriter(folder);
    addCurves(writer, { trainAccs: new Float64Array(30_000).fill(0.25), testAccs: [0.5] });
    writer.close();
    assert.deepEqual(
      scalars(folder).train_batch_accuracy.map(([step]) => step),
      Array.from({ length: 30_000 }, (_, step) => step),
    );
  });

  test('can be written in one piece for a training that has ended', () => {
    const folder = temporaryFolder();
    writeCurves(join(folder, 'events.out.tfevents.0.x'), { trainAccs: [0.25, 0.5], testAccs: [0.75] });
    const train = [
      [0, 0.25],
      [1, 0.5],
    ];
    assert.deepEqual(scalars(folder), { train_batch_accuracy: train, test_accuracy: [[0, 0.75]] });
  });

  test('hold no step twice when a writer continues after a kill', () => {
    const folder = temporaryFolder();
    const first = new SummaryWriter(folder);
    first.addScalar('a', 1, 0);
    const saved = first.flush();
    first.addScalar('a', 2, 1);
    first.flush();
    appendFileSync(first.file, 'half a rec');
    const second = new SummaryWriter(folder, saved);
    assert.ok(second.continues);
    second.addScalar('a', 3, 1);
    second.close();
    assert.deepEqual(scalars(folder), {
      a: [
        [0, 1],
        [1, 3],
      ],
    });
    assert.equal(readdirSync(folder).length, 1);
  });

  test('of two writers that begin in the same second are two', () => {
    const folder = temporaryFolder();
    const writers = [1, 2, 3].map(() => new SummaryWriter(folder));
    for (const [i, writer] of writers.entries()) writer.addScalar(`curve ${i}`, i, 0);
    for (const writer of writers) writer.close();
    assert.equal(new Set(writers.map(({ file }) => file)).size, 3);
    assert.deepEqual(scalars(folder), { 'curve 0': [[0, 0]], 'curve 1': [[0, 1]], 'curve 2': [[0, 2]] });
  });

  test('that were never flushed are not left behind, nor is what came after the last flush', () => {
    const folder = temporaryFolder();
    // More than a writer buffers: it writes before it is asked to.
    const addMany = (writer: SummaryWriter) => {
      for (let step = 0; step < 30_000; step++) writer.addScalar('a', 1, step);
    };
    const writer = new SummaryWriter(folder);
    addMany(writer);
    writer.discard();
    assert.deepEqual(readdirSync(folder), []);
    const other = new SummaryWriter(folder);
    const { length } = other.flush();
    addMany(other);
    other.discard();
    assert.equal(statSync(other.file).size, length);
  });
});

describe('an earlier position', () => {
  const cases: [string, { file: string; length: number }][] = [
    ['outside the folder', { file: '../victim.txt', length: 3 }],
    ['outside the folder under an event file’s name', { file: 'events.out.tfevents.1/../../victim.txt', length: 3 }],
    ['in a file of another kind', { file: 'v_t_array.npy', length: 3 }],
    ['before the beginning', { file: 'events.out.tfevents.1.x', length: -1 }],
    ['that is no number', { file: 'events.out.tfevents.1.x', length: '3' as unknown as number }],
  ];
  for (const [name, position] of cases) {
    test(`${name} is refused, and nothing is cut`, () => {
      const parent = temporaryFolder();
      const folder = join(parent, 'logs');
      new SummaryWriter(folder).close();
      for (const victim of [join(parent, 'victim.txt'), join(folder, 'v_t_array.npy')])
        writeFileSync(victim, 'precious');
      assert.throws(
        () => new SummaryWriter(folder, position),
        /expected the bare name of an events\.out\.tfevents file/,
      );
      assert.equal(readFileSync(join(parent, 'victim.txt'), 'utf8'), 'precious');
      assert.equal(readFileSync(join(folder, 'v_t_array.npy'), 'utf8'), 'precious');
    });
  }

  test('in a link is not followed: a new file is begun', {
    skip: process.platform === 'win32' && 'links need rights on Windows',
  }, () => {
    const folder = temporaryFolder();
    const victim = join(temporaryFolder(), 'victim.txt');
    writeFileSync(victim, 'precious');
    symlinkSync(victim, join(folder, 'events.out.tfevents.1.x'));
    const writer = new SummaryWriter(folder, { file: 'events.out.tfevents.1.x', length: 3 });
    writer.close();
    assert.ok(!writer.continues);
    assert.equal(readFileSync(victim, 'utf8'), 'precious');
  });

  test('in a file that is missing or shorter begins a new file', () => {
    const folder = temporaryFolder();
    const missing = new SummaryWriter(folder, { file: 'events.out.tfevents.1.x', length: 3 });
    missing.close();
    const shorter = new SummaryWriter(folder, { file: basename(missing.file), length: 1e6 });
    shorter.close();
    assert.deepEqual([missing.continues, shorter.continues], [false, false]);
    assert.ok(existsSync(missing.file) && missing.file !== shorter.file);
  });
});
