/** Links to other sites: each has been looked at, and the command that asks them. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { load } from '../../../test/support/book';

type Links = typeof import('../links.mjs');

test('Every link to another site stands in the kept list, and none that no text has', async () => {
  const { linksOf, keptLinks } = await load<Links>('tools/checks/links');
  const links = linksOf();
  assert.ok(links.size > 50, `${links.size}`);
  assert.ok(links.has('https://spikingjelly.readthedocs.io/zh_CN/latest/tutorials/en/lif_fc_mnist.html'));
  const what = 'run `node tools/checks/links.mjs --ask`, which also works without a network';
  assert.deepEqual([...keptLinks().keys()], [...links.keys()], what);
});

test('A link is found in all its forms, and code and addresses of this machine are none', async () => {
  const { linksIn } = await load<Links>('tools/checks/links');
  const text =
    '[a](https://a.example/b_(c)) ![p](https://p.example/x.svg) <https://d.example> <a class="x" href="https://e.example/">e</a>\n' +
    '`[f](https://f.example)` https://g.example [h](http://127.0.0.1:8000) [i](i.md)\n```\n[k](https://k.example)\n```\n';
  assert.deepEqual(linksIn(text), [
    'https://a.example/b_(c)',
    'https://p.example/x.svg',
    'https://d.example',
    'https://e.example/',
  ]);
});

test('A page that answers is kept with its status and the day, and one that cannot be asked stays as it was', async () => {
  const { ask, renewed } = await load<Links>('tools/checks/links');
  const server = createServer((request, response) => {
    const status = Number(request.url?.slice(1));
    response.writeHead(status, status === 301 ? { location: '/200' } : {}).end('x');
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const site = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const closed = createServer();
  await new Promise<void>((done) => closed.listen(0, '127.0.0.1', done));
  const nowhere = `http://127.0.0.1:${(closed.address() as AddressInfo).port}/`;
  await new Promise((done) => closed.close(done));
  try {
    assert.equal(await ask(nowhere), undefined);
    const former = new Map([
      [`${site}/200`, { day: '2026-01-01', answer: '404' }],
      [nowhere, { day: '2026-01-01', answer: '200' }],
      ['https://gone.example/', { day: '2026-01-01', answer: '200' }],
    ]);
    const addresses = [`${site}/200`, `${site}/301`, `${site}/404`, nowhere, `${nowhere}new`];
    assert.deepEqual(
      [...(await renewed(addresses, former, '2026-11-28'))].map(([, { day, answer }]) => `${day} ${answer}`),
      ['2026-11-28 200', `2026-11-28 301 to ${site}/200`, '2026-11-28 404', '2026-01-01 200', '2026-11-28 not asked'],
    );
  } finally {
    server.close();
  }
});
