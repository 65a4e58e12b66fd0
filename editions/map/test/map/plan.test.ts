/** A run of a map: its document, and the id that it has by it. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import { runOf } from '../../plan';

const idOf = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 12);

describe('A run', () => {
  test('is the same, however its document is written', () => {
    const [run, ...others] = [
      { engine: { neuron: { tau: 3 } } },
      { data: 'mnist', engine: { name: 'event', T: 100, neuron: { tau: 3 } } },
      { engine: { neuron: { surrogateFunction: { name: 'atan', alpha: 2 }, tau: 3 }, layers: [{}] }, train: {} },
      { train: { epochs: 100 }, engine: { neuron: { tau: 3 }, reset: true, gain: 1 } },
    ].map(runOf);
    for (const other of others) assert.deepEqual(other, run);
    assert.deepEqual(runOf({ engine: { hidden: 9 } }), runOf({ engine: { layers: [{ neurons: 9 }, {}] } }));
  });

  test('has the hash of its document as its id, without what is as by default', () => {
    assert.equal(runOf({}).id, idOf('{}'));
    assert.equal(
      runOf({ engine: { neuron: { tau: 3 }, seed: 1 } }).id,
      idOf('{"engine":{"seed":1,"neuron":{"tau":3}}}'),
    );
    assert.equal(runOf({ engine: { T: 20, hidden: 96 } }).id, idOf('{"engine":{"T":20,"layers":[{"neurons":96},{}]}}'));
    // Each surrogate has its own alpha.
    assert.equal(
      runOf({ engine: { neuron: { surrogateFunction: { name: 'sigmoid', alpha: 4 } } } }).id,
      idOf('{"engine":{"neuron":{"surrogateFunction":{"name":"sigmoid"}}}}'),
    );
  });

  test('takes longer with more epochs, steps, and neurons', () => {
    const [first, ...others] = [
      { train: { epochs: 1 } },
      { engine: { name: 'ann' }, train: { epochs: 3 } },
      { train: { epochs: 2 } },
      { engine: { hidden: 10 }, train: { epochs: 2 } },
      { engine: { layers: [{ neurons: 10 }, { neurons: 10 }, {}] }, train: { epochs: 2 } },
      { engine: { layers: [{ convolve: { channels: 12, kernel: 5 } }, {}] }, train: { epochs: 2 } },
    ].map((document) => runOf(document).seconds);
    others.reduce((before, seconds) => {
      assert.ok(seconds > before, `${before} and ${seconds} seconds`);
      return seconds;
    }, first);
  });

  test('on the readable engine is refused, by which no row is computed', () => {
    assert.throws(() => runOf({ engine: { name: 'tfjs' } }), {
      message: 'engine.name: expected event or ann, by which rows are computed, found tfjs',
    });
  });
});
