/** What the browser edition is made of: its notebooks, its server, and what it decides about a reader's copies. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { unzipSync } from 'fflate';
import { decide, nameOfOld, versionOf } from '../../lite/page/copies';
import { runsZip } from '../../lite/page/files';
import type { NotebookContent } from '../../lite/page/jupyter';
import { notebookAddress, notebookOfLink } from '../../lite/page/links';
import { bookPage } from '../../lite/page/menu';
import { temporaryFolder } from '../support/data';

const load = <Module>(name: string): Promise<Module> =>
  import(pathToFileURL(resolve(__dirname, '..', '..', 'tools', 'lite', `${name}.mjs`)).href);

interface Contents {
  prepareNotebook(notebook: object): {
    cells: { source: string; outputs?: { text?: string; data?: object }[] }[];
    metadata: { lif_fc_mnist: { version: string }; kernelspec: { name: string } };
  };
  versionOf(cells: object[]): string;
}
interface Serve {
  serve(folder: string, port?: number, below?: string): Promise<{ port: number; close(): void }>;
}

const cell = (source: string) => ({ cell_type: 'code', source });
const content = (sources: string[], metadata: NotebookContent['metadata'] = {}): NotebookContent => ({
  cells: sources.map(cell),
  metadata,
});

describe('A notebook of the site', () => {
  test('has strings where the committed one has lists of lines, and no picture beside a figure', async () => {
    const { prepareNotebook } = await load<Contents>('contents');
    const { cells, metadata } = prepareNotebook({
      metadata: { kernelspec: { name: 'tslab' }, kept: 1 },
      cells: [
        {
          cell_type: 'code',
          source: ['a\n', 'b'],
          metadata: {},
          outputs: [
            { output_type: 'stream', name: 'stdout', text: ['1\n', '2\n'] },
            { output_type: 'display_data', data: { 'text/plain': ['x\n', 'y'], 'image/png': 'p' }, metadata: {} },
            {
              output_type: 'display_data',
              data: { 'application/vnd.plotly.v1+json': { data: [] }, 'image/svg+xml': ['<svg>'], 'text/plain': ['z'] },
              metadata: { 'image/png': {} },
            },
          ],
        },
      ],
    });
    assert.equal(cells[0].source, 'a\nb');
    assert.deepEqual(
      cells[0].outputs?.map(({ text, data }) => text ?? data),
      [
        '1\n2\n',
        { 'text/plain': 'x\ny', 'image/png': 'p' },
        { 'application/vnd.plotly.v1+json': { data: [] }, 'text/plain': 'z' },
      ],
    );
    assert.equal(metadata.kernelspec.name, 'tslab');
    assert.match(metadata.lif_fc_mnist.version, /^[0-9a-f]{16}$/);
  });

  test('has the version that its page computes', async () => {
    const ofBuild = (await load<Contents>('contents')).versionOf;
    for (const sources of [[], ['a'], ['a', 'τ = 2 · ½\n']]) {
      assert.equal(versionOf(content(sources)), ofBuild(sources.map(cell)));
    }
    assert.notEqual(versionOf(content(['a', 'b'])), versionOf(content(['ab'])));
  });
});

describe('A saved copy', () => {
  const first = versionOf(content(['a']));
  const second = versionOf(content(['b']));
  test('is kept while the chapter is the same, and always if it is no chapter', () => {
    assert.equal(decide(content(['mine'], { lif_fc_mnist: { version: first } }), first), 'keep');
    assert.equal(decide(content(['mine']), first), 'keep');
    assert.equal(decide(content(['mine'], { lif_fc_mnist: { version: first } }), undefined), 'keep');
  });
  test('gives way to a newer chapter if nothing was changed', () => {
    assert.equal(decide(content(['a'], { lif_fc_mnist: { version: first } }), second), 'replace');
  });
  test('with changes is asked about once', () => {
    assert.equal(decide(content(['mine'], { lif_fc_mnist: { version: first } }), second), 'ask');
    assert.equal(decide(content(['mine'], { lif_fc_mnist: { version: first, keptOver: second } }), second), 'keep');
  });
  test('that is put aside says until when it was used', () => {
    assert.equal(nameOfOld('01-x.ipynb', new Date('2026-11-25T10:00:00Z')), '01-x (mine until 2026-11-25).ipynb');
  });
});

test('A download of runs has a folder for each', () => {
  const run = (byte: number) => ({ files: { 'a.npy': Uint8Array.of(byte), 'm/b.bin': Uint8Array.of(9) }, saved: '' });
  const files = unzipSync(
    runsZip([
      ['run', run(1)],
      ['other', run(2)],
    ]),
  );
  assert.deepEqual(Object.keys(files).sort(), ['other/a.npy', 'other/m/b.bin', 'run/a.npy', 'run/m/b.bin']);
  assert.deepEqual(Array.from(files['other/a.npy']), [2]);
});

test('A chapter leads to its page of the book, and any other place to the first page', () => {
  const site = 'https://a.example/b/lite/';
  assert.equal(bookPage(site, '../book/', '02-x.ipynb'), 'https://a.example/b/book/02-x.html');
  assert.equal(bookPage(site, '../book/', undefined), 'https://a.example/b/book/index.html');
});

test('A link to a chapter opens it, below whatever folder the site is in; other links are left alone', () => {
  const link = (command: string, path: string) =>
    notebookOfLink({
      dataset: { commandlinkerCommand: command, commandlinkerArgs: JSON.stringify({ path, id: '' }) },
    });
  assert.equal(link('rendermime:handle-local-link', '/02-x.ipynb'), '02-x.ipynb');
  assert.equal(link('rendermime:handle-local-link', 'images/a.svg'), undefined);
  assert.equal(link('another:command', '02-x.ipynb'), undefined);
  assert.equal(notebookOfLink({ dataset: {} }), undefined);
  const address = 'https://a.example/b/lite/notebooks/index.html?path=a%20b.ipynb';
  assert.equal(notebookAddress('https://a.example/b/lite/', 'a b.ipynb'), address);
});

describe('The server', () => {
  test('serves a folder below a path, adds the slash that pages need, and nothing from outside', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'index.html'), '<p>top');
    writeFileSync(join(folder, 'a.wasm'), '');
    const { serve } = await load<Serve>('serve');
    const { port, close } = await serve(folder, 0, '/x');
    const get = (path: string) => fetch(`http://127.0.0.1:${port}${path}`, { redirect: 'manual' });
    try {
      assert.equal(await (await get('/x/')).text(), '<p>top');
      assert.equal((await get('/x/a.wasm')).headers.get('content-type'), 'application/wasm');
      assert.equal((await get('/x/b')).status, 404);
      assert.equal((await get('/a.wasm')).status, 404);
      assert.equal((await get('/x/%2e%2e%2fsecret')).status, 404);
      assert.equal((await get('/x/%')).status, 400);
    } finally {
      close();
    }
  });
});
