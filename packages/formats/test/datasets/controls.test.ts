/** Controls: what they keep, what they destroy, and that a network finds nothing where the time is gone. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createEngine } from '../../../../hosts/node/engines';
import type { SpikeTrains } from '../../../../src/common/spike-trains';
import { checkSpikeTrains } from '../../../../src/common/spike-trains';
import { train } from '../../../../src/training/train';
import { exchangeUnits, permuteSteps, randman, shuffleTimes } from '../../datasets';

const data = randman({ seed: 3, train: 600, test: 200 });
const sorted = (values: Uint16Array) => Array.from(values).sort((a, b) => a - b);
const sample = ({ times, starts }: SpikeTrains['train'], i: number) => times.subarray(starts[i], starts[i + 1]);

test('shuffled times are those of the split, and no longer those of the sample', () => {
  const control = shuffleTimes(data);
  checkSpikeTrains(control);
  for (const split of ['train', 'test'] as const) {
    assert.deepEqual(sorted(control[split].times), sorted(data[split].times));
    assert.deepEqual(control[split].units, data[split].units);
    const same = control[split].times.filter((time, i) => time === data[split].times[i]).length;
    assert.ok(same < 0.05 * data[split].times.length, `${same} times stayed`);
  }
});

test('what is no data set is refused before anything is done with it', () => {
  for (const control of [shuffleTimes, exchangeUnits, permuteSteps]) {
    for (const [wrong, message] of [
      [undefined, /^TypeError: data: expected spike trains, .* found undefined$/],
      [{ T: 1e9 }, /^RangeError: data\.units: expected a whole number from 1 to 4096, found undefined$/],
      [{ ...data, T: 1e9 }, /^RangeError: data\.T: expected a whole number from 1 to 10000, found 1000000000$/],
      [{ ...data, test: null }, /^TypeError: data\.test: expected spike trains, .* found none$/],
    ] as [SpikeTrains, RegExp][])
      assert.throws(() => control(wrong), message);
  }
});

test('exchanged units keep the times of each sample', () => {
  const control = exchangeUnits(data);
  checkSpikeTrains(control);
  for (let i = 0; i < data.train.count; i++) {
    assert.deepEqual(sorted(sample(control.train, i)), sorted(sample(data.train, i)));
  }
  assert.notDeepEqual(control.train.times, data.train.times);
});

test('one permutation of the steps is the same in all samples, and can be undone', () => {
  const control = permuteSteps(data);
  checkSpikeTrains(control);
  const step = new Map<number, number>();
  for (const split of ['train', 'test'] as const) {
    data[split].times.forEach((time, i) => {
      const to = control[split].times[i];
      assert.equal(step.get(time) ?? to, to);
      step.set(time, to);
    });
  }
  assert.equal(step.size, 100);
  assert.equal(new Set(step.values()).size, 100);
  const moved = [...step].filter(([from, to]) => from !== to).length;
  assert.ok(moved > 90, `${moved} of 100 steps moved`);
});

test('another seed changes other times, the data stay as they are, and a wrong seed is refused', () => {
  const before = data.train.times.slice();
  for (const control of [shuffleTimes, exchangeUnits, permuteSteps]) {
    assert.deepEqual(control(data, 1), control(data, 1));
    assert.notDeepEqual(control(data, 1), control(data, 2));
    assert.throws(
      () => control(data, -1),
      /^RangeError: seed: expected a whole number from 0 to 4294967295, found -1$/,
    );
  }
  assert.deepEqual(data.train.times, before);
});

test('where time is destroyed, a network that reads the same spikes finds at most 15 %', async () => {
  const whole = randman();
  const accuracy = async (data: SpikeTrains) => {
    const neuron = { tau: 20, decayInput: false, detachReset: true };
    const options = { data, hidden: 100, loss: 'cross-entropy-counts', learningRate: 5e-3, neuron } as const;
    const engine = await createEngine('event', options);
    const { testAccs } = await train({ engine, epochs: 4 });
    await engine.close();
    return testAccs[3];
  };
  assert.ok((await accuracy(whole)) > 0.8);
  assert.ok((await accuracy(shuffleTimes(whole))) <= 0.15);
  assert.ok((await accuracy(exchangeUnits(whole))) <= 0.15);
});
