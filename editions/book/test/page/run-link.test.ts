/** Links that carry a run: each run of the map comes back as it was, and nothing else is believed. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { parseMap, SETTING_NAMES } from '../../../../packages/runs/map';
import { isRun, readRun, settingsOf, writeRun } from '../../train/link';
import type { EpochEnd } from '../../train/protocol';
import { comesBy, verdictOn } from '../../train/words';

const file = join(__dirname, '..', '..', '..', 'map', 'map.csv');
const { rows } = parseMap(readFileSync(file, 'utf8'));

describe('A link to a run', () => {
  test('carries each run of the map, and what came of it', () => {
    for (const row of rows) {
      const claim = { test: row.last, sha256: row.weightsSha256 };
      const hash = writeRun(row, claim);
      assert.ok(isRun(hash) && hash.length < 400, hash);
      const settings = Object.fromEntries(SETTING_NAMES.map((name) => [name, row[name]]));
      assert.deepEqual(readRun(hash), { settings, claim });
    }
  });

  test('says nothing of what is as by default, and needs no claim', () => {
    assert.equal(writeRun(settingsOf(new URLSearchParams())), '#run=1&epochs=100');
    assert.equal(readRun('#run=1&surrogate=sigmoid').settings.alpha, 4, "the surrogate's own alpha");
    assert.equal(readRun('#run=1&epochs=3').claim, undefined);
  });

  test('holds if the weights and the accuracy are those of the training, and the verdict says what is not', () => {
    const [claim, other] = ['ab', 'cd'].map((sha256) => ({ test: 0.9, sha256: sha256.repeat(32) }));
    const verdict = (testAcc: number, { sha256 }: typeof claim) => verdictOn(claim, { testAcc, sha256 } as EpochEnd);
    const same = "all weights have the link's SHA-256, and 90.00 % of the test images are right";
    assert.deepEqual(verdict(0.9, claim), { holds: true, text: `The same bytes: trained in this tab, ${same}.` });
    const weights = 'the weights have the SHA-256 cdcdcdcd… here, and abababab… in the link';
    const test = '80.00 % of the test images are right here, and 90.00 % in the link';
    assert.deepEqual(verdict(0.9, other), { holds: false, text: `Not the same: ${weights}.` });
    assert.deepEqual(verdict(0.8, claim), { holds: false, text: `Not the same: ${test}.` });
    assert.deepEqual(verdict(0.900001, claim), {
      holds: false,
      text: 'Not the same: 90.0001 % of the test images are right here, and 90 % in the link.',
    });
    assert.throws(
      () => readRun('#run=1&learn_delay=true'),
      /^RangeError: learn_delay: expected delay with it, found "true"$/,
    );
    assert.deepEqual(verdict(0.8, other), { holds: false, text: `Not the same: ${weights}; ${test}.` });
  });

  test('is proved by a training that comes by its run, which any other setting prevents', () => {
    const run = (hash: string) => readRun(hash).settings;
    const link = run('#run=1&T=10&epochs=5');
    assert.ok(comesBy(link, link));
    assert.ok(comesBy(run('#run=1&T=10&epochs=6'), link));
    assert.ok(!comesBy(run('#run=1&T=10&epochs=4'), link));
    for (const name of SETTING_NAMES.filter((name) => name !== 'epochs')) {
      const other = rows.find((row) => row[name] !== null && row[name] !== link[name]);
      if (other) assert.ok(!comesBy({ ...link, [name]: other[name] }, link), name);
    }
  });

  test('is proved after all its epochs alone where the learning rate falls until the last', () => {
    const run = (epochs: number) => readRun(`#run=1&schedule=cosine&epochs=${epochs}`).settings;
    assert.deepEqual(
      [4, 5, 6].map((epochs) => comesBy(run(epochs), run(5))),
      [false, true, false],
    );
  });

  test('is refused in one line where a part is missing, unknown, twice or out of range', () => {
    const sha256 = '0'.repeat(64);
    for (const [hash, message] of [
      ['#run=2&T=10', /^run: expected 1, found "2"$/],
      ['#run=1&T=0', /^T: expected a whole number from 1 to 10000, found "0"$/],
      [`#run=1&seed=${'1'.repeat(2000)}`, /^expected up to 2000 characters, found 2012$/],
      ['#run=1&test=0.9', /^sha256: expected 64 hexadecimal digits, found nothing$/],
      [`#run=1&sha256=${sha256}`, /^test: expected an accuracy from 0 to 1, found nothing$/],
      [`#run=1&test=1e-1&sha256=${sha256}`, /^test: expected an accuracy/],
      [`#run=1&test=0.9&sha256=${sha256.toUpperCase().replace('0', 'A')}`, /^sha256: expected/],
      ['#run=1&T=10&T=10', /^found "T", which is unknown or there twice$/],
      ['#run=1&network=ann&tau=3', /^tau: expected nothing, for an ANN has none, found "3"$/],
      ['#run=1&network=ann&dataset=randman', /^network: expected snn with dataset randman/],
      ['#run=1&loss=%3Cb%3E', /^loss: expected mse/],
      ['#run=1&surrogate=constructor', /^surrogate: expected/],
    ] as const) {
      assert.throws(() => readRun(hash), { name: 'RangeError', message });
    }
  });
});
