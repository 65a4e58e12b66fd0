import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lifCases } from '../../../test/support/golden';
import { type Figure, neuronRace, neuronTrace, selectNeuron } from '..';
import type { NeuronRecord } from '../trace';

test('one column of a trace is the record of one neuron', () => {
  const v = [1, 2, 3, 4, 5, 6];
  const record = selectNeuron({ v, spike: v }, 1, 2);
  assert.deepEqual(Array.from(record.v), [2, 4, 6]);
  assert.equal(record.current, undefined);
});

type Curve = { x: number[]; y: number[]; yaxis: string };
const named = (figure: Figure, name: RegExp) => {
  return figure.data.filter((trace) => name.test(String(trace.name))) as unknown as Curve[];
};

test('one neuron is drawn with its threshold, its spikes and, if known, its current', () => {
  const record = { current: [1, 1, 1, 1], h: [0.5, 1.2, 0.6, 1.1], v: [0.5, 0, 0.6, 0], spike: [0, 1, 0, 1] };
  const figure = neuronTrace(record, { vThreshold: 0.8 });
  assert.deepEqual(named(figure, /^threshold$/)[0].y, [0.8, 0.8]);
  assert.deepEqual(named(figure, /^x$/)[0].y, record.current);
  assert.deepEqual(named(figure, /^spike$/)[0].x, [1, 1, null, 3, 3, null]);
  assert.match(figure.alt, /2 spikes in 4 steps \(firing rate 0\.50\), threshold 0\.8\.$/);
  assert.equal(neuronTrace({ v: record.v, spike: record.spike }).data.length, 3);
});

test('the axis of the current says x, or the letter that the text gives it', () => {
  const record = { current: [1, 1], v: [0.5, 0], spike: [0, 1] };
  const titles = (figure: Figure) => JSON.stringify(figure.layout).match(/current \w+/g);
  assert.deepEqual(titles(neuronTrace(record)), ['current x']);
  assert.deepEqual(titles(neuronTrace(record, { currentName: 'i' })), ['current i']);
});

test('the potential rises to h and drops straight down to v in the same step', () => {
  const record = { h: [0.5, 1.2, 0.6, 1.1], v: [0.5, 0, 0.6, 0.1], spike: [0, 1, 0, 1] };
  const [{ x, y }] = named(neuronTrace(record), /^potential$/);
  assert.deepEqual(x, [0, 1, 1, 2, 3, 3]);
  assert.deepEqual(y, [0.5, 1.2, 0, 0.6, 1.1, 0.1]);
});

test('without h, the potential is drawn to the threshold at each spike', () => {
  const [{ y }] = named(neuronTrace({ v: [0.5, 0, 2], spike: [0, 1, 1] }, { vThreshold: 0.8 }), /^potential$/);
  assert.deepEqual(y, [0.5, 0.8, 0, 2, 2]);
});

test('as SpikingJelly computes them, potentials reach the threshold at every spike and at no other step, with each reset', () => {
  const resets = new Set<string>();
  for (const { params, T, batch, units, h, v, spike } of lifCases()) {
    const record: NeuronRecord = { h, v, spike };
    for (let column = 0; column < batch * units; column++) {
      const one = selectNeuron(record, column, batch * units);
      const [{ x, y }] = named(neuronTrace(one, { vThreshold: params.v_threshold }), /^potential$/);
      const fired: number[] = [];
      for (let i = 1; i < x.length; i++) if (x[i] === x[i - 1]) fired.push(i - 1);
      assert.equal(x.length, T + fired.length);
      for (const i of fired) {
        const [t, fall] = [x[i], y[i] - y[i + 1]];
        assert.equal(one.spike[t], 1);
        const expected = params.v_reset === null ? params.v_threshold : y[i] - params.v_reset;
        assert.ok(Math.abs(fall - expected) < 1e-4, `step ${t}: falls by ${fall}, not ${expected}`);
        resets.add(params.v_reset === null ? 'soft' : 'hard');
      }
      for (const [i, value] of y.entries()) {
        if (fired.includes(i)) assert.ok(value >= params.v_threshold - 1e-5, `${value} at a spike`);
        else if (!fired.includes(i - 1)) assert.ok(value < params.v_threshold + 1e-5, `${value} without a spike`);
      }
      assert.equal(fired.length, Array.from(one.spike).filter((s) => s > 0).length);
    }
  }
  assert.deepEqual([...resets].sort(), ['hard', 'soft']);
});

test('racing neurons have a potential each, a row of spikes each, and their counts in one panel', () => {
  // Neuron 1 of 3 fires at steps 0, 1 and 3, neuron 2 at step 2.
  const spike = [0, 1, 0, 0, 1, 0, 0, 0, 1, 0, 1, 0];
  const v = spike.map((s) => (s ? 0 : 0.5));
  const figure = neuronRace({ v, spike }, [2, 1], { neurons: 3 });
  const [potential, spikes, count] = named(figure, /^neuron 1: 3 spikes$/);
  assert.deepEqual([potential.yaxis, spikes.yaxis, count.yaxis], ['y2', 'y3', 'y4']);
  assert.deepEqual(spikes.x, [0, 0, null, 1, 1, null, 3, 3, null]);
  assert.deepEqual(
    [count.x, count.y],
    [
      [0, 1, 2, 3],
      [1, 2, 2, 3],
    ],
  );
  assert.deepEqual(named(figure, /^neuron 2: 1 spike$/)[2].y, [0, 0, 1, 1]);
  const { ticktext } = figure.layout.yaxis3 as { ticktext: string[] };
  assert.deepEqual(ticktext, ['2', '1']);
  assert.match(figure.alt, /in 4 steps, neuron 2 fires 1 time and neuron 1 fires 3 times\.$/);
  assert.match(neuronRace({ v, spike }, [0, 1], { neurons: 3 }).alt, /neuron 0 never fires and neuron 1/);
});

test('a part of a record that is missing or of another length is refused', () => {
  assert.throws(
    () => neuronTrace({ v: [1, 2], spike: [0, 0], h: [1] }),
    /expected h and v of one length, found 1 and 2/,
  );
  assert.throws(() => neuronTrace({ v: [], spike: [] }), /neuronTrace: expected \[T\], found 0 values/);
  assert.throws(
    () => selectNeuron({ v: [1, 2, 3], spike: [1, 2, 3] }, 0, 2),
    /selectNeuron: expected \[T, 2\], found 3 values/,
  );
});
