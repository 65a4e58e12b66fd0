/** Networks of whole numbers as files. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type IntegerNetwork, toIntegers } from '../../exchange';

test('A file of whole numbers has its sizes, scales and thresholds where numpy would look for them', () => {
  const weights = [1, -2, 3, -128, 127, 0];
  const bytes = toIntegers({ shift: 2, layers: [{ inputs: 2, outputs: 3, threshold: 40, scale: 0.25, weights }] });
  const hex = Buffer.from(bytes).toString('hex');
  // '<4sII', then '<IIif' and six times 'b'.
  assert.equal(hex, '4c494631'.concat('0200000001000000', '0200000003000000280000000000803e', '01fe03807f00'));
});

const LAYER = { inputs: 2, outputs: 1, threshold: 5, scale: 1, weights: [1, 2] };
const REFUSED: [string, IntegerNetwork, RegExp][] = [
  ['no layer', { shift: 1, layers: [] }, /^layers: expected at least one layer, found none$/],
  [
    'a shift of half a bit',
    { shift: 0.5, layers: [LAYER] },
    /^shift: expected a whole number from 0 to 30, found 0.5$/,
  ],
  ['a threshold of 0', { shift: 1, layers: [{ ...LAYER, threshold: 0 }] }, /^threshold of layer 0: expected a whole/],
  [
    'a scale of 0',
    { shift: 1, layers: [{ ...LAYER, scale: 0 }] },
    /^scale of layer 0: expected a finite number above 0/,
  ],
  [
    'a weight of 16 bits',
    { shift: 1, layers: [{ ...LAYER, weights: [1, 200] }] },
    /found 200; round to 8 bits or fewer$/,
  ],
  ['a float', { shift: 1, layers: [{ ...LAYER, weights: [1, 0.5] }] }, /whole numbers from -128 to 127, found 0.5;/],
  ['a weight too few', { shift: 1, layers: [{ ...LAYER, weights: [1] }] }, /expected 2 x 1 numbers, found 1$/],
  ['layers that do not fit', { shift: 1, layers: [LAYER, LAYER] }, /^inputs of layer 1: expected 1, .* found 2$/],
];
for (const [what, net, message] of REFUSED) {
  test(`A network with ${what} is refused in one line`, () => {
    assert.throws(() => toIntegers(net), { name: 'RangeError', message });
  });
}
