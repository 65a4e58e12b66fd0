/** The chapter in Python: its cells, the numbers of its exercises, and answers to them. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { toSafetensors } from '../../../packages/formats/exchange';
import { numbered } from '../../../packages/system/project.mjs';
import { DEFAULT_NEURON } from '../../../src/common/neuron-options';
import { run } from '../../../test/support/notebooks';
import { ask, root, trained } from './frameworks';

test('The chapter in Python prints what is committed: spikes of both frameworks equal ours', async () => {
  const chapter = `notebooks/${numbered('onwards')}.ipynb`;
  const { status, lines } = await run([chapter, '--check', '--out', join('build', 'peers', 'notebooks')]);
  assert.equal(status, 0, lines.join('\n'));
  const committed = readFileSync(join(root, chapter), 'utf8');
  assert.equal(committed.match(/\b0 of 100000 entries differ/g)?.length, 6);
});

test('The numbers of its exercises are those of our engines', async () => {
  const { NUMBERS, numbers, written } = await import('../numbers.mjs');
  const committed = readFileSync(NUMBERS, 'utf8').replaceAll('\r\n', '\n');
  assert.equal(committed, written(await numbers()), 'node tools/peers/numbers.mjs writes them');
});

test('Its checks know right answers, refuse 46 wrong ones with a question, end one that runs on, and say what is still to do', async () => {
  mkdirSync(join(root, 'build'), { recursive: true });
  const file = toSafetensors({ weights: await trained({ T: 100 }), neuron: DEFAULT_NEURON });
  writeFileSync(join(root, 'build', 'onwards.safetensors'), file);
  const answers = await ask<{ name: string; isRight: boolean | null; said: string }[]>('answers.py');
  assert.equal(answers.filter(({ isRight }) => isRight === false).length, 46);
  assert.ok(answers.some(({ said }) => /^✘ on-count: it was stopped, since it does not end\./.test(said)));
  for (const { name, isRight, said } of answers) {
    if (isRight) assert.equal(said, `✔ ${name}: Right.\n`);
    else if (isRight === null) assert.equal(said, `… ${name}: still to do.\n`);
    else assert.match(said, new RegExp(`^✘ ${name}: .*\\?\n$`));
  }
});

test('Its checks speak the language of the copy', async () => {
  process.env.LIF_FC_MNIST_LANGUAGE = 'zh';
  const answers = await ask<{ name: string; isRight: boolean | null; said: string }[]>('answers.py').finally(
    () => delete process.env.LIF_FC_MNIST_LANGUAGE,
  );
  for (const { name, isRight, said } of answers) {
    if (isRight) assert.equal(said, `✔ ${name}：答对了。\n`);
    else assert.match(said, isRight === null ? /还没有做/ : /\p{Script=Han}.*？\n$/u, said);
  }
});
