/** What the browser edition is made of: its notebooks, its server, and what it decides about a reader's copies. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { get, type IncomingHttpHeaders } from 'node:http';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { zipSync } from 'fflate';
import { hashOfCells } from '../../../../hosts/browser/hash';
import { checkName, RUN_FILES } from '../../../../packages/runs/run-files';
import { temporaryFolder } from '../../../../test/support/data';
import { withLanguage } from '../../../shared/copies';
import { serve } from '../../../shared/serve';
import { translator } from '../../../shared/translated';
import { asciiDrawing, siteNotebook, writeDrawings } from '../../make/contents';
import { isForeign, nameOfZip, readDownload } from '../../page/files';
import type { NotebookContent } from '../../page/jupyter';
import { inLanguage, languageHere, languageOf } from '../../page/links';
import { toPlainName } from '../../page/menu';
import { progressOf } from '../../page/progress';
import { freeName } from '../../page/work';

const cell = (source: string) => ({ cell_type: 'code', source });
const content = (sources: string[], metadata: NotebookContent['metadata'] = {}): NotebookContent => ({
  cells: sources.map(cell),
  metadata,
});

describe('A notebook of the site', () => {
  const chapter = {
    nbformat: 4,
    metadata: { kernelspec: { name: 'other' }, kept: 1 },
    cells: [
      {
        id: 'a',
        cell_type: 'markdown',
        source: ['# τ\n', 'See [it](../src/snn/neuron.ts), [1](01-x.ipynb) and ![a](images/a.svg).'],
        metadata: {},
      },
      {
        id: 'b',
        cell_type: 'code',
        source: ['const f = () => {\n', '  // BEGIN SOLUTION\n', '  return 1;\n', '  // END SOLUTION\n', '};'],
        metadata: { exercise: { id: 'x', role: 'answer' } },
        outputs: [{ output_type: 'stream', name: 'stdout', text: ['1\n'] }],
      },
    ],
  };

  test("is the learner's copy: a stub for each solution, no outputs, and texts as one string", async () => {
    const { cells, metadata } = siteNotebook(chapter, '00-x.ipynb');
    const [text, answer] = cells;
    assert.match(text.source, /^# τ\nSee /);
    assert.equal(answer.source, 'const f = () => {\n  // Your code here.\n  return todo();\n};');
    assert.deepEqual(answer.outputs, []);
    assert.equal(metadata.kernelspec.name, 'tslab');
  });

  test('leads to the book for the source, and leaves other links alone', async () => {
    const [{ source }] = siteNotebook(chapter, '00-x.ipynb').cells;
    assert.match(source, /\[it\]\(\.\.\/build\/book\/src\/snn\/neuron\.ts\.html\)/);
    assert.match(source, /\[1\]\(01-x\.ipynb\) and !\[a\]\(images\/a\.svg\)/);
  });

  test('in Python is to be read: no cell runs, each says what it printed, and a line at the top says why', async () => {
    const { cells, metadata } = siteNotebook(chapter, '00-onwards.ipynb');
    assert.deepEqual(
      cells.map(({ cell_type }) => cell_type),
      ['markdown', 'markdown'],
    );
    assert.match(
      cells[0].source,
      /^# τ\n\n\*\*This chapter is in Python, and this tab runs TypeScript: read it here\. /,
    );
    assert.match(cells[1].source, /^```python\nconst f [\s\S]*\n```\n\n```text\n1\n```$/);
    assert.equal(metadata.kernelspec.name, 'tslab');
  });

  test('in another language says so to its checks, in the cell that sets them up, and is a version of its own', () => {
    const setup = {
      id: 's',
      cell_type: 'code',
      source: ["import { exercises } from 'lif-fc-mnist';"],
      metadata: { exercise: { role: 'setup' } },
    };
    const english = { ...chapter, cells: [...chapter.cells, setup] };
    const cells = english.cells.map((one) => (one.id === 'a' ? { ...one, source: '# 神经元' } : one));
    const notebook = siteNotebook(withLanguage({ ...english, cells }, '02-x.ipynb', english, 'zh'), '02-x.ipynb');
    assert.equal(notebook.cells[0].source, '# 神经元');
    assert.match(
      notebook.cells[2].source,
      /^import \{ exercises \} from 'lif-fc-mnist';\nexercises\.edition\('02-x\.ipynb', '[0-9a-f]{8}', 'zh'\);$/,
    );
    const { version } = notebook.metadata.lif_fc_mnist;
    assert.equal(version, hashOfCells(notebook));
    assert.notEqual(version, siteNotebook(english, '02-x.ipynb').metadata.lif_fc_mnist.version);
  });

  test('in another language leads to the book in it, but for pages that are English alone', () => {
    const text =
      'A [page](../build/book/map.html#a), [one](../build/book/hosting.html), [code](../build/book/src/a.ts.html).';
    const cell = { id: 'a', cell_type: 'markdown', source: text, metadata: {} };
    const [{ source }] = translator('zh')('02-none.ipynb', { nbformat: 4, metadata: {}, cells: [cell] }).cells;
    assert.match(String(source), /\]\(\.\.\/build\/book\/zh\/map\.html#a\)/);
    assert.match(String(source), /\]\(\.\.\/build\/book\/hosting\.html\).*\]\(\.\.\/build\/book\/src\/a\.ts\.html\)/);
  });
});

test('A drawing of the tab has the words of drawings, also where a page says the same word otherwise', () => {
  const folder = temporaryFolder();
  writeDrawings(folder, 'zh');
  assert.ok(readFileSync(join(folder, 'reset.svg'), 'utf8').includes(asciiDrawing('>没有重置<')));
});

test('A download of notebooks leaves out chapters in another language than the page, unless the reader has changed them', () => {
  const chapter = content(['1'], { lif_fc_mnist: { version: hashOfCells(content(['1'])) } });
  const changed = content(['mine'], chapter.metadata);
  assert.deepEqual(
    ['02-x.ipynb', 'zh/02-x.ipynb', 'mine.ipynb', 'zh/mine.ipynb'].map((path) => isForeign(path, chapter, '')),
    [false, true, false, false],
  );
  assert.equal(isForeign('02-x.ipynb', chapter, 'zh/'), true);
  assert.equal(isForeign('zh/02-x.ipynb', chapter, 'zh/'), false);
  for (const here of ['', 'zh/'])
    for (const path of ['02-x.ipynb', 'zh/02-x.ipynb'])
      assert.equal(isForeign(path, changed, here), false, path + here);
});

test("A download of notebooks has the learner's name in its own, in any script, and nothing that a file name cannot hold", () => {
  const NAMES = {
    ' Zoë  O’Neil ': 'Zoë-O-Neil-notebooks-2026-11-25.zip',
    '../a<b>:"|?*\u202e\n': 'a-b-notebooks-2026-11-25.zip',
    李小龙: '李小龙-notebooks-2026-11-25.zip',
    [`${'a'.repeat(39)} b`]: `${'a'.repeat(39)}-notebooks-2026-11-25.zip`,
    ' . ': 'notebooks-2026-11-25.zip',
  };
  for (const [name, expected] of Object.entries(NAMES)) assert.equal(nameOfZip(name, '2026-11-25'), expected);
});

test('A file that is taken in has a name that a cell can read, and its ending', () => {
  const NAMES = {
    'net (1).nir': 'net-1-.nir',
    'a.b.pth': 'a.b.pth',
    '数字.pth': 'file.pth',
    数字: 'file',
    '....': 'file',
  };
  for (const [name, expected] of Object.entries(NAMES)) {
    assert.equal(toPlainName(name), expected);
    checkName('a file', toPlainName(name));
  }
});

describe('A download that is taken back in', () => {
  const bytes = (text: string) => new TextEncoder().encode(text);
  const read = (files: Record<string, Uint8Array>) => readDownload('a.zip', zipSync(files));
  const run = Object.fromEntries(RUN_FILES.map((name) => [`mine/${name}`, Uint8Array.of(1)]));

  test('holds notebooks and runs by their names', () => {
    const notebook = content(['1']);
    const { notebooks, runs } = read({ 'a/b.ipynb': bytes(JSON.stringify(notebook)), ...run });
    assert.deepEqual(notebooks, { 'a/b.ipynb': notebook });
    assert.deepEqual(Object.keys(runs.mine), [...RUN_FILES]);
  });

  test('is a notebook by itself, whatever letters its ending has', () => {
    const notebook = content(['1']);
    assert.deepEqual(readDownload('a (1).IPYNB', bytes(JSON.stringify(notebook))), {
      notebooks: { 'a (1).ipynb': notebook },
      runs: {},
    });
    assert.throws(
      () => readDownload('a.ipynb', bytes('no notebook')),
      /^Error: a\.ipynb: expected a notebook, found something else$/,
    );
  });

  test('is showRefusal in one line if it is anything else', () => {
    const wanted = /^Error: a\.zip: expected a zip file that the menu Tutorial has made, found /;
    assert.throws(() => readDownload('a.zip', bytes('no zip at all')), wanted);
    assert.throws(() => read({}), wanted);
    assert.throws(() => read({ 'a/b.exe': bytes('') }), wanted);
    assert.throws(() => read({ '../a.ipynb': bytes('{}') }), wanted);
    assert.throws(
      () => read({ 'a\n\u001b[2J.ipynb': bytes('{"cells":[1],"metadata":{}}') }),
      /^Error: a\.zip: a\ufffd\ufffd\[2J\.ipynb: expected a notebook, found something else$/,
    );
    const { 'mine/train_accs.npy': _, ...rest } = run;
    assert.throws(() => read(rest), /^Error: a\.zip: expected mine\/train_accs\.npy in it, found none$/);
  });

  test('with a run of the name of what every object has leaves objects as they are', () => {
    const files = RUN_FILES.map((file) => [`constructor/${file}`, Uint8Array.of(1)] as const);
    const { runs } = read(Object.fromEntries(files));
    assert.deepEqual(Object.keys(runs.constructor), [...RUN_FILES]);
    assert.ok(!Object.hasOwn(Object, 'test_accs.npy'));
  });

  test('that would be far larger than it is itself is refused', () => {
    const bomb = zipSync({ 'run/train_accs.npy': new Uint8Array(201e6) });
    assert.ok(bomb.length < 300_000);
    assert.throws(() => readDownload('a.zip', bomb), /found another or a damaged file \(more than 200 MB in it\)$/);
  });

  test('takes no name that something of the reader has', async () => {
    const taken = ['a.ipynb', 'a-2.ipynb', 'run'];
    const free = (name: string) => freeName(name, async (other) => taken.includes(other));
    assert.deepEqual(await Promise.all(['a.ipynb', 'b.ipynb', 'run'].map(free)), ['a-3.ipynb', 'b.ipynb', 'run-2']);
  });
});

describe('A page in another language', () => {
  const site = 'https://a.example/hw/';
  test('is known by its address, whatever the folder of the site is called', () => {
    assert.equal(languageHere(site, `${site}zh/notebooks/index.html?path=a`), 'zh/');
    assert.equal(languageHere(site, `${site}zh/tree/`), 'zh/');
    for (const page of ['notebooks/index.html', 'index.html', 'zh/index.html', 'zz/a'])
      assert.equal(languageHere(site, site + page), '', page);
  });
  test('opens other pages in it, each chapter in its own language', () => {
    const to = (page: string) => inLanguage(`${site}${page}`, site, 'zh/').replace(site, '');
    assert.equal(to('tree'), 'zh/tree/index.html');
    assert.equal(to('notebooks/index.html?path=02-x.ipynb'), 'notebooks/index.html?path=02-x.ipynb');
    assert.equal(to('edit/index.html?path=a.txt'), 'edit/index.html?path=a.txt');
  });
  test('knows the language of a chapter, and none of a notebook of the reader', () => {
    assert.deepEqual(['02-x.ipynb', 'zh/02-x.ipynb', 'mine.ipynb', 'zh/mine.ipynb'].map(languageOf), [
      '',
      'zh/',
      undefined,
      undefined,
    ]);
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
    const { port, close } = await serve(folder, 0, '/x', { only });
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

  test('follows no link that leads out of the folder', {
    skip: process.platform === 'win32' && 'links need rights on Windows',
  }, async () => {
    writeFileSync(join(folder, 'LICENSE'), 'free');
    symlinkSync('LICENSE', join(folder, 'inside'));
    symlinkSync(process.execPath, join(folder, 'outside'));
    const get = await ask();
    const inside = await get('/x/inside');
    assert.deepEqual([inside.headers.get('content-type'), await inside.text()], ['text/plain; charset=utf-8', 'free']);
    assert.equal((await get('/x/outside')).status, 404);
  });

  test('refuses a request that names another host, as after DNS rebinding', async () => {
    const { port, close } = await serve(folder, 0, '/x');
    after(close);
    const ask = (host: string) =>
      new Promise((resolve) => {
        get({ port, path: '/x/', headers: { host } }, (response) => resolve(response.resume().statusCode));
      });
    for (const host of ['evil.example', `evil.example:${port}`, `127.0.0.1.evil.example:${port}`])
      assert.equal(await ask(host), 403, host);
    // Another port is how a forwarded one looks.
    for (const host of [`127.0.0.1:${port}`, 'localhost', 'LOCALHOST:9000']) assert.equal(await ask(host), 200, host);
  });

  test('adds the slash that pages need, and keeps what the address asks', async () => {
    const { status, headers } = await (await ask())('/x/pages?path=a');
    assert.deepEqual([status, headers.get('location')], [301, '/x/pages/?path=a']);
  });

  test('serves the folders that are named, and nothing beside them', async () => {
    const get = await ask(['pages']);
    assert.equal(await (await get('/x/pages/')).text(), '<p>page');
    for (const path of ['/x/a.wasm', '/x/pages/..%2fa.wasm', '/x/pages%2f..%2fa.wasm']) {
      assert.equal((await get(path)).status, 404, path);
    }
    const { status, headers } = await get('/x/');
    assert.deepEqual([status, headers.get('location')], [302, '/x/pages/'], 'the place above them leads to the first');
  });

  test('sends a text in place of a file', async () => {
    const { port, close } = await serve(folder, 0, '/x', { instead: { '/pages/settings.json': '{"a":1}' } });
    after(close);
    const answer = await fetch(`http://127.0.0.1:${port}/x/pages/settings.json?now`);
    assert.match(answer.headers.get('content-type') ?? '', /^application\/json/);
    assert.deepEqual(await answer.json(), { a: 1 });
    assert.equal(await (await fetch(`http://127.0.0.1:${port}/x/pages/`)).text(), '<p>page');
  });

  test('answers what wants anything else than to read with the methods that it allows', async () => {
    const { port, close } = await serve(folder, 0, '/x');
    after(close);
    const answer = await fetch(`http://127.0.0.1:${port}/x/index.html`, { method: 'PUT' });
    assert.deepEqual([answer.status, answer.headers.get('allow')], [405, 'GET, HEAD']);
  });

  test('compresses what becomes smaller, for who can read it', async () => {
    const { port, close } = await serve(folder, 0, '/x');
    after(close);
    const ask = (path: string, encoding: string) =>
      new Promise<{ headers: IncomingHttpHeaders; body: Buffer }>((resolve) => {
        get({ port, path, headers: { 'accept-encoding': encoding } }, async (response) => {
          resolve({ headers: response.headers, body: Buffer.concat(await response.toArray()) });
        });
      });
    const small = await ask('/x/index.html', 'br, gzip');
    assert.equal(small.headers['content-encoding'], 'gzip');
    assert.equal(gunzipSync(small.body).toString(), '<p>top');
    for (const encoding of ['identity', 'br, gzip ; Q=0.000, *', '']) {
      const plain = await ask('/x/index.html', encoding);
      assert.deepEqual([plain.headers['content-encoding'], plain.body.toString()], [undefined, '<p>top'], encoding);
    }
    writeFileSync(join(folder, 'images.gz'), 'x');
    assert.equal((await ask('/x/images.gz', 'gzip')).headers['content-encoding'], undefined);
  });
});

const answer = (...printed: string[]) => ({
  metadata: { exercise: { role: 'answer' } },
  outputs: printed.map((text) => ({ text })),
});

test('A copy says how many of its exercises passed, by what their cells printed', () => {
  const task = { metadata: { exercise: { role: 'task' } } };
  assert.equal(progressOf([]), 'begun');
  assert.equal(progressOf([task, answer(), answer('○ lif-fire: Not attempted yet.\n')]), 'begun');
  assert.equal(
    progressOf([answer('a line\n✔ lif-charge: Right.\n'), answer('✘ lif-fire: Not yet ✔\n'), task]),
    'begun, 1 of 2 exercises passed',
  );
  assert.equal(progressOf([answer('✔ lif-charge: Right.\n')]), 'all exercises passed');
});
