/** Damaged and hostile files are refused in one line; nothing in them is run. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, test } from 'node:test';
import { unzipSync, zipSync, zlibSync } from 'fflate';
import { seededRandom } from '../../../../src/common/random';
import { DEFAULT_NEURON, storeNeuron } from '../../../networks/options/neuron-options';
import { hiddenOf } from '../../../networks/options/weights';
import { Cursor } from '../../bytes';
import { fromNir, fromPth, fromSafetensors, toNir } from '../../exchange';
import { dataSetIn, Hdf5File } from '../../hdf5/reader';
import { readFilters, readType, unfilter } from '../../hdf5/values';
import { type Group, hdf5Bytes } from '../../hdf5/writer';

const FOLDER = resolve(__dirname, '..', '..', '..', '..', 'test', 'golden', 'exchange');
const bytesOf = (name: string) => new Uint8Array(readFileSync(join(FOLDER, name)));
const utf8 = (text: string) => new TextEncoder().encode(text);
const latin1 = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

/** A safetensors file of this header, and so many bytes of numbers. */
function safetensors(header: unknown, size = 31360, claimed?: bigint): Uint8Array {
  const json = typeof header === 'string' ? utf8(header) : utf8(JSON.stringify(header));
  const bytes = new Uint8Array(8 + json.length + size);
  new DataView(bytes.buffer).setBigUint64(0, claimed ?? BigInt(json.length), true);
  bytes.set(json, 8);
  return bytes;
}
const entry = (more: object = {}) => ({ w: { dtype: 'F32', shape: [10, 784], data_offsets: [0, 31360], ...more } });
/** So many tensors of this shape, all in the same place of `size` bytes. */
const many = (count: number, shape: number[], size: number) =>
  safetensors(
    Object.fromEntries(Array.from({ length: count }, (_, i) => [i, { dtype: 'F32', shape, data_offsets: [0, size] }])),
    size,
  );
const withNaN = () => {
  const bytes = safetensors(entry());
  new DataView(bytes.buffer).setFloat32(bytes.length - 4, Number.NaN, true);
  return bytes;
};

const SAFETENSORS: [string, Uint8Array, RegExp][] = [
  ['a text', utf8('hello, this is no such file'), /a header of \d+ bytes in a file of 27; is it truncated\?/],
  ['half a file', bytesOf('single.safetensors').slice(0, 9000), /expected data within \d+ bytes, found 0 to 31360/],
  ['a header of 2^63 bytes', safetensors(entry(), 31360, 2n ** 63n), /a header of 9223372036854775808 bytes/],
  ['a header that is no JSON', safetensors('{"w": '), /its header is no JSON/],
  ['2^40 rows', safetensors(entry({ shape: [2 ** 40, 784] })), /bytes for the shape \[1099511627776, 784\]/],
  ['offsets beyond the end', safetensors(entry({ data_offsets: [0, 999999] })), /expected data within 31360 bytes/],
  ['eleven thousand tensors in one place of 4 MB', many(11_000, [1000, 1000], 4e6), /found gaps or overlaps/],
  ['the name of a method as a type', safetensors(entry({ dtype: 'toString' })), /expected F32 or F64, found toString/],
  ['NaN', withNaN(), /w: expected finite numbers, found NaN or infinity/],
  [
    'a shape of endless brackets',
    safetensors(`{"w":{"dtype":"F32","shape":${'['.repeat(100_000)}${']'.repeat(100_000)}}}`),
    /expected a shape of whole numbers, found another value|its header is no JSON/,
  ],
  [
    'a name that a terminal would obey',
    safetensors({ '\u001b[2J\n': { ...entry().w, shape: [0.5] } }),
    /: \ufffd\[2J\ufffd: /,
  ],
  ['a thousand tensors', many(1000, [0, 784], 0), /found .{900,} …$/],
  [
    'a readout of another kind',
    safetensors({
      __metadata__: { neuron: JSON.stringify(storeNeuron(DEFAULT_NEURON)), readout: ['spikes'] },
      ...entry(),
    }),
    /what is read of the outputs in its metadata \(readout: expected 'spikes', .*, found an array\)$/,
  ],
];

/** A file of torch.save with this pickle. */
const pth = (pickle: string, more: Record<string, Uint8Array> = {}) =>
  zipSync({ 'archive/data.pkl': [latin1(pickle), { level: 0 }], ...more }, { level: 0 });
/** A text of a pickle. */
const text = (content: string) => `X${String.fromCharCode(content.length)}\0\0\0${content}`;
/** 784 × 784 times the number `data/0`. */
const zeros = () =>
  `ctorch._utils\n_rebuild_tensor_v2\n((X\x07\0\0\0storagectorch\nFloatStorage\n${text('0')}${text('cpu')}K\x01tQK\0M\x10\x03M\x10\x03\x86K\0K\0\x86tR`;
/** A tensor whose shape has twenty extents of almost 2^53, and then 0. */
const endless = () =>
  zeros().replace(
    'M\x10\x03M\x10\x03\x86K\0K\0\x86',
    `(${'\x8a\x07\xff\xff\xff\xff\xff\xff\x1f'.repeat(20)}K\0t(${'K\0'.repeat(21)}t`,
  );
/** A thousand tensors of one number, and what comes before them. */
const thousand = (before: string) =>
  pth(`\x80\x02}(${before}${Array.from({ length: 1000 }, (_, i) => text(`${i}`) + zeros()).join('')}u.`, {
    'archive/data/0': new Uint8Array(4),
  });
/** Storages, again and again, whose type is in a module of a name of fifty thousand words. */
const longType = (times: number) =>
  `\x80\x02(${text('storage')}c${'a '.repeat(50_000)}\nx\n${text('0')}tq\x01${'h\x01Q'.repeat(times)}].`;
/** So many names of one tensor of shape [0]. */
const empty = (times: number) => {
  const tensor = zeros().replace('M\x10\x03M\x10\x03\x86K\0K\0\x86', 'K\0\x85K\x01\x85');
  return `\x80\x02}(${text('w')}${tensor}q\0${Array.from({ length: times }, (_, i) => `${text(`${i}`)}h\0`).join('')}u.`;
};
/** A call, again and again, with one tuple of sixty thousand numbers. */
const longArguments = (name: string, times: number) =>
  `\x80\x02(${'K\x01'.repeat(60_000)}tq\0ctorch\n${name}\nq\x01${'h\x01h\0R'.repeat(times)}.`;
/** Tensors, again and again, whose shape is one list of a hundred thousand numbers. */
const longShape = (times: number) => {
  const storage = `X\x07\0\0\0storagectorch\nFloatStorage\n${text('0')}${text('cpu')}K\x01`;
  return `\x80\x02(${'K\x01'.repeat(100_000)}tq\0((${storage}tQK\0h\0h\0tq\x01ctorch._utils\n_rebuild_tensor_v2\nq\x02${'h\x02h\x01R'.repeat(times)}.`;
};
/** The file, which says that it holds 65535 files. */
function countless(bytes: Uint8Array): Uint8Array {
  return patched(bytes, bytes.length - 14, [0xff, 0xff, 0xff, 0xff]);
}
/** A zip whose directory names the same file again and again. */
function overlapping(times: number): Uint8Array {
  const one = zipSync({ 'archive/data.pkl': new Uint8Array(1e5) }, { level: 0 });
  const start = Buffer.from(one).indexOf('PK\x01\x02', 'latin1');
  const [entry, end] = [one.slice(start, -22), one.slice(-22)];
  new DataView(end.buffer).setUint16(10, times, true);
  return Uint8Array.from(Buffer.concat([one.slice(0, start), ...new Array<Uint8Array>(times).fill(entry), end]));
}
/** Calls this function with this text, as a pickle does that wants to run something. */
const call = (module: string, name: string, argument: string) => `\x80\x02c${module}\n${name}\n${text(argument)}\x85R.`;

const PTH: [string, Uint8Array, RegExp][] = [
  ['a file from before PyTorch 1.6', bytesOf('before-1.6.pth'), /since PyTorch 1\.6, found other content/],
  ['a pickled module', bytesOf('module.pth'), /expected a state_dict, found .*; save net\.state_dict\(\), not net/],
  ['a call of os.system', pth(call('os', 'system', 'touch /tmp/owned')), /found a call of os\.system/],
  ['a call of a method of every object', pth(call('constructor', '', '1')), /found a call of constructor/],
  [
    'a pickle that is compressed',
    zipSync({ 'archive/data.pkl': new Uint8Array(5000) }, { level: 9 }),
    /expected data\.pkl, stored as torch\.save writes it, found no files$/,
  ],
  ['a text of 4 GB in 9 bytes', pth('\x80\x02X\xff\xff\xff\xffab.'), /found a pickle that ends too early/],
  ['a dict that holds itself', pth('\x80\x02}q\0X\x01\0\0\0nh\0s.'), /of tensors, found none/],
  [
    'a name of endless brackets',
    pth(`\x80\x02}${']'.repeat(50_000)}${'a'.repeat(49_999)}${zeros()}s.`),
    /of tensors, found none/,
  ],
  ['a thousand tensors of one number', thousand(''), /expected at most 5708800 numbers, found more/],
  [
    'twenty thousand names of a tensor without numbers, in 4 MB of them',
    pth(empty(20_000), { 'archive/data/0': new Uint8Array(4e6) }),
    /found none$/,
  ],
  ['calls with sixty thousand arguments', pth(longArguments('Size', 20_000)), /found a call with 60000 arguments/],
  ['tensors of a hundred thousand axes', pth(longShape(20_000)), /found a tensor without a shape/],
  [
    // Infinity times 0 is no number, and above no limit.
    'a tensor of no numbers along axes without end, and a thousand of one number',
    thousand(text('p') + endless()),
    /expected at most 5708800 numbers, found more/,
  ],
  ['a hundred thousand storages of one type with a long name', pth(longType(100_000)), /found another value$/],
  ['a million dicts', pth(`\x80\x02${'}'.repeat(1e6)}.`), /expected data\.pkl of at most 500000 bytes, found 1000003/],
  ['65535 files', countless(bytesOf('state_dict.pth')), /found a damaged one \(its directory is damaged\)/],
  ['a thousand files in one place', overlapping(1000), /found a damaged one \(its files overlap\)/],
  [
    'another number in it',
    patched(bytesOf('state_dict.pth'), 20_000, [1]),
    /\(the checksum of state_dict\/data\/0 is wrong\)/,
  ],
];

const ours = () => toNir({ weights: new Float32Array(7840), neuron: DEFAULT_NEURON });
/** The bytes with some replaced. `what` is the place that it begins at, or a pattern that is found there. */
function patched(bytes: Uint8Array, what: number | number[], replacement: number[], skip = 0): Uint8Array {
  const copy = bytes.slice();
  const at = typeof what === 'number' ? what : Buffer.from(bytes).indexOf(Buffer.from(what)) + skip;
  assert.ok(at >= 0);
  copy.set(replacement, at);
  return copy;
}
const bytes8 = (value: bigint) => Array.from({ length: 8 }, (_, i) => Number((value >> BigInt(8 * i)) & 255n));
/** The shape of the weights, and of the chunks in which h5py stores them. */
const ROWS = [...bytes8(10n), ...bytes8(784n)];
const CHUNK = [5, 0, 0, 0, 0x88, 1, 0, 0, 4, 0, 0, 0];
const letters = (text: string) => [...utf8(text)];
/** The last place of a pattern. */
const last = (bytes: Uint8Array, pattern: number[]) => Buffer.from(bytes).lastIndexOf(Buffer.from(pattern));

/** The header of an object with so many messages. */
function emptyMessages(count: number): Uint8Array {
  const header = Uint8Array.of(...letters('OHDR'), 2, 2, 0, 0, 0, 0);
  new DataView(header.buffer).setUint32(6, 4 * count, true);
  return Uint8Array.from(Buffer.concat([header, new Uint8Array(4 * count + 4)]));
}

/** A graph whose nodes are replaced by these, in a chain. */
function graph(nodes: Record<string, Group>, more: Group = {}, edges?: string[]): Uint8Array {
  const names = Object.keys(nodes);
  const chain = edges ?? names.slice(1).flatMap((to, i) => [names[i], to]);
  return hdf5Bytes({
    node: {
      type: { values: ['NIRGraph'] },
      nodes,
      edges: { values: chain, shape: [chain.length / 2, 2] },
      ...more,
    },
  });
}
const floats = (...values: number[]) => ({ values: Float64Array.from(values), shape: [values.length] });
const node = (type: string, parts: Group = {}): Group => ({ type: { values: [type] }, ...parts });
const ten = (value: number) => floats(...new Array<number>(10).fill(value));
const matrix = (fill = 0, shape = [10, 784]) => ({
  values: new Float32Array(shape.reduce((product, n) => product * n, 1)).fill(fill),
  shape,
});
const linear = (weight: Group[string] = matrix()) => node('Linear', { weight });
const lif = (more: Group = {}) =>
  node('LIF', { tau: ten(2e-4), r: ten(1), v_leak: ten(0), v_threshold: ten(1), ...more });
const cuba = (more: Group = {}) =>
  node('CubaLIF', { tau_syn: ten(4e-4), tau_mem: ten(2e-4), r: ten(1), v_leak: ten(0), v_threshold: ten(1), ...more });
const chain = (parts: Record<string, Group>, more?: Group) =>
  graph({ input: node('Input'), ...parts, output: node('Output') }, more);
/** Kernels of 5 × 5 over images, the ten outputs behind them. */
const conv = (more: Group = {}, pool: Group = {}) =>
  chain({
    conv: node('Conv2d', {
      weight: matrix(0, [2, 1, 5, 5]),
      bias: floats(0, 0),
      stride: floats(1, 1),
      padding: floats(0, 0),
      dilation: floats(1, 1),
      groups: floats(1),
      ...more,
    }),
    lif: lif(),
    pool: node('AvgPool2d', { kernel_size: floats(2, 2), stride: floats(2, 2), padding: floats(0, 0), ...pool }),
    flatten: node('Flatten'),
    fc: linear(matrix(0, [10, 288])),
    lif_1: lif(),
  });
/** Outputs whose potential is read. */
const withLi = (more?: Group) => chain({ fc: linear(), li: lif({ type: { values: ['LI'] } }) }, more);
const withLif = (more: Group) => chain({ fc: linear(), lif: lif(more) });

const NIR: [string, Uint8Array, RegExp][] = [
  ['a text', utf8('hello, this is no such file'), /found other content/],
  ['half a file of ours', ours().slice(0, 20000), /outside of the file; is it truncated\?/],
  ['a superblock of the future', patched(ours(), 8, [9]), /a superblock of version 9, where 0 to 3 are read/],
  ['a root beyond the end', patched(ours(), 36, bytes8(2n ** 62n)), /an object outside of the file/],
  // The link `node` of the root is the last in a file of ours, and the root the last object.
  ['a group that holds itself', loop(ours()), /an object that is reached twice, as in a cycle/],
  [
    'a tree that holds itself',
    patched(bytesOf('nir.nir'), letters('TREE'), [1, 1, 0], 5),
    /damaged tree|reached twice/,
  ],
  ['2^40 rows', patched(ours(), ROWS, bytes8(2n ** 40n)), /where at most 800000/],
  [
    'chunks that are wider than the weights',
    patched(bytesOf('nir.nir'), CHUNK, [1, 0, 0, 0, 0, 0x92, 9, 0]),
    /found 25088000 bytes, where at most 12800000/,
  ],
  // The first bytes of a chunk of the weights.
  [
    'a chunk that is no gzip',
    patched(bytesOf('nir.nir'), [0x78, 0x5e, 0xed], [0x78, 0x5e, 0xff, 0xff]),
    /damaged chunk/,
  ],
  [
    'weights in chunks of one number',
    patched(patched(bytesOf('nir.nir'), ROWS, bytes8(100n)), CHUNK, [1, 0, 0, 0, 1, 0]),
    /found more than 10000 chunks/,
  ],
  [
    'a root of a million messages',
    // Zeros are messages of nothing.
    Uint8Array.from(Buffer.concat([patched(ours(), 36, bytes8(BigInt(ours().length))), emptyMessages(1e6)])),
    /found an object of more than 500 messages/,
  ],
  ['no graph', hdf5Bytes({ x: { values: ['y'] } }), /found no node/],
  ['a group where values should be', hdf5Bytes({ node: { type: {} } }), /found a group type/],
  [
    'long texts for a type',
    hdf5Bytes({ node: { type: { values: new Array<string>(101).fill('x'.repeat(998)), shape: [101] } } }),
    /at most 100000/,
  ],
  ['no nodes', graph({}, {}, ['a', 'b']), /found no a/],
  ['a kernel that is not square', conv({ weight: matrix(0, [2, 1, 5, 3]) }), /conv: .* found weights \[2, 1, 5, 3\]$/],
  ['two strides', conv({ stride: floats(1, 2) }), /conv: expected one stride for both directions, found 1 and 2$/],
  ['means of 3 × 3', conv({}, { kernel_size: floats(3, 3) }), /pool: expected kernel_size of 2, found 3$/],
  [
    'neurons that do not fire before others',
    chain({ a: linear(), b: node('CubaLI'), c: linear(), d: lif() }),
    /found Linear → CubaLI → Linear → LIF$/,
  ],
  [
    'outputs of which it is not said what is read',
    withLi(),
    /li: expected last-potential, .* in metadata\/readout, found none$/,
  ],
  [
    'a current that is not scaled by its time constant',
    chain({ fc: linear(), lif: cuba({ w_in: ten(1) }) }),
    /w_in of .*\(4\), found 1$/,
  ],
  [
    'three layers that do not fit each other',
    chain({ a: linear(), b: lif(), c: linear(), d: lif(), e: linear(), f: lif() }),
    /layer\.3\.weight \[10, 10\], .* found .*layer\.3\.weight \[10, 784\]/,
  ],
  [
    'a recurrent edge',
    graph({ a: node('Input'), fc: linear(), lif: lif() }, {}, 'a fc fc lif lif fc fc fc'.split(' ')),
    /two edges out of fc/,
  ],
  [
    'edges that lead into a circle',
    graph({ a: node('Input'), b: lif(), c: lif() }, {}, ['a', 'b', 'b', 'c', 'c', 'b']),
    /3 edges that are no chain/,
  ],
  ['an edge to nowhere', graph({ a: node('Input') }, {}, ['a', 'b']), /found no b/],
  [
    'another time step',
    chain({ fc: linear(), lif: lif() }, { metadata: { dt: { values: Float64Array.of(1e-3) } } }),
    /\(dt\) of 0\.001 s in place of 0\.0001 s/,
  ],
  ["a tau one step too small, as in Norse's files", withLif({ tau: ten(1e-4) }), /step of 0\.0001 s \(tau: /],
  ['another factor of the input', withLif({ r: ten(7) }), /lif: expected r of 1, or of tau in steps \(2\), found 7/],
  ['a neuron without tau', withLif({ tau: {} }), /lif: expected numbers, found a group tau \(tau\)/],
  ['NaN', chain({ fc: linear(matrix(Number.NaN)), lif: lif() }), /fc\/weight: .* found NaN/],
  ['a bias', chain({ fc: node('Affine', { weight: matrix(), bias: ten(1) }), lif: lif() }), /our layers have no bias/],
  [
    'outputs that hear one another',
    graph(
      { a: node('Input'), fc: linear(), lif: lif(), r: linear(), o: node('Output') },
      {},
      'a fc fc lif lif o lif r r lif'.split(' '),
    ),
    /recurrent: .* found the outputs$/,
  ],
];

type Read = (bytes: Uint8Array, file: string) => { weights: Float32Array };
const FUZZED: [string, Read][] = [
  ...['single.safetensors', 'hidden-float64.safetensors'].map((file): [string, Read] => [file, fromSafetensors]),
  ...['state_dict.pth', 'checkpoint.pth', 'turned-float64.pth', 'module.pth'].map((file): [string, Read] => [
    file,
    fromPth,
  ]),
  ...['nir.nir', 'snntorch.nir', 'spikingjelly.nir'].map((file): [string, Read] => [file, fromNir]),
];

/** A file of ours in which the link of the root leads to the root. */
function loop(bytes: Uint8Array): Uint8Array {
  const root = bytes.slice(36, 44);
  return patched(bytes, last(bytes, letters('node')) + 4, [...root]);
}

describe('Refused in one line:', () => {
  for (const [what, bytes, message] of NIR) {
    test(`NIR with ${what}`, () => assertRefused(() => fromNir(bytes, 'my.nir'), message));
  }

  test('HDF5 whose chunk has megabytes behind its end, or blocks of nothing', () => {
    const chunk = zlibSync(new Uint8Array(20e6));
    const [behind, blocks] = [new Uint8Array(40e6), new Uint8Array(40e6)];
    behind.set(chunk);
    // A deflated stream of stored blocks of no bytes.
    blocks.set([0x78, 1]);
    for (let at = 2; at + 5 <= blocks.length; at += 5) blocks.set([0, 0, 0, 0xff, 0xff], at);
    for (const content of [behind, blocks]) {
      const { user } = process.cpuUsage();
      assert.throws(() => unfilter(content, [1], 0, 20e6, 1), /^Error: a damaged chunk \(bytes without output\)$/);
      const seconds = (process.cpuUsage().user - user) / 1e6;
      assert.ok(seconds < 2, `${seconds} s`);
    }
    assert.equal(unfilter(chunk, [1], 0, 20e6, 1).length, 20e6);
    assert.throws(() => unfilter(behind, [1], 0, 100, 1), /^Error: a chunk of 40000000 bytes for 100$/);
  });

  test('HDF5 with what only multiplies the work: a filter twice, lists of lists', () => {
    const cursor = (...bytes: number[]) => new Cursor(Uint8Array.from(bytes));
    const shuffle = [2, 0, 0, 0, 0, 0];
    assert.throws(
      () => readFilters(cursor(2, 2, ...shuffle, ...shuffle)),
      /^Error: chunks that go through one filter twice$/,
    );
    const list = [0x19, 0, 0, 0, 16, 0, 0, 0];
    const lists = Array.from({ length: 8000 }, () => list).flat();
    assert.throws(() => readType(cursor(...lists)), /^Error: values of 16 bytes of an unsupported type$/);
  });

  test('values that are asked for as another type; as their own they are read all the same', () => {
    const found = dataSetIn(new Hdf5File(hdf5Bytes({ x: floats(2, 3) }), { bytes: 1e6, values: 10 }).root(), 'x');
    for (const read of [found.texts, found.lists, found.texts]) assert.throws(read, /^Error: values of another type/);
    assert.deepEqual([...found.numbers().values], [2, 3]);
  });

  describe('or read all the same, a file that is damaged at random:', () => {
    for (const [file, read] of FUZZED) {
      test(file, () => {
        const bytes = bytesOf(file);
        const random = seededRandom(1);
        const memory = process.resourceUsage().maxRSS;
        for (let round = 0; round < 60; round++) {
          const bad = damaged(bytes, random);
          const { user } = process.cpuUsage();
          try {
            const { weights } = read(bad, 'my file');
            assert.ok(hiddenOf(weights.length) && weights.every(Number.isFinite), `round ${round}`);
          } catch (error) {
            assert.equal((error as Error).constructor, Error, `round ${round}: ${(error as Error).stack}`);
            assert.match((error as Error).message, /^my file: \P{Cc}+$/u);
          }
          const seconds = (process.cpuUsage().user - user) / 1e6;
          assert.ok(seconds < 1, `round ${round}: ${seconds} s`);
        }
        const more = (process.resourceUsage().maxRSS - memory) / 1024;
        assert.ok(more < 200, `${more} MB`);
      });
    }
  });

  for (const [what, bytes, message] of SAFETENSORS) {
    test(`safetensors with ${what}`, () => assertRefused(() => fromSafetensors(bytes, 'my.safetensors'), message));
  }
  for (const [what, bytes, message] of PTH) {
    test(`.pth with ${what}`, () => assertRefused(() => fromPth(bytes, 'my.pth'), message));
  }

  test('.pth whose tensor lies outside of its file of numbers', () => {
    // The number of rows in the pickle, 10 as one byte, becomes 11.
    const files = unzipSync(bytesOf('state_dict.pth'));
    const pickle = files['state_dict/data.pkl'];
    pickle[Buffer.from(pickle).indexOf(Buffer.from(latin1('K\nM\x10\x03\x86'))) + 1] = 11;
    const bytes = zipSync(files, { level: 0 });
    assertRefused(() => fromPth(bytes, 'my.pth'), /layer\.1\.weight: expected 34496 bytes in data\/0, found 31360/);
  });
});

/**
 * The bytes after one to three mishaps: bytes and bits that change, sizes that are enormous, parts that are lost, come
 * or are copied.
 */
function damaged(bytes: Uint8Array, random: () => number): Uint8Array {
  const below = (bound: number) => Math.floor(random() * bound);
  const SIZES = [2n ** 31n, 2n ** 32n - 1n, 2n ** 40n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n];
  let copy: Uint8Array = bytes.slice();
  for (let left = 1 + below(3); left > 0 && copy.length > 8; left--) {
    // Half of them near an end, where the formats have what is not weights.
    const near = below(Math.min(copy.length, 2048));
    const at = [below(copy.length), below(copy.length), near, copy.length - 1 - near][below(4)];
    const size = 1 + below(64);
    const [before, after] = [copy.subarray(0, at), copy.subarray(at)];
    const mishaps = [
      () => copy.fill(below(256), at, at + 1),
      () => copy.fill(copy[at] ^ (1 << below(8)), at, at + 1),
      () => copy.fill([0, 255][below(2)], at, at + size),
      () => patched(copy, Math.min(at, copy.length - 8), bytes8(SIZES[below(SIZES.length)])),
      () => copy.copyWithin(below(copy.length), at, at + size),
      () => before.slice(),
      () => Uint8Array.from(Buffer.concat([before, after.subarray(size)])),
      () => Uint8Array.from(Buffer.concat([before, copy.subarray(0, size), after])),
    ];
    copy = mishaps[below(mishaps.length)]();
  }
  return copy;
}

/** In one line, and soon: reading for long is itself a fault. */
function assertRefused(read: () => unknown, message: RegExp): void {
  const { user } = process.cpuUsage();
  assert.throws(read, (error: Error) => {
    assert.equal(error.constructor, Error);
    assert.match(error.message, message);
    assert.match(error.message, /^my\.(safetensors|pth|nir): [^\n]+$/);
    return true;
  });
  const seconds = (process.cpuUsage().user - user) / 1e6;
  assert.ok(seconds < 2, `${seconds} s`);
}
