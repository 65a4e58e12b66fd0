/**
 * What other programs write is read here, and ours is laid out as they want it. The files are made by
 * golden/make_exchange.py.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, test } from 'node:test';
import { unzipSync, zipSync } from 'fflate';
import { plainLayers, resolveLayers } from '../../../networks/options/layers';
import { DEFAULT_NEURON } from '../../../networks/options/neuron-options';
import {
  foldNorm,
  initialNetwork,
  initialParameters,
  parameters,
  splitParameters,
  splitWeights,
  weightShapes,
} from '../../../networks/options/weights';
import { littleEndian } from '../../bytes';
import { fromFile, fromNir, fromPth, fromSafetensors, toNir, toSafetensors } from '../../exchange';
import { fromTensors, listTensors, type Tensor } from '../../exchange/tensors';
import { decodeNetwork, layersModelFiles } from '../../layers-model';

const FOLDER = resolve(__dirname, '..', '..', '..', '..', 'test', 'golden', 'exchange');
const bytesOf = (name: string) => new Uint8Array(readFileSync(join(FOLDER, name)));

/** The weights of the formula in make_exchange.py. */
function weightsOf(hidden?: number): Float32Array {
  const layers = weightShapes(hidden).map(([inputs, outputs], n) =>
    Array.from({ length: inputs * outputs }, (_, at) => {
      const [i, j] = [Math.floor(at / outputs), at % outputs];
      return (((31 * i + 7 * j + n) % 64) - 32) / 64;
    }),
  );
  return Float32Array.from(layers.flat());
}

/** The matrix [columns, rows] of a matrix [rows, columns]. */
const transposed = (matrix: Float32Array, rows: number, columns: number) =>
  Float32Array.from(matrix, (_, at) => matrix[(at % rows) * columns + Math.floor(at / rows)]);

describe('Weights that PyTorch wrote', () => {
  test('come in from a state_dict, with and without a hidden layer', () => {
    assert.deepEqual(fromPth(bytesOf('state_dict.pth')), { weights: weightsOf() });
    assert.deepEqual(fromPth(bytesOf('hidden.pth')), { weights: weightsOf(3) });
  });

  test('come in from float64 and from a matrix that is turned round in its file', () => {
    const { weights } = fromPth(bytesOf('turned-float64.pth'));
    // It is saved as the transpose of a matrix [784, 10] in which the formula takes i for the output and j for the
    // input.
    assert.ok(weights.every((value, at) => value === (((31 * (at % 10) + 7 * Math.floor(at / 10)) % 64) - 32) / 64));
  });

  test("bring a batch norm of SpikingJelly's along, with its running statistics, which are none of Adam's", () => {
    const layers = resolveLayers({
      layers: [{ convolve: { channels: 3, kernel: 3, shape: [1, 6, 6] }, norm: 'batch', pool: 'spikes' }, {}],
    });
    const formula = (i: number, j: number, n: number) => (((31 * i + 7 * j + n) % 64) - 32) / 64;
    // Of a map's neurons ours are in the order of positions and channels, theirs of channels and positions.
    const kernels = Array.from({ length: 27 }, (_, at) => formula(Math.floor(at / 3), at % 3, 0));
    const eighths = [1, 2, 3, 3, 4, 5, 5, 6, 7, 7, 8, 9].map((eighth) => eighth / 8);
    const dense = Array.from({ length: 120 }, (_, at) => {
      const row = Math.floor(at / 10);
      return formula(4 * (row % 3) + Math.floor(row / 3), at % 10, 1);
    });
    const exact = Float32Array.from([...kernels, ...eighths, ...dense]);
    const found = fromSafetensors(bytesOf('batch-norm.safetensors'), 'batch-norm.safetensors', layers);
    assert.deepEqual(found, { weights: exact, layers });
    // After a step of Adam of 1e-3, whose gradients were the weights.
    const { weights, state } = fromPth(bytesOf('batch-norm.pth'), 'batch-norm.pth', layers);
    exact.forEach((before, at) => {
      const gradient = at >= 27 + 6 && at < 27 + 12 ? 0 : before;
      assert.ok(Math.abs(weights[at] - (before - 1e-3 * Math.sign(gradient))) < 1e-6, `number ${at}`);
      assert.ok(Math.abs((state?.m[at] ?? Number.NaN) - 0.1 * gradient) < 1e-7, `moment ${at}`);
    });
    assert.throws(
      () =>
        fromPth(bytesOf('batch-norm.pth'), 'a.pth', resolveLayers({ layers: layers.map(({ norm, ...rest }) => rest) })),
      /^Error: a\.pth: expected layer\.0\.weight \[3, 1, 3, 3\], .* found .*layer\.1\.running_mean \[3\]/,
    );
  });

  test('are read alike from a Buffer, which Node gives for a file', () => {
    const files = unzipSync(bytesOf('checkpoint.pth'));
    const [name] = Object.keys(files).filter((file) => file.endsWith('/data.pkl'));
    const pickle = Buffer.from(files[name]).toString('latin1');
    const at = pickle.indexOf('K\x04', pickle.indexOf('epoch'));
    const asFloat = `${pickle.slice(0, at)}G\x40\x10\0\0\0\0\0\0${pickle.slice(at + 2)}`;
    const file = zipSync({ ...files, [name]: Buffer.from(asFloat, 'latin1') }, { level: 0 });
    assert.equal(fromPth(Buffer.from(file)).epoch, 4);
  });

  test('bring the moments of Adam, its step and the epoch out of a checkpoint', () => {
    const { weights, state, epoch } = fromPth(bytesOf('checkpoint.pth'));
    assert.equal(epoch, 4);
    assert.equal(state?.step, 1);
    assert.equal(state?.weights, weights);
    // The gradients were the weights themselves: m = 0.1 g and v = 0.001 g² after one step, and each weight went 0.001
    // to 0.
    weightsOf(3).forEach((g, at) => {
      assert.ok(Math.abs((state?.m[at] ?? 0) - 0.1 * g) < 1e-8);
      assert.ok(Math.abs((state?.v[at] ?? 0) - 0.001 * g * g) < 1e-9);
      assert.ok(Math.abs(weights[at] - (g - 0.001 * Math.sign(g))) < 1e-6);
    });
  });

  test('come in with the layers in either order, also where the hidden layer is as wide as the image', () => {
    for (const hidden of [3, 784]) {
      const [input, output] = splitWeights(weightsOf(hidden), hidden);
      const tensors = [
        ['input', { shape: [hidden, 784], data: transposed(input, 784, hidden) }],
        ['output', { shape: [10, hidden], data: transposed(output, hidden, 10) }],
      ] as const;
      for (const order of [tensors, [...tensors].reverse()]) {
        assert.deepEqual(fromTensors('file', Object.fromEntries(order)), { weights: weightsOf(hidden) });
      }
    }
  });

  test('come in from safetensors of float32 and float64', () => {
    assert.deepEqual(fromSafetensors(bytesOf('single.safetensors')), { weights: weightsOf() });
    assert.deepEqual(fromSafetensors(bytesOf('hidden-float64.safetensors')), { weights: weightsOf(3) });
  });
});

describe('A NIR graph', () => {
  test('of the package nir itself comes in, with a bias of zeros', () => {
    const neuron = { ...DEFAULT_NEURON, tau: 3.5, decayInput: false, vThreshold: 1.5, vReset: -0.5 };
    assert.deepEqual(fromNir(bytesOf('nir.nir')), { weights: weightsOf(), neuron });
  });

  test('of SpikingJelly comes in, with a hidden layer', () => {
    assert.deepEqual(fromNir(bytesOf('spikingjelly.nir')), { weights: weightsOf(3), neuron: DEFAULT_NEURON });
  });

  test('of snnTorch comes in: a beta of 0.9, in float32, is a tau of 10, and the input does not decay', () => {
    const neuron = { ...DEFAULT_NEURON, tau: 10, decayInput: false };
    assert.deepEqual(fromNir(bytesOf('snntorch.nir')), { weights: weightsOf(3), neuron });
  });

  test('of ours comes back', () => {
    for (const hidden of [undefined, 3, 800]) {
      const neuron = { ...DEFAULT_NEURON, tau: 2.123456789, decayInput: false, vThreshold: 0.7, vReset: -0.1 };
      assert.deepEqual(fromNir(toNir({ weights: weightsOf(hidden), neuron })), { weights: weightsOf(hidden), neuron });
    }
  });
});

describe('A network of other layers leaves and comes back', () => {
  const layers = resolveLayers({
    layers: [
      { neurons: 4, recurrent: true, synapse: { tau: 5 } },
      { neurons: 3, learn: 'tau of each neuron', neuron: { tau: 3 } },
      { synapse: { tau: 2.5 }, learn: 'tau' },
    ],
  });
  const { neuron } = layers[2];
  const weights = initialParameters(7, layers);
  const parts = splitWeights(weights, layers);
  // W, R; W, w; W, w.
  parts[3].set([-3, 0.5, 40 / 7]);
  parts[5][0] = -1;

  test('as safetensors, all of it', () => {
    const readout = 'highest-potential';
    const bytes = toSafetensors({ weights, neuron, layers, readout });
    assert.deepEqual(fromSafetensors(bytes), { weights, neuron, layers, readout });
    const text = Buffer.from(bytes).toString('latin1');
    const one = text.replace('layer.2.recurrent.weight', 'layer.2.recurrent.height');
    assert.throws(
      () => fromSafetensors(Uint8Array.from(Buffer.from(one, 'latin1'))),
      /expected .*recurrent\.weight \[4, 4\]/,
    );
    const two = text.replace('recurrent\\', 'recurrant\\');
    assert.throws(
      () => fromSafetensors(Uint8Array.from(Buffer.from(two, 'latin1'))),
      /expected layers in its metadata \(layers\[0\]: layer: expected .* found the option 'recurrant'\)$/,
    );
  });

  test('as NIR, of outputs whose potential is read, with currents that last and without', () => {
    const quiet = { ...DEFAULT_NEURON, vThreshold: 0.5, vReset: -1 };
    for (const options of [
      [{}],
      [{ neurons: 5 }, {}],
      [{ neurons: 5, synapse: { tau: 4 } }, { synapse: { tau: 3 } }],
    ]) {
      const all = resolveLayers({ layers: options, neuron: options.length > 1 ? quiet : DEFAULT_NEURON });
      const network = { weights: initialParameters(3, all), neuron: all[all.length - 1].neuron, layers: all };
      for (const readout of ['last-potential', 'mean-potential', 'highest-potential'] as const) {
        const { layers: found = all, ...rest } = fromNir(toNir({ ...network, readout }));
        assert.deepEqual({ ...rest, layers: found }, { ...network, readout });
      }
    }
  });

  test('as NIR, in which a τ that was learnt is one of a neuron, or of all', () => {
    const found = fromNir(toNir({ weights, neuron, layers }));
    const tau = 1 + Math.E;
    const [first, second, last] = found.layers ?? [];
    assert.deepEqual(first, layers[0]);
    assert.deepEqual({ ...second, neuron: layers[1].neuron }, layers[1]);
    assert.ok(Math.abs(last.neuron.tau - tau) < 1e-6 && last.learn === undefined);
    assert.deepEqual(last.synapse, layers[2].synapse);
    assert.equal(found.weights.length, weights.length - 1);
    found.weights.forEach((weight, i) => {
      assert.ok(Math.abs(weight - weights[i]) <= 1e-6 * Math.abs(weights[i]), `weight ${i}`);
    });
  });
});

describe('A network of any number of classes leaves and comes back', () => {
  for (const classes of [2, 20, 100, 1000]) {
    for (const hidden of [undefined, 30, 784]) {
      const neuron = { ...DEFAULT_NEURON, tau: 3 };
      const layers = resolveLayers({ hidden, neuron }, classes);
      const network = { weights: initialNetwork(7, hidden, undefined, classes), neuron, layers };
      const named = listTensors(network.weights, layers).map(({ name, ...tensor }): [string, Tensor] => [name, tensor]);
      const withoutNeurons = { weights: network.weights, layers: plainLayers(hidden, classes) };
      const shape = `${hidden ?? 'no'} hidden neurons and ${classes} classes`;

      test(`with ${shape}`, () => {
        assert.deepEqual(fromNir(toNir(network)), network, 'NIR');
        assert.deepEqual(fromSafetensors(toSafetensors(network)), network, 'safetensors');
        const model = layersModelFiles(network.weights, neuron, undefined, 'spikes', layers);
        assert.deepEqual(
          decodeNetwork(String, (file) => model[file]),
          network,
          'layers model',
        );
        // As TensorFlow.js saves it, without what we add.
        const plain = { ...model, 'model.json': withoutOurLayers(model['model.json']) };
        assert.deepEqual(
          decodeNetwork(String, (file) => plain[file]),
          network,
          "TensorFlow.js's own layers model",
        );
        assert.deepEqual(fromPth(stateDict(named)), withoutNeurons, 'pth');
        assert.deepEqual(
          fromPth(stateDict(named), 'a.pth', layers),
          { ...withoutNeurons, layers },
          'pth of known layers',
        );
        const bare = safetensorsOf(named);
        assert.deepEqual(fromSafetensors(bare), withoutNeurons, "PyTorch's safetensors");
      });
    }
  }

  test('but not of one class or of 1,001, nor without the layers', () => {
    for (const classes of [1, 1001]) {
      const matrix = { shape: [classes, 784], data: new Float32Array(classes * 784) };
      assert.throws(() => fromTensors('a.pth', { fc: matrix }), {
        message: `a.pth: expected weights [C, 784], or [H, 784] and [C, H], C 2 to 1000, H 1 to 800, found fc [${classes}, 784]`,
      });
    }
    for (const write of [toNir, toSafetensors]) {
      assert.throws(() => write({ weights: new Float32Array(20 * 784), neuron: DEFAULT_NEURON }), {
        message: 'weights: expected a Float32Array of 784 × 10 numbers, found 15680',
      });
    }
  });
});

function withoutOurLayers(json: Uint8Array): Uint8Array {
  const { userDefinedMetadata: _ours, ...model } = JSON.parse(Buffer.from(json).toString());
  return new TextEncoder().encode(JSON.stringify(model));
}

/** What safetensors.torch.save makes of tensors, without metadata. */
function safetensorsOf(tensors: readonly (readonly [string, Tensor])[]): Uint8Array {
  let end = 0;
  const entries = tensors.map(([name, { shape, data }]) => {
    const entry = { dtype: 'F32', shape, data_offsets: [end, end + data.byteLength] };
    end += data.byteLength;
    return [name, entry] as const;
  });
  const header = Buffer.from(JSON.stringify(Object.fromEntries(entries)));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return new Uint8Array(Buffer.concat([length, header, ...tensors.map(([, { data }]) => littleEndian(data))]));
}

describe('A network that convolves leaves and comes back', () => {
  const shape = [2, 14, 28] as const;
  const layers = resolveLayers({
    layers: [
      {
        convolve: { channels: 2, kernel: 3, stride: 2, padding: 1, shape },
        pool: 'spikes',
        neuron: { tau: 3, vReset: -0.5 },
      },
      { convolve: { channels: 3, kernel: 2 }, learn: 'tau' },
      { neurons: 4, recurrent: true },
      {},
    ],
  });
  const { neuron } = layers[3];
  const weights = initialParameters(7, layers);
  const network = { weights, neuron, layers };

  test("with the names of SpikingJelly's Sequential, in which a norm stands behind its convolution", () => {
    const normed = resolveLayers({
      layers: [
        { convolve: { channels: 2, kernel: 3 }, norm: 'batch', pool: 'spikes', learn: 'tau' },
        { convolve: { channels: 3, kernel: 3, bias: true }, learn: 'tau' },
        { convolve: { channels: 3, kernel: 3 }, norm: 'batch', pool: 'currents', learn: 'tau' },
        {},
      ],
    });
    const of = (at: number) => ['weight', 'bias', 'running_mean', 'running_var'].map((part) => `layer.${at}.${part}`);
    const names = listTensors(initialParameters(1, normed), normed).map(({ name }) => name);
    assert.deepEqual(names, [
      ...['layer.0.weight', ...of(1), 'layer.2.w'],
      ...['layer.4.weight', 'layer.4.bias', 'layer.5.w'],
      ...['layer.6.weight', ...of(7), 'layer.9.w', 'layer.11.weight'],
    ]);
  });

  test('with its kernels, and the weights behind its maps, in the order in which PyTorch has them', () => {
    const [first, second, , dense] = listTensors(weights, layers);
    const [ours, , , behind] = splitParameters(weights, parameters(layers));
    assert.deepEqual([first.name, first.shape], ['layer.0.weight', [2, 2, 3, 3]]);
    assert.deepEqual([second.name, second.shape], ['layer.3.weight', [3, 2, 2, 2]]);
    assert.deepEqual([dense.name, dense.shape], ['layer.6.weight', [4, 3 * 2 * 6]]);
    for (const [theirs, mine, [columns, channels, height, width]] of [
      [first.data, ours, [2, 2, 3, 3]],
      [dense.data, behind, [4, 3, 2, 6]],
    ] as const) {
      theirs.forEach((value, at) => {
        const [x, y] = [at % width, Math.floor(at / width) % height];
        const [c, column] = [Math.floor(at / width / height) % channels, Math.floor(at / width / height / channels)];
        assert.equal(value, mine[((y * width + x) * channels + c) * columns + column]);
      });
    }
  });

  test('as safetensors, all of it', () => {
    for (const readout of ['spikes', 'mean-potential'] as const) {
      const { readout: found = 'spikes', ...rest } = fromSafetensors(toSafetensors({ ...network, readout }));
      assert.deepEqual({ ...rest, readout: found }, { ...network, readout });
    }
  });

  test('as NIR, in which sums of spikes are read, too', () => {
    const [first, { learn, ...second }, ...rest] = layers;
    const all = [first, second, ...rest];
    const plain = { weights: initialParameters(7, all), neuron, layers: all };
    const bytes = toNir(plain);
    assert.deepEqual(fromNir(bytes), plain);
    const text = Buffer.from(bytes).toString('latin1');
    const sums = fromNir(Uint8Array.from(Buffer.from(text.replace('AvgPool2d', 'SumPool2d'), 'latin1')));
    const [before, behind] = [36, 36 + 24];
    assert.deepEqual(sums, {
      ...plain,
      weights: plain.weights.map((weight, i) => (i >= before && i < behind ? 4 * weight : weight)),
    });
    // Of images, which need no shape.
    const ofImages = resolveLayers({ layers: [{ convolve: { channels: 2, kernel: 5 } }, {}] });
    const network = { weights: initialParameters(7, ofImages), neuron, layers: ofImages };
    assert.deepEqual(fromNir(toNir(network)), network);
  });

  test("from PyTorch's state_dict, whose layers are said", () => {
    const tensors = listTensors(weights, layers).map(({ shape, ...each }) => ({
      ...each,
      shape: each.kind === 'w' ? [] : shape,
    }));
    const named = tensors.map(({ name, ...tensor }, i): [string, Tensor] => [`part.${i}`, tensor]);
    const bias: [string, Tensor] = ['conv.bias', { shape: [2], data: new Float32Array(2) }];
    const bytes = stateDict([named[0], bias, ...named.slice(1)]);
    assert.deepEqual(fromPth(bytes, 'a.pth', layers), { weights, layers });
    assert.deepEqual(fromFile(bytes, 'a.pth', layers), { weights, layers });
    assert.throws(() => fromPth(bytes, 'a.pth'), {
      message:
        'a.pth: part.0: expected matrices of weights alone, found a kernel [2, 2, 3, 3]; pass the layers, whose stride and padding this file does not have',
    });
    const other = resolveLayers({ layers: [{ convolve: { channels: 2, kernel: 5 } }, {}] });
    assert.throws(
      () => fromPth(bytes, 'a.pth', other),
      /^Error: a\.pth: expected layer\.0\.weight \[2, 1, 5, 5\], .* found part\.0 \[2, 2, 3, 3\]/,
    );
    assert.throws(
      () => fromPth(stateDict([named[0], ['conv.bias', { shape: [2], data: Float32Array.of(0, 1) }]]), 'a.pth', layers),
      /found .*conv\.bias \[2\]/,
    );
  });
});

describe('A file whose numbers no network can have', () => {
  const layers = resolveLayers({ layers: [{ convolve: { channels: 2, kernel: 15, stride: 13 }, norm: 'batch' }, {}] });
  const delayed = resolveLayers({ layers: [{ delay: { most: 2 } }] });
  const wrongOf = (of: typeof layers, kind: 'running variance' | 'delay', value: number) => {
    const numbers = initialParameters(1, of);
    const all = parameters(of);
    splitParameters(numbers, all)[all.findIndex((each) => each.kind === kind)][1] = value;
    return numbers;
  };
  const neuron = DEFAULT_NEURON;

  test('such as a variance below zero or a delay beyond the longest is neither read nor written', () => {
    for (const [of, kind, value, said] of [
      [layers, 'running variance', -1, 'expected running variances of 0 or more, found -1'],
      [delayed, 'delay', 99, 'expected delays from 0 to 2, found 99'],
    ] as const) {
      const weights = wrongOf(of, kind, value);
      const message = `weights: ${said}`;
      assert.throws(() => toSafetensors({ weights, neuron, layers: of }), { name: 'RangeError', message });
      assert.throws(() => layersModelFiles(weights, neuron, undefined, 'spikes', of), { name: 'RangeError', message });
      const bytes = toSafetensors({ weights: initialParameters(1, of), neuron, layers: of });
      const at = parameters(of).findIndex((each) => each.kind === kind);
      const before = parameters(of)
        .slice(0, at)
        .reduce((sum, { shape: [rows, columns] }) => sum + rows * columns, 0);
      new DataView(bytes.buffer).setFloat32(bytes.length - 4 * (weights.length - before), value, true);
      assert.throws(() => fromFile(bytes, 'a.safetensors'), { message: `a.safetensors: ${said}` });
      const files = layersModelFiles(initialParameters(1, of), neuron, undefined, 'spikes', of);
      new DataView(files['weights.bin'].buffer).setFloat32(4 * before, value, true);
      assert.throws(() => decodeNetwork(String, (file) => files[file]), { message: `weights.bin: ${said}` });
    }
    const weights = wrongOf(layers, 'running variance', -1);
    assert.throws(() => foldNorm(weights, layers), /^RangeError: weights: expected running variances of 0 or more/);
    const named = listTensors(initialParameters(1, layers), layers).map(({ name, shape, data }): [string, Tensor] => [
      name,
      { shape, data: name.endsWith('running_var') ? data.map(() => -1) : data },
    ]);
    assert.throws(() => fromPth(stateDict(named), 'a.pth', layers), {
      message: 'a.pth: expected running variances of 0 or more, found -1',
    });
  });

  test('nor is it read with layers that are none, or under a name that makes two lines', () => {
    const bytes = toSafetensors({ weights: weightsOf(), neuron });
    const read = (known: unknown) => () => fromFile(bytes, 'a.safetensors', known as never);
    assert.throws(read(5), { message: "layers: expected an array of an engine's layers, found 5" });
    assert.throws(read([]), { message: 'layers: expected at least one, found none' });
    assert.throws(() => fromFile(bytes, 'a\nb.txt'), {
      message: /^expected a file \.safetensors, .*, found a\ufffdb\.txt$/,
    });
  });

  test('or with a tensor too many is not read, whatever its name', () => {
    const own = resolveLayers({});
    const tensor = { shape: [10, 784], data: new Float32Array(7840) };
    const entries = ['layer.1.weight', '__proto__'].map((name, i): [string, object] => [
      name,
      { dtype: 'F32', shape: [10, 784], data_offsets: [i * 31360, (i + 1) * 31360] },
    ]);
    const header = Buffer.from(JSON.stringify(Object.fromEntries(entries)));
    const bytes = Buffer.concat([Buffer.alloc(8), header, Buffer.alloc(2 * 31360)]);
    bytes.writeBigUInt64LE(BigInt(header.length));
    const message =
      /^Error: a: expected layer\.1\.weight \[10, 784\], found layer\.1\.weight .*, __proto__ \[10, 784\]$/;
    assert.throws(() => fromSafetensors(new Uint8Array(bytes), 'a', own), message);
    assert.throws(() => fromPth(stateDict(entries.map(([name]) => [name, tensor])), 'a', own), message);
  });
});

/** What torch.save makes of tensors: a pickle of a dict, and their numbers. */
function stateDict(tensors: readonly (readonly [string, Tensor])[]): Uint8Array {
  const text = (content: string) => `X${String.fromCharCode(content.length)}\0\0\0${content}`;
  const whole = (value: number) => `J${String.fromCharCode(...[0, 8, 16, 24].map((shift) => (value >> shift) & 255))}`;
  const tuple = (values: readonly number[]) => `(${values.map(whole).join('')}t`;
  const pickled = tensors.map(([name, { shape, data }], i) => {
    const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, n) => product * n, 1));
    const storage = `(${text('storage')}ctorch\nFloatStorage\n${text(`${i}`)}${text('cpu')}${whole(data.length)}tQ`;
    return `${text(name)}ctorch._utils\n_rebuild_tensor_v2\n(${storage}${whole(0)}${tuple(shape)}${tuple(strides)}tR`;
  });
  const pickle = Uint8Array.from(`\x80\x02}(${pickled.join('')}u.`, (letter) => letter.charCodeAt(0));
  const numbers = tensors.map(([, { data }], i) => [`archive/data/${i}`, littleEndian(data)]);
  return zipSync({ 'archive/data.pkl': pickle, ...Object.fromEntries(numbers) }, { level: 0 });
}

test('What is no bytes is refused by each reader in one line that says so', () => {
  for (const file of ['a.pth', 'a.nir', 'a.safetensors', 'a.npy']) {
    const message = `${file}: expected bytes in a Uint8Array, found ArrayBuffer`;
    assert.throws(() => fromFile(new ArrayBuffer(8) as never, file), { name: 'RangeError', message });
  }
});

describe('A network that leaves', () => {
  test('as NIR has the same bytes everywhere', () => {
    // Those of the commit that wrote this; the tests in browsers compare theirs with Node's.
    for (const [hidden, sha256] of [
      [undefined, 'cd8b798611c05c61fac7710a26e82a60909c235c9f30cc13e8edf687857733a4'],
      [3, '9ebe7b631bc0d84cfe3fc5e4e49cbfd7d7197b20df4be6e431577190bdcde22e'],
    ] as const) {
      const bytes = toNir({ weights: initialNetwork(0, hidden), neuron: DEFAULT_NEURON });
      assert.equal(createHash('sha256').update(bytes).digest('hex'), sha256);
    }
  });

  const neuron = { ...DEFAULT_NEURON, tau: 3.5, vReset: null, detachReset: true };

  test('as safetensors has the tensors that PyTorch writes, and comes back with its neurons', () => {
    for (const hidden of [undefined, 3]) {
      const bytes = toSafetensors({ weights: weightsOf(hidden), neuron });
      assert.deepEqual(fromSafetensors(bytes), { weights: weightsOf(hidden), neuron });
      const adapting = { weights: weightsOf(hidden), neuron: { ...neuron, beta: 0.5, tauAdapt: 30 } };
      assert.deepEqual(fromSafetensors(toSafetensors(adapting)), adapting);
    }
    const tail = (bytes: Uint8Array) => Buffer.from(bytes.subarray(bytes.length - 4 * 7840)).toString('hex');
    assert.equal(tail(toSafetensors({ weights: weightsOf(), neuron })), tail(bytesOf('single.safetensors')));
  });

  test('cannot take a soft reset along in NIR, nor weights that are not finite in any format', () => {
    const message =
      'vReset: expected a potential, found null: NIR has no soft reset; use another format, such as safetensors';
    assert.throws(() => toNir({ weights: weightsOf(), neuron }), { message });
    const weights = weightsOf().fill(Number.NaN, 3, 4);
    for (const write of [toNir, toSafetensors]) {
      assert.throws(() => write({ weights, neuron: DEFAULT_NEURON }), {
        message: 'weights: expected finite numbers, found NaN or infinity',
      });
    }
  });

  test('cannot take an option along in NIR that NIR does not know, unless it has its default', (t) => {
    const write = (own: object) => toNir({ weights: weightsOf(), neuron: { ...DEFAULT_NEURON, ...own } });
    const advice = 'which NIR cannot express; use another format, such as safetensors';
    assert.throws(() => write({ beta: 0.5 }), { message: `beta: expected 0, found 0.5, ${advice}` });
    const before = write({});
    Object.assign(DEFAULT_NEURON, { later: null });
    t.after(() => Reflect.deleteProperty(DEFAULT_NEURON, 'later'));
    assert.deepEqual(write({}), before);
    assert.throws(() => write({ later: -1 }), { message: `later: expected null, found -1, ${advice}` });
  });

  test('is refused with neurons or weights that nobody could read, in every format', () => {
    const toModel: typeof toNir = (network) => layersModelFiles(network.weights, network.neuron)['model.json'];
    for (const write of [toNir, toSafetensors, toModel]) {
      const neuron = { ...DEFAULT_NEURON, tau: Number.NaN };
      assert.throws(() => write({ weights: weightsOf(), neuron }), /^RangeError: tau: .* above 1, found NaN$/);
      const wide = new Float64Array(7840) as never;
      assert.throws(() => write({ weights: wide, neuron: DEFAULT_NEURON }), /^RangeError: weights: .* Float64Array$/);
    }
  });
});
