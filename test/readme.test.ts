/**
 * README.md and the pages beside it say what is so, and have their addresses from package.json alone; environment.md says which
 * versions there are, tools/README.md what is patched in which package.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { describe, test } from 'node:test';
import { startPage } from '../editions/book/make/start';
import { tables } from '../editions/class/exercises/tables';
import { introduction, type Notebook, textOf } from '../editions/shared/cells';
import { listOptions } from '../packages/runs/document';
import { CHAPTERS, chapterOf } from '../packages/system/chapters';
import { chapterNames, filesUnder } from '../packages/system/project';
import { FROM_SOURCES } from './support/python';
import { COMMAND } from './support/run';

const root = resolve(__dirname, '..');
const read = (name: string, folder = root) => readFileSync(join(folder, name), 'utf8');
const manifest = JSON.parse(read('package.json'));
const PAGES = [
  ...['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CODE_OF_CONDUCT.md', 'environment.md'],
  ...['packages/runs/README.md', 'tools/README.md', 'tools/bench/README.md'],
];

describe('What notebooks/chapters.json says', () => {
  const command = 'run `npm run exercises -- --tables`';
  const files = chapterNames();
  const notebooks = files.map((name): Notebook => JSON.parse(read(join('notebooks', name))));

  test('is how the files are called, and stands in every text that repeats it', () => {
    const listed = CHAPTERS.map(({ file }) => file);
    assert.deepEqual(files, listed, command);
    const wrong = [...tables()].flatMap(([file, text]) => {
      const [expected, found] = [text, read(file).replaceAll('\r\n', '\n')].map((one) => one.split('\n'));
      const line = expected.findIndex((one, i) => one !== found[i]);
      return line < 0 ? [] : [`${file}:${line + 1}: expected ${expected[line]}`];
    });
    assert.deepEqual(wrong, [], command);
    const table = /^\| \[4\. [^|]*04-training-loop\.ipynb\) \| /m;
    const texts = ['README.md', 'README.zh.md', 'src/README.md', 'translations/zh/chapters/start.md'];
    for (const file of texts) assert.match(read(file), table, `${file}: expected a table of chapters`);
  });

  test('of a chapter stands in its head, with what it needs, which comes before it', () => {
    for (const [i, { title, needs }] of CHAPTERS.entries()) {
      const told = introduction(notebooks[i]);
      assert.deepEqual([told.title, told.time.slice(0, 6)], [`${i}. ${title}`, 'About ']);
      const [needed] = /^\*\*You need\*\*.*/m.exec(textOf(notebooks[i].cells[0])) ?? assert.fail(title);
      // What is for a section alone is not needed: "and [10](10-a-memory.ipynb) for the last section".
      const links = needed.matchAll(/\((\d+)-[a-z-]+\.ipynb\)(?! for the)(?: to \[\d+\]\((\d+)-)?/g);
      const said = [...links].flatMap(([, first, last = first]) => CHAPTERS.slice(Number(first), Number(last) + 1));
      assert.deepEqual(
        said.map(({ name }) => name),
        needs,
        `${title}: what its head says that one needs, and "needs"`,
      );
      assert.deepEqual(
        said.filter(({ number }) => number >= i),
        [],
        `${title}: needs a chapter that comes later`,
      );
    }
  });

  test('is what links to chapters say', () => {
    const folders = ['editions', 'notebooks', 'packages', 'src', 'tools', 'translations'];
    const below = folders.flatMap((folder) => filesUnder(join(root, folder)).map((name) => join(folder, name)));
    const link = /(?:\[(?:chapter\s+|第\s*)?(\d+)(?:\.[^\]]*|\s*章)?\]\([^)]*?)?\b(\d\d-[a-z-]+\.ipynb)/gi;
    const links = [...readdirSync(root), ...below]
      .filter((file) => /\.(?:md|ipynb)$/.test(file))
      .flatMap((file) =>
        [...read(file).matchAll(link)].map(([shown, number, name]) => ({ file, shown, number, name })),
      );
    assert.ok(links.length > 400, `${links.length}`);
    const wrong = links.filter(({ number, name }) => {
      const chapter = chapterOf(name);
      return chapter?.file !== name || (number && Number(number) !== chapter.number);
    });
    assert.deepEqual(
      wrong.map(({ file, shown, name }) => `${file}: ${shown}: expected ${chapterOf(name)?.file ?? 'a chapter'}`),
      [],
    );
  });

  test("are captions of the book's sidebar and headings of its list", () => {
    const own = files.slice(5, 7).map((name, i) => ({ name, notebook: notebooks[5 + i] }));
    const page = startPage('<!-- chapters --><!-- pages -->', '', own, []);
    assert.match(page, /### The tutorial\n\n\*\*\[5\. .*\n: .*\n\n### Deeper\n\n\*\*\[6\. /);
    assert.match(page, /:caption: The tutorial\n05-.*\n```\n\n```\{toctree\}\n:hidden:\n:caption: Deeper\n06-/);
  });
});

test('The table of run options in packages/runs/README.md has all that the help has, and no other', () => {
  const help = execFileSync(process.execPath, [COMMAND, '--help'], {
    encoding: 'utf8',
  });
  const options = [...help.matchAll(/^ {2}(-.*?)(?: [A-Z=]+)?(?: {2,}|$)/gm)].map(([, flags]) =>
    (flags as string).split(', '),
  );
  assert.ok(options.length > 25, help);
  const [, table] = /A run has these options:\n\n((?:\|.*\n)+)/.exec(read('packages/runs/README.md')) ?? [];
  assert.ok(table, 'expected the table below "A run has these options:"');
  const firstCells = table.split('\n').map((row) => row.split('|')[1] ?? '');
  const listed = firstCells.flatMap((cell) =>
    [...cell.matchAll(/`(--?[a-zA-Z-]+)/g)].map(([, flag]) => flag as string),
  );
  for (const flags of options) {
    const named = flags.filter((flag) => listed.includes(flag));
    assert.equal(named.length, flags.includes('--help') ? 0 : 1, `${flags.join(', ')}: named ${named.length} times`);
  }
  const known = new Set(options.flat());
  assert.deepEqual(
    listed.filter((flag) => !known.has(flag)),
    [],
  );
});

test('The table of all options in packages/runs/README.md has a row for each, which says what its entry says', () => {
  const text = read('packages/runs/README.md');
  const [, table = ''] = /\| path \|.*\n\|---.*\n((?:\|.*\n)+)/.exec(text) ?? [];
  const rows = listOptions().map(({ path, doc, expected, standard }) => {
    return `| \`${path}\` | ${doc} | ${expected} | ${standard} |`;
  });
  for (const row of rows) assert.ok(table.includes(`${row}\n`), `expected in packages/runs/README.md:\n${row}`);
  assert.deepEqual(table.trim().split('\n'), rows);
});

test('README.zh.md says what README.md says: its program, its chapters, its measurements', () => {
  const [english, chinese] = [read('README.md'), read('README.zh.md')];
  const all = (text: string, pattern: RegExp) => text.match(pattern) ?? [];
  assert.deepEqual(all(chinese, /```[\s\S]*?```/g), all(english, /```[\s\S]*?```/g).slice(0, 2));
  assert.deepEqual(all(chinese, /notebooks\/[\w-]+\.ipynb/g), all(english, /notebooks\/[\w-]+\.ipynb/g));
  for (const line of all(chinese, /<!-- measured: .*-->/g)) assert.ok(english.includes(line), line);
  for (const seconds of all(chinese, /\d+ s\b/g)) assert.ok(english.includes(seconds), seconds);
});

test('The program in README.md runs, and prints what stands below it', () => {
  const [, code, printed] = /```ts\n([\s\S]*?)```\n\n```\n([\s\S]*?)```/.exec(read('README.md')) ?? [];
  assert.ok(code && printed, 'expected a program and what it prints');
  const program = ['--input-type=module', '--eval', code];
  assert.equal(execFileSync(process.execPath, program, { cwd: root, encoding: 'utf8' }), printed);
});

test('The worked example in CONTRIBUTING.md passes the test that it writes', () => {
  const [figure, itsTest] = [...read('CONTRIBUTING.md').matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code]) => code);
  assert.ok(figure && itsTest, 'expected a figure and its test');
  const clone = mkdtempSync(join(tmpdir(), 'lif-fc-mnist-example-'));
  try {
    for (const name of ['src', 'packages/figures']) cpSync(join(root, name), join(clone, name), { recursive: true });
    writeFileSync(join(clone, 'packages', 'figures', 'rates.ts'), figure);
    const file = join(clone, 'packages', 'figures', 'test', 'rates.test.ts');
    writeFileSync(file, itsTest);
    const { NODE_TEST_CONTEXT, ...env } = process.env;
    const printed = execFileSync(process.execPath, [...FROM_SOURCES, file], { env, encoding: 'utf8' });
    assert.match(printed, /^# pass 1$|^ℹ pass 1$/m);
  } finally {
    rmSync(clone, { recursive: true });
  }
});

test('The pages at the front name only commands and files that there are', () => {
  for (const page of PAGES) {
    const text = read(page);
    for (const [, script] of text.matchAll(/\bnpm run ([a-z:]+)/g))
      assert.ok((script as string) in manifest.scripts, `${page}: ${script}`);
    for (const [, file] of text.matchAll(/\]\((?!https?:|#)([^)#]+)/g))
      assert.ok(existsSync(join(root, dirname(page), file as string)), `${page}: ${file}`);
  }
});

test('CITATION.cff names the licence, the name and the addresses that package.json has', () => {
  const citation = read('CITATION.cff');
  assert.match(citation, new RegExp(`^license: ${manifest.license}$`, 'm'));
  assert.match(citation, new RegExp(`^title: "${manifest.name}: `, 'm'));
  const { homepage, repository } = manifest;
  for (const address of [homepage, repository].filter(Boolean)) {
    for (const text of [citation, read('README.md')]) assert.ok(text.includes(address.url ?? address), address);
  }
});

const lock: Record<string, { version?: string; link?: boolean }> = JSON.parse(read('package-lock.json')).packages;
const lockedBy = (file: string) =>
  new Map([...read(file).matchAll(/^([\w.-]+)==(\S+)/gm)].map(([, name, version]) => [name, version]));
const locked = lockedBy('requirements.txt');
const ofHub = lockedBy('editions/class/hub/requirements.txt');

const versionOf = (name: string) => lock[`node_modules/${name}`]?.version ?? locked.get(name) ?? ofHub.get(name);

/** The rows of the tables in a section, each as its cells, without the heads. */
function rows(heading: string, page = 'environment.md'): string[][] {
  const text = read(page);
  const start = text.indexOf(`\n${heading}\n`);
  assert.notEqual(start, -1, `${page}: expected a section "${heading}"`);
  const rest = text.slice(start + heading.length + 2);
  const level = heading.split(' ')[0] as string;
  const section = rest.split(new RegExp(`^#{1,${level.length}} `, 'm'))[0] as string;
  const lines = section.split('\n').filter((line) => /^\| [^|]/.test(line));
  return lines.map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

describe('environment.md', () => {
  test('lists every package that is named here with its version', () => {
    const listed = new Map(rows('## Versions, and what each package is for').map(([name, version]) => [name, version]));
    const pinned: Record<string, string> = {
      ...manifest.dependencies,
      ...manifest.optionalDependencies,
      ...manifest.devDependencies,
    };
    for (const [name, version] of Object.entries(pinned))
      assert.equal(listed.get(name), version.replace(/^npm:.*@/, ''), name);
    for (const [file, versions] of [
      ['requirements.in', locked],
      ['editions/map/requirements.in', lockedBy('editions/map/requirements.txt')],
    ] as const) {
      for (const [name] of read(file).matchAll(/^[a-z][\w-]*/gm)) {
        assert.equal(listed.get(name), versions.get(name), name);
      }
    }
  });

  test('names for each patch a version that is installed, files that are there, and tests that are there', () => {
    const folders = ['src', 'tools', 'test', 'hosts', 'packages', 'editions', 'translations'];
    const files = folders.flatMap((folder) => filesUnder(join(root, folder)).map((name) => join(folder, name)));
    const patches = rows('## What we patch, and at which version', 'tools/README.md').slice(1);
    assert.ok(patches.length >= 20);
    for (const [name, version, , where = '', tests = ''] of patches as [string, string, string, string, string][]) {
      assert.equal(version, versionOf(name), name);
      for (const [, file] of where.matchAll(/`([^`]+)`/g)) {
        assert.ok(file === 'package.json' || files.some((path) => basename(path) === file), `${name}: no file ${file}`);
      }
      const test = /`([\w-]+\.(?:test\.ts|py))`/.exec(tests)?.[1];
      assert.ok(
        files.some((path) => basename(path) === test),
        `${name}: expected a test, found ${tests}`,
      );
    }
  });
});

test('the golden values name the versions that made them, whichever build of PyTorch a machine has', () => {
  const { norse, snntorch, spikingjelly, torch } = Object.fromEntries(lockedBy('tools/peers/test/requirements.txt'));
  const files = readdirSync(join(root, 'test', 'golden')).filter((name) => name.endsWith('.json'));
  assert.ok(files.length > 0);
  for (const file of files) {
    const { source } = JSON.parse(read(join('test', 'golden', file)));
    const { seed = 7, ...versions } = source;
    const asked = { ...('snntorch' in source && { snntorch }), ...('norse' in source && { norse }) };
    assert.deepEqual({ ...versions, seed }, { ...asked, spikingjelly, torch, seed: 7 }, file);
  }
});
