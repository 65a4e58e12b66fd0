/** What the kernel counts with is what the host counts with. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { initBackend } from '../../../hosts/node/backend';
import { ENCODER_NAMES, LOSS_NAMES, MAX_T, READOUT_NAMES } from '../../../src/common/engine';
import { CLASSES, IMAGE_SIZE } from '../../../src/common/mnist';
import { DEFAULT_NEURON } from '../../../src/common/neuron-options';
import { SURROGATE_NAMES } from '../../../src/common/surrogates';
import { makeSurrogate, slopes } from '../../../src/snn/surrogate';
import { coreOf, simulateWithGradient } from '../../../test/support/given';
import { assertClose } from '../../../test/support/golden';
import { compileKernel, startKernel } from '../kernel-module';
import { COLUMN_BYTES, INPUT_BYTES } from '../layout';
import { BLOCK, INPUTS, OUTPUTS, SCRATCH } from '../memory';
import { withEngine } from './engines';

before(async () => {
  await initBackend();
});

const bytes = readFileSync(join(__dirname, '..', '..', '..', 'dist', 'packages', 'event-engine', 'kernel.wasm'));
const memory = () => new WebAssembly.Memory({ initial: 16, maximum: 1024 });

test('the kernel and the host agree about sizes', async () => {
  const { addresses } = startKernel(await compileKernel(bytes, 1), memory());
  assert.deepEqual([INPUTS, OUTPUTS], [IMAGE_SIZE, CLASSES]);
  assert.ok(addresses.MAX_BLOCKS * BLOCK >= MAX_T, 'the longest presentation');
  assert.ok(addresses.SCRATCH_BYTES <= SCRATCH, 'scratch memory');
  assert.ok(addresses.COLUMN_END <= COLUMN_BYTES, 'a column');
  assert.ok(addresses.INPUT_END <= INPUT_BYTES, 'an input');
});

test('the kernel has a number of its own for each surrogate, loss, encoder and readout', async () => {
  const { surrogates, losses, encoders, readouts } = startKernel(await compileKernel(bytes, 1), memory());
  for (const [numbers, names] of [
    [surrogates, SURROGATE_NAMES],
    [losses, LOSS_NAMES],
    [encoders, ENCODER_NAMES],
    [readouts, READOUT_NAMES],
  ] as const) {
    assert.deepEqual(Object.keys(numbers), names);
    assert.equal(new Set(Object.values(numbers)).size, names.length);
  }
});

for (const name of SURROGATE_NAMES) {
  test(`the kernel’s slope of ${name} is that of the class, also at Rect’s edges`, async () => {
    const surrogateFunction = { name, alpha: 2 };
    // Rect(2) ends at 0.25; its neighbour is the last float32 before that.
    const inside = 0.25 - 2 ** -26;
    const xs = Float32Array.of(-3, -0.25, -inside, -0.1, 0, 0.1, inside, 0.25, 0.3, 3);
    // In one step from rest with the threshold at 0, h is x, and with dL/ds = 1 the gradient is the slope.
    const neuron = { ...DEFAULT_NEURON, decayInput: false, vThreshold: 0, surrogateFunction };
    await withEngine({ T: 1, neuron }, async (engine) => {
      const { h, gradient } = simulateWithGradient(coreOf(engine), xs, (rates) => rates.map(() => 1));
      assert.deepEqual(h, xs);
      assertClose(gradient, slopes(makeSurrogate(surrogateFunction), xs), 1e-6, 'slope');
    });
  });
}
