/** What both kernels say of a cell that has failed; the table of cells (semantics.test.ts) runs them side by side. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { describeFailure } from '../core/errors.cjs';

test('A cell that throws no error is reported by what it has thrown', () => {
  const { text, reply } = describeFailure(inspect, { code: 3 });
  assert.deepEqual([text, reply.ename, reply.evalue], ['Uncaught { code: 3 }', 'Error', '{ code: 3 }']);
  assert.equal(describeFailure(inspect, 'text').reply.evalue, "'text'");
});
