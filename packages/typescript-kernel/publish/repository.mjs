// The kernel as a repository of its own (`--repository DIR`): what git knows of this folder, and what it needs of the
// repository around it. That keeps tslab's half, whose tests need its notebooks and its runner.
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const source = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const windows = process.platform === 'win32';

/** What stays behind. */
export const STAYS = [
  ...['tslab', 'test/tslab', 'test/semantics.test.ts'],
  ...['publish/repository', 'publish/repository.mjs', 'test/publish/repository.test.ts'],
];
/** What comes along of the repository around it: the random numbers of tests. */
export const COMES = {
  'src/common/random.ts': 'test/support/random.ts',
  'src/common/checks.ts': 'test/support/checks.ts',
};
/** What its tests and checks run on, in the versions of the repository around it. */
const TOOLS = ['@biomejs/biome', '@tslab/typescript-for-tslab', '@types/node', 'tsx', 'typescript-7'];

/**
 * Runs the table of cells on the kernel in Node. The repository around it has compared each with tslab.
 */
const RECORD = `
const [source, folder, file] = process.argv.slice(1);
const { ROWS } = require(source + '/test/cells.ts');
const { runInNode } = require(source + '/test/in-node.ts');
const cells = ROWS.map(({ cell }) => cell);
void runInNode(cells, folder).then((shown) => require('fs').writeFileSync(file, JSON.stringify(shown, null, 2) + '\\n'));`;

const ABOUT_TESTS = `\`npm install\`, then \`npm test\`: what needs no page, which takes about a minute. It makes \`.venv\` with hatchling once.
\`npm run lint\`, \`npm run typecheck\`; \`npm run demo\` builds the demo site in \`build/site/\`. \`test/cells.ts\` is a table of cells, and
\`test/shown.json\` what each showed in Node when this repository was made. The one from which it came runs them on tslab, too, and in
pages, with Chromium, Firefox and other releases of JupyterLite.`;

/** What is another in a repository of its own. @type {[file: string, from: string | RegExp, to: string][]} */
export const CHANGES = [
  ['test/breakages.ts', "'../../../src/common/random'", "'./support/random'"],
  ['publish/kernel.mjs', ' [--repository DIR]', ''],
  ['publish/kernel.mjs', /\n\n--repository DIR[^`]*/, ''],
  ['publish/kernel.mjs', ", repository: { type: 'string' }", ''],
  ['publish/kernel.mjs', /else if \(values\.repository[\s\S]*?\} else \{/, 'else {'],
  ['publish/kernel.mjs', '|publish[\\\\/]repository(\\.mjs)?', ''],
  ['CONTRIBUTING.md', /`test\/` has what needs no page:[\s\S]*?(?=\n\nThe page's part is built)/, ABOUT_TESTS],
  ['CONTRIBUTING.md', /`tslab\/` and `test\/tslab\/` patch[\s\S]*?\n\n/, ''],
  ['CONTRIBUTING.md', /- Nothing here imports from outside[^\n]*\n/, ''],
  ['README.md', / The repository has a third folder, `tslab\/`[\s\S]*?for both kernels\./, ''],
  ['README.md', 'is run on both in the tests.', 'is run on both in the repository from which this one came.'],
];

/** @type {(folder: string, ...args: string[]) => string} */
const git = (folder, ...args) =>
  execFileSync('git', ['-C', folder, ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, FILTER_BRANCH_SQUELCH_WARNING: '1' },
  }).trim();

/**
 * Writes what the tests and checks run on into package.json.
 * @param {string} folder
 * @param {string} around the repository around this folder
 */
function writeManifest(folder, around) {
  const read = (/** @type {string} */ file) => JSON.parse(readFileSync(file, 'utf8'));
  const path = join(folder, 'package.json');
  const manifest = read(path);
  const { packages } = read(join(around, 'package-lock.json'));
  const wanted = [...TOOLS, ...Object.keys(manifest.peerDependencies)];
  const versions = wanted.map((name) => {
    const { name: other, version } = packages[`node_modules/${name}`];
    return [name, other === undefined ? version : `npm:${other}@${version}`];
  });
  const tools = /^requires = \[(.*)\]$/m.exec(readFileSync(join(folder, 'pyproject.toml'), 'utf8'))?.[1];
  const python = tools?.replaceAll('"', '').replaceAll(',', '');
  manifest.scripts = {
    setup: `test -x .venv/bin/hatchling || { python3 -m venv .venv && .venv/bin/pip install --quiet ${python}; }`,
    build: 'node publish/kernel.mjs dist',
    pretest: 'npm run --silent setup',
    test: 'node --require tsx/cjs --test test/*.test.ts test/*/*.test.ts',
    lint: 'biome check .',
    typecheck: 'node node_modules/typescript-7/bin/tsc',
    demo: './demo.sh',
  };
  const development = { ...manifest.devDependencies, ...Object.fromEntries(versions) };
  manifest.devDependencies = Object.fromEntries(Object.entries(development).sort(([a], [b]) => (a < b ? -1 : 1)));
  writeFileSync(path, `${JSON.stringify(manifest, null, 2)}\n`);
}

/**
 * Writes the settings of the checks: those of the repository around this folder, without its rules on folders.
 * @param {string} folder
 * @param {string} around
 */
function writeSettings(folder, around) {
  const read = (/** @type {string} */ file) => JSON.parse(readFileSync(join(around, file), 'utf8'));
  const write = (/** @type {string} */ file, /** @type {object} */ value) =>
    writeFileSync(join(folder, file), `${JSON.stringify(value, null, 2)}\n`);
  const { overrides: _, ...biome } = read('biome.json');
  write('biome.json', { ...biome, files: { includes: ['**', '!demo/files/*.ipynb', '!test/shown.json', '!**/*.md'] } });
  const { compilerOptions } = read('tsconfig.json');
  const include = ['jupyterlite/**/*.ts', 'core/*.cjs', 'jupyterlite/language.mjs', 'test/**/*.ts'];
  write('tsconfig.json', { compilerOptions, include });
  writeFileSync(join(folder, '.gitignore'), '/.venv/\n/build/\n/dist/\nnode_modules/\nlabextension/\n*.tgz\n');
  const biomeProgram = join(around, 'node_modules', '@biomejs', 'biome', 'bin', 'biome');
  const written = ['biome.json', 'tsconfig.json', 'package.json'];
  execFileSync(process.execPath, [biomeProgram, 'format', '--write', ...written], { cwd: folder, stdio: 'ignore' });
}

/**
 * Makes the repository. The same commit gives the same repository.
 * @param {string} folder
 * @returns what was made, or why it was not
 */
export function makeRepository(folder) {
  if (existsSync(folder) && readdirSync(folder).length > 0) return `expected an empty folder, found files in ${folder}`;
  const around = git(source, 'rev-parse', '--show-toplevel');
  if (relative(around, source) === '') return 'expected a folder of a larger repository, found one of its own';
  if (git(source, 'status', '--porcelain', '--', '.') !== '')
    return 'expected committed files, found changes: commit them';
  const name = relative(around, source).split(sep).join('/');
  mkdirSync(dirname(folder), { recursive: true });
  git(around, 'clone', '--quiet', '--no-local', '--single-branch', around, folder);
  git(folder, 'checkout', '--quiet', '-B', 'main');
  git(folder, 'filter-branch', '--force', '--subdirectory-filter', name, '--', 'main');
  git(folder, 'remote', 'remove', 'origin');
  for (const ref of git(folder, 'for-each-ref', '--format=%(refname)').split('\n')) {
    if (ref !== 'refs/heads/main') git(folder, 'update-ref', '-d', ref);
  }
  git(folder, 'reflog', 'expire', '--expire=now', '--all');
  git(folder, 'gc', '--quiet', '--prune=now');
  for (const [from, to] of Object.entries(COMES)) cpSync(join(around, from), join(folder, to), { recursive: true });
  cpSync(join(source, 'publish', 'repository'), folder, { recursive: true });
  // Under another name, so that it is no test here.
  renameSync(join(folder, 'shown.test.txt'), join(folder, 'test', 'shown.test.ts'));
  const work = mkdtempSync(join(tmpdir(), 'kernel-table-'));
  const record = ['--require', 'tsx/cjs', '--eval', RECORD, source, work, join(folder, 'test', 'shown.json')];
  execFileSync(process.execPath, record, { cwd: around, stdio: ['ignore', 'inherit', 'inherit'] });
  rmSync(work, { recursive: true });
  for (const path of STAYS) rmSync(join(folder, path), { recursive: true });
  for (const [file, from, to] of CHANGES) {
    const path = join(folder, file);
    const text = readFileSync(path, 'utf8');
    const changed = text.replace(from, () => to);
    if (changed === text)
      throw new Error(`${file}: expected ${from}, found another text: adapt publish/repository.mjs`);
    writeFileSync(path, changed);
  }
  writeManifest(folder, around);
  writeSettings(folder, around);
  const lock = [
    'install',
    '--package-lock-only',
    '--ignore-scripts',
    '--prefer-offline',
    '--no-audit',
    '--no-fund',
    '--silent',
  ];
  execFileSync('npm', lock, { cwd: folder, shell: windows, stdio: ['ignore', 'inherit', 'inherit'] });
  git(folder, 'add', '--all');
  const [name_, email, date] = git(around, 'log', '-1', '--format=%an%n%ae%n%aI').split('\n');
  process.env.GIT_COMMITTER_DATE = date;
  const who = ['-c', `user.name=${name_}`, '-c', `user.email=${email}`];
  git(
    folder,
    ...who,
    'commit',
    '--quiet',
    `--date=${date}`,
    '-m',
    'The kernel is a repository of its own, with its tests, CI and demo site',
  );
  return { folder, commits: Number(git(folder, 'rev-list', '--count', 'HEAD')) };
}
