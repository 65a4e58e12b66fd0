import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { bytesData, LEAVE_NOTHING_OUT, temporaryFolder } from './support/data';
import { COMMAND, hashesOf } from './support/run';

/**
 * SHA-256 of v_t_array, s_t_array, train_accs, test_accs and the weights after `lif_fc_mnist --seed 1 -N 3`,
 * as Node 20, 22 and 24 gave them on x86-64, on all of MNIST or on its first images. Every machine must give the same.
 */
const EXPECTED = LEAVE_NOTHING_OUT
  ? [
      '44b4c94c62baa7a52d5a695d66a0f2f39a88f0e2a7d309e8b95b1d9eaca0246f',
      'd2a07eb7002b841bd2e867d9c66361bfa5925e3931ef694962672254cb252ddc',
      '57f7c730c1a264bfb587e15e8f54ba99b50cf18dfa65d6c535a4d3b8b7d6997b',
      'd1a24c54b76668a0cbc6b5f0ad094e14585f213cc27f40693283979cc6b89d9f',
      'fce461829215fd398f431c9dfad6dd5a1704b1ae78c9b18b60617da1f4e4fe6b',
    ]
  : [
      'd10f7000e33d7918c117d80dfa4a5e56905539aa1dfd622cb30c59f3fa8c6c52',
      '68e0a6e437d09caeff7a0de1d071cf8b6045958ed8f8f639f6d8edd388fad88c',
      '9c979d6fc07f7e511a2fcdd022d82e54b428c9ac85f8914ef06a5be2eff6e6d0',
      '26d681fce2b3594f75526270182617498152795b9c46cad641edffebaafe0eb3',
      'e942339cb87e7f3c4872ab833e2cdd6d2cd43a4111d974669df6f63d42ee0c77',
    ];

const data = bytesData();

describe('three epochs give the same bytes', () => {
  for (const threads of [1, 2, 3, 8]) {
    test(`with ${threads} thread${threads > 1 ? 's' : ''}`, () => {
      const folder = join(temporaryFolder(), 'out');
      const args = [...data, '--seed', '1', '-N', '3', '--threads', String(threads), '--log-dir', folder];
      const run = spawnSync(process.execPath, [COMMAND, ...args], { encoding: 'utf8' });
      assert.equal(run.status, 0, run.stderr);
      assert.deepEqual(hashesOf(folder), EXPECTED);
    });
  }
});
