/** What the search shows first: questions and words of the glossary, also for words with a slip. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { corrected, isOneSlip, nearest, type Sections, wordsOf } from '../../page/find';

const texts: Record<string, Sections> = {
  questions: [
    [
      'nothing',
      'The network learns nothing, all outputs are 0 Look at the spikes.',
      'The network learns nothing, all outputs are 0',
    ],
    ['reset', 'When do I reset? A network learns nothing of the old image.', 'When do I reset?'],
    ['', 'Questions people ask The network learns nothing', 'Questions people ask'],
  ],
  glossary: [
    ['term-tau', 'tau: The time constant of the leak.', 'tau'],
    ['term-time-constant', 'time constant: The time constant of the leak.', 'time constant'],
    ['term-potential', 'membrane potential: What a neuron has gathered, tau or not.', 'membrane potential'],
    ['term-spike', 'spike: That a neuron fired.', 'spike'],
  ],
  '02-lif': [['charge', 'A spike, a spike and spikes; the potential rises.', 'Charge']],
};
const found = (query: string) => nearest(wordsOf(query), texts).map(({ id }) => id);

test('A question stands first whose title has all words, however they end, and a word of the glossary that is asked for', () => {
  assert.deepEqual(found('network learns nothing'), ['nothing']);
  assert.deepEqual(found('my network is learning nothing'), ['nothing']);
  assert.equal(found('what is tau')[0], 'term-tau');
  assert.deepEqual(found('the time constant'), ['term-time-constant'], 'an entry with two names is there once');
  assert.deepEqual(found('camera'), []);
  assert.deepEqual(found(''), []);
});

test('A word that no page has is taken for the most frequent one that is a single slip away', () => {
  for (const [typed, meant] of [
    ['spkie', 'spike'],
    ['potental', 'potential'],
    ['pottential', 'potential'],
    ['newron', 'neuron'],
  ])
    assert.deepEqual(corrected([typed], texts), [meant]);
  const right = ['spikes', 'membr', 'tua', 'webgpu'];
  assert.deepEqual(corrected(right, texts), right, 'what is known, begins a word, or is short or far away stays');
});

test('A slip is one letter more, less, other, or exchanged with its neighbour', () => {
  for (const other of ['spik', 'spikes', 'spoke', 'psike', 'xspike']) assert.ok(isOneSlip('spike', other), other);
  for (const other of ['spike', 'spk', 'ekips', 'spokes', 'psiek']) assert.ok(!isOneSlip('spike', other), other);
});
