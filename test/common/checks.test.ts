/** What error messages say of a wrong argument; each argument's own test is beside what takes it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listChoices } from '../../src/common/checks';

test('a choice is listed as English has it', () => {
  assert.equal(listChoices(['atan']), 'atan');
  assert.equal(listChoices(['atan', 'sigmoid']), 'atan or sigmoid');
  assert.equal(listChoices(['atan', 'sigmoid', 'step']), 'atan, sigmoid or step');
});
