/** `npm run lite -- --serve` in a separate clone, with stand-ins for set-up and for what builds. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, mkdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
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
/** Whole minutes ago. */
const setAge = (path: string, minutes: number) => {
  const time = Date.now() / 1000 - 60 * minutes;
  utimesSync(join(clone, path), time, time);
};

const SOURCES = ['editions/browser', 'editions/class/exercises', 'editions/class/hub/server', 'editions/book'];
const FILES = [
  ...[...SOURCES, 'notebooks', 'src', 'packages', 'hosts'].map((folder) => `${folder}/a`),
  'editions/map/map.csv',
];

beforeEach(() => {
  rmSync(clone, { recursive: true, force: true });
  for (const name of ['packages/system', 'editions/browser/build'])
    cpSync(join(root, name), join(clone, name), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(clone, 'node_modules'), 'junction');
  write('tools/setup/setup.mjs', "console.log('set-up');");
  write(
    'editions/browser/build/site.mjs',
    `import { mkdirSync, writeFileSync } from 'node:fs';
export const work = 'none';
export async function buildSite() {
  console.log('builds the site');
  mkdirSync('build/lite', { recursive: true });
  writeFileSync('build/lite/index.html', 'new');
}`,
  );
  write('package.json', JSON.stringify({ scripts: { book: 'node editions/book/build/fails.cjs' } }));
  write('editions/book/build/fails.cjs', "console.error('book: nothing works'); process.exit(1);");
  for (const file of [...FILES, 'package-lock.json', 'requirements.txt']) write(file, '');
  write('build/lite/index.html', 'the edition');
  write('build/book/index.html', 'the book');
  for (const page of ['lite', 'book']) setAge(`build/${page}/index.html`, -1);
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
  const child = spawn(process.execPath, [join('editions', 'browser', 'build', 'lite.mjs'), '--serve', ...args], {
    cwd: clone,
  });
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
  test('is what is built, at once: nothing is set up or built first, and what is old is said to be', async () => {
    setAge('build/book/index.html', 1);
    setAge('notebooks/a', -0.5);
    const { url, lines } = await start(['--port', '0'], /build\/book is older/);
    assert.equal(await textAt(`${url}lite/`), 'the edition');
    assert.equal(await textAt(`${url}book/`), 'the book');
    const older = `lite: build/book is older than ${join('notebooks', 'a')}: \`npm run book\` builds it again, also while it is served`;
    assert.deepEqual(lines.slice(1), [older]);
  });

  test('is built where it is missing, after set-up', async () => {
    rmSync(join(clone, 'build', 'lite'), { recursive: true });
    const { url, lines } = await start(['--port', '0']);
    assert.deepEqual(lines.slice(0, 2), ['set-up', 'builds the site']);
    assert.equal(await textAt(`${url}lite/`), 'new');
  });

  test('is there while the book is built, and also if the book cannot be built', async () => {
    rmSync(join(clone, 'build', 'book'), { recursive: true });
    const { url, lines } = await start(['--port', '0'], /was not built/);
    assert.equal(await textAt(`${url}lite/`), 'the edition');
    assert.deepEqual(lines.slice(1), [
      'lite: no book in build/book yet: building it (about a minute), and links into it work then',
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
    assert.deepEqual(second.lines.slice(1), [said]);
    assert.equal(await textAt(`${second.url}lite/`), 'the edition');
    const { port } = new URL(second.url);
    const taken = new RegExp(
      `^Error: ended with 1: lite: --port: expected a free port, found ${port} taken \\(EADDRINUSE\\); give another$`,
    );
    await assert.rejects(start(['--port', port]), taken);
  });
});
