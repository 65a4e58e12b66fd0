import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Figure, neuronRace, neuronTrace, plot1dSpikes, plot2dHeatmap } from '..';

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

test('the potential rises to h and drops straight down to v in the same step', () => {
  const record = { h: [0.5, 1.2, 0.6, 1.1], v: [0.5, 0, 0.6, 0.1], spike: [0, 1, 0, 1] };
  const [{ x, y }] = named(neuronTrace(record), /^potential$/);
  assert.deepEqual(x, [0, 1, 1, 2, 3, 3]);
  assert.deepEqual(y, [0.5, 1.2, 0, 0.6, 1.1, 0.1]);
  const [without] = named(neuronTrace({ v: [0.5, 0, 2], spike: [0, 1, 1] }, { vThreshold: 0.8 }), /^potential$/);
  assert.deepEqual(without.y, [0.5, 0.8, 0, 2, 2], 'without h to the threshold');
});

test('racing neurons have a potential each, a row of spikes each, and their counts in one panel', () => {
  // Neuron 1 of 10 fires at steps 0, 1 and 3, neuron 2 at step 2.
  const spike = [1, 1, 2, 1].flatMap((firing) => Array.from({ length: 10 }, (_, neuron) => Number(neuron === firing)));
  const v = spike.map((s) => (s ? 0 : 0.5));
  const figure = neuronRace({ v, spike }, [2, 1]);
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
  assert.match(neuronRace({ v, spike }, [0, 1]).alt, /neuron 0 never fires and neuron 1/);
});

// Neuron 2 of 3 fires at steps 0 and 3, neuron 0 at step 1.
const spikes = [0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 1];

test('the raster has a stroke for each spike, at its step and neuron, and no other', () => {
  const [raster] = plot1dSpikes(spikes, { neurons: 3 }).data;
  const [x, y] = [raster.x as (number | null)[], raster.y as (number | null)[]];
  const strokes = [];
  for (let i = 0; i < x.length; i += 3) {
    assert.equal(x[i], x[i + 1]);
    assert.deepEqual([x[i + 2], y[i + 2]], [null, null]);
    strokes.push([x[i], ((y[i] as number) + (y[i + 1] as number)) / 2]);
  }
  assert.deepEqual(strokes, [
    [1, 0],
    [0, 2],
    [3, 2],
  ]);
});

test('the firing rate of each neuron stands beside the raster, as a colour and as a number', () => {
  const figure = plot1dSpikes(spikes, { neurons: 3 });
  assert.deepEqual(figure.data[1].z, [[0.25], [0], [0.5]]);
  assert.deepEqual(figure.data[2].text, ['0.25', '0.00', '0.50']);
  assert.match(figure.alt, /neuron 0 0\.25, neuron 2 0\.50; all others 0\.$/);
  assert.match(plot1dSpikes(new Float32Array(30)).alt, /No neuron fires\.$/);
});

test('the raster may begin at another number than 0, and be of other things than neurons', () => {
  const figure = plot1dSpikes(spikes, { neurons: 3, first: 10, what: 'pixel' });
  assert.deepEqual([figure.data[1].y0, figure.data[2].y], [10, [10, 11, 12]]);
  assert.deepEqual((figure.layout.yaxis as { range: number[] }).range, [12.5, 9.5]);
  assert.match(figure.alt, /3 pixels over 4 steps.*pixel 10 0\.25, pixel 12 0\.50; all others 0\.$/);
});

test('the heatmap has a row for each neuron and a column for each step', () => {
  const [heatmap] = plot2dHeatmap([1, 2, 3, 4, 5, 6], { neurons: 2 }).data;
  assert.deepEqual(heatmap.z, [
    [1, 3, 5],
    [2, 4, 6],
  ]);
  assert.ok(heatmap.colorbar);
});

test("the heatmap's sentence names the extremes and whose the highest is", () => {
  assert.match(
    plot2dHeatmap([1, 2, -3, 4, 5, 1], { neurons: 2 }).alt,
    /2 neurons over 3 steps, values from -3 to 5; the highest is neuron 0's\.$/,
  );
  assert.match(plot2dHeatmap([Number.NaN], { neurons: 1 }).alt, /1 neuron over 1 step, without a value\. 1 of 1 value/);
});

test('the colours of the heatmap end where they are told to, and its sentence says so', () => {
  const { data, alt } = plot2dHeatmap([1, 2, -30, 4], { neurons: 2, zrange: [-5, 1] });
  assert.deepEqual([data[0].zmin, data[0].zmax], [-5, 1]);
  assert.match(alt, /values from -30 to 4; the highest is neuron 1's\. The colours end at -5 and 1\.$/);
});

test('a neuron with a gap among its spikes has no firing rate', () => {
  const figure = plot1dSpikes([1, 1, Number.NaN, 0], { neurons: 2 });
  assert.deepEqual(
    [figure.data[1].z, figure.data[2].text],
    [
      [[null], [0.5]],
      ['–', '0.50'],
    ],
  );
  assert.match(figure.alt, /neuron 0 –, neuron 1 0\.50\. 1 of 4 values/);
});

test('neurons of any number of classes are drawn with the names of these, in the figure and in its sentence', () => {
  for (const classes of [2, 20, 100]) {
    const names = Array.from({ length: classes }, (_, i) => `class ${i}`);
    // The last one fires in the second of two steps.
    const spike = new Float32Array(2 * classes).fill(1, 2 * classes - 1);
    const ticks = ({ layout }: Figure, axis: string) => (layout[axis] as { ticktext: string[] }).ticktext;
    const [potentials, raster] = [plot2dHeatmap(spike, { names }), plot1dSpikes(spike, { names })];
    assert.deepEqual([ticks(potentials, 'yaxis'), ticks(raster, 'yaxis')], [names, names]);
    assert.match(
      potentials.alt,
      new RegExp(`${classes} neurons over 2 steps, .* is neuron class ${classes - 1}'s\\.$`),
    );
    assert.match(raster.alt, new RegExp(`Firing rates: neuron class ${classes - 1} 0\\.50; all others 0\\.$`));
    const race = neuronRace({ v: spike, spike }, [0, classes - 1], { names });
    assert.deepEqual(ticks(race, 'yaxis3'), ['class 0', `class ${classes - 1}`]);
    assert.match(race.alt, new RegExp(`neuron class 0 never fires and neuron class ${classes - 1} fires 1 time\\.$`));
    assert.equal(neuronRace({ v: spike, spike }, [0, classes - 1], { neurons: classes }).data.length, race.data.length);
  }
  assert.throws(() => plot1dSpikes([0, 1], { neurons: 2, names: ['one'] }), {
    message: 'names: expected one for each of 2 neurons, found 1',
  });
});
