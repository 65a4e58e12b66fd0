/** Links that carry a drawing or a run: what is written is read again, and nothing else is believed. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { type RunDocument, readRun } from '../../../../packages/runs/document';
import { parseMap } from '../../../../packages/runs/map';
import { NAMES, valueIn, withValue } from '../../../../packages/runs/shorthands';
import { isLink, readLink, type Shared, snap, writeLink } from '../../playground/link';
import { isRun, readLink as readRunLink, writeLink as writeRunLink } from '../../train/link';
import type { EpochEnd } from '../../train/protocol';
import { claimOf, settingsMatch, verdictOn } from '../../train/sentences';

const settings = { T: 42, tau: 3.5, seed: 4294967295 };
const point = (x: number, y: number) => ({ x: snap(x), y: snap(y) });
const drawing: Shared = {
  ...settings,
  strokes: [[point(0, 0), point(1, 1), point(0.5, 0.123), point(0.4999, 0.9)], [point(0.3, 0.7)]],
};

describe('A link to the playground', () => {
  test('carries a drawing and the settings', () => {
    const hash = writeLink(drawing);
    assert.ok(isLink(hash));
    assert.match(hash, /^#[\w=&.-]+$/, 'nothing in it needs escaping');
    assert.deepEqual(readLink(hash), drawing);
  });

  test('carries a picture, whatever its pixels are', () => {
    for (const pixelOf of [
      () => 0,
      () => 255,
      (i: number) => i % 256,
      (i: number) => (i > 400 && i < 420 ? i % 7 : 0),
    ]) {
      const pixels = Uint8Array.from({ length: 784 }, (_, i) => pixelOf(i));
      assert.deepEqual(readLink(writeLink({ ...settings, pixels })), { ...settings, pixels });
    }
  });

  test('says how many steps are shown where it is not all', () => {
    assert.equal(readLink(writeLink({ ...drawing, at: 7 })).at, 7);
    assert.equal(readLink(writeLink({ ...drawing, at: 42 })).at, undefined);
  });

  test('says so where the network with a hidden layer reads, or the convolutional one', () => {
    for (const network of ['hidden', 'convolutional'] as const)
      assert.equal(readLink(writeLink({ ...drawing, network })).network, network);
    assert.equal(readLink(writeLink({ ...drawing, network: 'single' })).network, undefined);
  });

  test('is not made of a drawing that is too long', () => {
    const stroke = Array.from({ length: 10_000 }, (_, i) => point((i % 100) / 100, (i % 77) / 77));
    assert.throws(
      () => writeLink({ ...settings, strokes: [stroke] }),
      /^RangeError: the drawing is too long for a link$/,
    );
  });

  test('is no heading of the page', () => {
    assert.equal(isLink('#what-you-see'), false);
    assert.equal(isLink(''), false);
  });

  const good = writeLink(drawing);
  const start = '#v=1&T=1&tau=2&seed=0';
  const wrong: Record<string, string> = {
    'another version': good.replace('v=1', 'v=2'),
    'no T': good.replace('&T=42', ''),
    'a T that is too high': good.replace('T=42', 'T=201'),
    'a T that is no number': good.replace('T=42', 'T=1e2'),
    'an unknown network': `${good}&network=deep`,
    'a tau of 1': good.replace('tau=3.5', 'tau=1'),
    'a tau with more places than the slider has': good.replace('tau=3.5', 'tau=3.55'),
    'a seed below 0': good.replace('seed=4294967295', 'seed=-1'),
    'a step after the last': `${good}&at=43`,
    'a setting twice': `${good}&T=42`,
    'a setting that there is not': `${good}&onload=x`,
    'strokes and pixels': `${good}&pixels=AAAA`,
    'letters that are no base64': good.replace(/strokes=.*/, 'strokes=<b>'),
    'strokes that end too early': good.slice(0, -2),
    'a stroke without points': `${start}&strokes=AAA`,
    'more points than bytes': `${start}&strokes=__9_`,
    'too few pixels': `${start}&pixels=_wA`,
    'too many pixels': `${start}&pixels=${'_wA'.repeat(4)}`,
    'an endless one': `#v=1&strokes=${'A'.repeat(50_000)}`,
  };
  for (const [what, hash] of Object.entries(wrong)) {
    test(`with ${what} is refused in one line`, () => {
      assert.throws(() => readLink(hash), /^RangeError: (?:strokes: )?expected [^\n]*, found [^\n]*$/);
    });
  }
});

const file = join(__dirname, '..', '..', '..', 'map', 'map.csv');
const { rows } = parseMap(readFileSync(file, 'utf8'));

/** The run with another value of a setting; undefined if the others do not allow that. */
function runWith(run: RunDocument, name: (typeof NAMES)[number], value: unknown) {
  try {
    return readRun(withValue(run, name, value as never));
  } catch {
    return undefined;
  }
}

/** A link that carries any text. */
const linkOf = (text: string) => `#run=${Buffer.from(text).toString('base64url')}`;

describe('A link to a run', () => {
  test('carries each run of the map, and what came of it', () => {
    for (const row of rows) {
      const claim = { test: row.last, sha256: row.weightsSha256 };
      const hash = writeRunLink(row.run, claim);
      assert.ok(isRun(hash) && hash.length < 800, hash);
      assert.match(hash, /^#[\w=&.-]+$/, 'nothing in it needs escaping');
      assert.deepEqual(readRunLink(hash), { settings: readRun(row.run), claim });
    }
  });

  test('carries layers that differ, says nothing of what is as by default, and needs no claim', () => {
    const layers = [{ neurons: 30, delay: { most: 8 } }, { neurons: 20, neuron: { tau: 5 } }, {}];
    const run: RunDocument = { engine: { T: 20, layers }, train: { epochs: 3 } };
    assert.deepEqual(readRunLink(writeRunLink(run)), { settings: readRun(run) });
    assert.equal(writeRunLink({ data: 'mnist', train: { epochs: 100 } }), linkOf('{}'));
    const claim = claimOf(readRun(run), { test: 0.9, sha256: '0'.repeat(64) });
    assert.match(claim, /T 20, .*engine\.layers\.0\.delay\.most 8, .*engine\.layers\.1\.neuron\.tau 5/);
    const mixed: RunDocument = { engine: { layers: [{ neurons: 9, recurrent: true }, { neurons: 9 }, {}] } };
    const said = claimOf(readRun(mixed), { test: 0.9, sha256: '0'.repeat(64) });
    assert.match(said, /with hidden neurons 9-9, engine\.layers\.0\.recurrent true, after/);
  });

  test('is not made of a run that is too long for one', () => {
    const layers = Array.from({ length: 20 }, (_, i) =>
      i < 19
        ? { neurons: 30 + i, neuron: { tau: 2.5 + i, vThreshold: 1.5 + i, beta: 0.25 }, synapse: { tau: 3 + i } }
        : {},
    );
    assert.throws(() => writeRunLink({ engine: { layers } }), /^RangeError: the run is too long for a link$/);
  });

  test('holds if the weights and the accuracy are those of the training, and the verdict says what is not', () => {
    const [claim, other] = ['ab', 'cd'].map((sha256) => ({ test: 0.9, sha256: sha256.repeat(32) }));
    const verdict = (testAcc: number, { sha256 }: typeof claim) => verdictOn(claim, { testAcc, sha256 } as EpochEnd);
    const same = "all weights have the link's SHA-256, and 90.00 % of the test images are right";
    assert.deepEqual(verdict(0.9, claim), { holds: true, text: `The same bytes: trained in this tab, ${same}.` });
    const weights = `the weights have the SHA-256 ${other.sha256} here, and ${claim.sha256} in the link`;
    const test = '80 % of the test images are right here, and 90 % in the link';
    assert.deepEqual(verdict(0.9, other), { holds: false, text: `Not the same: ${weights}.` });
    assert.deepEqual(verdict(0.8, claim), { holds: false, text: `Not the same: ${test}.` });
    assert.deepEqual(verdict(0.900001, claim), {
      holds: false,
      text: 'Not the same: 90.0001 % of the test images are right here, and 90 % in the link.',
    });
    assert.deepEqual(verdict(0.8, other), { holds: false, text: `Not the same: ${weights}; ${test}.` });
  });

  test('is proved by a training that comes by its run, which any other setting prevents', () => {
    const link = readRun({ engine: { T: 10 }, train: { epochs: 5 } });
    const after = (epochs: number) => readRun({ ...link, train: { epochs } });
    assert.ok(settingsMatch(link, link));
    assert.ok(settingsMatch(after(6), link));
    assert.ok(!settingsMatch(after(4), link));
    for (const name of NAMES.filter((name) => name !== 'epochs')) {
      const other = rows.find((row) => row[name] !== null && row[name] !== valueIn(link, name));
      const changed = other && runWith(link, name, other[name]);
      if (changed) assert.ok(!settingsMatch(changed, link), name);
    }
  });

  test('is proved after all its epochs alone where the learning rate falls until the last', () => {
    const run = (epochs: number) => readRun({ train: { schedule: 'cosine', epochs } });
    assert.deepEqual(
      [4, 5, 6].map((epochs) => settingsMatch(run(epochs), run(5))),
      [false, true, false],
    );
  });

  test('is refused in one line where a part is missing, unknown, twice or out of range', () => {
    const sha256 = '0'.repeat(64);
    const damaged = /^expected a link that this page makes, found another one, or a part of it$/;
    const run = linkOf('{"engine":{"T":10}}');
    for (const [hash, message] of [
      ['#run=', damaged],
      ['#run=1&T=10', damaged],
      [run.slice(0, -3), damaged],
      [linkOf('T=10'), damaged],
      [`#run=${Buffer.from([0x22, 0xff, 0x22]).toString('base64url')}`, damaged],
      [`${run}&onload=x`, damaged],
      [`${run}&${run.slice(1)}`, damaged],
      [linkOf(`{"engine":{"seed":${'1'.repeat(2000)}}}`), damaged],
      [`${run}&test=0.9`, damaged],
      [`${run}&sha256=${sha256}`, damaged],
      [`${run}&test=1e-1&sha256=${sha256}`, damaged],
      [`${run}&test=0.9&sha256=${sha256.replace('0', 'A')}`, damaged],
      [linkOf('[]'), /expected an object, found /],
      [linkOf('{"engine":{"T":0}}'), /^engine\.T: expected a whole number from 1 to 10000, found 0$/],
      [linkOf('{"engine":{"T":"10"}}'), /^engine\.T: expected a whole number from 1 to 10000, found '10'$/],
      [linkOf('{"engine":{"gamma":1}}'), /^engine\.gamma: expected /],
      [linkOf('{"__proto__":{"data":"rows"}}'), /^__proto__: expected /],
      [linkOf('{"engine":{"name":"ann","neuron":{"tau":3}}}'), /^engine\.neuron: expected with a spiking network/],
      [
        linkOf('{"data":"randman","engine":{"name":"ann"}}'),
        /^data: expected 'mnist' or .* with engine\.name 'ann', or/,
      ],
      [linkOf('{"engine":{"name":"tfjs"}}'), /^engine\.name: expected event or ann, .*, found tfjs$/],
      [linkOf('{"engine":{"loss":"<b>"}}'), /^engine\.loss: expected 'mse'/],
      [linkOf('{"engine":{"neuron":{"surrogateFunction":{"name":"constructor"}}}}'), /name: expected 'atan'/],
    ] as const) {
      assert.throws(() => readRunLink(hash), { name: 'RangeError', message });
    }
  });
});
