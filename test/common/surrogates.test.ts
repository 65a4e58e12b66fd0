/** What a new line in the table of surrogates asks for elsewhere; the compiler and the kernel's start ask for the rest. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import * as node from '../../hosts/node';
import { tf } from '../../hosts/node/backend';
import { SURROGATE_NAMES, SURROGATES } from '../../src/common/surrogates';
import { makeSurrogate, slopes } from '../../src/snn/surrogate';
import { lifCases } from '../support/golden';

const glossary = readFileSync(join(__dirname, '..', '..', 'editions', 'book', 'glossary.md'), 'utf8');

for (const name of SURROGATE_NAMES) {
  describe(`the surrogate ${name}`, () => {
    for (const detach of [false, true]) {
      test(`has golden gradients with SpikingJelly’s default alpha, the reset ${detach ? 'detached' : 'in the gradient'}`, () => {
        const cases = lifCases().filter(({ params }) => params.surrogate === name && params.detach_reset === detach);
        assert.ok(
          cases.some(({ params }) => params.alpha === SURROGATES[name].alpha),
          `add ${name} to SURROGATES in test/golden/make_golden.py, and run it`,
        );
      });
    }

    test('is a class of that name, whose spike is the step itself', () => {
      const surrogate = makeSurrogate({ name });
      assert.deepEqual({ name: surrogate.name, alpha: surrogate.alpha }, { name, alpha: SURROGATES[name].alpha });
      assert.equal(surrogate.constructor.name.toLowerCase(), name);
      assert.ok(surrogate.constructor.name in node.surrogate, 'add it to hosts/contract/entry-point.ts');
      assert.deepEqual(Array.from(surrogate.apply(tf.tensor1d([-1, -1e-6, 0, 1])).dataSync()), [0, 0, 1, 1]);
    });

    test('has a slope around the threshold of area 1, as the step it stands for rises by 1', () => {
      const [ends, count] = [200, 400_000];
      const xs = Float32Array.from({ length: count }, (_, i) => ((i + 0.5) / count) * 2 * ends - ends);
      const area = (slopes(makeSurrogate({ name }), xs).reduce((a, b) => a + b, 0) * 2 * ends) / count;
      assert.ok(Math.abs(area - 1) < 0.01, `found ${area}`);
    });

    test('stands in the glossary, under the name of its class', () => {
      const { name: className } = makeSurrogate({ name }).constructor;
      assert.match(glossary, new RegExp(`^${className}$`, 'm'), 'add it to editions/book/glossary.md');
    });
  });
}
