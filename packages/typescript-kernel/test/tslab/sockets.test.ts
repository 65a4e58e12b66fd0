/** A kernel's sockets: what happens when another program has taken a port, or a message comes too early. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { ended, root, temporaryFolder } from '../../../../test/support/notebooks';
import { PYTHON } from '../../../../test/support/python';

const temporary = temporaryFolder('ports');

describe('A port that another program got before the kernel took it', { concurrency: 1 }, () => {
  const ports = ['shell_port', 'iopub_port', 'stdin_port', 'control_port', 'hb_port'];
  let other: Server;
  let taken: number;
  before(async () => {
    other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    taken = (other.address() as AddressInfo).port;
  });
  after(() => other.close());

  test('ends the kernel, which says so', async () => {
    const file = join(temporary, 'connection.json');
    const connection = { ip: '127.0.0.1', transport: 'tcp', key: 'key', signature_scheme: 'hmac-sha256' };
    // The others are whatever the system gives.
    const free = Object.fromEntries(ports.map((name) => [name, name === 'control_port' ? taken : 0]));
    writeFileSync(file, JSON.stringify({ ...connection, ...free }));
    const spec = JSON.parse(
      readFileSync(join(dirname(PYTHON), '..', 'share/jupyter/kernels/tslab/kernel.json'), 'utf8'),
    );
    const argv = (spec.argv as string[]).map((part) => (part === '{connection_file}' ? file : part));
    const { status, lines } = await ended(spawn(argv[0] as string, argv.slice(1)));
    assert.deepEqual(lines, [`tcp://127.0.0.1:${taken}: Address already in use (EADDRINUSE)`]);
    assert.equal(status, 1);
  });
});

test('A message that comes before the kernel knows that its socket is bound is answered all the same', async () => {
  // zeromq refuses to send and receive until the callback of bind has run; here nothing is awaited in between.
  const program = join(temporary, 'socket.cjs');
  writeFileSync(
    program,
    `const { Router, Dealer } = require(${JSON.stringify(join(root, 'node_modules', 'zeromq'))});
    const [shell, client] = [new Router(), new Dealer()];
    const bound = shell.bind('tcp://127.0.0.1:*');
    const loop = (async () => { for await (const [who] of shell) await shell.send([who, 'pong']); })();
    bound.then(async () => {
      client.connect(shell.lastEndpoint);
      await client.send('ping');
      console.log(String(await client.receive()));
      client.close();
      shell.close();
    });`,
  );
  // The preload is for kernels: it looks for zeromq next to the program, and for this argument.
  const args = ['--require', join(root, 'packages', 'typescript-kernel', 'tslab', 'preload.cjs'), program, 'kernel'];
  const { status, lines } = await ended(
    spawn(process.execPath, args, { env: { ...process.env, NODE_PATH: join(root, 'node_modules') } }),
  );
  assert.deepEqual(lines, ['pong']);
  assert.equal(status, 0);
});
