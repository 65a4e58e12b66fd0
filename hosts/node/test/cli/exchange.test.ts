/** Networks leave the command line as files of other programs, and a training starts from such files. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { before, describe, test } from 'node:test';
import { unzipSync, zipSync } from 'fflate';
import { fromNir, fromPth, fromSafetensors } from '../../../../packages/formats/exchange';
import { readLayersModel } from '../../../../packages/runs/node';
import { decodeFloat32 } from '../../../../src/common/bytes';
import { foldNorm } from '../../../../src/common/weights';
import { temporaryFolder, writeSmallMnist } from '../../../../test/support/data';
import { contentsOf, lifFcMnist, lifFcMnistEach } from '../../../../test/support/run';

const GOLDEN = resolve(__dirname, '..', '..', '..', '..', 'test', 'golden', 'exchange');
const small = temporaryFolder();
writeSmallMnist(small, 128, 100);
const SMALL = ['--dataset-dir', small, '--skip-checksum', '-T', '5', '-b', '64', '-N', '1'];

const run = (cwd: string, logDir: string, ...args: string[]) =>
  lifFcMnist([...SMALL, '--log-dir', logDir, ...args], cwd);
const weightsOf = (cwd: string, logDir: string) =>
  decodeFloat32(new Uint8Array(readFileSync(join(cwd, logDir, 'lif_snn_mnist', 'weights.bin'))));

test('A network that convolves leaves in each format and comes back, is resumed to the byte, and refuses the weights of another', () => {
  const CONVOLVED = ['--convolve', '3,2', '--gain', '6,6,1', '--encoder', 'direct', '--shift', '1'];
  const cwd = temporaryFolder();
  const saved = ['--save-nir', 'net.nir', '--save-safetensors', 'net.safetensors'];
  const first = run(cwd, 'first', ...CONVOLVED, ...saved);
  assert.equal(first.status, 0, first.stderr);
  const { layers, weights } = readLayersModel(join(cwd, 'first', 'lif_snn_mnist'));
  assert.deepEqual(
    layers?.map(({ convolve, pool, neurons }) => [convolve?.channels, pool, neurons]),
    [
      [3, 'spikes', 24 * 24 * 3],
      [2, 'spikes', 8 * 8 * 2],
      [undefined, undefined, 10],
    ],
  );
  assert.deepEqual(weights, weightsOf(cwd, 'first'));
  for (const file of ['net.nir', 'net.safetensors']) {
    const read = (file.endsWith('nir') ? fromNir : fromSafetensors)(new Uint8Array(readFileSync(join(cwd, file))));
    assert.deepEqual([read.layers, read.weights], [layers, weights]);
    const again = run(cwd, `from-${file}`, ...CONVOLVED, '--weights', file, '--lr', '1e-9');
    assert.equal(again.status, 0, again.stderr);
    const refused = run(cwd, 'refused', '--convolve', '3', '--weights', file);
    assert.deepEqual([refused.status, refused.stderr.split('\n').length], [2, 2]);
    assert.match(refused.stderr, /--weights: .*: expected the layers .*"channels":3.*; give the options that it was/);
  }
  const resumed = run(cwd, 'first', ...CONVOLVED, '-N', '2', '--resume');
  assert.equal(resumed.status, 0, resumed.stderr);
  run(cwd, 'whole', ...CONVOLVED, '-N', '2');
  assert.deepEqual(weightsOf(cwd, 'first'), weightsOf(cwd, 'whole'));
  const soft = run(cwd, 'soft', ...CONVOLVED, '--soft-reset', '--save-nir', 'soft.nir');
  assert.match(soft.stderr, /--save-nir: expected a hard reset, found --soft-reset, which NIR cannot say/);
});

test('A network with batch norms leaves as safetensors and comes back, is resumed to the byte, and is folded as NIR', () => {
  const normed = (norm: string) => ['--convolve', '3,2', '--engine', 'tfjs', '--encoder', 'direct', '--norm', norm];
  const NORMED = normed('tdbn');
  const cwd = temporaryFolder();
  const first = run(cwd, 'first', ...NORMED, '--save-nir', 'net.nir', '--save-safetensors', 'net.safetensors');
  assert.equal(first.status, 0, first.stderr);
  const { layers = [], weights } = readLayersModel(join(cwd, 'first', 'lif_snn_mnist'));
  assert.deepEqual(
    layers.map(({ norm }) => norm),
    [{ scale: 1 }, { scale: 1 }, undefined],
  );
  const bytesOf = (file: string) => new Uint8Array(readFileSync(join(cwd, file)));
  const found = fromSafetensors(bytesOf('net.safetensors'));
  assert.deepEqual([found.layers, found.weights], [layers, weights]);
  const folded = fromNir(bytesOf('net.nir'));
  assert.deepEqual([folded.layers, folded.weights], Object.values(foldNorm(weights, layers)).reverse());
  const again = run(cwd, 'again', ...NORMED, '--weights', 'net.safetensors', '--lr', '1e-9');
  assert.equal(again.status, 0, again.stderr);
  const refused = run(cwd, 'refused', ...normed('batch'), '--weights', 'net.safetensors');
  assert.match(refused.stderr, /--weights: .*: expected the layers .*"norm":"batch".*, found .*"norm":{"scale":1}/);
  const resumed = run(cwd, 'first', ...NORMED, '-N', '2', '--resume');
  assert.equal(resumed.status, 0, resumed.stderr);
  run(cwd, 'whole', ...NORMED, '-N', '2');
  assert.deepEqual(weightsOf(cwd, 'first'), weightsOf(cwd, 'whole'));
});

test('A network whose potential is read leaves as a NIR graph that ends in LI and comes back, and as safetensors; both say which potential it is', () => {
  const READ = ['--readout', 'mean-potential', '--loss', 'cross-entropy'];
  const { cwd, status, stderr, stdout } = run(
    temporaryFolder(),
    'read',
    ...READ,
    '--save-nir',
    'net.nir',
    '--save-safetensors',
    'a.safetensors',
  );
  assert.equal(status, 0, stderr);
  assert.match(stdout, /\nPotential: \[\[.*\]\]\n/);
  assert.equal(readLayersModel(join(cwd, 'read', 'lif_snn_mnist')).readout, 'mean-potential');
  const { readout } = fromSafetensors(new Uint8Array(readFileSync(join(cwd, 'a.safetensors'))));
  assert.equal(readout, 'mean-potential');
  const graph = fromNir(new Uint8Array(readFileSync(join(cwd, 'net.nir'))));
  assert.deepEqual([graph.readout, graph.weights], ['mean-potential', weightsOf(cwd, 'read')]);
  const again = run(cwd, 'again', ...READ, '--weights', 'net.nir');
  assert.equal(again.status, 0, again.stderr);
  for (const [args, message] of [
    [['--weights', 'net.nir'], /--weights: .*: expected --readout spikes, found mean-potential; give the options/],
    [
      ['--weights', 'a.safetensors'],
      /--weights: .*: expected --readout spikes, found mean-potential; give the options/,
    ],
    [
      ['--readout', 'last-potential', '--loss', 'cross-entropy-counts'],
      /--loss: expected mse, cross-entropy or .* with --readout last-potential/,
    ],
  ] as const) {
    const refused = run(cwd, 'refused', ...args);
    assert.equal(refused.status, 2);
    assert.match(refused.stderr, message);
    assert.ok(!existsSync(join(cwd, 'refused')));
  }
});

describe('A trained network', () => {
  const cwd = temporaryFolder();
  before(() => {
    const { status, stderr } = run(cwd, 'first', '--save-safetensors', 'net.safetensors', '--save-nir', 'net.nir');
    assert.equal(status, 0, stderr);
    assert.match(stderr, /Wrote the network to .*net\.nir and .*net\.safetensors\n$/);
  });

  test('leaves as safetensors and as a NIR graph with the weights of the run', () => {
    const { weights, neuron } = fromSafetensors(new Uint8Array(readFileSync(join(cwd, 'net.safetensors'))));
    assert.deepEqual(weights, weightsOf(cwd, 'first'));
    assert.equal(neuron?.tau, 2);
    assert.equal(readFileSync(join(cwd, 'net.nir')).toString('latin1', 1, 4), 'HDF');
  });

  for (const file of ['net.safetensors', 'net.nir']) {
    test(`is what the next training starts from: ${file}`, () => {
      // With the smallest learning rate there is, so that the weights stay where they are.
      const { status, stderr } = run(cwd, `from-${file}`, '--weights', file, '--lr', '1e-9');
      assert.equal(status, 0, stderr);
      assert.ok(
        stderr.split('\n').some((line) => line.startsWith('Starting from ') && line.endsWith(file)),
        stderr,
      );
      const [before, after] = ['first', `from-${file}`].map((folder) => weightsOf(cwd, folder));
      assert.ok(after.every((weight, i) => Math.abs(weight - before[i]) < 1e-7));
    });
  }

  test('replaces no file, and is refused before the training', () => {
    writeFileSync(join(cwd, 'precious.nir'), 'precious');
    const { status, stderr } = run(cwd, 'third', '--save-nir', 'precious.nir');
    assert.deepEqual([status, stderr.trim().split('\n').length], [2, 1]);
    assert.match(stderr, /--save-nir: expected a new file, found one at .*precious\.nir; choose another name/);
    assert.equal(readFileSync(join(cwd, 'precious.nir'), 'utf8'), 'precious');
    assert.ok(!existsSync(join(cwd, 'third')));
  });

  describe('is refused before the training', () => {
    const unix = { skip: process.platform === 'win32' && 'Windows has no such files' };
    const refused = (...cases: [args: string[], message: RegExp, logDir?: string][]) => {
      const before = contentsOf(cwd);
      const runs = lifFcMnistEach(
        cases.map(([args, , logDir = 'first']) => ({
          args: [...SMALL, '--log-dir', logDir, '--overwrite', ...args],
          cwd,
        })),
      );
      for (const [i, [, message]] of cases.entries()) {
        const { status, stdout, stderr } = runs[i];
        assert.match(stderr, message);
        assert.match(stderr, /^lif_fc_mnist: [^\n]+\n$/);
        assert.deepEqual([status, stdout], [2, '']);
      }
      assert.deepEqual(contentsOf(cwd), before);
    };

    test('over a file of its run, or where the run makes a folder', () => {
      const names = ['checkpoint/checkpoint.json', 'train_accs.npy', 'lif_fc_mnist.lock', 'acc.png', 'ann_mnist'];
      const inFirst = [...names, readdirSync(join(cwd, 'first')).find((name) => name.startsWith('events')) as string];
      const message = /^lif_fc_mnist: --save-nir: expected a name that the run does not use/;
      refused(...inFirst.map((name): [string[], RegExp] => [['--save-nir', join('first', name)], message]), [
        ['--save-safetensors', 'new'],
        /--save-safetensors: expected a name that the run does not use/,
        'new/a/b',
      ]);
    });

    test('over a file of its run that another path leads to', unix, () => {
      symlinkSync('first', join(cwd, 'same'));
      symlinkSync(join('first', 'test_accs.npy'), join(cwd, 'link'));
      refused(
        ...['same/v_t_array.npy', 'link'].map((path): [string[], RegExp] => [
          ['--save-nir', path],
          /that the run does not use itself/,
        ]),
      );
    });

    test('in both formats under one name', () => {
      refused([
        ['--save-nir', 'one', '--save-safetensors', './one'],
        /--save-safetensors: expected another file than for --save-nir, found .*one for both/,
      ]);
    });

    test('where no file can be written', unix, () => {
      mkdirSync(join(cwd, 'folder'));
      execFileSync('mkfifo', [join(cwd, 'pipe')]);
      symlinkSync('nothing', join(cwd, 'to-nothing'));
      refused(
        [['--save-nir', 'folder'], /--save-nir: .*folder: expected a file or nothing, found a folder/],
        [['--save-nir', 'pipe'], /--save-nir: .*pipe: expected a file or nothing, found a named pipe/],
        [['--save-nir', 'to-nothing'], /--save-nir: .*to-nothing: expected a file or nothing, found a link to nothing/],
        [
          ['--save-safetensors', 'to-nothing', '--overwrite'],
          /to-nothing: expected a file or nothing, found a link to nothing/,
        ],
        [['--save-nir', '/dev/null'], /--save-nir: \/dev\/null: expected a file or nothing, found a device/],
        [['--save-nir', 'x'.repeat(250)], /--save-nir: .*x: cannot be written \(ENAMETOOLONG/],
      );
    });
  });

  describe('is not read', () => {
    const refused = (file: string, message: RegExp, ...args: string[]) => {
      const { status, stderr } = run(cwd, 'refused', '--weights', file, ...args);
      assert.match(stderr, message);
      assert.match(stderr, /^lif_fc_mnist: --weights: [^\n]+\n$/);
      assert.equal(status, 2);
      assert.ok(!existsSync(join(cwd, 'refused')));
    };

    test('out of a file that is longer than any network', () => {
      const file = join(cwd, 'long.npy');
      writeFileSync(file, '');
      truncateSync(file, 1_990_000_000);
      refused('long.npy', /--weights: .*long\.npy: expected at most 67108864 bytes, found 1990000000/);
      truncateSync(file, 0);
    });

    test('out of a folder, a named pipe or a device, which the line names', {
      skip: process.platform === 'win32' && 'Windows has no such files',
    }, () => {
      mkdirSync(join(cwd, 'folder.npy'));
      execFileSync('mkfifo', [join(cwd, 'pipe.npy')]);
      symlinkSync('/dev/zero', join(cwd, 'device.npy'));
      refused('folder.npy', /folder\.npy: expected a file, found a folder/);
      refused('pipe.npy', /pipe\.npy: expected a file, found a named pipe/);
      refused('device.npy', /device\.npy: expected a file, found a device/);
    });

    test('with more steps of Adam than can be counted on', () => {
      const files = unzipSync(new Uint8Array(readFileSync(join(GOLDEN, 'checkpoint.pth'))));
      // Each number of steps is a tensor of one float32.
      for (const content of Object.values(files)) {
        if (content.length === 4) new DataView(content.buffer, content.byteOffset).setFloat32(0, 2 ** 31 - 128, true);
      }
      writeFileSync(join(cwd, 'steps.pth'), zipSync(files, { level: 0 }));
      const message = /steps\.pth: expected at most 1073741824 steps of Adam, found 2147483520/;
      refused('steps.pth', message, '--hidden', '3');
    });
  });

  const REFUSED: [string, string[], RegExp][] = [
    [
      'a soft reset in NIR',
      ['--soft-reset', '--save-nir', 'x.nir'],
      /--save-nir: expected a hard reset, found --soft-reset/,
    ],
    [
      'a folder that is not there',
      ['--save-nir', 'no/x.nir'],
      /--save-nir: expected a file in a folder that exists, found no folder/,
    ],
    ['a missing file', ['--weights', 'no.pth'], /--weights: expected a file, found nothing at .*no\.pth/],
    [
      'a file of another kind',
      ['--weights', 'net.h5'],
      /--weights: expected a file \.safetensors, \.nir, .*, found net\.h5/,
    ],
    [
      'another width',
      ['--weights', 'net.safetensors', '--hidden', '5'],
      /expected a hidden layer of 5 neurons, found no hidden layer; leave --hidden out/,
    ],
    [
      'a hidden layer that was not asked for',
      ['--weights', join(GOLDEN, 'hidden.pth')],
      /expected no hidden layer, found a hidden layer of 3 neurons; say --hidden 3/,
    ],
    ['another tau', ['--weights', 'net.safetensors', '--tau', '3'], /expected neurons with tau 3, found 2/],
    [
      'a pickled module',
      ['--weights', join(GOLDEN, 'module.pth')],
      /--weights: .*module\.pth: expected a state_dict, found /,
    ],
    ['a run that goes on', ['--weights', 'net.safetensors', '--resume'], /expected --resume or --weights, found both/],
  ];
  let refusals: ReturnType<typeof lifFcMnistEach> | undefined;
  for (const [i, [what, , message]] of REFUSED.entries()) {
    test(`is refused in one line with ${what}`, () => {
      refusals ??= lifFcMnistEach(
        REFUSED.map(([, args]) => ({ args: [...SMALL, '--log-dir', 'refused', ...args], cwd })),
      );
      const { status, stderr } = refusals[i];
      assert.deepEqual([status, stderr.trim().split('\n').length], [2, 1], stderr);
      assert.match(stderr, message);
      assert.ok(!existsSync(join(cwd, 'refused')));
    });
  }
});

describe("A checkpoint of SpikingJelly's example", () => {
  test('goes on here with its weights and the moments of Adam', () => {
    const cwd = temporaryFolder();
    const file = join(GOLDEN, 'checkpoint.pth');
    const { status, stderr } = run(cwd, 'run', '--weights', file, '--hidden', '3');
    assert.equal(status, 0, stderr);
    assert.match(stderr, /^Starting from .*checkpoint\.pth \(step 1 of Adam, after its epoch 4\)$/m);
    const { weights } = fromPth(new Uint8Array(readFileSync(file)));
    const trained = weightsOf(cwd, 'run');
    // Two batches at 0.001: no weight is far away from where it was, and some have moved.
    assert.ok(trained.every((weight, i) => Math.abs(weight - weights[i]) < 0.01));
    assert.ok(trained.some((weight, i) => weight !== weights[i]));
    // A second epoch after the first, and two at once: the same steps of Adam, to the bit.
    assert.equal(run(cwd, 'run', '--hidden', '3', '--resume', '-N', '2').status, 0);
    assert.equal(run(cwd, 'two', '--weights', file, '--hidden', '3', '-N', '2').status, 0);
    assert.deepEqual(weightsOf(cwd, 'run'), weightsOf(cwd, 'two'));
  });
});
