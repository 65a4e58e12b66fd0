// `npm run release`: builds the files of a release in build/release/, in a fresh clone of the commit, without local runs and
// changes, so that building the same commit with the same Node gives the same bytes. Publishes nothing.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { command, runProgram } from '../../packages/system/program';
import { readJson, remove, removeLeftOvers, root, UserError } from '../../packages/system/project';
import { run, step } from '../../packages/system/run';
import { npmCommand } from '../machine.mjs';
import { assertSucceeded } from '../packages.mjs';
import { sumsOf, zipOf } from './files';

const options = command('npm run release --', 'release')
  .description('All files of a release, in build/release/, from a fresh clone of the commit. Publishes nothing.')
  .option('--dry-run', 'build them although something is missing for a release, and say what')
  .parse()
  .opts();

const work = join(root, 'build', `release-${process.pid}`);
const clone = join(work, 'lif-fc-mnist');
const out = join(work, 'out');
const target = join(root, 'build', 'release');

const gitIn = (cwd: string, ...args: string[]) => execFileSync('git', args, { cwd, encoding: 'utf8' }).trim();
const git = (...args: string[]) => gitIn(root, ...args);

/** A line for each thing to do before this commit can be released. */
function missing() {
  const { version, private: isPrivate, repository, author } = readJson(join(root, 'package.json'));
  const tags = git('tag', '--points-at', 'HEAD').split('\n');
  const heading = /^## .*$/m.exec(readFileSync(join(root, 'CHANGELOG.md'), 'utf8'))?.[0];
  return [
    isPrivate && 'package.json: take out `private`, or npm refuses the package',
    !repository && 'package.json: name the `repository`, with which npm compares where the package was built',
    !author && 'package.json: name the `author`, whom the packages of the kernel name, too',
    !/\d{4}-\d\d-\d\d/.test(heading ?? '') && `CHANGELOG.md: expected a day in "${heading}", such as 2027-01-31`,
    git('status', '--porcelain', '--untracked-files=no') !== '' && 'commit your changes: they are not in what is built',
    !tags.includes(`v${version}`) && `give the commit its tag: git tag v${version}`,
  ].filter((line) => typeof line === 'string');
}

/** Runs npm in the fresh clone. */
async function npm(onLine: (line: string) => void, ...args: string[]) {
  const [program, first] = npmCommand();
  // The browser edition's list of files has times: those of the commit.
  const time = args.includes('lite') ? { SOURCE_DATE_EPOCH: gitIn(clone, 'log', '-1', '--format=%ct') } : {};
  // Nothing here needs TensorFlow's library, which takes a while to compile.
  const env = { ...process.env, LIF_FC_MNIST_BACKEND: 'wasm', npm_config_loglevel: 'error', ...time };
  // These commands give their own children five seconds to end, and have to outlive them.
  const ending = { signal: 'SIGTERM', seconds: 20 } as const;
  const result = await run(program, [...first, ...args], { cwd: clone, env, onLine, minutes: 30, ending });
  assertSucceeded(result, `npm ${args.join(' ')}`);
}

async function build() {
  const { name, version } = readJson(join(clone, 'package.json'));
  const file = (what: string) => join(out, `${name}-${version}${what}`);
  await step('Set-up', 'of a fresh clone', (onLine) => npm(onLine, 'run', 'setup'));
  await step('Kernel', 'wheel and tarball', (onLine) => npm(onLine, 'run', 'kernel'));
  cpSync(join(clone, 'build', 'kernel'), out, { recursive: true });
  await step('Book', 'as an archive', async (onLine) => {
    await npm(onLine, 'run', 'book');
    const start = readFileSync(join(clone, 'build', 'book', 'index.html'), 'utf8');
    if (!start.includes(`Version ${version}`))
      throw new UserError(`the book: expected "Version ${version}", found none`);
    writeFileSync(file('-book.zip'), zipOf(join(clone, 'build', 'book'), 'book'));
  });
  await step('Browser edition', 'as an archive', async (onLine) => {
    await npm(onLine, 'run', 'lite');
    writeFileSync(file('-lite.zip'), zipOf(join(clone, 'build', 'lite'), 'lite'));
  });
  await step('Package', 'tarball', (onLine) => npm(onLine, 'pack', '--pack-destination', out));
  writeFileSync(join(out, 'SHA256SUMS'), await sumsOf(out));
  return version;
}

async function main() {
  const todo = missing();
  if (todo.length > 0 && !options.dryRun) throw new UserError(todo.join('\n'));
  mkdirSync(out, { recursive: true });
  removeLeftOvers('release');
  try {
    assertSucceeded(await run('git', ['clone', '--quiet', '--shared', root, clone]), 'git clone');
    const version = await build();
    remove(target);
    renameSync(out, target);
    console.log(`release: version ${version} is in build/release/, at ${gitIn(clone, 'log', '-1', '--format=%h')}:`);
    console.log(readFileSync(join(target, 'SHA256SUMS'), 'utf8').trim());
    if (options.dryRun) console.log(['Before it can be released:', ...todo].join('\n  '));
    else
      console.log(
        `It is not published. \`git push origin v${version}\` lets GitHub build it twice and compare; then it waits for you.`,
      );
    console.log('tools/release/README.md says what a person does next.');
  } finally {
    remove(work);
  }
}

if (require.main === module)
  runProgram('release', main, {
    tidy: () => remove(work),
    interrupted: 'interrupted; a former build/release/, if there was one, is still in place',
  }).then(() => process.exit());
