import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accuracyCurve, type Figure, liveCurve, lossAndAccuracy, perEpoch } from '..';

test('accuracy per epoch is the mean over its batches, and a star is at the first best epoch of each panel', () => {
  const figure = accuracyCurve([0.1, 0.3, 0.8, 0.6, 0.5, 0.7], [0.4, 0.9, 0.9]);
  const [train, test_, trainStar, testStar] = figure.data;
  assert.deepEqual(train.y, [0.2, 0.7, 0.6]);
  assert.deepEqual(test_.y, [0.4, 0.9, 0.9]);
  assert.deepEqual([trainStar.x, trainStar.y, testStar.x, testStar.y], [[1], [0.7], [1], [0.9]]);
  const labels = (figure.layout.annotations as { text: string }[]).map(({ text }) => text);
  assert.deepEqual(labels, ['(1, 0.700)', '(1, 0.900)']);
});

test('a curve of accuracies that are no whole epochs is refused', () => {
  assert.throws(() => accuracyCurve([1, 2, 3], [1, 2]), /expected a multiple of 2 training accuracies.*found 3/);
});

test('the live curve spans all epochs from the start', () => {
  for (const figure of [liveCurve([], [], { epochs: 50 }), liveCurve([0.8, 0.9], [0.85, 0.8], { epochs: 50 })]) {
    const { range } = figure.layout.xaxis as { range: number[] };
    assert.ok(range[0] < 0 && range[1] >= 49);
  }
  assert.match(
    liveCurve([0.8, 0.9], [0.85, 0.8], { epochs: 50 }).alt,
    /after 2 of 50 epochs, test accuracy 0\.800, best test accuracy 0\.850 in epoch 0\.$/,
  );
});

const ticks = (figure: Figure) => (figure.layout.xaxis as { dtick?: number }).dtick;

test('the live curve has ticks by its axis from the first epoch on, and its first points are seen', () => {
  for (const done of [1, 2, 13, 20]) {
    const accs = new Array(done).fill(0.9);
    assert.equal(ticks(liveCurve(accs, accs, { epochs: 100 })), undefined, `${done} of 100 epochs`);
    assert.equal(ticks(liveCurve(accs.slice(0, 3), accs.slice(0, 3), { epochs: 10 })), 1);
  }
  const mode = (done: number) => liveCurve(new Array(done).fill(0.9), [], { epochs: 100 }).data[0].mode;
  assert.deepEqual([mode(1), mode(50)], ['lines+markers', 'lines']);
});

test("the live curve names its star in the legend, so that no label covers the curves, a tick or the frame's edge", () => {
  const figure = liveCurve([0.8, 0.9], [0.85, 0.95], { epochs: 100 });
  const star = figure.data[2];
  assert.deepEqual([star.x, star.y, star.showlegend, star.name], [[1], [0.95], true, 'best test 0.950, epoch 1']);
  assert.equal(figure.layout.annotations, undefined);
});

test('a gap is never the best epoch', () => {
  const { data, alt } = accuracyCurve([Number.NaN, 0.5, 0.4], [Number.NaN, Number.POSITIVE_INFINITY, 0.3]);
  assert.deepEqual([data[2].x, data[3].x], [[1], [2]]);
  assert.match(alt, /best training accuracy 0\.500 in epoch 1, best test accuracy 0\.300 in epoch 2/);
  assert.equal(accuracyCurve([Number.NaN], [Number.NaN]).data.length, 2, 'no star');
});

test('on a tie the earlier epoch has the star', () => {
  assert.deepEqual(accuracyCurve([0.5, 0.5], [0.4, 0.4]).data[3].x, [0]);
});

test("a star's label stays in the frame: beside the first and the last epoch, else above", () => {
  const anchor = (best: number) => {
    const accs = Array.from({ length: 100 }, (_, i) => (i === best ? 0.9 : 0.8));
    return (accuracyCurve(accs, accs).layout.annotations as { xanchor: string }[])[1].xanchor;
  };
  assert.deepEqual([anchor(0), anchor(50), anchor(99)], ['left', 'center', 'right']);
});

test('the mean over the batches of each epoch', () => {
  assert.deepEqual(perEpoch([1, 2, 3, 5], 2), [1.5, 4]);
  assert.throws(() => perEpoch([], 1), /expected a multiple of 1 training accuracies.*found 0/);
});

test('loss and accuracy have a panel each, the loss from 0, the accuracy from 0 to 1', () => {
  const figure = lossAndAccuracy([0.1, 0.05, 0.02], [0.1, 0.5, 0.9]);
  const [loss, accuracy] = figure.data;
  assert.deepEqual([loss.yaxis, loss.y, accuracy.yaxis, accuracy.y], ['y', [0.1, 0.05, 0.02], 'y2', [0.1, 0.5, 0.9]]);
  const { yaxis, yaxis2, xaxis2 } = figure.layout as Record<
    string,
    { rangemode?: string; range?: number[]; title: { text: string } }
  >;
  assert.deepEqual([yaxis.rangemode, yaxis2.range, xaxis2.title.text], ['tozero', [-0.04, 1.04], 'batch']);
  assert.match(figure.alt, /the loss goes from 0\.1000 to 0\.0200, the accuracy from 0\.100 to 0\.900\.$/);
});
