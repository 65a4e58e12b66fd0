/** What a notebook leaves: its runs and files, and on a hub what a learner's checks say to the teacher. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, test } from 'node:test';
import { loadFile as loadInBrowser, saveFile as saveInBrowser } from '../../../../hosts/browser/files';
import { createEngine } from '../../../../hosts/node/engines';
import { initialWeights } from '../../../../src/common/random';
import { newHistory, type TrainingHistory } from '../../../../src/training/history';
import { temporaryFolder } from '../../../../test/support/data';
import { python } from '../../../../test/support/python';
import { scalars } from '../../../../test/support/run';
import { type NpyArray, npyBytes } from '../../../formats/npy';
import { AnnEngine } from '../../../networks/ann-engine';
import { DEFAULT_NEURON } from '../../../networks/options/neuron-options';
import { initialNetwork } from '../../../networks/options/weights';
import { train as training } from '../../../networks/train';
import { lockFolder } from '../../../system/lock';
import { loadFile, loadRun, readCheckpoint, readNpy, saveFile, saveRun, writeCheckpoint } from '../../node';
import { recordProgress } from '../../node/progress';
import { type Run, runFiles, type SavedRun } from '../../run-files';

const T = 7;

const writeNpy = (file: string, array: NpyArray) => writeFileSync(file, npyBytes(array));

function run(change: Partial<Run> = {}): Run {
  const numbers = (divisor: number) => Float32Array.from({ length: 10 * T }, (_, i) => i / divisor);
  return {
    trace: { current: numbers(7), h: numbers(5), v: numbers(3), spike: numbers(1).map((i) => i % 2) },
    history: { ...newHistory(), trainAccs: [0.25, 1 / 3, 0.5, 0.75], testAccs: [0.5, 0.625] },
    weights: initialWeights(3, 784, 10),
    neuron: { ...DEFAULT_NEURON, tau: 3, vReset: null },
    ...change,
  };
}

/** The part of it that a saved run has. */
function saved({ trace, history, weights, neuron }: Run): SavedRun {
  const [trainAccs, testAccs] = [history.trainAccs, history.testAccs].map((values) => Float64Array.from(values));
  return { trace: { v: trace.v, spike: trace.spike }, T, trainAccs, testAccs, weights, neuron };
}

/** A separate folder for the runs of a test. */
function runsFolder(): string {
  const folder = join(temporaryFolder(), 'runs');
  process.env.LIF_FC_MNIST_RUNS = folder;
  return folder;
}

afterEach(() => {
  delete process.env.LIF_FC_MNIST_RUNS;
});

describe('a saved run', () => {
  test('is loaded as it was, by its name', async () => {
    const folder = runsFolder();
    assert.equal(await saveRun(run(), 'mine'), 'runs/mine');
    assert.deepEqual(await loadRun('mine'), saved(run()));
    assert.deepEqual(readdirSync(folder), ['mine']);
  });

  test('consists of the original’s files and TensorBoard’s', async () => {
    const folder = join(runsFolder(), 'run');
    assert.equal(await saveRun(run()), 'runs/run');
    assert.deepEqual(readNpy(join(folder, 'v_t_array.npy')).shape, [T, 10]);
    assert.deepEqual(readNpy(join(folder, 's_t_array.npy')).shape, [T, 10]);
    assert.deepEqual(readNpy(join(folder, 'train_accs.npy')).data, Float64Array.of(0.25, 1 / 3, 0.5, 0.75));
    assert.deepEqual(readNpy(join(folder, 'test_accs.npy')).data, Float64Array.of(0.5, 0.625));
    const { test_accuracy } = scalars(folder);
    assert.deepEqual(test_accuracy, [
      [0, 0.5],
      [1, 0.625],
    ]);
  });

  test('replaces an earlier one of its name, but no other file', async () => {
    const folder = join(runsFolder(), 'run');
    await saveRun(run());
    writeFileSync(join(folder, 'notes.txt'), 'keep');
    const next = run({ history: { ...newHistory(), trainAccs: [1], testAccs: [1] } });
    await saveRun(next);
    assert.deepEqual(await loadRun(), saved(next));
    assert.deepEqual(scalars(folder).train_batch_accuracy, [[0, 1]]);
    assert.equal(readFileSync(join(folder, 'notes.txt'), 'utf8'), 'keep');
  });

  test('with a hidden layer is loaded as it was', async () => {
    const folder = join(runsFolder(), 'run');
    const [hidden, trace] = [13, run().trace];
    const numbers = () => Float32Array.from({ length: hidden * T }, (_, i) => i % 2);
    const layer = { current: numbers(), h: numbers(), v: numbers(), spike: numbers() };
    const wide = run({ trace: { ...trace, hidden: layer }, weights: initialNetwork(3, hidden) });
    await saveRun(wide);
    assert.deepEqual(readNpy(join(folder, 'hidden_v_t_array.npy')).shape, [T, hidden]);
    const found = await loadRun();
    assert.deepEqual(found.trace.hidden, { v: layer.v, spike: layer.spike });
    assert.deepEqual(found.weights, wide.weights);
    writeNpy(join(folder, 'hidden_s_t_array.npy'), { data: numbers().slice(hidden), shape: [T - 1, hidden] });
    await assert.rejects(loadRun(), /expected potentials and spikes of one run, found 7 and 7 and 7 and 6 steps/);
  });
});

describe('a saved run of any number of classes', () => {
  for (const classes of [2, 20, 100]) {
    test(`is loaded as it was with ${classes}, and its checkpoint, too`, async () => {
      const [train, test] = [8, 2].map((count) => ({
        images: Uint8Array.from({ length: count * 784 }, (_, i) => (i % 7) * 40),
        labels: Uint8Array.from({ length: count }, (_, i) => i % classes),
        count,
      }));
      const data = { train, test, classes };
      for (const hidden of [undefined, 13]) {
        const folder = join(runsFolder(), 'run');
        const engine = await createEngine('event', { data, T, hidden, batchSize: 4, threads: 1 });
        const history = await training({ engine, epochs: 1 });
        const trace = await engine.trace({ split: 'test', epoch: 1, index: 0 });
        const { weights } = await engine.state();
        const { neuron, layers } = engine.options;
        await saveRun({ trace, history, weights, neuron });
        assert.deepEqual(readNpy(join(folder, 'v_t_array.npy')).shape, [T, classes]);
        const found = await loadRun();
        assert.deepEqual([found.T, found.weights, found.layers], [T, weights, layers]);
        const ofOutputs = ({ v, spike }: SavedRun['trace']) => ({ v, spike });
        assert.deepEqual(ofOutputs(found.trace), ofOutputs(trace));
        assert.deepEqual(found.trace.hidden, trace.hidden && ofOutputs(trace.hidden));
        assert.deepEqual(restored(history), history);
        await engine.close();
        const ann = new AnnEngine({ data, hidden, batchSize: 4 });
        const ofAnn = await training({ engine: ann, epochs: 1 });
        assert.deepEqual(restored(ofAnn), ofAnn);
        const files = runFiles({ history: ofAnn, weights: (await ann.state()).weights });
        const { modelTopology } = JSON.parse(Buffer.from(files['ann_mnist/model.json']).toString());
        const units = modelTopology.config.layers.flatMap(
          (layer: { config: { units?: number } }) => layer.config.units ?? [],
        );
        assert.deepEqual(units, hidden ? [hidden, classes] : [classes]);
      }
    });
  }
});

/** A history as its checkpoint returns it. */
function restored(history: TrainingHistory): TrainingHistory {
  const file = join(temporaryFolder(), 'checkpoint.json');
  const events = { file: 'events.out.tfevents.1.x', length: 1 };
  writeCheckpoint(file, { run: {}, digest: 'of the data', saveFigures: false, history, events });
  return readCheckpoint(file).history;
}

describe('a run is not saved', () => {
  test('under a name that leads elsewhere', async () => {
    const folder = runsFolder();
    for (const name of ['../run', 'a\\b', '..', 'a\nb']) {
      await assert.rejects(saveRun(run(), name), /^RangeError: name of a run: expected letters, digits, .*, found .*$/);
      await assert.rejects(loadRun(name), /name of a run: expected letters, digits/);
    }
    assert.ok(!existsSync(folder));
  });

  const refused: [string, Partial<Run>, RegExp][] = [
    ['with weights that are not finite', { weights: new Float32Array(7840).fill(Number.NaN) }, /no longer finite/],
    ['with too few weights', { weights: new Float32Array(5) }, /expected a Float32Array of 784 × 10 numbers, found 5/],
    [
      'with potentials and spikes of different lengths',
      { trace: { ...run().trace, v: new Float32Array(20), spike: new Float32Array(10) } },
      /expected 10 potentials and 10 spikes per step, found 20 and 10/,
    ],
  ];
  for (const [name, change, message] of refused) {
    test(`${name}: the earlier one stays`, async () => {
      runsFolder();
      await saveRun(run());
      await assert.rejects(saveRun(run(change)), message);
      assert.deepEqual(await loadRun(), saved(run()));
    });
  }

  test('while another run writes to its folder', async () => {
    const folder = join(runsFolder(), 'run');
    await saveRun(run());
    const lock = lockFolder(folder);
    await assert.rejects(saveRun(run()), /another run writes here/);
    lock.release();
  });
});

describe('a run is not loaded', () => {
  test('if there is none', async () => {
    runsFolder();
    await assert.rejects(
      loadRun(),
      /^Error: runs\/run: expected the records of a run, found none; run the chapter "The training loop" first$/,
    );
  });

  test('if its arrays are of different runs, no arrays of a run, or not finite', async () => {
    const folder = join(runsFolder(), 'run');
    await saveRun(run());
    writeNpy(join(folder, 's_t_array.npy'), { data: new Float32Array(20), shape: [2, 10] });
    await assert.rejects(loadRun(), /runs\/run: expected potentials and spikes of one run, found 7 and 2 steps; save/);
    writeNpy(join(folder, 's_t_array.npy'), { data: new Float32Array(10 * T), shape: [10, T] });
    await assert.rejects(loadRun(), /runs\/run\/s_t_array\.npy: expected the shape \[T, 10\], found \[10, 7\]/);
    writeNpy(join(folder, 's_t_array.npy'), { data: new Float32Array(10 * T).fill(Number.NaN), shape: [T, 10] });
    await assert.rejects(loadRun(), /runs\/run\/s_t_array\.npy: expected finite numbers, found NaN or infinity$/);
  });
});

describe('a file of a notebook', () => {
  test('is where runs are, and comes back as it was', async () => {
    const folder = runsFolder();
    const bytes = Uint8Array.of(0, 255, 128);
    await saveFile('net.nir', Uint8Array.of(1));
    assert.equal(await saveFile('net.nir', bytes), 'runs/net.nir');
    assert.deepEqual(readdirSync(folder), ['net.nir']);
    assert.deepEqual(await loadFile('net.nir'), bytes);
  });

  test('is bytes, in the browser edition, too', async () => {
    const folder = runsFolder();
    for (const save of [saveFile, saveInBrowser]) {
      await assert.rejects(
        save('net.nir', '{}' as never),
        /^RangeError: net\.nir: expected bytes in a Uint8Array, found String$/,
      );
    }
    assert.ok(!existsSync(join(folder, 'net.nir')));
  });

  test('is refused in one line by a browser that keeps none, to be read as to be written', async (t) => {
    const host = globalThis as Record<symbol, unknown>;
    const key = Symbol.for('jupyterlite-typescript-kernel');
    t.after(() => delete host[key]);
    // Node has no storage of browsers.
    host[key] = { siteUrl: 'https://a.example/' };
    for (const use of [() => saveInBrowser('net.nir', new Uint8Array()), () => loadInBrowser('net.nir')])
      await assert.rejects(
        use,
        /^Error: net\.nir: expected a browser that keeps files, found one that does not \(indexedDB/,
      );
  });

  test('has an ending, so that it is in the way of no run, in the browser edition, too', async () => {
    runsFolder();
    for (const save of [saveFile, saveInBrowser]) {
      for (const name of ['run', 'net.']) {
        await assert.rejects(save(name, Uint8Array.of(1)), {
          name: 'RangeError',
          message: `name of a file: expected one with an ending, such as .nir, found ${name}`,
        });
      }
    }
    assert.equal(await saveRun(run()), 'runs/run');
  });

  test('has a bare name, and must be there to be read', async () => {
    mkdirSync(join(runsFolder(), 'folder.nir'), { recursive: true });
    await assert.rejects(loadFile('folder.nir'), { message: 'runs/folder.nir: expected a file, found a folder' });
    await assert.rejects(loadFile('net.nir'), /^Error: runs\/net\.nir: expected a file, found none; put it there$/);
    for (const use of [() => saveFile('../net.nir', new Uint8Array()), () => loadFile('../net.nir')])
      await assert.rejects(use, /^RangeError: name of a file: expected letters, digits, .*, found \.\.\/net\.nir$/);
  });
});

describe("A learner's progress", () => {
  const file = join(temporaryFolder(), 'ana.jsonl');
  afterEach(() => {
    delete process.env.LIF_FC_MNIST_PROGRESS;
  });

  test('is not recorded unless the file is there, which is the learner’s consent', () => {
    recordProgress('lif-charge', 'passed');
    process.env.LIF_FC_MNIST_PROGRESS = file;
    recordProgress('lif-charge', 'passed');
    assert.ok(!existsSync(file));
  });

  test('is a line per check, which the page of the room reads', () => {
    writeFileSync(file, '');
    process.env.LIF_FC_MNIST_PROGRESS = file;
    recordProgress('lif-fire', 'passed', new Date('2026-11-25T10:00:00Z'));
    recordProgress('lif-charge', 'todo');
    recordProgress('lif-charge', 'no-leak');
    assert.deepEqual(JSON.parse(readFileSync(file, 'utf8').split('\n')[0] as string), {
      at: '2026-11-25T10:00:00.000Z',
      exercise: 'lif-fire',
      result: 'passed',
    });
    const seen = python(`import sys
sys.path.insert(0, "editions/class/hub")
from pathlib import Path
from workshop.progress import read_progress
p = read_progress(Path(${JSON.stringify(file)}))
print(p.exercise, p.result, p.wrong, p.solved)`);
    assert.equal(seen, "lif-charge no-leak 1 {'lif-fire'}");
  });
});
