import assert from 'node:assert/strict';
import { test } from 'node:test';
import { confusionMatrix } from '..';

test('a confusion matrix has the true digits as rows and names its most frequent mistake', () => {
  const figure = confusionMatrix([8, 2, 0, 0, 5, 5, 0, 0, 1]);
  assert.match(figure.alt, /14 of 21 right; .* a 1 answered as 2 \(5 times\)/);
  const [heatmap] = figure.data;
  assert.equal((heatmap.z as number[][])[0][1], Number(Math.sqrt(0.2).toPrecision(3)));
});

test('a confusion matrix without mistakes says so', () => {
  assert.match(confusionMatrix([1500, 0, 0, 1]).alt, /1,501 of 1,501 right; no mistakes\.$/);
});
