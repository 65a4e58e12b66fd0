/** The chapter in Python: the numbers of its exercises, and answers to them. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { toSafetensors } from '../../../packages/formats/exchange';
import { DEFAULT_NEURON } from '../../../src/common/neuron-options';
import { ask, root, trained } from './frameworks';

test('The numbers of the exercises in Python are those of our engines', async () => {
  const { NUMBERS, numbers, written } = await import('../numbers.mjs');
  const committed = readFileSync(NUMBERS, 'utf8').replaceAll('\r\n', '\n');
  assert.equal(committed, written(await numbers()), 'node tools/peers/numbers.mjs writes them');
});

test('Their checks know right answers, refuse 39 wrong ones with a question, and say what is still to do', async () => {
  mkdirSync(join(root, 'build'), { recursive: true });
  const file = toSafetensors({ weights: await trained({ T: 100 }), neuron: DEFAULT_NEURON });
  writeFileSync(join(root, 'build', 'onwards.safetensors'), file);
  const answers = await ask<{ name: string; isRight: boolean | null; said: string }[]>('answers.py');
  assert.equal(answers.filter(({ isRight }) => isRight === false).length, 39);
  for (const { name, isRight, said } of answers) {
    if (isRight) assert.equal(said, `✔ ${name}: Right.\n`);
    else if (isRight === null) assert.equal(said, `… ${name}: still to do.\n`);
    else assert.match(said, new RegExp(`^✘ ${name}: .*\\?\n$`));
  }
});
