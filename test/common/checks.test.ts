/** What error messages say of a wrong argument, and a neuron's options in a file; each argument's own test is beside what takes it. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  DEFAULT_NEURON,
  differingOption,
  readNeuron,
  storeNeuron,
} from '../../packages/networks/options/neuron-options';
import { formatValue, listChoices } from '../../src/common/checks';
import { type MnistSplit, pixels } from '../../src/common/mnist';

test('a choice is listed as English has it', () => {
  assert.equal(listChoices(['atan']), 'atan');
  assert.equal(listChoices(['atan', 'sigmoid']), 'atan or sigmoid');
  assert.equal(listChoices(['atan', 'sigmoid', 'step']), 'atan, sigmoid or step');
});

test('a text that was found stays on one line and tells a terminal nothing', () => {
  assert.equal(formatValue('a\n\u001b[31mb'), "'a\ufffd\ufffd[31mb'");
});

test('pixels are those of images: spike trains, a part of a split or none are refused', () => {
  const images = new Uint8Array(784);
  const splits: unknown[] = [undefined, { units: images, count: 1 }, { images, count: 2 }, { images: [], count: 1 }];
  for (const split of splits) {
    assert.throws(
      () => pixels(split as MnistSplit, [0]),
      /^TypeError: split: expected images of MNIST, .* found none$/,
    );
  }
});

describe("a neuron's options in a file", () => {
  test('have their default where the file has none, and nothing beside the options', () => {
    const file = { surrogate: 'sigmoid', alpha: 4, vReset: null, name: 'lif', trainable: true } as const;
    const surrogateFunction = { name: 'sigmoid', alpha: 4 };
    assert.deepEqual(readNeuron(file), { ...DEFAULT_NEURON, vReset: null, surrogateFunction });
  });

  test('are refused without their surrogate, or with a value that is none', () => {
    const { surrogate, alpha, ...others } = storeNeuron(DEFAULT_NEURON);
    const read = (file: object) => () => readNeuron(file as typeof others & { surrogate: 'atan'; alpha: number });
    assert.throws(read({ ...others, alpha }), /surrogateFunction: expected .* found undefined/);
    assert.throws(read({ ...others, surrogate }), /alpha: expected .* found undefined/);
    assert.throws(read({ ...others, surrogate, alpha, tau: null }), /tau: expected .* found null/);
  });

  test('are in the file in the same order, however they were given', () => {
    const { tau, ...others } = DEFAULT_NEURON;
    assert.equal(JSON.stringify(storeNeuron({ ...others, tau })), JSON.stringify(storeNeuron(DEFAULT_NEURON)));
  });
});

describe('two neurons', () => {
  test('differ in the first option on which potentials and spikes depend', () => {
    const other = { ...DEFAULT_NEURON, surrogateFunction: { name: 'rect', alpha: 1 } as const, detachReset: true };
    assert.equal(differingOption(DEFAULT_NEURON, other), undefined);
    assert.equal(differingOption(DEFAULT_NEURON, { ...other, vReset: null, vThreshold: 2 }), 'vThreshold');
  });
});
