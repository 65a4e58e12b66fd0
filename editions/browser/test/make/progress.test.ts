/** What the first page of the browser edition says of a chapter that was begun. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { progressOf } from '../../page/progress';

const answer = (...printed: string[]) => ({
  metadata: { exercise: { role: 'answer' } },
  outputs: printed.map((text) => ({ text })),
});

test('A copy says how many of its exercises passed, by what their cells printed', () => {
  const task = { metadata: { exercise: { role: 'task' } } };
  assert.equal(progressOf([]), 'begun');
  assert.equal(progressOf([task, answer(), answer('○ lif-fire: Not attempted yet.\n')]), 'begun');
  assert.equal(
    progressOf([answer('a line\n✔ lif-charge: Right.\n'), answer('✘ lif-fire: Not yet ✔\n'), task]),
    'begun, 1 of 2 exercises passed',
  );
  assert.equal(progressOf([answer('✔ lif-charge: Right.\n')]), 'all exercises passed');
});
