import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Learner } from '../../src/common/engine';
import type { Mnist } from '../../src/common/mnist';
import { checkBelongs, collectSettings, newHistory, type RunSettings } from '../../src/training/history';

const settings: RunSettings = { engine: 'event', T: 8, vReset: null };
const check = (former: RunSettings | null, now: RunSettings) =>
  checkBelongs({ ...newHistory(), settings: former }, now);

test('a history goes on with the settings it belongs to, an empty one with any', () => {
  check({ ...settings }, settings);
  check(null, settings);
});

test('a history that belongs to a run with other settings is refused, and told what differs', () => {
  const former = { ...settings, T: 100, vReset: 0 };
  const message =
    /^train: this history belongs to a run with T = 100, vReset = 0, but now T = 8, vReset = null\. Start/;
  assert.throws(() => check(former, settings), { name: 'RangeError', message });
});

test('a setting that only the history or only the run has is a difference', () => {
  const more = { ...settings, vMin: -1 };
  assert.throws(() => check(more, settings), /belongs to a run with vMin = -1, but now vMin = its default\. Start/);
  assert.throws(() => check(settings, more), /belongs to a run with vMin = its default, but now vMin = -1\. Start/);
});

test('a history names its first options always, and each later one only while it has not its default', () => {
  const data = { train: { count: 2, images: new Uint8Array(1568), labels: new Uint8Array(2) } } as unknown as Mnist;
  const first = { seed: 3, T: 8, batchSize: 2, learningRate: 0.1 };
  const collect = (later: object) =>
    collectSettings({ name: 'event', options: { data, ...first, threads: 2, ...later } } as unknown as Learner, 2);
  const written = { engine: 'event', ...first, trainImages: 2, data: 292984781 };
  assert.deepEqual(collect({ loss: 'mse', encoder: 'poisson', reset: true, hidden: undefined }), written);
  const changed = { loss: 'cross-entropy', reset: false, hidden: 5, later: 1 };
  assert.deepEqual(collect(changed), { ...written, ...changed });
});
