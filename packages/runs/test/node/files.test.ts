/** What other programs read and write of a run: numpy its arrays, TensorBoard its curves, TensorFlow its model. */
import assert from 'node:assert/strict';
import { appendFileSync, existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { initBackend, tf } from '../../../../hosts/node/backend';
import { initialWeights, RandomStream } from '../../../../src/common/random';
import { temporaryFolder } from '../../../../test/support/data';
import { python } from '../../../../test/support/python';
import { readLayersModel, scalars } from '../../../../test/support/run';
import { type NpyArray, npyBytes } from '../../../formats/npy';
import { resolveLayers } from '../../../networks/options/layers';
import { DEFAULT_NEURON } from '../../../networks/options/neuron-options';
import { initialParameters } from '../../../networks/options/weights';
import { optionsOf } from '../../../networks/tfjs/make-neurons';
import { findLIFNode, forward, getWeights, layersOf, snn } from '../../../networks/tfjs/networks';
import { fingerprint, formatRow, readNpy, SummaryWriter, writeLayersModel } from '../../node';

const writeNpy = (file: string, array: NpyArray) => writeFileSync(file, npyBytes(array));

describe('.npy files written here', () => {
  test('are read by numpy with their shapes, types and values', () => {
    const folder = temporaryFolder();
    writeNpy(join(folder, 'a.npy'), { data: Float32Array.of(0.1, -2, 3e-30, 4, 5, 6), shape: [2, 3] });
    writeNpy(join(folder, 'b.npy'), { data: Float64Array.of(1 / 3, 2), shape: [2] });
    writeNpy(join(folder, 'c.npy'), { data: Float64Array.of(7), shape: [] });
    writeNpy(join(folder, 'd.npy'), { data: new Float32Array(), shape: [3, 0] });
    const read = python(
      `import numpy as np
a, b, c, d = [np.load(n + '.npy') for n in 'abcd']
print(a.dtype, a.shape, a.flatten().tolist() == np.float32([0.1, -2, 3e-30, 4, 5, 6]).tolist(), b.dtype, b.shape, b.tolist())
print(c.shape, c.item(), d.dtype, d.shape)`,
      folder,
    );
    assert.equal(read, 'float32 (2, 3) True float64 (2,) [0.3333333333333333, 2.0]\n() 7.0 float32 (3, 0)');
  });

  test('are a view’s own part of its memory', () => {
    const file = join(temporaryFolder(), 'view.npy');
    writeNpy(file, { data: Float32Array.of(1, 2, 3, 4).subarray(1, 3), shape: [2] });
    assert.deepEqual(readNpy(file), { data: Float32Array.of(2, 3), shape: [2] });
  });

  const refused: [string, NpyArray, RegExp][] = [
    [
      'values that do not fill the shape',
      { data: new Float32Array(5), shape: [2, 3] },
      /expected 6 values .*, found 5/,
    ],
    ['extents that are not whole', { data: new Float32Array(3), shape: [1.5, 2] }, /shape of whole numbers/],
    [
      'integers',
      { data: new Int32Array(2) as unknown as Float32Array, shape: [2] },
      /expected a Float32Array or a Float64Array, found Int32Array/,
    ],
  ];
  test('are not made of what does not fit', () => {
    for (const [name, array, message] of refused) assert.throws(() => npyBytes(array), message, name);
  });
});

describe('.npy files written by numpy', () => {
  const folder = temporaryFolder();
  python(
    `import numpy as np
a = np.arange(24).reshape(2, 3, 4) / 7
for type in ('<f4', '<f8'):
    for order in 'CF':
        np.save(f'{order}{type[1:]}.npy', np.array(a, dtype=type, order=order))
np.save('big.npy', np.array(a, dtype='>f8'))
np.save('number.npy', np.float64(0.1))
np.save('empty.npy', np.zeros((0,), np.float32))
np.save('i8.npy', np.arange(3))
np.save('record.npy', np.zeros(3, [('x', '<f4'), ('y', '<f8')]))`,
    folder,
  );
  const sevenths = Array.from({ length: 24 }, (_, i) => i / 7);

  test('in either order are read row by row', () => {
    for (const order of ['C', 'F']) {
      const read = (type: string) => readNpy(join(folder, `${order}${type}.npy`));
      assert.deepEqual(read('f8'), { data: Float64Array.from(sevenths), shape: [2, 3, 4] });
      assert.deepEqual(read('f4'), { data: Float32Array.from(sevenths), shape: [2, 3, 4] });
    }
  });

  test('of a single number, and of no numbers, are read', () => {
    assert.deepEqual(readNpy(join(folder, 'number.npy')), { data: Float64Array.of(0.1), shape: [] });
    assert.deepEqual(readNpy(join(folder, 'empty.npy')), { data: new Float32Array(), shape: [0] });
  });

  test('of other types are refused by name', () => {
    const types = { i8: '<i8', big: '>f8', record: 'a record type' };
    for (const [name, found] of Object.entries(types)) {
      const message = `${name}.npy: expected float32 or float64 (<f4, <f8), found ${found}; convert it with numpy's astype`;
      assert.throws(() => readNpy(join(folder, `${name}.npy`)), new RegExp(message.replace(/[().|]/g, '\\$&')));
    }
  });
});

describe('what is no .npy file', () => {
  const file = join(temporaryFolder(), 'd.npy');
  writeNpy(file, { data: new Float32Array(10), shape: [10] });
  const whole = readFileSync(file);

  /** A file of this header, and no numbers. */
  const npyOf = (header: string) => {
    const length = String.fromCharCode(header.length & 255, header.length >> 8);
    return `\x93NUMPY\x01\x00${length}${header}`;
  };
  const cases: [string, Uint8Array | string, RegExp][] = [
    ['one that is cut', whole.subarray(0, 140), /d\.npy: expected 168 bytes .*, found 140; is the file truncated\?/],
    ['other content', 'hello', /d\.npy: expected a \.npy file, found other content/],
    [
      'a header of sixty megabytes',
      Buffer.concat([whole.subarray(0, 6), Buffer.from([2, 0, 0, 0, 0, 4]), Buffer.alloc(2 ** 26, ',')]),
      /expected the \.npy format 1\.0, found 2\.0$/,
    ],
    ['a name that a terminal would obey', npyOf("{'descr': '\u001b[2J'}"), /found \ufffd\[2J; convert it/],
    ['a header without a shape', whole.toString('latin1').replace("'shape'", "'shade'"), /'fortran_order' and 'shape'/],
  ];
  test('is refused in one line', () => {
    for (const [name, content, message] of cases) {
      writeFileSync(file, typeof content === 'string' ? Buffer.from(content, 'latin1') : content);
      assert.throws(() => readNpy(file), message, name);
    }
  });
});

describe('firing rates', () => {
  const chance = new RandomStream(5, 4);
  const rates = (T: number) => Array.from({ length: 10 }, () => Math.floor(chance.uniform() ** 4 * (T + 1)) / T);
  const rows = [
    [0, 0, 0, 0, 0, 0, 0, 1, 0, 0],
    [0, 0.02, 1, 0.5, 0.13, 0, 0, 0, 0, 0],
    [0, Math.fround(1 / 3), 1],
    [0.001, 1],
    ...[7, 100, 300].flatMap((T) => [rates(T), rates(T), rates(T)]),
  ];

  test('are printed as numpy prints a float32 row', () => {
    const printed = python(
      `import numpy as np
np.set_printoptions(linewidth=1000)
for r in ${JSON.stringify(rows)}: print(np.array([r], dtype=np.float32))`,
    );
    assert.deepEqual(rows.map(formatRow), printed.split(/\r?\n/));
  });
});

describe('a fingerprint', () => {
  test('is the SHA-256 of the float32 bytes, as Python has it', () => {
    const values = [0.1, -2, 3e-30, 0];
    const expected = python(
      `import hashlib, struct; print(hashlib.sha256(struct.pack('<4f', *${JSON.stringify(values)})).hexdigest())`,
    );
    assert.equal(fingerprint(Float32Array.from(values)), expected);
    assert.notEqual(fingerprint(Float32Array.of(0.1, -2, 3e-30, -0)), expected);
  });
});

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
    assert.deepEqual(optionsOf(findLIFNode(model)), neuron);
    assert.deepEqual(model.outputs[0].shape, [null, 10]);
  });

  test('returns potentials if they are what is read, and says which; a file that does not is refused', async () => {
    const folder = join(temporaryFolder(), 'lif_snn_mnist');
    writeLayersModel(folder, weights, neuron, undefined, 'mean-potential');
    assert.deepEqual(readLayersModel(folder), { weights, neuron, readout: 'mean-potential' });
    const file = join(folder, 'model.json');
    const model = await tf.loadLayersModel(`file://${file}`);
    assert.deepEqual(optionsOf(findLIFNode(model)), neuron);
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

  const broken: [string, string, string, RegExp][] = [
    ['whose weights are cut', 'weights.bin', 'abcd', /weights\.bin: expected 31360 bytes of weights, found 4/],
    ['with what a terminal would obey', 'model.json', '\u001b[2J\n', /found other content \(\P{Cc}+\)$/u],
    ['without a LIFNode', 'model.json', '{}', /model\.json: expected a network with a LIFNode layer, found none/],
  ];
  test('that is damaged, or of another network, is refused', () => {
    for (const [name, file, content, message] of broken) {
      const folder = join(temporaryFolder(), 'lif_snn_mnist');
      writeLayersModel(folder, weights, neuron);
      writeFileSync(join(folder, file), content);
      assert.throws(() => readLayersModel(folder), message, name);
    }
    const layers = resolveLayers({ layers: [{ neurons: 4, neuron: { tau: 5 } }, {}] });
    for (const [own, name] of [
      [layers, 'whose neurons differ'],
      [resolveLayers({ layers: [{ neurons: 4 }, { neurons: 3 }, {}] }), 'of three layers'],
      [resolveLayers({ layers: [{ neurons: 4, recurrent: true }, {}] }), 'that is recurrent'],
    ] as const) {
      const folder = join(temporaryFolder(), 'lif_snn_mnist');
      writeLayersModel(folder, initialParameters(5, own), neuron, undefined, 'spikes', own);
      const file = join(folder, 'model.json');
      const model = JSON.parse(readFileSync(file, 'utf8'));
      const broken = [
        [undefined, /expected userDefinedMetadata\.layers, found none beside layers that need them$/],
        [[], /model\.json: expected layers of neurons \(/],
        [
          JSON.stringify(JSON.parse(model.userDefinedMetadata.layers).slice(1)),
          /weights\.bin: expected \d+ bytes of weights, found /,
        ],
      ] as const;
      for (const [stored, message] of broken) {
        writeFileSync(file, JSON.stringify({ ...model, userDefinedMetadata: { layers: stored } }));
        assert.throws(() => readLayersModel(folder), message, name);
      }
    }
  });
});

const close = (writer: SummaryWriter) => {
  writer.flush();
  writer.discard();
};

describe('TensorBoard files', () => {
  test('are read by TensorBoard’s own reader', () => {
    const folder = join(temporaryFolder(), 'logs');
    const writer = new SummaryWriter(folder);
    for (let step = 0; step < 300; step++) writer.addScalar('train_batch_accuracy', step / 512, step);
    writer.addScalar('test_accuracy', 0.5, 0);
    close(writer);
    const read = scalars(folder);
    assert.deepEqual(
      read.train_batch_accuracy,
      Array.from({ length: 300 }, (_, step) => [step, step / 512]),
    );
    assert.deepEqual(read.test_accuracy, [[0, 0.5]]);
  });

  test('hold no step twice when a writer continues after a kill', () => {
    const folder = temporaryFolder();
    const first = new SummaryWriter(folder);
    first.addScalar('a', 1, 0);
    const saved = first.flush();
    first.addScalar('a', 2, 1);
    first.flush();
    appendFileSync(first.file, 'half a rec');
    const second = new SummaryWriter(folder, saved);
    assert.ok(second.continues);
    second.addScalar('a', 3, 1);
    close(second);
    assert.deepEqual(scalars(folder), {
      a: [
        [0, 1],
        [1, 3],
      ],
    });
    assert.equal(readdirSync(folder).length, 1);
  });

  test('are there from the first flush on', () => {
    const folder = temporaryFolder();
    const writer = new SummaryWriter(folder);
    writer.addScalar('a', 1, 0);
    assert.deepEqual(readdirSync(folder), []);
    const { file } = writer.flush();
    assert.deepEqual(readdirSync(folder), [file]);
    writer.discard();
  });
});

describe('an earlier position', () => {
  test('in a link is not followed: a new file is begun', {
    skip: process.platform === 'win32' && 'links need rights on Windows',
  }, () => {
    const folder = temporaryFolder();
    const victim = join(temporaryFolder(), 'victim.txt');
    writeFileSync(victim, 'precious');
    symlinkSync(victim, join(folder, 'events.out.tfevents.1.x'));
    const writer = new SummaryWriter(folder, { file: 'events.out.tfevents.1.x', length: 3 });
    close(writer);
    assert.ok(!writer.continues);
    assert.equal(readFileSync(victim, 'utf8'), 'precious');
  });

  test('in a file that is missing or shorter begins a new file', () => {
    const [missing, short] = ['events.out.tfevents.1.missing', 'events.out.tfevents.1.short'];
    for (const file of [missing, short]) {
      const folder = temporaryFolder();
      writeFileSync(join(folder, short), 'x');
      const writer = new SummaryWriter(folder, { file, length: 3 });
      close(writer);
      assert.ok(!writer.continues && existsSync(writer.file));
      assert.equal(readFileSync(join(folder, short), 'utf8'), 'x');
    }
  });
});
