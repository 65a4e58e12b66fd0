/** The bytes of trainings: every machine, and any number of threads, must give the same. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { bytesData, LEAVE_NOTHING_OUT, temporaryFolder } from './support/data';
import { HIDDEN_PRINTS, HIDDEN_RUN, RANDMAN_PRINTS, RANDMAN_RUN, runInNode } from './support/hidden-run';
import { COMMAND, hashesOf, lifFcMnist, sha256Of } from './support/run';

const HIDDEN_EPOCHS = LEAVE_NOTHING_OUT ? 2 : 12;

/**
 * SHA-256 on all of MNIST and on its first images: of v_t_array, s_t_array, train_accs, test_accs and the weights; with a
 * hidden layer of its neurons' v and spikes, too; of the ANN of train_accs, test_accs and the weights.
 */
const EXPECTED = LEAVE_NOTHING_OUT
  ? {
      plain: [
        '44b4c94c62baa7a52d5a695d66a0f2f39a88f0e2a7d309e8b95b1d9eaca0246f',
        'd2a07eb7002b841bd2e867d9c66361bfa5925e3931ef694962672254cb252ddc',
        '57f7c730c1a264bfb587e15e8f54ba99b50cf18dfa65d6c535a4d3b8b7d6997b',
        'd1a24c54b76668a0cbc6b5f0ad094e14585f213cc27f40693283979cc6b89d9f',
        'fce461829215fd398f431c9dfad6dd5a1704b1ae78c9b18b60617da1f4e4fe6b',
      ],
      hidden: [
        '226e9041c6ff87944c50367c0e50cf9bbe89ccedaa959981d070b140501ee58d',
        '6a43bfedadea99456c4377ea90b97dde0f98d03664efb8ae2af135e8e6adc19e',
        '3c4c4cf15fdbfd58f3885dca32f33d9cb25e807a87f3f86b704171c9bd0460eb',
        'ce1f322696951e3e6def9c73829e48978603869101b0ece45aa7b6ffc6898ff9',
        '3ba73cd22a3996dabbfc248ad6d3950f5834a19e4c2d718e7b4a3d2c3684a146',
        'ebd26f518e1542bf54d49b972befccf161314ac70cbf45aa0fd4b6cf89093786',
        '5ecf39d8f356d5bc3115c0fe31f45b97de74e569d5fac2a648ad24b9713a0ef4',
      ],
      mse: [
        '8c2acea3023ed5a212b9e10ab658ff5cbd52fe3d278e21023a4989caef75b608',
        'feef45da36e44ad65a58aba1cb7079e8746f9430f8f3b1d14e7d67bd08529fe2',
        '3bbbd35f3b24f67c13b18bd0a8ca10cece1b0d1eb2554dd0a7b37c5666e98d77',
      ],
      'cross-entropy': [
        'bf72fb6ba8a03cce3ccc66902b7e176727d447965c49acee8a7edcb3abcf4ff8',
        'f9805adde4962d345e38b431dfb420faa62e8f2a053549bd260521f42a2cf7d4',
        '685a3e83d1b2cad5e646b93efc7fe841dcb048d5613012bed4f4a1302ac376bf',
      ],
    }
  : {
      plain: [
        'd10f7000e33d7918c117d80dfa4a5e56905539aa1dfd622cb30c59f3fa8c6c52',
        '68e0a6e437d09caeff7a0de1d071cf8b6045958ed8f8f639f6d8edd388fad88c',
        '9c979d6fc07f7e511a2fcdd022d82e54b428c9ac85f8914ef06a5be2eff6e6d0',
        '26d681fce2b3594f75526270182617498152795b9c46cad641edffebaafe0eb3',
        'e942339cb87e7f3c4872ab833e2cdd6d2cd43a4111d974669df6f63d42ee0c77',
      ],
      hidden: [
        'fef0e66085665f8c17a1feadc5992b519b1c4d048c07503acea7de87d35d8efa',
        '6a43bfedadea99456c4377ea90b97dde0f98d03664efb8ae2af135e8e6adc19e',
        '06a8d84ff53f91e91c1fe39afc41526ef2cc3b66effec953dba58fef941d0e15',
        '8ac5e7e46d011c82abd30f9682fa0425cb42de56e2f0967af7a2f69b8eaf57a1',
        'e7227eb7a67b3ecd1341853e81fa9d260b2789d7264b7706111b9de98b7d89a0',
        'f6e6a3ec2656a910cd29d0476c722055dbd1b4138a407930acd43f7dee53ea67',
        '9f8fb22950c9785b3df0029db31d08ba57ffe40aed1b0e826f359d86a6293e1d',
      ],
      mse: [
        'd8df50241b21075d0971efe7fe4d161c744c954d7793f5dc1b1ddbd9fa27e73f',
        '54fdd9544a6cb1be2f7df109c5974b8d1929d52b2fbfd167cfb09800802419f7',
        'e869150c21df409a3c88021d2eafb58122d8f49534539d5fbfe3ad2f50821704',
      ],
      'cross-entropy': [
        '1b6ccc75b0acd5de854dec66145aedf45eb907022f54f17f5791863bc7f46367',
        '82759b2027d3240b17fa5afa1e8e1cca7a168d1d88c139340f66a8c0547a442c',
        '167fcf707952fd79a1dce7353497f7e034119d232b9f68e29fd9ab464b0ec442',
      ],
    };

const data = bytesData();
const plain = ['--seed', '1', '-N', '3'];
const hidden = ['--seed', '1', '-N', `${HIDDEN_EPOCHS}`, '-T', '20', '--hidden', '96', '--lr', '2e-3'];

function hashesAfter(options: string[], of: (folder: string) => string[] = hashesOf): string[] {
  const folder = join(temporaryFolder(), 'out');
  const { status, stderr } = lifFcMnist([...data, ...options, '--log-dir', folder]);
  assert.equal(status, 0, stderr);
  return of(folder);
}

for (const [what, args, expected, threads] of [
  ['three epochs', plain, EXPECTED.plain, LEAVE_NOTHING_OUT ? [1, 2, 3, 8] : [1, 3]],
  ['some epochs of a hidden layer', hidden, EXPECTED.hidden, LEAVE_NOTHING_OUT ? [1, 2, 3] : [1, 3]],
] as const) {
  for (const count of threads) {
    test(`${what} give the same bytes with ${count} thread${count > 1 ? 's' : ''}`, () => {
      assert.deepEqual(hashesAfter([...args, '--threads', `${count}`]), expected);
    });
  }
}

describe('two epochs of the ANN give the same bytes', () => {
  for (const loss of ['mse', 'cross-entropy'] as const) {
    test(`with ${loss}`, () => {
      const files = ['train_accs.npy', 'test_accs.npy', 'ann_mnist/weights.bin'];
      const options = ['--network', 'ann', '--seed', '1', '-N', '2', '--loss', loss];
      assert.deepEqual(
        hashesAfter(options, (folder) => sha256Of(folder, files)),
        EXPECTED[loss],
      );
    });
  }
});

test('epochs of a hidden layer give the same bytes resumed after a kill in the second', async () => {
  const cwd = temporaryFolder();
  const child = spawn(process.execPath, [COMMAND, ...hidden, ...data, '--log-dir', 'out'], { cwd });
  after(() => child.kill('SIGKILL'));
  await new Promise<void>((resolve) => {
    child.stdout.on('data', (text) => String(text).includes('Epoch 1:') && resolve());
  });
  child.kill('SIGKILL');
  await new Promise((resolve) => child.once('close', resolve));
  const { status, stderr } = lifFcMnist(['--log-dir', 'out', '--resume', ...data], cwd);
  assert.equal(status, 0, stderr);
  const [, done] = /(\d+) of \d+ epochs are done/.exec(stderr) ?? [];
  assert.ok(
    Number(done) >= 1 && Number(done) < HIDDEN_EPOCHS,
    `${done} of ${HIDDEN_EPOCHS} epochs were done when it was killed`,
  );
  assert.deepEqual(hashesOf(join(cwd, 'out')), EXPECTED.hidden);
});

// In Chromium and Firefox as well: editions/browser/test/browser/site and firefox.
test('recurrence, lasting currents, learnt time constants and potentials that are read give the same bytes', () => {
  assert.equal(runInNode(HIDDEN_RUN), HIDDEN_PRINTS);
});

test('Randman, its controls and a training on them give the same bytes', () => {
  assert.equal(runInNode(RANDMAN_RUN), RANDMAN_PRINTS);
});
