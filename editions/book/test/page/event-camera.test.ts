/** What the page "An event camera" computes, without a browser. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { createEngine } from '../../../../hosts/node/engines';
import * as datasets from '../../../../packages/formats/datasets';
import { withClock } from '../../../../packages/formats/datasets/scenes';
import { freshState } from '../../../../packages/networks/options/engine';
import { readLayers } from '../../../../packages/networks/options/layers';
import { accuracy } from '../../../../src/training/metrics';
import { bytes } from '../../../shared/page/base64';
import { CAMERA, READOUT, Reader, SIDE, T, unitsOf } from '../../event-camera/network';
import { addPicture, type Gesture, recordingOf, toBin } from '../../event-camera/record';
import { drawShape, goesAt, Lamps } from '../../event-camera/sources';

const root = join(__dirname, '..', '..', '..', '..');
const network = JSON.parse(readFileSync(join(root, 'editions', 'book', 'event-camera', 'network.json'), 'utf8'));
const weights = new Float32Array(bytes(network.weights).buffer);
const layers = readLayers(network.layers, network.neuron);

const films = datasets.movingThings({ train: 5, test: 200, seed: 77, flicker: 0.15 });
const data = datasets.eventTrains({ ...films, ...CAMERA });
let reader: Reader;
before(async () => {
  const kernel = readFileSync(join(root, 'dist', 'packages', 'event-engine', 'kernel.wasm'));
  reader = await Reader.create(new Uint8Array(kernel), weights, layers);
});

test('The units of a picture are those that a data set of its events has', () => {
  const frames = Array.from({ length: T + 1 }, (_, n) => drawShape({ x: 8 + n, y: 16 }));
  // Of 25 pictures a second each begins at a whole microsecond.
  const recording = datasets.events(frames, { width: SIDE, height: SIDE, threshold: 0.2, fps: 25 });
  const set = { recordings: [recording], labels: [0] };
  const { test: expected } = datasets.eventTrains({ ...CAMERA, duration: (T * 1e6) / 25, train: set, test: set });
  const camera = new datasets.EventCamera({ width: SIDE, height: SIDE, threshold: 0.2 });
  camera.see(frames[0]);
  const found = frames.slice(1).flatMap((frame, t) => {
    camera.see(frame);
    return unitsOf(camera.events).map((unit) => [t, unit]);
  });
  const pairs = Array.from(expected.units, (unit, i) => [expected.times[i], unit]);
  assert.ok(found.length > 50, `${found.length} spikes`);
  assert.deepEqual(
    found,
    pairs.sort(([t, unit], [other, its]) => t - other || unit - its),
  );
});

test('The network reads films that it has not seen, but not backwards: it reads their order', async () => {
  const options = { T, layers, ...READOUT, batchSize: 50 };
  const right: number[] = [];
  for (const set of [data, datasets.reverseTimes(data)]) {
    const engine = await createEngine('event', { ...options, data: withClock(set) });
    await engine.restore(freshState(weights));
    right.push(await accuracy(engine));
    await engine.close();
  }
  assert.ok(right[0] > 0.8, `${right[0]} forwards`);
  assert.ok(right[1] < 0.45, `${right[1]} backwards`);
});

test('What the page reads of a window is what the engine has of it, to the bit', async () => {
  const engine = await createEngine('event', { T, layers, ...READOUT, batchSize: 50, data: withClock(data) });
  await engine.restore(freshState(weights));
  const { starts, units, times } = data.test;
  for (let index = 0; index < 20; index++) {
    const window = Array.from({ length: T }, (): number[] => []);
    for (let spike = starts[index]; spike < starts[index + 1]; spike++) window[times[spike]].push(units[spike]);
    const { h, hidden } = await engine.trace({ split: 'test', epoch: 0, index });
    const found = reader.read(window);
    assert.deepEqual(found.hidden, hidden?.spike);
    assert.deepEqual(found.potentials, h.slice(-5));
  }
  await engine.close();
});

const readingOf = (window: number[][]) => {
  const { shares } = reader.read(window);
  return datasets.DIRECTIONS[shares.indexOf(Math.max(...shares))];
};

test('The shape that goes by itself is read right while it is well in sight, and without an event nothing moves', () => {
  const camera = new datasets.EventCamera({ width: SIDE, height: SIDE });
  let window = Array.from({ length: T }, (): number[] => []);
  assert.equal(readingOf(window), 'nothing');
  const seen = { right: 0, all: 0 };
  for (let n = 0; n < 264; n++) {
    const place = goesAt(n);
    camera.see(drawShape(place));
    window = [...window.slice(1), unitsOf(camera.events)];
    const way = ['left', 'right', 'up', 'down'][place.dx < 0 ? 0 : place.dx > 0 ? 1 : place.dy < 0 ? 2 : 3];
    const along = place.dx * (place.x - 15.5) + place.dy * (place.y - 15.5);
    if ((place.dx === 0 && place.dy === 0) || Math.abs(along) > 10) continue;
    seen.all++;
    if (readingOf(window) === way) seen.right++;
  }
  assert.ok(seen.all > 60 && seen.right / seen.all > 0.95, `${seen.right} of ${seen.all}`);
});

test('What a row has in common is taken off, and a thing that moves in it is not', () => {
  const [lamps, steadied] = [new Lamps(), new datasets.EventCamera({ width: SIDE, height: SIDE })];
  const plain = new datasets.EventCamera({ width: SIDE, height: SIDE });
  const counts = { plain: 0, steadied: 0 };
  for (let n = 0; n < 40; n++) {
    const still = drawShape({ x: 16, y: 16 });
    const frame = still.map((grey, pixel) => grey * (1 + 0.2 * Math.sin(2 * n + Math.floor(pixel / SIDE) / 4)));
    counts.plain += plain.see(frame);
    counts.steadied += steadied.see(lamps.steady(frame));
  }
  assert.ok(counts.plain > 10_000, `${counts.plain} events of the lamp`);
  assert.ok(counts.steadied < counts.plain / 100, `${counts.steadied} are left`);
  const [moving, camera] = [new Lamps(), new datasets.EventCamera({ width: SIDE, height: SIDE })];
  let found = 0;
  for (let n = 0; n < 30; n++) found += camera.see(moving.steady(drawShape({ x: n, y: 16 })));
  assert.ok(found > 500, `${found} events of the thing`);
});

test('A recorded gesture ends before the file has no room for its times, which would turn polarities round', () => {
  const gesture: Gesture = { frames: [], times: [] };
  const taken = Array.from({ length: 20 }, (_, n) => addPicture(gesture, drawShape({ x: 2 * n, y: 20 }), 470 * n));
  assert.equal(taken.indexOf(false), 18, 'the picture at 8.46 s is not kept');
  const seconds = (gesture.times[gesture.times.length - 1] - gesture.times[0]) / 1000;
  const recording = recordingOf(gesture.frames, seconds, 0.2);
  const back = datasets.readEvents(toBin(recording));
  assert.ok(recording.x.length > 300);
  for (const name of ['x', 'y', 'polarity', 'times'] as const)
    assert.deepEqual(Array.from(back[name]), Array.from(recording[name]), name);
});
