/** What the browser edition is made of: its notebooks, its server, and what it decides about a reader's copies. */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { after, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { unzipSync } from 'fflate';
import { decide, nameOfOld } from '../../../lite/page/copies';
import { runsZip } from '../../../lite/page/files';
import type { NotebookContent } from '../../../lite/page/jupyter';
import { destinationOf } from '../../../lite/page/links';
import { bookPage } from '../../../lite/page/menu';
import { hashOfCells } from '../../../src/browser/hash';
import { temporaryFolder } from '../../support/data';

const load = <Module>(name: string): Promise<Module> =>
  import(pathToFileURL(resolve(__dirname, '..', '..', '..', 'tools', 'lite', `${name}.mjs`)).href);

interface SiteNotebook extends NotebookContent {
  cells: (NotebookContent['cells'][number] & { source: string; outputs?: object[] })[];
  metadata: NotebookContent['metadata'] & { kernelspec: { name: string } };
}
interface ContentsModule {
  siteNotebook(chapter: object, name: string): SiteNotebook;
  asciiDrawing(svg: string): string;
}
interface Serve {
  serve(folder: string, port?: number, below?: string, only?: string[]): Promise<{ port: number; close(): void }>;
}

const cell = (source: string) => ({ cell_type: 'code', source });
const content = (sources: string[], metadata: NotebookContent['metadata'] = {}): NotebookContent => ({
  cells: sources.map(cell),
  metadata,
});

describe('A notebook of the site', () => {
  const chapter = {
    metadata: { kernelspec: { name: 'other' }, kept: 1 },
    cells: [
      {
        cell_type: 'markdown',
        source: ['# τ\n', 'See [it](../src/snn/neuron.ts), [1](01-x.ipynb) and ![a](images/a.svg).'],
        metadata: {},
      },
      {
        cell_type: 'code',
        source: ['const f = () => {\n', '  // BEGIN SOLUTION\n', '  return 1;\n', '  // END SOLUTION\n', '};'],
        metadata: { exercise: { id: 'x', role: 'answer' } },
        outputs: [{ output_type: 'stream', name: 'stdout', text: ['1\n'] }],
      },
    ],
  };

  test("is the learner's copy: a stub for each solution, no outputs, and texts as one string", async () => {
    const { siteNotebook } = await load<ContentsModule>('contents');
    const { cells, metadata } = siteNotebook(chapter, '00-x.ipynb');
    const [text, answer] = cells;
    assert.match(text.source, /^# τ\nSee /);
    assert.equal(answer.source, 'const f = () => {\n  // Your code here.\n  return todo();\n};');
    assert.deepEqual(answer.outputs, []);
    assert.equal(metadata.kernelspec.name, 'tslab');
  });

  test('leads to the book for the source, and leaves other links alone', async () => {
    const { siteNotebook } = await load<ContentsModule>('contents');
    const [{ source }] = siteNotebook(chapter, '00-x.ipynb').cells;
    assert.match(source, /\[it\]\(\.\.\/build\/book\/src\/snn\/neuron\.ts\.html\)/);
    assert.match(source, /\[1\]\(01-x\.ipynb\) and !\[a\]\(images\/a\.svg\)/);
  });

  test('has the version that its page computes', async () => {
    const { siteNotebook } = await load<ContentsModule>('contents');
    const notebook = siteNotebook(chapter, '00-x.ipynb');
    assert.equal(notebook.metadata.lif_fc_mnist?.version, hashOfCells(notebook));
    assert.notEqual(hashOfCells(content(['a', 'b'])), hashOfCells(content(['ab'])));
  });

  test('has drawings of ASCII alone', async () => {
    const { asciiDrawing } = await load<ContentsModule>('contents');
    assert.equal(asciiDrawing('<text>τ = 2 × ½ 𝜏</text>'), '<text>&#964; = 2 &#215; &#189; &#120591;</text>');
  });
});

describe('A saved copy', () => {
  const first = hashOfCells(content(['a']));
  const second = hashOfCells(content(['b']));
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

describe('A link of a text', () => {
  const site = 'https://a.example/b/lite/';
  const to = (path: string, book = '../book/') => destinationOf(`${site}${path}`, site, book);
  test('to a chapter opens it, below whatever folder the site is in', () => {
    assert.equal(to('files/02-x.ipynb'), `${site}notebooks/index.html?path=02-x.ipynb`);
    assert.equal(to('files/a%20b.ipynb#part'), `${site}notebooks/index.html?path=a%20b.ipynb#part`);
  });
  test('to a page of the book opens it there, if there is a book', () => {
    assert.equal(to('files/build/book/src/a.ts.html#l'), 'https://a.example/b/book/src/a.ts.html#l');
    assert.equal(to('files/build/book/x.html', ''), undefined);
  });
  test('to anything else is left alone', () => {
    assert.equal(to('files/images/a.svg'), undefined);
    assert.equal(destinationOf('https://b.example/x.ipynb', site, ''), undefined);
  });
});

describe('The server', () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'index.html'), '<p>top');
  writeFileSync(join(folder, 'a.wasm'), '');
  mkdirSync(join(folder, 'pages'));
  writeFileSync(join(folder, 'pages', 'index.html'), '<p>page');

  /** Statuses, texts and headers by path. */
  async function ask(only?: string[]) {
    const { serve } = await load<Serve>('serve');
    const { port, close } = await serve(folder, 0, '/x', only);
    after(close);
    return (path: string) => fetch(`http://127.0.0.1:${port}${path}`, { redirect: 'manual' });
  }

  test('serves a folder below a path, and nothing from outside', async () => {
    const get = await ask();
    assert.equal(await (await get('/x/')).text(), '<p>top');
    assert.equal((await get('/x/a.wasm')).headers.get('content-type'), 'application/wasm');
    for (const path of ['/x/b', '/a.wasm', '/x/%2e%2e%2fsecret', '/x/pages%2f..%2f..%2fsecret']) {
      assert.equal((await get(path)).status, 404, path);
    }
    for (const path of ['/x/%', '//', '//x/', '/x/.%2f/evil.example/..%2fpages']) {
      assert.equal((await get(path)).status, 400, path);
    }
    assert.equal((await get('/x/')).status, 200);
  });

  test('adds the slash that pages need, and keeps what the address asks', async () => {
    const { status, headers } = await (await ask())('/x/pages?path=a');
    assert.deepEqual([status, headers.get('location')], [301, '/x/pages/?path=a']);
  });

  test('serves the folders that are named, and nothing beside them', async () => {
    const get = await ask(['pages']);
    assert.equal(await (await get('/x/pages/')).text(), '<p>page');
    for (const path of ['/x/', '/x/a.wasm', '/x/pages/..%2fa.wasm', '/x/pages%2f..%2fa.wasm']) {
      assert.equal((await get(path)).status, 404, path);
    }
  });
});
