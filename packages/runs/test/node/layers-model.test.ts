import assert from 'node:assert/strict';
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { initBackend, tf } from '../../../../hosts/node/backend';
import { resolveLayers } from '../../../../src/common/layers';
import { DEFAULT_NEURON } from '../../../../src/common/neuron-options';
import { initialWeights } from '../../../../src/common/random';
import { findLIFNode, forward, getWeights, layersOf, snn } from '../../../../src/snn/networks';
import { writeLayersModel } from '../../node';
import '../../../../src/snn/neuron';
import { temporaryFolder } from '../../../../test/support/data';
import { readLayersModel } from '../../../../test/support/run';

before(async () => {
  await initBackend();
});

const weights = initialWeights(4, 784, 10);
const neuron = { ...DEFAULT_NEURON, tau: 7, vReset: null };

/** Stays as it is also when the neuron gets more options, so that the files of old settings keep their bytes. */
const DEFAULT_CONFIG =
  '{ "name": "lif", "trainable": true, "tau": 2, "decayInput": true, "vThreshold": 1, "vReset": 0, "surrogate": "atan", "alpha": 2, "detachReset": false }';

describe('a layers model written without TensorFlow', () => {
  test('is read by tf.loadLayersModel with weights and options', async () => {
    const folder = join(temporaryFolder(), 'lif_snn_mnist');
    writeLayersModel(folder, new Float32Array(7840), DEFAULT_NEURON);
    writeLayersModel(folder, weights, neuron);
    const model = await tf.loadLayersModel(`file://${join(folder, 'model.json')}`);
    assert.deepEqual(getWeights(model), weights);
    assert.deepEqual(findLIFNode(model).options(), neuron);
    assert.deepEqual(model.outputs[0].shape, [null, 10]);
  });

  test('returns potentials if they are what is read, and says which; a file that does not is refused', async () => {
    const folder = join(temporaryFolder(), 'lif_snn_mnist');
    writeLayersModel(folder, weights, neuron, undefined, 'mean-potential');
    assert.deepEqual(readLayersModel(folder), { weights, neuron, readout: 'mean-potential' });
    const file = join(folder, 'model.json');
    const model = await tf.loadLayersModel(`file://${file}`);
    assert.deepEqual(findLIFNode(model).options(), neuron);
    const potential = tf.tidy(() => forward(model, tf.fill([1, 28, 28], 1)).dataSync()[3]);
    const sum = weights.filter((_, i) => i % 10 === 3).reduce((a, b) => a + b, 0);
    assert.ok(Math.abs(potential - sum / 7) < 1e-6, 'after one step from rest');
    writeFileSync(file, readFileSync(file, 'utf8').replace('mean-potential', 'spikes'));
    assert.throws(() => readLayersModel(folder), {
      message: `${file}: expected a NonSpikingLIFNode that says which potential is read, found 'spikes'`,
    });
  });

  test('holds the options of a default neuron in this text for ever, and is read from it', () => {
    const folder = join(temporaryFolder(), 'lif_snn_mnist');
    writeLayersModel(folder, weights, DEFAULT_NEURON);
    const text = readFileSync(join(folder, 'model.json'), 'utf8');
    assert.equal(
      /"class_name": "LIFNode",\s+"config": (\{[^}]*\})/.exec(text)?.[1].replace(/\n */g, ' '),
      DEFAULT_CONFIG,
    );
    const layers = `[{ "class_name": "LIFNode", "config": ${DEFAULT_CONFIG} }]`;
    writeFileSync(join(folder, 'model.json'), `{ "modelTopology": { "config": { "layers": ${layers} } } }`);
    assert.deepEqual(readLayersModel(folder), { weights, neuron: DEFAULT_NEURON });
  });

  test('of any layers is read by both, and TensorFlow makes the network again', async () => {
    const folder = join(temporaryFolder(), 'lif_snn_mnist');
    const layers = resolveLayers({
      layers: [
        { neurons: 5, recurrent: true, learn: 'tau of each neuron', synapse: { tau: 4 } },
        { neurons: 3, learn: 'tau', neuron: { tau: 3 } },
        { synapse: { tau: 2 } },
      ],
    });
    const own = snn({ layers, readout: 'last-potential', seed: 5 });
    writeLayersModel(folder, getWeights(own), layers[2].neuron, undefined, 'last-potential', layers);
    const saved = { weights: getWeights(own), neuron: layers[2].neuron, readout: 'last-potential', layers };
    assert.deepEqual(readLayersModel(folder), saved);
    const model = await tf.loadLayersModel(`file://${join(folder, 'model.json')}`);
    assert.deepEqual(getWeights(model), saved.weights);
    assert.deepEqual(layersOf(model), layers);
    const images = tf.fill([2, 28, 28], 3);
    for (let t = 0; t < 5; t++) assert.deepEqual(forward(model, images).dataSync(), forward(own, images).dataSync());
    // As TensorFlow itself saves it.
    await own.save(`file://${folder}`);
    const again = await tf.loadLayersModel(`file://${join(folder, 'model.json')}`);
    assert.deepEqual(layersOf(again), layers);
  });

  test('takes the place of a link, and leaves what that leads to', {
    skip: process.platform === 'win32' && 'links need rights on Windows',
  }, () => {
    const [target, parent] = [temporaryFolder(), temporaryFolder()];
    writeFileSync(join(target, 'model.json'), 'another model');
    symlinkSync(target, join(parent, 'lif_snn_mnist'));
    writeLayersModel(join(parent, 'lif_snn_mnist'), weights, neuron);
    assert.deepEqual(readLayersModel(join(parent, 'lif_snn_mnist')).weights, weights);
    assert.equal(readFileSync(join(target, 'model.json'), 'utf8'), 'another model');
  });

  const NaNs = new Uint8Array(31360).fill(0xff);
  const broken: [string, string, string | Uint8Array, RegExp][] = [
    ['whose weights are cut', 'weights.bin', 'abcd', /weights\.bin: expected 31360 bytes of weights, found 4/],
    ['whose weights are NaN', 'weights.bin', NaNs, /weights\.bin: expected finite numbers, found NaN or infinity$/],
    ['with what a terminal would obey', 'model.json', '\u001b[2J\n', /found other content \(\P{Cc}+\)$/u],
    ['whose description is no JSON', 'model.json', 'abcd', /model\.json: expected a layers model, found other content/],
    ['without a LIFNode', 'model.json', '{}', /model\.json: expected a network with a LIFNode layer, found none/],
    [
      'whose LIFNode lacks its options',
      'model.json',
      '{"modelTopology":{"config":{"layers":[{"class_name":"LIFNode","config":{"tau":2}}]}}}',
      /model\.json: expected the options of a LIFNode \(surrogateFunction: expected/,
    ],
  ];
  test('that is damaged, or of another network, is refused', () => {
    for (const [name, file, content, message] of broken) {
      const folder = join(temporaryFolder(), 'lif_snn_mnist');
      writeLayersModel(folder, weights, neuron);
      writeFileSync(join(folder, file), content);
      assert.throws(() => readLayersModel(folder), message, name);
    }
  });
});
