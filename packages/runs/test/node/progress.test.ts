/** What a learner's checks leave for the teacher on a hub. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { python } from '../../../../test/support/python';
import { recordProgress } from '../../node/progress';

const folder = mkdtempSync(join(tmpdir(), 'lif-progress-'));
after(() => {
  rmSync(folder, { recursive: true, force: true });
  delete process.env.LIF_FC_MNIST_PROGRESS;
});

describe("A learner's progress", () => {
  const file = join(folder, 'ana.jsonl');

  test('is not recorded unless the file is there, which is the learner’s consent', () => {
    delete process.env.LIF_FC_MNIST_PROGRESS;
    recordProgress('lif-charge', 'passed');
    process.env.LIF_FC_MNIST_PROGRESS = file;
    recordProgress('lif-charge', 'passed');
    assert.ok(!existsSync(file));
  });

  test('is a line per check, which the page of the room reads', () => {
    writeFileSync(file, '');
    process.env.LIF_FC_MNIST_PROGRESS = file;
    recordProgress('lif-fire', 'passed', new Date('2026-11-25T10:00:00Z'));
    recordProgress('lif-charge', 'todo');
    recordProgress('lif-charge', 'no-leak');
    assert.deepEqual(JSON.parse(readFileSync(file, 'utf8').split('\n')[0] as string), {
      at: '2026-11-25T10:00:00.000Z',
      exercise: 'lif-fire',
      result: 'passed',
    });
    const seen = python(`import sys
sys.path.insert(0, "editions/class/hub")
from pathlib import Path
from room.progress import read_progress
p = read_progress(Path(${JSON.stringify(file)}))
print(p.exercise, p.result, p.wrong, p.solved)`);
    assert.equal(seen, "lif-charge no-leak 1 {'lif-fire'}");
  });
});
