import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { bytesData, LEAVE_NOTHING_OUT, temporaryFolder } from './support/data';
import { HIDDEN_PRINTS, HIDDEN_RUN, RANDMAN_PRINTS, RANDMAN_RUN, runInNode } from './support/hidden-run';
import { COMMAND, hashesOf, lifFcMnist } from './support/run';

const EPOCHS = LEAVE_NOTHING_OUT ? 2 : 12;

/**
 * SHA-256 of v_t_array, s_t_array, train_accs, test_accs, the weights, and the hidden neurons' v and spikes after
 * `lif_fc_mnist --seed 1 -N 2 -T 20 --hidden 96 --lr 2e-3`; on the first images of MNIST after `-N 12`. Every machine must give
 * the same.
 */
const EXPECTED = LEAVE_NOTHING_OUT
  ? [
      '226e9041c6ff87944c50367c0e50cf9bbe89ccedaa959981d070b140501ee58d',
      '6a43bfedadea99456c4377ea90b97dde0f98d03664efb8ae2af135e8e6adc19e',
      '3c4c4cf15fdbfd58f3885dca32f33d9cb25e807a87f3f86b704171c9bd0460eb',
      'ce1f322696951e3e6def9c73829e48978603869101b0ece45aa7b6ffc6898ff9',
      '3ba73cd22a3996dabbfc248ad6d3950f5834a19e4c2d718e7b4a3d2c3684a146',
      'ebd26f518e1542bf54d49b972befccf161314ac70cbf45aa0fd4b6cf89093786',
      '5ecf39d8f356d5bc3115c0fe31f45b97de74e569d5fac2a648ad24b9713a0ef4',
    ]
  : [
      'fef0e66085665f8c17a1feadc5992b519b1c4d048c07503acea7de87d35d8efa',
      '6a43bfedadea99456c4377ea90b97dde0f98d03664efb8ae2af135e8e6adc19e',
      '06a8d84ff53f91e91c1fe39afc41526ef2cc3b66effec953dba58fef941d0e15',
      '8ac5e7e46d011c82abd30f9682fa0425cb42de56e2f0967af7a2f69b8eaf57a1',
      'e7227eb7a67b3ecd1341853e81fa9d260b2789d7264b7706111b9de98b7d89a0',
      'f6e6a3ec2656a910cd29d0476c722055dbd1b4138a407930acd43f7dee53ea67',
      '9f8fb22950c9785b3df0029db31d08ba57ffe40aed1b0e826f359d86a6293e1d',
    ];

const ARGS = ['--seed', '1', '-T', '20', '--hidden', '96', '--lr', '2e-3', '--log-dir', 'out', '-N', `${EPOCHS}`];
const data = bytesData();

describe('some epochs of a hidden layer give the same bytes', () => {
  for (const threads of LEAVE_NOTHING_OUT ? [1, 2, 3] : [1, 3]) {
    test(`with ${threads} thread${threads > 1 ? 's' : ''}`, () => {
      const { cwd, status, stderr } = lifFcMnist([...ARGS, ...data, '--threads', String(threads)]);
      assert.equal(status, 0, stderr);
      assert.deepEqual(hashesOf(join(cwd, 'out')), EXPECTED);
    });
  }

  test('resumed after it was killed in its second epoch', async () => {
    const cwd = temporaryFolder();
    const child = spawn(process.execPath, [COMMAND, ...ARGS, ...data], { cwd });
    after(() => child.kill('SIGKILL'));
    await new Promise<void>((resolve) => {
      child.stdout.on('data', (text) => String(text).includes('Epoch 1:') && resolve());
    });
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('close', resolve));
    const { status, stderr } = lifFcMnist(['--log-dir', 'out', '--resume', ...data], cwd);
    assert.equal(status, 0, stderr);
    const [, done] = /(\d+) of \d+ epochs are done/.exec(stderr) ?? [];
    assert.ok(Number(done) >= 1 && Number(done) < EPOCHS, `${done} of ${EPOCHS} epochs were done when it was killed`);
    assert.deepEqual(hashesOf(join(cwd, 'out')), EXPECTED);
  });
});

// In Chromium and Firefox as well: editions/browser/test/browser/site and firefox.
test('recurrence, lasting currents, learnt time constants and potentials that are read give the same bytes', () => {
  assert.equal(runInNode(HIDDEN_RUN), HIDDEN_PRINTS);
});

test('Randman, its controls and a training on them give the same bytes', () => {
  assert.equal(runInNode(RANDMAN_RUN), RANDMAN_PRINTS);
});
