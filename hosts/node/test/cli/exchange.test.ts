/** Networks leave the command line as files of other programs, and a training starts from such files. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { before, describe, test } from 'node:test';
import { fromPth, fromSafetensors } from '../../../../packages/formats/exchange';
import { decodeFloat32 } from '../../../../src/common/bytes';
import { temporaryFolder, writeSmallMnist } from '../../../../test/support/data';
import { lifFcMnist } from '../../../../test/support/run';

const GOLDEN = resolve(__dirname, '..', '..', '..', '..', 'test', 'golden', 'exchange');
const small = temporaryFolder();
writeSmallMnist(small, 128, 100);
const SMALL = ['--dataset-dir', small, '--skip-checksum', '-T', '5', '-b', '64', '-N', '1'];

const run = (cwd: string, logDir: string, ...args: string[]) =>
  lifFcMnist([...SMALL, '--log-dir', logDir, ...args], cwd);
const weightsOf = (cwd: string, logDir: string) =>
  decodeFloat32(new Uint8Array(readFileSync(join(cwd, logDir, 'lif_snn_mnist', 'weights.bin'))));

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
  for (const [what, args, message] of REFUSED) {
    test(`is refused in one line with ${what}`, () => {
      const { status, stderr } = run(cwd, 'refused', ...args);
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
