import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkBelongs, newHistory, type RunSettings } from '../../src/training/history';

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
