/**
 * The chapters "Out and in", "From an ANN", "On a chip" and the one in Python beside other frameworks: what their Python
 * prints, and the same spikes.
 */

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Notebook } from '../../../editions/shared/cells';
import { toIntegers, toNir, toSafetensors } from '../../../packages/formats/exchange';
import { AnnEngine } from '../../../packages/networks/ann-engine';
import { DEFAULT_NEURON } from '../../../packages/networks/options/neuron-options';
import { train } from '../../../packages/networks/train';
import { numbered } from '../../../packages/system/project';
import { seededRandom } from '../../../src/common/random';
import { chipIn } from '../../../test/support/chip';
import { temporaryFolder } from '../../../test/support/data';
import { run } from '../../../test/support/notebooks';
import { ask, data, root, trained } from './frameworks';

mkdirSync(join(root, 'build'), { recursive: true });

interface Block {
  code: string;
  /** Empty where the chapter says nothing. */
  said: string;
  printed: string;
}

test('The Python of the chapter "Out and in" prints what the chapter says, and what its cells print', async () => {
  // What `npm run train -- -N 1 --save-nir build/network.nir` writes.
  const weights = await trained({ T: 100 });
  writeFileSync(join(root, 'build', 'network.nir'), toNir({ weights, neuron: DEFAULT_NEURON }));
  const blocks = await ask<Block[]>('chapter.py', 'out-and-in');
  const compared = blocks.filter(({ said }) => said !== '');
  assert.ok(compared.length >= 8, `${compared.length} outputs`);
  for (const { code, said, printed } of compared) assert.equal(printed, said, code);

  const notebook = JSON.parse(
    readFileSync(join(root, 'notebooks', `${numbered('out-and-in')}.ipynb`), 'utf8'),
  ) as Notebook;
  const cells = notebook.cells.filter(({ cell_type }) => cell_type === 'code');
  const outputs = JSON.stringify(cells.map((cell) => (cell as unknown as { outputs: unknown }).outputs));
  const rows = blocks.flatMap(({ printed }) => printed.match(/(?:\d+ ){9,}\d+$/gm) ?? []);
  assert.ok(rows.length >= 9, `${rows.length} rows of spikes`);
  for (const row of rows) assert.ok(outputs.includes(row), `no cell prints ${row}`);
});

test("SpikingJelly's ann2snn reads as many test images as the chapter says, from the weights of the chapter's ANN", async () => {
  const engine = new AnnEngine({ data, hidden: 96, learningRate: 4e-3, loss: 'cross-entropy' });
  await train({ engine, epochs: 3, testImages: 0 });
  const { weights } = await engine.state();
  writeFileSync(join(root, 'build', 'ann.safetensors'), toSafetensors({ weights, neuron: DEFAULT_NEURON }));
  const compared = (await ask<Block[]>('chapter.py', 'from-an-ann')).filter(({ said }) => said !== '');
  assert.equal(compared.length, 2);
  for (const { code, said, printed } of compared) assert.equal(printed, said, code);
});

test("snnTorch's neurons with quantised states have the spikes of the page of C, step by step", async () => {
  const folder = temporaryFolder();
  const random = seededRandom(1);
  const layer = (inputs: number, outputs: number, threshold: number) => ({
    inputs,
    outputs,
    threshold,
    scale: 1,
    weights: Array.from({ length: inputs * outputs }, () => Math.floor(random() * 255) - 127),
  });
  const network = { shift: 1, layers: [layer(784, 96, 326), layer(96, 10, 225)] };
  const spikes = Uint8Array.from({ length: 50 * 784 }, () => Number(random() < 0.1));
  const { printed } = chipIn(folder)(toIntegers(network), spikes);
  const found = await ask<number[]>('integers.py', folder);
  assert.deepEqual(found, printed);
  const fired = printed.filter((spike) => spike === 1).length;
  assert.ok(fired > 50 && fired < 450, `${fired} of 500`);
});

test('The chapter in Python prints what is committed: spikes of both frameworks equal ours', async () => {
  const chapter = `notebooks/${numbered('onwards')}.ipynb`;
  const { status, lines } = await run([chapter, '--check', '--out', join('build', 'peers', 'notebooks')]);
  assert.equal(status, 0, lines.join('\n'));
  const committed = readFileSync(join(root, chapter), 'utf8');
  assert.equal(committed.match(/\b0 of 100000 entries differ/g)?.length, 6);
});

test('The numbers of the exercises of the chapter in Python are those of our engines', async () => {
  // Here, since it loads TensorFlow.
  const { NUMBERS, numbers, written } = require('../numbers') as typeof import('../numbers');
  const committed = readFileSync(NUMBERS, 'utf8').replaceAll('\r\n', '\n');
  assert.equal(committed, written(await numbers()), 'node tools/start.mjs tools/peers/numbers.ts writes them');
});

test('The checks of the chapter in Python know right answers, refuse 46 wrong ones with a question, end one that runs on, and say what is still to do', async () => {
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

test('The checks of the chapter in Python speak the language of the copy', async () => {
  process.env.LIF_FC_MNIST_LANGUAGE = 'zh';
  const answers = await ask<{ name: string; isRight: boolean | null; said: string }[]>('answers.py').finally(
    () => delete process.env.LIF_FC_MNIST_LANGUAGE,
  );
  for (const { name, isRight, said } of answers) {
    if (isRight) assert.equal(said, `✔ ${name}：答对了。\n`);
    else assert.match(said, isRight === null ? /还没有做/ : /\p{Script=Han}.*？\n$/u, said);
  }
});
