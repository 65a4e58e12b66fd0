/** Damaged and hostile files are refused in one line; nothing in them is run. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, test } from 'node:test';
import { zipSync } from 'fflate';
import { fromPth, fromSafetensors } from '../../src/exchange';

const FOLDER = resolve(__dirname, '..', '..', 'test', 'golden', 'exchange');
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
const withNaN = () => {
  const bytes = safetensors(entry());
  new DataView(bytes.buffer).setFloat32(bytes.length - 4, Number.NaN, true);
  return bytes;
};

const SAFETENSORS: [string, Uint8Array, RegExp][] = [
  ['nothing', new Uint8Array(), /expected a safetensors file, found other content \(0 bytes\)/],
  ['a text', utf8('hello, this is no such file'), /a header of \d+ bytes in a file of 27; is it truncated\?/],
  ['half a file', bytesOf('single.safetensors').slice(0, 9000), /expected data within \d+ bytes, found 0 to 31360/],
  ['a header of 2^63 bytes', safetensors(entry(), 31360, 2n ** 63n), /a header of 9223372036854775808 bytes/],
  ['a header that is no JSON', safetensors('{"w": '), /its header is no JSON/],
  ['a header that is a list', safetensors('[1, 2]'), /its header is no JSON object/],
  ['a header that is null', safetensors('null'), /its header is no JSON object/],
  ['an entry that is null', safetensors({ w: null }), /w: expected F32 or F64, found undefined/],
  [
    '2^40 rows',
    safetensors(entry({ shape: [2 ** 40, 784] })),
    /expected \d+ bytes for the shape \[1099511627776, 784\]/,
  ],
  [
    'rows below zero',
    safetensors(entry({ shape: [-10, 784] })),
    /expected a shape of whole numbers, found \[-10,784\]/,
  ],
  ['rows and a half', safetensors(entry({ shape: [0.5, 784] })), /expected a shape of whole numbers/],
  ['offsets beyond the end', safetensors(entry({ data_offsets: [0, 999999] })), /expected data within 31360 bytes/],
  [
    'offsets backwards',
    safetensors(entry({ data_offsets: [31360, 0] })),
    /expected data within 31360 bytes, found 31360 to 0/,
  ],
  ['numbers after the last', safetensors(entry(), 31364), /expected tensors one after the other up to the end/],
  ['two tensors in one place', safetensors({ ...entry(), x: entry().w }), /found gaps or overlaps/],
  ['float16', bytesOf('half.safetensors'), /expected F32 or F64, found F16; convert it with \.float\(\)/],
  ['the name of a method as a type', safetensors(entry({ dtype: 'toString' })), /expected F32 or F64, found toString/],
  [
    'another network',
    safetensors(entry({ shape: [784, 10] })),
    /expected weights \[10, 784\], or .* found w \[784, 10\]/,
  ],
  ['NaN', withNaN(), /w: expected finite numbers, found NaN or infinity/],
  [
    'neurons of another kind',
    safetensors({ __metadata__: { neuron: '{"tau": 0}' }, ...entry() }),
    /the options of neurons in its metadata/,
  ],
];

/** A file of torch.save with this pickle. */
const pth = (pickle: string, more: Record<string, Uint8Array> = {}) =>
  zipSync({ 'archive/data.pkl': [latin1(pickle), { level: 0 }], ...more }, { level: 0 });
/** Calls this function with this text, as a pickle does that wants to run something. */
const call = (module: string, name: string, text: string) =>
  `\x80\x02c${module}\n${name}\nX${String.fromCharCode(text.length)}\0\0\0${text}\x85R.`;

const PTH: [string, Uint8Array, RegExp][] = [
  [
    'nothing',
    new Uint8Array(),
    /expected the zip file that torch\.save writes since PyTorch 1\.6, found other content/,
  ],
  ['a file from before PyTorch 1.6', bytesOf('before-1.6.pth'), /since PyTorch 1\.6, found other content/],
  ['half a file', bytesOf('state_dict.pth').slice(0, 20000), /expected a whole zip file, found a damaged one/],
  ['a pickled module', bytesOf('module.pth'), /expected a state_dict, found .*; save net\.state_dict\(\), not net/],
  ['a call of os.system', pth(call('os', 'system', 'touch /tmp/owned')), /found a call of os\.system/],
  ['a call of eval', pth(call('builtins', 'eval', '1')), /found a call of builtins\.eval/],
  ['a call of a method of every object', pth(call('constructor', '', '1')), /found a call of constructor/],
  ['no pickle', zipSync({ 'archive/other': utf8('x') }, { level: 0 }), /expected data\.pkl, .* found other/],
  [
    'a pickle that is compressed',
    zipSync({ 'archive/data.pkl': new Uint8Array(5000) }, { level: 9 }),
    /expected data\.pkl/,
  ],
  ['an empty pickle', pth(''), /found a pickle that ends too early/],
  ['a pickle without values', pth('\x80\x02.'), /found a damaged pickle/],
  ['a text of 4 GB in 9 bytes', pth('\x80\x02X\xff\xff\xff\xffab.'), /found a pickle that ends too early/],
  ['a list in place of a dict', pth('\x80\x02].'), /expected a state_dict, found another value/],
  ['a dict that holds itself', pth('\x80\x02}q\0X\x01\0\0\0nh\0s.'), /expected a state_dict of tensors, found none/],
  [
    'a new object',
    pth('\x80\x02ccollections\nOrderedDict\n)\x81.'),
    /an object that is none of a state_dict's \(opcode 0x81\)/,
  ],
  ['no tensor', pth('\x80\x02}.'), /expected a state_dict of tensors, found none/],
];

describe('Refused in one line:', () => {
  for (const [what, bytes, message] of SAFETENSORS) {
    test(`safetensors with ${what}`, () => assertRefused(() => fromSafetensors(bytes, 'my.safetensors'), message));
  }
  for (const [what, bytes, message] of PTH) {
    test(`.pth with ${what}`, () => assertRefused(() => fromPth(bytes, 'my.pth'), message));
  }

  test('.pth whose tensor lies outside of its file of numbers', () => {
    // The number of rows in the pickle, 10 as one byte, becomes 11.
    const bytes = bytesOf('state_dict.pth');
    const pattern = latin1('K\nM\x10\x03\x86');
    const at = Buffer.from(bytes).indexOf(Buffer.from(pattern));
    assert.ok(at > 0);
    bytes[at + 1] = 11;
    assertRefused(() => fromPth(bytes, 'my.pth'), /layer\.1\.weight: expected 34496 bytes in data\/0, found 31360/);
  });
});

function assertRefused(read: () => unknown, message: RegExp): void {
  assert.throws(read, (error: Error) => {
    assert.equal(error.constructor, Error);
    assert.match(error.message, message);
    assert.match(error.message, /^my\.(safetensors|pth): [^\n]+$/);
    return true;
  });
}
