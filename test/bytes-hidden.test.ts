import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { temporaryFolder } from './support/data';
import { COMMAND, hashesOf, lifFcMnist } from './support/run';

/**
 * SHA-256 of v_t_array, s_t_array, train_accs, test_accs, the weights, and the hidden neurons' v and spikes after
 * `lif_fc_mnist --seed 1 -N 2 -T 20 --hidden 96 --lr 2e-3`. Every machine must give the same.
 */
const EXPECTED = [
  '226e9041c6ff87944c50367c0e50cf9bbe89ccedaa959981d070b140501ee58d',
  '6a43bfedadea99456c4377ea90b97dde0f98d03664efb8ae2af135e8e6adc19e',
  '3c4c4cf15fdbfd58f3885dca32f33d9cb25e807a87f3f86b704171c9bd0460eb',
  'ce1f322696951e3e6def9c73829e48978603869101b0ece45aa7b6ffc6898ff9',
  '3ba73cd22a3996dabbfc248ad6d3950f5834a19e4c2d718e7b4a3d2c3684a146',
  'ebd26f518e1542bf54d49b972befccf161314ac70cbf45aa0fd4b6cf89093786',
  '5ecf39d8f356d5bc3115c0fe31f45b97de74e569d5fac2a648ad24b9713a0ef4',
];

const ARGS = ['--seed', '1', '-T', '20', '--hidden', '96', '--lr', '2e-3', '--log-dir', 'out'];

describe('two epochs of a hidden layer on all of MNIST give the same bytes', () => {
  for (const threads of [1, 2, 3]) {
    test(`with ${threads} thread${threads > 1 ? 's' : ''}`, () => {
      const { cwd, status, stderr } = lifFcMnist([...ARGS, '-N', '2', '--threads', String(threads)]);
      assert.equal(status, 0, stderr);
      assert.deepEqual(hashesOf(join(cwd, 'out')), EXPECTED);
    });
  }

  test('resumed after it was killed in its second epoch', async () => {
    const cwd = temporaryFolder();
    const child = spawn(process.execPath, [COMMAND, ...ARGS, '-N', '2'], { cwd });
    after(() => child.kill('SIGKILL'));
    await new Promise<void>((resolve) => {
      child.stdout.on('data', (text) => String(text).includes('Epoch 1:') && resolve());
    });
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('close', resolve));
    const { status, stderr } = lifFcMnist(['--log-dir', 'out', '--resume'], cwd);
    assert.equal(status, 0, stderr);
    assert.match(stderr, /1 of 2 epochs are done/);
    assert.deepEqual(hashesOf(join(cwd, 'out')), EXPECTED);
  });
});
