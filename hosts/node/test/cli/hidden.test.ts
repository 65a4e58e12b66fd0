/**
 * `lif_fc_mnist --hidden`: what a run with a hidden layer leaves, and what its checkpoint continues; on Randman, too.
 */

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import * as datasets from '../../../../packages/formats/datasets';
import { getWeights } from '../../../../packages/networks/tfjs/networks';
import { train } from '../../../../packages/networks/train';
import { readCheckpoint, readNpy } from '../../../../packages/runs/node';
import { forge } from '../../../../test/support/checkpoint';
import { temporaryFolder, writeSmallMnist } from '../../../../test/support/data';
import { assertCurvesWhole, assertRefused, copyOf, hashesOf, lifFcMnist } from '../../../../test/support/run';
import { initBackend, tf } from '../../backend';
import { createEngine } from '../../engines';

const small = temporaryFolder();
writeSmallMnist(small, 640, 200);
const DATA = ['--dataset-dir', small, '--skip-checksum', '--log-dir', 'out'];
const HIDDEN = [...DATA, '-T', '10', '--hidden', '13', '--lr', '2e-3'];

before(async () => {
  await initBackend();
});

function finished(args: string[], cwd?: string): string {
  const run = lifFcMnist(args, cwd);
  assert.equal(run.status, 0, run.stderr);
  return run.cwd;
}

const checkpointIn = (cwd: string) => join(cwd, 'out', 'checkpoint', 'checkpoint.json');

describe('a run with a hidden layer', () => {
  const cwd = finished([...HIDDEN, '-N', '2']);
  const out = join(cwd, 'out');

  test('leaves potentials and spikes of both layers, and the curves', () => {
    for (const [name, neurons] of [
      ['', 10],
      ['hidden_', 13],
    ] as const) {
      const v = readNpy(join(out, `${name}v_t_array.npy`));
      const spikes = readNpy(join(out, `${name}s_t_array.npy`));
      const shape = [10, neurons];
      assert.deepEqual([v.shape, spikes.shape], [shape, shape]);
      assert.ok(spikes.data.every((spike, i) => spike === 0 || (spike === 1 && v.data[i] === 0)));
    }
    assertCurvesWhole(out, 10, 2);
  });

  test('is not resumed as one of another width, nor if it claims another one than its weights have', () => {
    assertRefused(
      [
        [
          [...DATA, '--resume', '--hidden', '30'],
          /engine\.layers\.0\.neurons: expected 13 as in the checkpoint, found 30; leave/,
        ],
      ],
      cwd,
    );
    const copy = copyOf(cwd);
    for (const layers of [[{ neurons: 30 }, {}], [{ neurons: 13, recurrent: true }, {}], '[']) {
      forge(checkpointIn(copy), { 'history.settings.engine.layers': layers });
      assert.throws(() => readCheckpoint(checkpointIn(copy)), /that fits what it says of itself, found one that/);
    }
  });
});

/** An option of the hidden layer and of the outputs. */
function bothLayers(option: string): string {
  return [0, 1].map((i) => `--set engine.layers.${i}.${option}`).join(' ');
}

// Together these have all that lasts from one batch to the next.
for (const more of [
  `${bothLayers('delay={"most":5,"learn":true}')} --set engine.ratePenalty={"weight":2,"target":0.1} --set engine.neuron.beta=0.3 --set engine.neuron.tauAdapt=30 --set engine.reset=false`,
  '--hidden 13,7 --recurrent --synapse-tau 3 --learn-tau neuron --loss cross-entropy-each-step --encoder direct --readout highest-potential --set engine.reset=false',
]) {
  test(`a run that is resumed ends in the same bytes: ${more}`, () => {
    const whole = finished([...HIDDEN, ...more.split(' '), '-N', '3', '--threads', '1']);
    const cwd = finished([...HIDDEN, ...more.split(' '), '-N', '1', '--threads', '2']);
    finished([...DATA, '-N', '3', '--threads', '3', '--resume'], cwd);
    assert.deepEqual(hashesOf(join(cwd, 'out')), hashesOf(join(whole, 'out')));
    assert.equal(hashesOf(join(cwd, 'out')).length, 7);
  });
}

describe('a run on Randman', () => {
  const options = '--hidden 13 --tau 20 --no-decay-input --loss cross-entropy-counts --lr 0.02'.split(' ');
  const randman = ['--dataset', 'randman', '-T', '20', ...options, '--log-dir', 'out'];
  const whole = finished([...randman, '-N', '2', '--save-figures']);
  const out = join(whole, 'out');

  test('leaves the files of one on MNIST, and the weights of the same training in a notebook', async () => {
    const engine = await createEngine('event', {
      data: datasets.randman({ T: 20 }),
      hidden: 13,
      loss: 'cross-entropy-counts',
      learningRate: 0.02,
      neuron: { tau: 20, decayInput: false },
    });
    const { state, testAccs } = await train({ engine, epochs: 2 });
    await engine.close();
    assert.ok(testAccs[1] > 0.3, `${testAccs[1]} where chance is 0.1`);
    assert.deepEqual(readCheckpoint(checkpointIn(whole)).history.state?.weights, state?.weights);
    assert.deepEqual(Array.from(readNpy(join(out, 'test_accs.npy')).data), testAccs);
    assert.deepEqual(readNpy(join(out, 'hidden_s_t_array.npy')).shape, [20, 13]);
    assertCurvesWhole(out, 124, 2);
    // Without a layer that flattens images.
    const model = await tf.loadLayersModel(`file://${join(out, 'lif_snn_mnist', 'model.json')}`);
    assert.deepEqual(getWeights(model), state?.weights);
    assert.deepEqual((model.apply(tf.zeros([1, 20])) as tf.Tensor).shape, [1, 10]);
    const classes = model.layers.map((layer) => layer.getClassName());
    assert.deepEqual(classes, ['Dense', 'LIFNode', 'Dense', 'LIFNode']);
  });

  test('draws the figures, with the spikes of the first test sample where MNIST has its first image', () => {
    assert.ok(existsSync(join(out, '1d_spikes.png')));
    assert.match(readFileSync(join(out, 'input.svg'), 'utf8'), /The first test sample/);
  });

  test('that is resumed ends in the same bytes, and on other data in one line', () => {
    const cwd = finished([...randman, '-N', '1', '--threads', '1']);
    const resume = ['--resume', '-N', '2', '--log-dir', 'out'];
    assertRefused(
      [
        [[...resume, '--dataset', 'mnist'], /data: expected randman as in the checkpoint, found mnist; /],
        [[...resume, '--train-images', '200'], /train\.images: expected none as in the checkpoint, found 200; /],
      ],
      cwd,
    );
    finished(resume, cwd);
    assert.deepEqual(hashesOf(join(cwd, 'out')), hashesOf(out));
  });
});
