/** Settings of a run: one table for grids, the command line and the columns. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import { parseArguments } from '../../../../hosts/node/cli/arguments';
import { OPTIONS } from '../../../../hosts/node/cli/options';
import { SETTING_NAMES } from '../../../../packages/runs/map/settings';
import * as settings from '../../settings';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

describe('The settings of a run', () => {
  test('are the options of the command line that change what is computed, and the epochs', () => {
    const kept = OPTIONS.filter(({ keptOnResume }) => keptOnResume).map(({ name }) => name as string);
    // There is a column for each but two: rows are those of the event engine, which trains no norm.
    const wanted = [...kept.filter((name) => name !== 'engine' && name !== 'norm'), 'epochs'];
    assert.deepEqual([...SETTING_NAMES].sort(), wanted.sort());
  });

  test('as a command line, mean the same run again, whatever they are', () => {
    for (const given of [
      { tau: 3, T: 20, seed: 7, epochs: 2 },
      { surrogate: 'sigmoid', alpha: 3, detach_reset: true },
      { decay_input: false, soft_reset: true, reset: false },
      { encoder: 'direct', loss: 'cross-entropy', train_images: 50000 },
      { network: 'ann', loss: 'mse', learning_rate: '1e-2' },
      { delay: 12, learn_delay: true },
      { hidden: 48, beta: 0.2, tau_adapt: 50 },
      { dataset: 'rows', T: 28, hidden: 100, recurrent: true, train_images: 50000 },
      { convolve: '12_24', gain: '6_12_1', shift: 1, schedule: 'cosine', encoder: 'direct', T: 4 },
    ]) {
      const run = settings.runOf(given);
      assert.deepEqual(settings.runOfOptions(run.options), run);
      assert.deepEqual(settings.runOfRow(run.columns), run);
      assert.ok(parseArguments(run.options), run.options.join(' '));
    }
  });

  test('are one run, however they are written', () => {
    const [run, ...others] = [
      { tau: 3 },
      { tau: '3.0', T: 100 },
      { tau: 3, surrogate: 'atan', alpha: 2, reset: true, hidden: 0 },
      { epochs: 100, network: 'snn', tau: '3e0' },
    ].map((given) => settings.runOf(given));
    for (const other of others) assert.deepEqual(other, run);
  });

  test('give a run its id: the hash of those that have not their default', () => {
    assert.equal(settings.runOf({}).id, sha256('{}').slice(0, 12));
    assert.equal(settings.runOf({ seed: 1, tau: 3 }).id, sha256('{"tau":3,"seed":1}').slice(0, 12));
    assert.equal(settings.runOf({ T: 20, hidden: 96 }).id, sha256('{"hidden":96,"T":20}').slice(0, 12));
    // Each surrogate has its own alpha.
    assert.equal(settings.runOf({ surrogate: 'sigmoid', alpha: 4 }).id, sha256('{"surrogate":"sigmoid"}').slice(0, 12));
  });
});
