import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as visualizing from '..';
import {
  accuracyCurve,
  bars,
  compareWeights,
  confusionMatrix,
  decisionMap,
  differences,
  digits,
  type Figure,
  heatmap,
  intervals,
  lines,
  lossAndAccuracy,
  neuronRace,
  neuronTrace,
  perEpoch,
  plot2dHeatmap,
  weightImages,
} from '..';
import { everyFigure, FIGURES } from './figures';

test('a value that is not a finite number is a gap in every figure, and the sentence counts the gaps', () => {
  // Gaps also lie between images and between strokes.
  const nulls = ({ data }: Figure) =>
    JSON.stringify(data.map(({ x = 0, y = 0, z = 0 }) => [x, y, z])).split('null').length;
  for (const [name, { withValue }] of everyFigure) {
    if (typeof withValue === 'string') continue;
    const finite = withValue(0);
    assert.doesNotMatch(finite.alt, /finite/, name);
    for (const gap of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      const figure = withValue(gap);
      assert.match(figure.alt, /\. 2 of [\d,]+ values are not finite numbers \(gaps\)\.$/, name);
      assert.equal(nulls(figure), nulls(finite) + 2, `${name}: gaps`);
      assert.deepEqual(JSON.parse(JSON.stringify(figure)), figure, `${name}: plain JSON`);
    }
  }
});

test('a single gap among many values is counted with commas and in the singular', () => {
  const y = new Float32Array(1234).fill(1);
  y[7] = Number.NaN;
  assert.match(lines([{ name: 'a', y }]).alt, / 1 of 1,234 values is not a finite number \(a gap\)\.$/);
});

test('an option that nobody reads is refused by every figure', () => {
  for (const [name, { small }] of everyFigure) {
    if (name === 'accuracyCurve') continue; // which has no options
    const own = name === 'bands' ? 'lines' : name;
    const message = new RegExp(`^RangeError: ${own}: expected [\\w, ]+, found the option 'Title'$`);
    assert.throws(() => small({ Title: 'x' }), message);
  }
});

test('a number out of its range, or an array of the wrong size, is refused in one line that says what is allowed', () => {
  const image = new Float32Array(784);
  const trace = { v: new Float32Array(20), spike: new Float32Array(20) };
  const one = { mean: [1], low: [0], high: [2] };
  const ofSize = (n: number) => ({ name: `of ${n}`, weights: new Float32Array(784 * n) });
  const calls: [() => unknown, RegExp][] = [
    [() => bars([], [], { digits: -1 }), /^digits: expected a whole number from 0 to 20, found -1$/],
    [() => plot2dHeatmap([1], { neurons: -1 }), /^neurons: expected a whole number of at least 1, found -1$/],
    [() => neuronRace(trace, [1, 10]), /^neuron: expected a whole number from 0 to 9, found 10$/],
    [() => confusionMatrix([1, -1, 0, 0.5]), /^matrix: expected whole counts from 0, found -1 at 1$/],
    [() => neuronRace(trace, [1]), /^racers: expected two to five different neurons, found \[1\]$/],
    [() => weightImages(image, { scale: 'own' as 'each' }), /^scale: expected 'all' or 'each', found 'own'$/],
    [() => compareWeights([]), /^networks: expected at least one, found none$/],
    [() => lines([], { logX: true, xrange: [0, 1] }), /^xrange: .* numbers above 0 .* found 0 and 1$/],
    [() => accuracyCurve([], []), /^testAccs: expected at least one epoch, found none$/],
    [() => weightImages(new Float32Array(785)), /weights: expected \[784, n\], found 785 values/],
    [() => lines([{ name: 'a', x: [1], y: [1, 2] }]), /series 'a': expected as many x as y, found 1 and 2/],
    [() => bars(['a'], [{ name: 'b', y: [1, 2] }]), /series 'b': expected 1 values, found 2/],
    [() => bars(['a'], [{ name: 's', y: [0] }], { logY: true }), /^bars: series 's': .* logarithmic axis, found 0$/],
    [() => lossAndAccuracy([1], [1, 2]), /expected as many losses as accuracies, found 1 and 2/],
    [() => compareWeights([1, 2].map(ofSize)), /expected 1 neurons in each, as in of 1, found 2 in of 2/],
    [() => neuronTrace({ v: [1, 2], spike: [1] }), /expected spike and v of one length, found 1 and 2/],
    [() => intervals(['a', 'b'], [{ name: 's', ...one }]), /^intervals: mean of 's': expected 2 values, found 1$/],
    [() => differences(['a'], one, []), /^marked: expected 1 values, found 0$/],
    [() => heatmap([1, 2], [1], [1]), /^values: expected 1 × 2 = 2, found 1$/],
    [() => decisionMap([0, 1]), /^answers: expected n × n, found 2$/],
    [() => decisionMap([7]), /^answers: expected whole numbers from 0 to 6, found 7$/],
  ];
  for (const [call, message] of calls) {
    assert.throws(call, (error: Error) => {
      assert.ok(error instanceof RangeError, `${error.name}: ${error.message}`);
      assert.match(error.message, message);
      return true;
    });
  }
});

test('what is no array of numbers is refused in one line that says what was found', () => {
  // As a notebook with a slip would call them.
  type Loose = (...values: unknown[]) => Figure;
  const one = [[1]];
  const calls: [Loose, unknown[]][] = [
    ...Object.entries(visualizing)
      .filter(([name]) => Object.hasOwn(FIGURES, name))
      .map(([, figure]): [Loose, unknown[]] => [figure as Loose, []]),
    [perEpoch as unknown as Loose, []],
    ...[digits, plot2dHeatmap, confusionMatrix].map((figure): [Loose, unknown[]] => [figure as Loose, [one]]),
    [lines as unknown as Loose, [[{ name: 'a' }]]],
    [lines as unknown as Loose, [[{ name: 'a', y: ['1'] }]]],
    [bars as unknown as Loose, [['a'], [{ name: 'a', y: one }]]],
  ];
  for (const [call, values] of calls) {
    assert.throws(
      () => call(...values),
      (error: Error) => {
        assert.ok(error instanceof TypeError, `${error.name}: ${error.message}`);
        assert.match(error.message, /^[^\n]+: expected an array of .+, found (undefined|an array at 0|'1' at 0)$/);
        return true;
      },
      call.name,
    );
  }
  const tensor = { dataSync: () => new Float32Array(784), shape: [784] };
  assert.throws(() => (digits as Loose)(tensor), /found a tensor \(pass its dataSync\(\)\)$/);
});

test('every figure is plain JSON with a title, a sentence and axis titles', () => {
  const figures = everyFigure.map(([, { small }]) => small());
  figures.push(weightImages(new Float32Array(7840), { scale: 'each' }));
  for (const { data, layout, alt } of figures) {
    assert.deepEqual(JSON.parse(JSON.stringify({ data, layout })), { data, layout });
    const { text } = layout.title as { text: string };
    assert.ok(text.length > 0 && alt.startsWith(text) && alt.endsWith('.'), alt);
    for (const name of ['xaxis', 'yaxis']) {
      const { visible, title } = layout[name] as { visible?: boolean; title?: { text: string } };
      assert.ok(visible === false || title !== undefined, `${text}: ${name} has no title`);
    }
  }
});

test('panels above one another fill the height without touching and share their horizontal axis', () => {
  const ten = new Float32Array(20);
  for (const [count, { layout }] of [
    [2, accuracyCurve([1, 0], [1])],
    [3, neuronTrace({ v: [0, 1], spike: [0, 1], current: [1, 1] })],
    [4, neuronRace({ v: ten, spike: ten }, [1, 2])],
  ] as const) {
    const ids = Array.from({ length: count }, (_, i) => (i === 0 ? '' : String(i + 1)));
    const domains = ids.map((id) => (layout[`yaxis${id}`] as { domain: [number, number] }).domain);
    assert.deepEqual([domains[0][1], domains[count - 1][0]], [1, 0]);
    for (let i = 1; i < count; i++) assert.ok(domains[i][1] < domains[i - 1][0] && domains[i][0] < domains[i][1]);
    const matches = ids.map((id) => (layout[`xaxis${id}`] as { matches?: string }).matches);
    assert.deepEqual(matches, [...new Array(count - 1).fill(`x${count}`), undefined]);
  }
});
