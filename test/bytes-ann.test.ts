import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { bytesData, LEAVE_NOTHING_OUT, temporaryFolder } from './support/data';
import { lifFcMnist, sha256Of } from './support/run';

const FILES = ['train_accs.npy', 'test_accs.npy', 'ann_mnist/weights.bin'];

/** SHA-256 of train_accs, test_accs and the weights after `lif_fc_mnist --network ann --seed 1 -N 2`, by loss; on all of MNIST or on its first images. */
const EXPECTED = LEAVE_NOTHING_OUT
  ? {
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

describe('two epochs of the ANN give the same bytes', () => {
  for (const [loss, expected] of Object.entries(EXPECTED)) {
    test(`with ${loss}`, () => {
      const folder = join(temporaryFolder(), 'out');
      const run = lifFcMnist([
        ...data,
        '--network',
        'ann',
        '--seed',
        '1',
        '-N',
        '2',
        '--loss',
        loss,
        '--log-dir',
        folder,
      ]);
      assert.equal(run.status, 0, run.stderr);
      assert.deepEqual(sha256Of(folder, FILES), expected);
    });
  }
});
