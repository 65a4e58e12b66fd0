import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as visualizing from '..';
import {
  accuracyCurve,
  bars,
  compareWeights,
  confusionMatrix,
  digits,
  type Figure,
  lines,
  liveCurve,
  lossAndAccuracy,
  neuronRace,
  neuronTrace,
  perEpoch,
  plot1dSpikes,
  plot2dHeatmap,
  selectNeuron,
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
    const own = name === 'bands' ? 'lines' : name;
    const message = new RegExp(`^RangeError: ${own}: expected [\\w, ]*title[\\w, ]*, found the option 'Title'$`);
    assert.throws(() => small({ Title: 'x' }), message);
  }
});

test('an array of the wrong size is refused with both sizes named', () => {
  assert.throws(() => digits(new Float32Array(785)), /images: expected a multiple of 784 values, found 785/);
  assert.throws(() => weightImages(new Float32Array(785)), /weights: expected \[784, n\], found 785 values/);
  assert.throws(() => plot2dHeatmap([1, 2, 3], { neurons: 2 }), /array: expected a multiple of 2 values, found 3/);
  assert.throws(() => confusionMatrix([1, 2, 3]), /expected n × n counts, found 3/);
  assert.throws(() => lines([{ name: 'a', x: [1], y: [1, 2] }]), /series 'a': expected as many x as y, found 1 and 2/);
  assert.throws(() => bars(['a'], [{ name: 'b', y: [1, 2] }]), /series 'b': expected 1 values, found 2/);
  assert.throws(() => neuronTrace({ v: [1, 2], spike: [1] }), /expected spike and v of one length, found 1 and 2/);
  assert.throws(() => lossAndAccuracy([1], [1, 2]), /expected as many losses as accuracies, found 1 and 2/);
  assert.throws(
    () => compareWeights([784, 1568].map((n) => ({ name: `of ${n}`, weights: new Float32Array(n) }))),
    /expected 1 neurons in each, as in of 784, found 2 in of 1568/,
  );
});

test('a number out of its range is refused in one line that says what is allowed', () => {
  const image = new Float32Array(784);
  const trace = { v: new Float32Array(20), spike: new Float32Array(20) };
  const calls: [() => unknown, RegExp][] = [
    [() => digits(image, { columns: 1.5 }), /^columns: expected a whole number of at least 1, found 1\.5$/],
    [() => bars([], [], { digits: -1 }), /^digits: expected a whole number from 0 to 20, found -1$/],
    [() => plot2dHeatmap([1], { neurons: -1 }), /^neurons: expected a whole number of at least 1, found -1$/],
    [() => plot1dSpikes([1], { neurons: 0.5 }), /^neurons: expected a whole number of at least 1, found 0\.5$/],
    [() => selectNeuron(trace, 10), /^neuron: expected a whole number from 0 to 9, found 10$/],
    [() => perEpoch([1, 2], 0), /^epochs: expected a whole number of at least 1, found 0$/],
    [() => liveCurve([], [], { epochs: -1 }), /^epochs: expected a whole number of at least 0, found -1$/],
    [() => confusionMatrix([1, -1, 0, 0.5]), /^matrix: expected whole counts from 0, found -1 at 1$/],
    [() => confusionMatrix([]), /^matrix: expected n × n counts, found 0$/],
    [() => neuronRace(trace, [1]), /^racers: expected two to five different neurons, found \[1\]$/],
    [() => neuronRace(trace, [1, 1]), /^racers: expected two to five different neurons, found \[1, 1\]$/],
    [() => weightImages(image, { scale: 'own' as 'each' }), /^scale: expected 'all' or 'each', found 'own'$/],
    [() => compareWeights([]), /^networks: expected at least one, found none$/],
    [() => lines([], { logX: true, xrange: [0, 1] }), /^xrange: .* numbers above 0 .* found 0 and 1$/],
    [() => lines([], { yrange: [1, 1] }), /^yrange: expected two different numbers, found 1 and 1$/],
    [() => accuracyCurve([], []), /^testAccs: expected at least one epoch, found none$/],
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
    ...[perEpoch, selectNeuron].map((work): [Loose, unknown[]] => [work as unknown as Loose, []]),
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
