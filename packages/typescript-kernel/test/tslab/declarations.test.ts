/** What TypeScript reads in a kernel (packages/typescript-kernel/tslab/declarations.cjs). */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import ts from 'typescript';
import { filesUnder } from '../../../system/project.mjs';
import { patchCompiler } from '../../tslab/compiler.cjs';
import { isStripped, withoutComments } from '../../tslab/declarations.cjs';

const root = resolve(__dirname, '..', '..', '..', '..');
interface Converter {
  inspect(earlier: string, source: string, at: number): { displayParts: Part[]; documentation?: Part[] };
  close(): void;
}
interface Part {
  text: string;
}

/** What TypeScript reads in a source, written again without comments, and the names of other files in its first lines. */
function meaning(text: string) {
  const source = ts.createSourceFile('a.d.ts', text, ts.ScriptTarget.Latest);
  const { referencedFiles, typeReferenceDirectives, libReferenceDirectives } = source;
  const named = [...referencedFiles, ...typeReferenceDirectives, ...libReferenceDirectives];
  const printed = ts.createPrinter({ removeComments: true }).printFile(source);
  return { printed, named: named.map(({ fileName }) => fileName) };
}

for (const folder of ['@types/node', 'undici-types', '@tensorflow', '@webgpu/types']) {
  test(`Without comments the declarations of ${folder} say the same in fewer letters`, () => {
    const base = join(root, 'node_modules', folder);
    const files = filesUnder(base).filter((name) => name.endsWith('.d.ts'));
    assert.ok(files.length > 0);
    let [before, after] = [0, 0];
    for (const name of files) {
      const text = readFileSync(join(base, name), 'utf8');
      const shorter = withoutComments(text);
      assert.deepEqual(meaning(shorter), meaning(text), name);
      before += text.length;
      after += shorter.length;
    }
    assert.ok(after < 0.8 * before, `${after} of ${before} letters are left`);
  });
}

test('A kernel that is asked about a name of Node shows its type alone, and of JavaScript the documentation as well', () => {
  const ofTslab = createRequire(join(root, 'node_modules', 'tslab', 'bin', 'tslab'));
  patchCompiler(ofTslab);
  const { createConverter } = ofTslab('tslab/dist/converter.js') as { createConverter(options: object): Converter };
  const converter = createConverter({ isJS: false, isBrowser: false });
  const shown = (name: string) => {
    const { displayParts, documentation } = converter.inspect('', name, 1);
    return { type: displayParts.map(({ text }) => text).join(''), documentation: documentation ?? [] };
  };
  try {
    assert.match(shown('setTimeout').type, /function setTimeout/);
    assert.deepEqual(shown('setTimeout').documentation, []);
    assert.match(shown('parseInt').type, /function parseInt/);
    assert.ok(shown('parseInt').documentation.length > 0);
  } finally {
    converter.close();
  }
});

test('Comments of TensorFlow.js are read where somebody may hover over a name, and many kernels do not share a machine', () => {
  const [node, tensors] = ['@types/node/fs.d.ts', '@tensorflow/tfjs-core/dist/tensor.d.ts'].map(
    (name) => `/clone/node_modules/${name}`,
  ) as [string, string];
  for (const env of [{}, { LIF_FC_MNIST_SHARED: '1' }, { LIF_FC_MNIST_HEADLESS: '1' }]) {
    assert.equal(isStripped(node, env), true);
    assert.equal(isStripped(tensors, env), Object.keys(env).length > 0);
    assert.equal(isStripped('/clone/src/index.d.ts', env), false);
  }
});

test('Texts that look like comments, and lines that name other files, stay', () => {
  const text = `/// <reference path="a.d.ts" />
type A = '/*' | "*/" | \`/* \${string} */\`; // it's /* not */ one
/** goes */ type B = 1;/* and
goes */type C = 2;`;
  assert.equal(
    withoutComments(text),
    `/// <reference path="a.d.ts" />
type A = '/*' | "*/" | \`/* \${string} */\`; // it's /* not */ one
  type B = 1; type C = 2;`,
  );
});
