/** `npm run lite -- --serve` in a separate clone, with stand-ins for set-up and for what builds. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { after, afterEach, beforeEach, describe, test } from 'node:test';
import { temporaryFolder } from '../../../../test/support/data';

const root = resolve(__dirname, '..', '..', '..', '..');
const clone = join(temporaryFolder(), 'a clone é');
const running: ChildProcess[] = [];

const write = (path: string, text: string) => {
  mkdirSync(dirname(join(clone, path)), { recursive: true });
  writeFileSync(join(clone, path), text);
};
beforeEach(() => {
  rmSync(clone, { recursive: true, force: true });
  const tools = ['start.mjs', 'packages.mjs', 'machine.mjs', 'sources.cjs'].map((name) => `tools/${name}`);
  for (const name of [...tools, 'packages/system', 'editions/browser/make', 'editions/shared'])
    cpSync(join(root, name), join(clone, name), { recursive: true });
  // Packages as tools/start.mjs leaves them.
  for (const name of ['package-lock.json', '.npmrc']) write(name, '');
  const inputs = createHash('sha256').update('package-lock.json\0.npmrc\0').digest('hex');
  const stamp = { files: [], inputs, platform: `${process.platform}-${process.arch}` };
  write('node_modules/.setup/packages.json', JSON.stringify(stamp));
  for (const name of ['tsx', 'commander', 'mime-types'])
    symlinkSync(join(root, 'node_modules', name), join(clone, 'node_modules', name), 'junction');
  symlinkSync(clone, join(clone, 'node_modules', 'lif-fc-mnist'), 'junction');
  write('tools/setup/setup.ts', "console.log('set-up');");
  const engines = { node: '20 || 22 || 24 || 26' };
  write(
    'editions/browser/make/site.ts',
    `import { mkdirSync, writeFileSync } from 'node:fs';
export const work = 'none';
export async function buildSite() {
  console.log('builds the site');
  mkdirSync('build/lite', { recursive: true });
  writeFileSync('build/lite/index.html', 'new');
}`,
  );
  write('package.json', JSON.stringify({ engines, scripts: { book: 'node editions/book/make/fails.cjs' } }));
  write('editions/book/make/fails.cjs', "console.error('book: nothing works'); process.exit(1);");
  write('build/lite/index.html', 'the edition');
  write('build/book/index.html', 'the book');
});
afterEach(async () => {
  for (const child of running.splice(0)) {
    if (child.exitCode !== null) continue;
    child.kill('SIGINT');
    await new Promise((done) => child.once('close', done));
  }
});
after(() => rmSync(dirname(clone), { recursive: true, force: true }));

/** Starts it, and resolves with its address and its lines as soon as one of these is as expected. */
function start(args: string[], expected = /Ctrl-C$/): Promise<{ url: string; lines: string[] }> {
  const program = [join('tools', 'start.mjs'), 'editions/browser/make/lite.ts', '--serve', ...args];
  const child = spawn(process.execPath, program, { cwd: clone });
  running.push(child);
  const lines: string[] = [];
  return new Promise((done, fail) => {
    const look = (text: string) => {
      lines.push(...text.trim().split('\n'));
      const [, url] = lines.map((line) => /at (http:\S+\/)lite\/ until/.exec(line)).find(Boolean) ?? [];
      if (url && lines.some((line) => expected.test(line))) done({ url, lines });
    };
    for (const pipe of [child.stdout, child.stderr]) pipe.setEncoding('utf8').on('data', look);
    child.on('close', (status) => fail(new Error(`ended with ${status}: ${lines.join('\n')}`)));
  });
}

const textAt = async (url: string) => (await fetch(url)).text();

describe('The browser edition, served', () => {
  test('is what is built, at once: nothing is set up or built first, and its age is said', async () => {
    const { url, lines } = await start(['--port', '0'], /build\/book was built/);
    assert.equal(await textAt(`${url}lite/`), 'the edition');
    assert.equal(await textAt(`${url}book/`), 'the book');
    const built = (name: string) =>
      new RegExp(`^lite: build/${name} was built \\d{4}-.*; \`npm run ${name}\` builds it`);
    assert.match(lines[1], built('lite'));
    assert.match(lines[2], built('book'));
  });

  test('is built first where it is missing, and served without the book if that cannot be built', async () => {
    for (const name of ['lite', 'book']) rmSync(join(clone, 'build', name), { recursive: true });
    write('tools/setup/setup.ts', 'console.log(process.env.LIF_FC_MNIST_BACKEND);');
    const { url, lines } = await start(['--port', '0'], /build\/lite was built/);
    assert.equal(await textAt(`${url}lite/`), 'new');
    assert.deepEqual(lines.slice(0, 4), [
      'wasm', // TensorFlow's own backend is not set up
      'builds the site',
      'lite: no book in build/book yet: building it',
      'lite: the book was not built, so links into it lead nowhere: book: nothing works',
    ]);
  });

  test('has the same address each time; where that is taken it says that saved work stays there', async () => {
    const usual = 'http://127.0.0.1:7840/';
    const said = `lite: port 7840 is taken; work that was saved at ${usual} stays there, and is not seen at this address`;
    // Another program of this machine may have the port already, and then this says so itself.
    const first = await start([], /7840/);
    const second = await start([], /7840/);
    if (first.url !== usual) assert.ok(first.lines.includes(said), first.lines.join('\n'));
    assert.notEqual(second.url, first.url);
    assert.equal(second.lines[1], said);
    assert.equal(await textAt(`${second.url}lite/`), 'the edition');
    const { port } = new URL(second.url);
    const taken = new RegExp(
      `^Error: ended with 1: lite: --port: expected a free port, found ${port} taken \\(EADDRINUSE\\); give another$`,
    );
    await assert.rejects(start(['--port', port]), taken);
  });
});
