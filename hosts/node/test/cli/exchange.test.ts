/** Networks leave the command line as files of other programs, and a training starts from such files. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, test } from 'node:test';
import { fromNir, fromPth, fromSafetensors } from '../../../../packages/formats/exchange';
import { foldNorm } from '../../../../packages/networks/options/weights';
import { temporaryFolder, writeSmallMnist } from '../../../../test/support/data';
import { assertRefused, contentsOf, lifFcMnist, readLayersModel } from '../../../../test/support/run';

const GOLDEN = resolve(__dirname, '..', '..', '..', '..', 'test', 'golden', 'exchange');
const small = temporaryFolder();
writeSmallMnist(small, 128, 100);
const SMALL = ['--dataset-dir', small, '--skip-checksum', '-T', '5', '-b', '64', '-N', '1'];
const SAVED = ['--save-nir', 'net.nir', '--save-safetensors', 'net.safetensors'];

/** Runs to the end, and returns what was said on stderr and stdout. */
function run(cwd: string, logDir: string, ...args: string[]): { stderr: string; stdout: string } {
  const { status, stderr, stdout } = lifFcMnist([...SMALL, '--log-dir', logDir, ...args], cwd);
  assert.equal(status, 0, stderr);
  return { stderr, stdout };
}
const modelIn = (cwd: string, logDir: string) => readLayersModel(join(cwd, logDir, 'lif_snn_mnist'));
const bytesOf = (cwd: string, file: string) => new Uint8Array(readFileSync(join(cwd, file)));

test('A network that convolves leaves in each format and comes back, is resumed to the byte, and refuses the weights of another', () => {
  const CONVOLVED = ['--convolve', '3,2', '--gain', '6,6,1', '--encoder', 'direct', '--shift', '1'];
  const cwd = temporaryFolder();
  run(cwd, 'first', ...CONVOLVED, ...SAVED);
  const { layers, weights } = modelIn(cwd, 'first');
  assert.deepEqual(
    layers?.map(({ convolve, pool, neurons }) => `${convolve?.channels} ${pool} ${neurons}`),
    [`3 spikes ${24 * 24 * 3}`, `2 spikes ${8 * 8 * 2}`, 'undefined undefined 10'],
  );
  for (const read of [fromNir(bytesOf(cwd, 'net.nir')), fromSafetensors(bytesOf(cwd, 'net.safetensors'))])
    assert.deepEqual([read.layers, read.weights], [layers, weights]);
  run(cwd, 'again', ...CONVOLVED, '--weights', 'net.nir', '--lr', '1e-9');
  const refused = [...SMALL, '--log-dir', 'refused', '--convolve', '3', '--weights', 'net.safetensors'];
  assertRefused([[refused, /expected the layers .*"channels":3.*; give the options that it was/]], cwd);
  run(cwd, 'first', ...CONVOLVED, '-N', '2', '--resume');
  run(cwd, 'whole', ...CONVOLVED, '-N', '2');
  assert.deepEqual(modelIn(cwd, 'first').weights, modelIn(cwd, 'whole').weights);
});

test('A network with batch norms leaves as safetensors, is resumed to the byte, and is folded as NIR', () => {
  const NORMS = [0, 1].flatMap((i) => ['--set', `engine.layers.${i}.norm={"scale":1}`]);
  const NORMED = ['--convolve', '3,2', '--engine', 'tfjs', '--encoder', 'direct', ...NORMS];
  const cwd = temporaryFolder();
  run(cwd, 'first', ...NORMED, ...SAVED);
  const { layers = [], weights } = modelIn(cwd, 'first');
  assert.deepEqual(
    layers.map(({ norm }) => norm),
    [{ scale: 1 }, { scale: 1 }, undefined],
  );
  const found = fromSafetensors(bytesOf(cwd, 'net.safetensors'));
  assert.deepEqual([found.layers, found.weights], [layers, weights]);
  const folded = fromNir(bytesOf(cwd, 'net.nir'));
  assert.deepEqual([folded.layers, folded.weights], Object.values(foldNorm(weights, layers)).reverse());
  run(cwd, 'first', ...NORMED, '-N', '2', '--resume');
  run(cwd, 'whole', ...NORMED, '-N', '2');
  assert.deepEqual(modelIn(cwd, 'first').weights, modelIn(cwd, 'whole').weights);
});

test('A network whose potential is read leaves as a NIR graph that ends in LI and comes back, and as safetensors; both say which potential it is', () => {
  const READ = ['--readout', 'mean-potential', '--loss', 'cross-entropy'];
  const cwd = temporaryFolder();
  assert.match(run(cwd, 'read', ...READ, ...SAVED).stdout, /\nPotential: \[\[.*\]\]\n/);
  const { readout, weights } = modelIn(cwd, 'read');
  assert.equal(readout, 'mean-potential');
  assert.equal(fromSafetensors(bytesOf(cwd, 'net.safetensors')).readout, 'mean-potential');
  const graph = fromNir(bytesOf(cwd, 'net.nir'));
  assert.deepEqual([graph.readout, graph.weights], ['mean-potential', weights]);
  run(cwd, 'again', ...READ, '--weights', 'net.nir');
  const other = /--weights: .*: expected --readout spikes, found mean-potential; give the options/;
  const refused = ['net.nir', 'net.safetensors'].map((file) => [...SMALL, '--log-dir', 'refused', '--weights', file]);
  assertRefused(
    refused.map((args) => [args, other]),
    cwd,
  );
});

describe('A trained network', () => {
  const cwd = temporaryFolder();
  const { stderr } = run(cwd, 'first', ...SAVED);

  test('is what the next training starts from', () => {
    assert.match(stderr, /Wrote the network to .*net\.nir and .*net\.safetensors\n$/);
    const before = modelIn(cwd, 'first');
    const { weights, neuron } = fromSafetensors(bytesOf(cwd, 'net.safetensors'));
    assert.deepEqual([weights, neuron?.tau], [before.weights, 2]);
    for (const file of ['net.safetensors', 'net.nir']) {
      // With the smallest learning rate there is, so that the weights stay where they are.
      const said = run(cwd, `from-${file}`, '--weights', file, '--lr', '1e-9').stderr;
      assert.match(said, new RegExp(`^Starting from .*${file}$`, 'm'));
      const after = modelIn(cwd, `from-${file}`).weights;
      assert.ok(after.every((weight, i) => Math.abs(weight - before.weights[i]) < 1e-7));
    }
  });

  test('is not written where that cannot be, nor read from what is none, which is said before the training', {
    skip: process.platform === 'win32' && 'Windows has no such files',
  }, () => {
    mkdirSync(join(cwd, 'folder'));
    execFileSync('mkfifo', [join(cwd, 'pipe.npy')]);
    writeFileSync(join(cwd, 'precious.nir'), 'precious');
    cpSync(join(GOLDEN, 'hidden.pth'), join(cwd, 'hidden.pth'));
    const cases: [args: string, message: RegExp][] = [
      [
        '--save-nir precious.nir',
        /^lif_fc_mnist: --save-nir: expected a new file, found one at .*precious\.nir; choose/,
      ],
      [
        '--save-nir one --save-safetensors ./one',
        /--save-safetensors: expected another file than for --save-nir, found/,
      ],
      ['--overwrite --save-nir folder', /--save-nir: .*folder: expected a file or nothing, found a folder/],
      ['--save-nir no/x.nir', /--save-nir: expected a file in a folder that exists, found no folder/],
      [
        '--save-nir x.nir --soft-reset',
        /--save-nir: engine\.layers\.0: vReset: .*: NIR has no soft reset; use .* safetensors/,
      ],
      ['--weights no.pth', /--weights: expected a file, found nothing at .*no\.pth/],
      ['--weights net.h5', /--weights: expected a file \.safetensors, \.nir, .*, found net\.h5/],
      ['--weights pipe.npy', /pipe\.npy: expected a file, found a named pipe/],
      [
        '--weights hidden.pth',
        /expected the layers \[{"neurons":10,.*\], found \[{"neurons":3,.*; give the options that it was trained with/,
      ],
      ['--weights net.safetensors --tau 3', /expected neurons with tau 3, found 2/],
      ['--weights net.safetensors --resume', /expected --resume or --weights, found both/],
    ];
    // What its run writes itself, whatever path leads there.
    symlinkSync('first', join(cwd, 'same'));
    symlinkSync(join('first', 'test_accs.npy'), join(cwd, 'link'));
    const ofRun = ['first/checkpoint/checkpoint.json', 'first/acc.png', 'same/v_t_array.npy', 'link'].map(
      (file): (typeof cases)[number] => [
        `--overwrite --save-nir ${file} --out-dir first --log-dir first`,
        /--save-nir: expected a name that the run does not use itself, found/,
      ],
    );
    const before = contentsOf(join(cwd, 'first'));
    assertRefused(
      [...cases, ...ofRun].map(([args, message]) => [[...SMALL, '--log-dir', 'refused', ...args.split(' ')], message]),
      cwd,
    );
    assert.deepEqual(contentsOf(join(cwd, 'first')), before);
    assert.ok(!existsSync(join(cwd, 'refused')));
    assert.equal(readFileSync(join(cwd, 'precious.nir'), 'utf8'), 'precious');
  });
});

test("A checkpoint of SpikingJelly's example goes on here with its weights and the moments of Adam", () => {
  const cwd = temporaryFolder();
  const file = join(GOLDEN, 'checkpoint.pth');
  const { stderr } = run(cwd, 'run', '--weights', file, '--hidden', '3');
  assert.match(stderr, /^Starting from .*checkpoint\.pth \(step 1 of Adam, after its epoch 4\)$/m);
  const { weights } = fromPth(new Uint8Array(readFileSync(file)));
  const trained = modelIn(cwd, 'run').weights;
  // Two batches at 0.001: no weight is far away from where it was, and some have moved.
  assert.ok(trained.every((weight, i) => Math.abs(weight - weights[i]) < 0.01));
  assert.ok(trained.some((weight, i) => weight !== weights[i]));
  // A second epoch after the first, and two at once: the same steps of Adam, to the bit.
  run(cwd, 'run', '--hidden', '3', '--resume', '-N', '2');
  run(cwd, 'two', '--weights', file, '--hidden', '3', '-N', '2');
  assert.deepEqual(modelIn(cwd, 'run').weights, modelIn(cwd, 'two').weights);
});
