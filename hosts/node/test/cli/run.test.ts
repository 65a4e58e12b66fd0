import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { after, describe, test } from 'node:test';
import { encode } from 'fast-png';
import type { OwnData } from '../../../../packages/runs/document';
import { readCheckpoint, readNpy } from '../../../../packages/runs/node';
import { projectPath } from '../../../../packages/system/files';
import { accuracy } from '../../../../src/training/ann';
import { temporaryFolder, writeSmallMnist } from '../../../../test/support/data';
import { python } from '../../../../test/support/python';
import {
  assertCurvesWhole,
  assertRefused,
  COMMAND,
  hashesOf,
  lifFcMnist,
  scalars,
  sha256Of,
} from '../../../../test/support/run';
import { initBackend, tf } from '../../backend';
import { describeFailure } from '../../cli/failures';
import { readMnist } from '../../data';

const small = join(temporaryFolder(), 'a b é');
writeSmallMnist(small, 640, 200);
const FULL_DISK = join(__dirname, '..', '..', '..', '..', 'test', 'support', 'full-disk.cjs');
const SMALL = ['--dataset-dir', small, '--skip-checksum', '-T', '10'];

for (const engine of ['event', 'tfjs']) {
  test(`a run on the ${engine} engine prints the original's lines and writes its files`, () => {
    const run = lifFcMnist([...SMALL, '--engine', engine, '-N', '2']);
    assert.equal(run.status, 0, run.stderr);
    const number = '[0-9.]+';
    const epoch = (n: number, times: number) =>
      `Epoch ${n}:\nTraining...\nTesting...\nEpoch ${n}: train_acc = ${number}, test_acc = ${number}, max_test_acc = ${number}, train_times = ${times}\n`;
    const logs = join(run.cwd, 'logs');
    const [, , , , weights] = hashesOf(logs);
    const last = `Firing rate: \\[\\[(${number} *){10}\\]\\]\nSHA-256 of the weights: ${weights}\n`;
    assert.match(run.stdout, new RegExp(`^${epoch(0, 5)}${epoch(1, 10)}${last}$`));
    const arrays = python(
      `import numpy as np
for n in ['v_t_array', 's_t_array', 'train_accs', 'test_accs']:
    a = np.load(n + '.npy'); print(n, a.dtype, a.shape)`,
      logs,
    );
    assert.equal(
      arrays,
      'v_t_array float32 (10, 10)\ns_t_array float32 (10, 10)\ntrain_accs float64 (10,)\ntest_accs float64 (2,)',
    );
    assert.ok(existsSync(join(logs, 'lif_snn_mnist', 'model.json')));
    assert.ok(existsSync(join(logs, 'checkpoint', 'checkpoint.json')));
    assert.ok(readdirSync(logs).some((name) => name.startsWith('events.out.tfevents.')));
    assert.deepEqual(readdirSync(run.cwd), ['logs']);
    assert.deepEqual(
      readdirSync(logs).filter((name) => /lock|unfinished/.test(name)),
      [],
    );
  });
}

test('a run of the ANN prints the same lines but for the firing rate, and writes no arrays of neurons, but a model that TensorFlow.js reads', async () => {
  const data = ['--dataset-dir', small, '--skip-checksum'];
  const places = ['--log-dir', 'curves', '--out-dir', 'logs'];
  const run = lifFcMnist([...data, '--network', 'ann', '-N', '2', '--save-figures', ...places]);
  assert.equal(run.status, 0, run.stderr);
  const logs = join(run.cwd, 'logs');
  const [weights] = sha256Of(logs, ['ann_mnist/weights.bin']);
  const lines = run.stdout.split('\n').filter((line) => !/^(Epoch \d:|Training\.\.\.|Testing\.\.\.)$/.test(line));
  assert.match(lines[0], /^Epoch 0: train_acc = [0-9.]+, test_acc = [0-9.]+, max_test_acc = [0-9.]+, train_times = 5$/);
  assert.deepEqual(lines.slice(2), [`SHA-256 of the weights: ${weights}`, '']);
  assert.match(run.stderr, /Wrote train_accs\.npy, test_accs\.npy, ann_mnist\/, the figures to /);
  const figures = ['acc.png', 'acc.svg', 'input.png', 'input.svg'];
  assert.deepEqual(
    readdirSync(logs).sort(),
    [...figures, 'ann_mnist', 'checkpoint', 'test_accs.npy', 'train_accs.npy'].sort(),
  );
  assertCurvesWhole(join(run.cwd, 'curves'), 10, 2);
  await initBackend();
  const net = (await tf.loadLayersModel(`file://${logs}/ann_mnist/model.json`)) as tf.Sequential;
  const classes = net.layers.map((layer) => layer.getClassName());
  assert.deepEqual(classes, ['Flatten', 'Dense', 'Softmax']);
  const { data: testAccs } = readNpy(join(logs, 'test_accs.npy'));
  assert.equal(accuracy(net, readMnist({ directory: small, skipChecksum: true })), testAccs[1]);
  net.dispose();
});

test('a run with --train-images shows and keeps the accuracy on the others', () => {
  const run = lifFcMnist([...SMALL, '-N', '2', '--train-images', '400']);
  assert.equal(run.status, 0, run.stderr);
  assert.match(run.stderr, /test_accs\.npy, held_back_accs\.npy, /);
  const shown = Array.from(run.stdout.matchAll(/^Epoch \d: held_back_acc = ([0-9.]+)$/gm), ([, share]) => +share);
  const logs = join(run.cwd, 'logs');
  const { data, shape } = readNpy(join(logs, 'held_back_accs.npy'));
  assert.deepEqual([shape, Array.from(data)], [[2], shown]);
  for (const share of shown) assert.ok(Number.isInteger(Math.round(share * 240 * 1e9) / 1e9), 'of 240 images');
  assert.match(run.stdout, /train_times = 6\n/, 'three batches per epoch');
  assert.deepEqual(
    scalars(logs).held_back_accuracy,
    shown.map((share, epoch) => [epoch, Math.fround(share)]),
  );
});

describe('where a run writes', () => {
  test('is said before and after it, on stderr', () => {
    const run = lifFcMnist([...SMALL, '-N', '1', '--log-dir', 'curves', '--out-dir', 'out']);
    const [curves, out] = ['curves', 'out'].map((name) => join(run.cwd, name));
    assert.deepEqual(run.stderr.trimEnd().split('\n'), [
      `Writing to ${out}, the TensorBoard logs to ${curves}`,
      `Wrote v_t_array.npy, s_t_array.npy, train_accs.npy, test_accs.npy, lif_snn_mnist/ to ${out}`,
    ]);
    assert.deepEqual(readdirSync(curves).length, 1);
    assert.ok(existsSync(join(out, 'v_t_array.npy')));
  });

  test('is relative to where `npm run train` was typed', () => {
    mkdirSync(projectPath('build'), { recursive: true });
    const typedIn = mkdtempSync(projectPath('build', 'typed-'));
    after(() => rmSync(typedIn, { recursive: true }));
    const args = ['run', '-s', 'train', '--', ...SMALL, '-N', '1', '--log-dir', 'here'];
    args[args.indexOf(small)] = relative(typedIn, small);
    const run = spawnSync('npm', args, { cwd: typedIn, encoding: 'utf8', shell: process.platform === 'win32' });
    assert.equal(run.status, 0, run.stderr);
    assert.ok(existsSync(join(typedIn, 'here', 'v_t_array.npy')), run.stderr);
    assert.ok(run.stderr.includes(`Writing to ${join(typedIn, 'here')}`), basename(typedIn));
  });
});

describe('a training that diverges', () => {
  // One batch per epoch: after the second, the weights are beyond float32.
  const diverging = [...SMALL, '--lr', '1e37', '-b', '640', '--log-dir', 'out'];

  test('stops in one line, without results, and its last good checkpoint stays', () => {
    const run = lifFcMnist([...diverging, '-N', '50']);
    assert.equal(run.status, 1);
    const lines = run.stderr.trimEnd().split('\n');
    assert.equal(lines.length, 2, run.stderr);
    assert.match(
      lines[1],
      /^lif_fc_mnist: the weights are no longer finite .*: lower --lr \(it was 1e\+37\); the last checkpoint stays$/,
    );
    const out = join(run.cwd, 'out');
    const files = readdirSync(out).map((name) => (name.startsWith('events') ? 'events' : name));
    assert.deepEqual(files.sort(), ['checkpoint', 'events']);
    const { history } = readCheckpoint(join(out, 'checkpoint', 'checkpoint.json'));
    assert.ok(history.epoch >= 1 && history.epoch < 10, `${history.epoch} epochs`);
    const early = lifFcMnist([...diverging, '-b', '320']);
    assert.match(early.stderr, /lower --lr \(it was 1e\+37\); nothing was saved\n$/, 'in its first epoch');
  });
});

describe('an engine that cannot start', () => {
  // Node 24 and later reserve no addresses where they start with a limit, and can do without. So the limit comes after
  // the start.
  const limit = join(temporaryFolder(), 'limit.cjs');
  writeFileSync(
    limit,
    "require('node:child_process').execFileSync('prlimit', ['--as=4000000000', '--pid', String(process.pid)]);\n",
  );
  test('for want of memory says why and what to do, and leaves nothing behind', {
    skip: process.platform !== 'linux' && 'prlimit is a program of Linux',
  }, () => {
    const { status, stderr, cwd } = lifFcMnist(SMALL, undefined, ['--require', limit]);
    assert.equal(status, 1);
    assert.match(stderr, /^lif_fc_mnist: .*could not get its memory: .* raise the limit .* or use --engine tfjs.*\n$/);
    assert.deepEqual(readdirSync(cwd), []);
  });

  test('for another reason is described by that reason, in one line', () => {
    assert.equal(describeFailure(new Error('a reason\n  at a place')), 'a reason');
  });
});

if (existsSync('/dev/full')) {
  test('a run whose output cannot be written goes on, and leaves its results', () => {
    const cwd = temporaryFolder();
    const full = openSync('/dev/full', 'w');
    const args = [COMMAND, ...SMALL, '-N', '1'];
    const run = spawnSync(process.execPath, args, { cwd, encoding: 'utf8', stdio: ['ignore', full, 'pipe'] });
    closeSync(full);
    assert.match(run.stderr, /\nWrote .*\n$/);
    assert.equal(run.status, 0);
  });
}

test('a full disk that takes no more of a checkpoint ends a run in one line, which says what to do', () => {
  const env = { FULL_DISK: 'checkpoint\\.json', FULL_DISK_AFTER: '1' };
  const args = [...SMALL, '-N', '3', '--log-dir', 'out'];
  const { status, stderr, cwd } = lifFcMnist(args, temporaryFolder(), ['--require', FULL_DISK], env);
  assert.equal(status, 1);
  assert.match(stderr, /\nlif_fc_mnist: expected room on the disk to save the run, found none: .* \(ENOSPC: .*\)\)\n$/);
  assert.equal(readCheckpoint(join(cwd, 'out', 'checkpoint', 'checkpoint.json')).history.epoch, 1);
  const resumed = lifFcMnist([...args, '--resume'], cwd);
  assert.equal(resumed.status, 0, resumed.stderr);
  assertCurvesWhole(join(cwd, 'out'), 15, 3);
});

describe("data of one's own", () => {
  /** PNG files of 10 × 8 pixels, of which those of a class have the same two bright: a folder for each of the classes. */
  function writeImages(folder: string, classes = 20, each = 10): void {
    for (let label = 0; label < classes; label++) {
      const own = join(folder, `kind-${label}`);
      mkdirSync(own, { recursive: true });
      for (let i = 0; i < each; i++) {
        const data = Uint8Array.from({ length: 80 }, (_, pixel) =>
          pixel >> 1 === label ? 200 + 5 * i : (31 * pixel + 17 * i) % 40,
        );
        writeFileSync(join(own, `${i}.png`), encode({ width: 10, height: 8, data, channels: 1 }));
      }
    }
  }
  const cwd = temporaryFolder();
  writeImages(join(cwd, 'mine'));
  const TRAIN = ['-T', '10', '-b', '32', '--lr', '0.02'];
  const run = (args: string[]) => {
    const ended = lifFcMnist(args, cwd);
    assert.equal(ended.status, 0, ended.stderr);
    return ended.stdout;
  };

  test('twenty folders of PNG files become a trained network and its figures, and a run that is resumed with the same files wherever they are', () => {
    const args = ['--data', 'mine', ...TRAIN];
    const whole = run([...args, '-N', '6', '--save-figures', '--log-dir', 'whole']);
    assert.ok(Number(/^Epoch 5: .* test_acc = ([\d.]+),/m.exec(whole)?.[1]) > 0.9, whole);
    assert.deepEqual(readNpy(join(cwd, 'whole', 's_t_array.npy')).shape, [10, 20]);
    const svg = (name: string) => readFileSync(join(cwd, 'whole', `${name}.svg`), 'utf8');
    assert.match(svg('1d_spikes'), />kind-19</);
    assert.ok(existsSync(join(cwd, 'whole', 'input.png')));
    run([...args, '-N', '2', '--log-dir', 'parts']);
    renameSync(join(cwd, 'mine'), join(cwd, 'moved'));
    run(['--data', 'moved', '--resume', '-N', '6', '--log-dir', 'parts']);
    assert.deepEqual(hashesOf(join(cwd, 'parts')), hashesOf(join(cwd, 'whole')));
    const document = JSON.parse(run(['--resume', '--print-run', '--log-dir', 'parts']));
    const { sha256, ...others } = document.data;
    assert.deepEqual(others, { folder: 'moved', shape: [1, 8, 10], classes: 20 });
    // As a document it names the folder, and its files are held to it.
    const given = ['--run', 'run.json', '-N', '6', '--log-dir', 'given'];
    writeFileSync(join(cwd, 'run.json'), JSON.stringify(document));
    run(given);
    assert.deepEqual(hashesOf(join(cwd, 'given')), hashesOf(join(cwd, 'whole')));
    const changed = join(cwd, 'moved', 'kind-3', '0.png');
    writeFileSync(changed, encode({ width: 10, height: 8, data: new Uint8Array(80), channels: 1 }));
    const refused = new RegExp(
      `--data: moved: expected the files of the run, with SHA-256 ${sha256}, found others, with `,
    );
    assertRefused(
      [
        [['--resume', '-N', '8', '--log-dir', 'parts'], refused],
        [[...given, '--overwrite'], refused],
      ],
      cwd,
    );
  });

  test('other seeds and shares split it otherwise, the ANN learns it, and convolutions have to read its shape', () => {
    const args = ['--data', 'small', '-b', '20', '-N', '1', '--overwrite', '--log-dir', 'others'];
    writeImages(join(cwd, 'small'), 3);
    const hash = (more: string[]) => /SHA-256 .*/.exec(run([...args, ...more]))?.[0];
    const hashes = [[], ['--set', 'data.seed=1'], ['--set', 'data.test=0.3'], ['--network', 'ann']].map((more) =>
      hash(['--set', 'engine.seed=0', ...more]),
    );
    assert.equal(new Set(hashes).size, 4);
    const layers = (shape: number[]) =>
      `engine.layers=[{"convolve":{"channels":2,"kernel":3,"shape":${JSON.stringify(shape)}}},{}]`;
    hash(['-T', '4', '--set', layers([1, 8, 10])]);
    assertRefused(
      [
        [
          [...args, '--set', layers([1, 10, 8])],
          /engine\.layers\.0\.convolve\.shape: expected the 1 × 8 × 10 inputs of the data, found 1 × 10 × 8; /,
        ],
      ],
      cwd,
    );
  });

  test('idx files, event files and those of SHD are found by their names', () => {
    const describe = (folder: string, more: string[] = []) =>
      JSON.parse(run(['--data', folder, '-b', '2', '-T', '10', ...more, '--print-run'])).data;
    const { folder: _, sha256, ...idx } = describe(small);
    assert.match(sha256, /^[0-9a-f]{64}$/);
    assert.deepEqual(idx, { shape: [1, 28, 28], classes: 10 });
    for (const label of ['left', 'right'])
      for (const i of [0, 1]) {
        mkdirSync(join(cwd, 'events', label), { recursive: true });
        writeFileSync(join(cwd, 'events', label, `${i}.bin`), Uint8Array.of(i, 3, 0x80, 0, 9, 7, 7, 0, 1, 0));
      }
    assert.deepEqual(describe('events').shape, [578]);
    const pooled = describe('events', ['--set', 'data.width=8', '--set', 'data.height=8', '--set', 'data.pool=4']);
    assert.deepEqual([pooled.shape, pooled.classes, pooled.pool], [[8], 10, 4]);
    const shd = projectPath('test', 'golden', 'events');
    const trained = run(['--data', shd, '-T', '10', '-b', '2', '-N', '1', '--hidden', '5', '--log-dir', 'shd']);
    assert.match(trained, /^Epoch 0: .*test_acc = [\d.]+/m);
    const { shape, classes } = readCheckpoint(join(cwd, 'shd', 'checkpoint', 'checkpoint.json')).run.data as OwnData;
    assert.deepEqual([shape, classes], [[700], 20]);
  });

  test('ten kinds of broken sets are refused in one line', () => {
    const png = encode({ width: 10, height: 8, data: new Uint8Array(80), channels: 1 });
    const other = encode({ width: 8, height: 10, data: new Uint8Array(80), channels: 1 });
    const two = { 'a/0.png': png, 'a/1.png': png, 'b/0.png': png, 'b/1.png': png };
    const events = { 'a/0.bin': Uint8Array.of(99, 3, 0, 0, 9), 'b/0.bin': Uint8Array.of(1, 3, 0, 0, 9) };
    const idx = Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 2, 1, 2, 3);
    const sets: [files: Record<string, Uint8Array>, message: RegExp, more?: string[]][] = [
      [{}, /expected PNG files .*, found none of these$/],
      [{ 'a/notes.txt': png }, /found none of these$/],
      [{ ...two, ...events }, /found PNG files .* and event files \(\.bin\) in a folder for each class$/],
      [{ ...two, 'c.png': png }, /c\.png: expected CLASS\/NAME\.png/],
      [{ ...two, 'b/2.png': png.subarray(0, 50) }, /b\/2\.png: expected a PNG file, found a damaged one/],
      [{ ...two, 'b/2.png': other }, /b\/2\.png: expected 10 × 8 pixels, as a\/0\.png has, found 8 × 10$/],
      [{ 'a/0.png': png, 'a/1.png': png }, /labels: expected 2 to 1000 classes, found 1$/],
      [{ ...two, 'c/0.png': png }, /test: expected two samples or more of class 2, found one$/],
      [{ 'train-images-idx3-ubyte': idx }, /train-labels-idx…-ubyte: expected this file, found none$/],
      [
        { 'train-images-idx3-ubyte': idx, 'train-labels-idx1-ubyte': idx },
        /images: expected 20 bytes of 1 × 2 × 2, found 19$/,
      ],
      [{ ...events, 'a/1.bin': idx }, /a\/1\.bin: expected events of 5 bytes, found 19 bytes, which is 4 too many/],
      [{ 'shd_train.h5': idx, 'shd_test.h5': idx }, /shd_train\.h5: expected the HDF5 file of SHD, found /],
      [two, /data\.pool: expected other files with it, found PNG files /, ['--set', 'data.pool=2']],
    ];
    const cases = sets.map(([files, message, more = []], i) => {
      const folder = join(cwd, `broken-${i}`);
      mkdirSync(folder);
      for (const [path, bytes] of Object.entries(files)) {
        mkdirSync(join(folder, dirname(path)), { recursive: true });
        writeFileSync(join(folder, path), bytes);
      }
      return [
        ['--data', folder, '-b', '1', ...more],
        new RegExp(`--data: .*broken-${i}: .*${message.source}`),
      ] as const;
    });
    assertRefused(
      [
        ...cases,
        [['--data', 'nowhere'], /--data: expected a folder, found nothing at .*nowhere$/],
        [['--data', 'small', '--dataset', 'rows'], /--dataset: expected --dataset or --data, found both$/],
        [
          ['--data', 'small', '--skip-checksum'],
          /--skip-checksum: .* found with data of one's own; leave it out, it is for MNIST's/,
        ],
        [['--data', 'small'], /engine\.batchSize: expected at most the 24 training images, found 128$/],
      ],
      cwd,
    );
  });
});
