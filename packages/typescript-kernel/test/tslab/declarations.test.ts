/** What TypeScript reads in a kernel (packages/typescript-kernel/tslab/compiler.ts). */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import ts from 'typescript';
import { filesUnder } from '../../../system/project';
import { isStripped, patchCompiler, withoutComments } from '../../tslab/compiler';

const root = resolve(__dirname, '..', '..', '..', '..');
interface Converter {
  inspect(earlier: string, source: string, at: number): { displayParts: Part[]; documentation?: Part[] };
  close(): void;
}
interface Part {
  text: string;
}

/**
 * What TypeScript reads in a source, written again without comments, and the names of other files in its first lines.
 */
function meaning(text: string) {
  const jsDocParsingMode = ts.JSDocParsingMode.ParseNone;
  const source = ts.createSourceFile('a.d.ts', text, { languageVersion: ts.ScriptTarget.Latest, jsDocParsingMode });
  const { referencedFiles, typeReferenceDirectives, libReferenceDirectives } = source;
  const named = [...referencedFiles, ...typeReferenceDirectives, ...libReferenceDirectives];
  // The printer keeps a licence.
  const printed = ts
    .createPrinter({ removeComments: true })
    .printFile(source)
    .replace(/^\/\*![\s\S]*?\*\/\n/, '');
  return { printed, named: named.map(({ fileName }) => fileName) };
}

const OF_JAVASCRIPT = '@tslab/typescript-for-tslab/lib';
for (const folder of ['@types/node', 'undici-types', '@tensorflow', '@webgpu/types', OF_JAVASCRIPT]) {
  test(`Without comments the declarations of ${folder} say the same in fewer letters`, () => {
    const base = join(root, 'node_modules', folder);
    const files = filesUnder(base).filter(
      (name) => name.endsWith('.d.ts') && (folder !== OF_JAVASCRIPT || name.startsWith('lib.es')),
    );
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

test('Comments of JavaScript and TensorFlow.js are read where somebody may hover over a name, those of the latter where a kernel shares no machine', () => {
  const paths = ['@types/node/fs.d.ts', '@tensorflow/tfjs-core/dist/tensor.d.ts', `${OF_JAVASCRIPT}/lib.es5.d.ts`]
    .map((name) => `/clone/node_modules/${name}`)
    .concat('/clone/src/index.d.ts');
  for (const [env, stripped] of [
    [{}, [true, false, false, false]],
    [{ LIF_FC_MNIST_SHARED: '1' }, [true, true, false, false]],
    [{ LIF_FC_MNIST_HEADLESS: '1' }, [true, true, true, false]],
  ] as const) {
    assert.deepEqual(
      paths.map((path) => isStripped(path, env)),
      stripped,
    );
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
