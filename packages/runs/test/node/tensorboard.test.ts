import assert from 'node:assert/strict';
import { appendFileSync, existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { temporaryFolder } from '../../../../test/support/data';
import { scalars } from '../../../../test/support/run';
import { SummaryWriter } from '../../node';

function close(writer: SummaryWriter): void {
  writer.flush();
  writer.discard();
}

describe('TensorBoard files', () => {
  test('are read by TensorBoard’s own reader', () => {
    const folder = join(temporaryFolder(), 'logs');
    const writer = new SummaryWriter(folder);
    for (let step = 0; step < 300; step++) writer.addScalar('train_batch_accuracy', step / 512, step);
    writer.addScalar('test_accuracy', 0.5, 0);
    close(writer);
    const read = scalars(folder);
    assert.deepEqual(
      read.train_batch_accuracy,
      Array.from({ length: 300 }, (_, step) => [step, step / 512]),
    );
    assert.deepEqual(read.test_accuracy, [[0, 0.5]]);
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
    close(second);
    assert.deepEqual(scalars(folder), {
      a: [
        [0, 1],
        [1, 3],
      ],
    });
    assert.equal(readdirSync(folder).length, 1);
  });

  test('are there from the first flush on', () => {
    const folder = temporaryFolder();
    const writer = new SummaryWriter(folder);
    writer.addScalar('a', 1, 0);
    assert.deepEqual(readdirSync(folder), []);
    const { file } = writer.flush();
    assert.deepEqual(readdirSync(folder), [file]);
    writer.discard();
  });
});

describe('an earlier position', () => {
  test('in a link is not followed: a new file is begun', {
    skip: process.platform === 'win32' && 'links need rights on Windows',
  }, () => {
    const folder = temporaryFolder();
    const victim = join(temporaryFolder(), 'victim.txt');
    writeFileSync(victim, 'precious');
    symlinkSync(victim, join(folder, 'events.out.tfevents.1.x'));
    const writer = new SummaryWriter(folder, { file: 'events.out.tfevents.1.x', length: 3 });
    close(writer);
    assert.ok(!writer.continues);
    assert.equal(readFileSync(victim, 'utf8'), 'precious');
  });

  test('in a file that is missing or shorter begins a new file', () => {
    const [missing, short] = ['events.out.tfevents.1.missing', 'events.out.tfevents.1.short'];
    for (const file of [missing, short]) {
      const folder = temporaryFolder();
      writeFileSync(join(folder, short), 'x');
      const writer = new SummaryWriter(folder, { file, length: 3 });
      close(writer);
      assert.ok(!writer.continues && existsSync(writer.file));
      assert.equal(readFileSync(join(folder, short), 'utf8'), 'x');
    }
  });
});
