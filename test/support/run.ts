/** The command line as a person runs it, and what a run leaves. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const COMMAND = join(__dirname, '..', '..', 'tools', 'lif_fc_mnist.cjs');

const RESULTS = ['v_t_array.npy', 's_t_array.npy', 'train_accs.npy', 'test_accs.npy', 'lif_snn_mnist/weights.bin'];

/** SHA-256 of each array, and of the weights, of a finished run. */
export function hashesOf(folder: string): string[] {
  return RESULTS.map((name) =>
    createHash('sha256')
      .update(readFileSync(join(folder, name)))
      .digest('hex'),
  );
}
