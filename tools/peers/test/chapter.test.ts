/**
 * The Python of the chapters "Out and in" and "From an ANN" prints what stands below it, and the same numbers as the
 * chapter's own cells.
 */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Notebook } from '../../../editions/shared/cells.mjs';
import { toNir, toSafetensors } from '../../../packages/formats/exchange';
import { numbered } from '../../../packages/system/project.mjs';
import { DEFAULT_NEURON } from '../../../src/common/neuron-options';
import { AnnEngine } from '../../../src/training/ann-engine';
import { train } from '../../../src/training/train';
import { ask, data, root, trained } from './frameworks';

interface Block {
  code: string;
  /** Empty where the chapter says nothing. */
  said: string;
  printed: string;
}

test('The Python of the chapter "Out and in" prints what the chapter says, and what its cells print', async () => {
  mkdirSync(join(root, 'build'), { recursive: true });
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
  mkdirSync(join(root, 'build'), { recursive: true });
  const engine = new AnnEngine({ data, hidden: 96, learningRate: 4e-3, loss: 'cross-entropy' });
  await train({ engine, epochs: 3, testImages: 0 });
  const { weights } = await engine.state();
  writeFileSync(join(root, 'build', 'ann.safetensors'), toSafetensors({ weights, neuron: DEFAULT_NEURON }));
  const compared = (await ask<Block[]>('chapter.py', 'from-an-ann')).filter(({ said }) => said !== '');
  assert.equal(compared.length, 2);
  for (const { code, said, printed } of compared) assert.equal(printed, said, code);
});
