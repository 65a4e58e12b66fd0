#!/usr/bin/env node
// `npm run test:hub -- --learners N`: a separate hub on loopback, its learners, and their end.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';
import { InvalidArgumentError } from 'commander';
import { command, whole } from '../../../../packages/system/options.mjs';
import { onSignals, watchParent } from '../../../../packages/system/parent.mjs';
import { chapterNames, remove, root, UserError, writeWhole } from '../../../../packages/system/project.mjs';
import { textOf } from '../../../shared/cells.mjs';
import { readChapter } from '../../../shared/copies.mjs';
import {
  endProcesses,
  homeOf,
  madeAccounts,
  makeHomes,
  PREFIX,
  processesOf,
  removeAccounts,
} from '../../hub/start/accounts.mjs';
import { checkReadable, hubPython, setUpHub } from '../../hub/start/environment.mjs';
import { hashPassword, makePassword, writeRoster } from '../../hub/start/roster.mjs';
import { startHub } from '../../hub/start/start.mjs';

const COUNTS = [1, 5, 10, 20, 30];
const KERNELS = 3;

/** @typedef {[learners: number, spacing: number]} Round */

/** @param {string} text @returns {Round[]} */
function rounds(text) {
  const all = text
    .trim()
    .split(/\s+/)
    .map((part) => /^(\d+)(?:\/(\d+))?$/.exec(part) ?? []);
  if (all.every(({ length }) => length > 0))
    return all.map(([, learners, spacing]) => [Number(learners), Number(spacing ?? 0)]);
  throw new InvalidArgumentError(
    'expected rounds such as "20 30 30/3": learners, and after a / the seconds between them',
  );
}

const program = command('npm run test:hub --', 'test:hub')
  .option(
    '--learners <number>',
    'measure 1, 5, 10 … up to so many learners, or these alone if less than 5',
    whole(1, 100),
    3,
  )
  .option('--rounds <list>', 'measure these rounds only, such as "20 30 30/3"', rounds)
  .option('--no-isolation', 'leave out the tests of what learners cannot do to each other');

/**
 * For 1, 5, 10 … up to the number: all at once and, from five on, three seconds apart.
 * @param {number} most
 * @returns {Round[]}
 */
function usualRounds(most) {
  const counts = [...COUNTS.filter((count) => most >= 5 && count < most), most];
  return counts.flatMap((count) =>
    count < 5
      ? [[count, 0]]
      : [
          [count, 0],
          [count, 3],
        ],
  );
}

/** What a test that was killed has left: its accounts and its folder. */
async function tidy() {
  const build = join(root, 'build');
  for (const name of existsSync(build) ? readdirSync(build) : []) {
    const pid = Number(/^hub-test-(\d+)$/.exec(name)?.[1]);
    if (!pid || existsSync(`/proc/${pid}`)) continue;
    await removeAccounts(join(build, name));
    remove(join(build, name));
  }
}

const [CHAPTER] = chapterNames();
/** @param {string} name */
const codeCells = (name) =>
  readChapter(name)
    .cells.filter((/** @type {{ cell_type: string }} */ { cell_type }) => cell_type === 'code')
    .map(textOf);

/** Two exercises as a learner answers them, the first one wrongly, and what the check must print. */
const EXERCISES = [
  [
    "import { exercises } from 'lif-fc-mnist';\nexercises.check('lif-charge', (v: number, x: number, tau: number) => v + x / tau);",
    '✘ lif-charge (no-leak): ',
  ],
  [
    "exercises.check('lif-soft-reset', (h: number, s: number, threshold: number) => h - s * threshold);",
    '✔ lif-soft-reset: ',
  ],
];

/**
 * The next start, when a learner's home takes too long, has a named pipe in it, or was made unusable on purpose: it is
 * skipped with a reason for the first and the last, and the others are not. Returns what is wrong.
 * @param {string} state
 * @param {string} spoilt
 * @param {string} neighbour
 */
function startsWithSpoiltHome(state, spoilt, neighbour) {
  const home = homeOf(state, spoilt);
  const { uid, gid } = statSync(home);
  /** @param {string} command */
  const spoil = (command) => spawnSync('sh', ['-c', command], { uid, gid, cwd: join(home, 'notebooks') });
  spoil(`rm 'my/${CHAPTER}' && mkfifo 'my/${CHAPTER}'`);
  const late = makeHomes(state, [spoilt], { seconds: 0.01 });
  const piped = makeHomes(state, [spoilt]);
  spoil('cd .. && rm -r notebooks && touch notebooks');
  const chapter = join(homeOf(state, neighbour), 'notebooks', 'my', CHAPTER);
  remove(chapter);
  const failed = makeHomes(state, [spoilt, neighbour]);
  const found = [...late, ...piped, ...failed].map(({ name, why }) => `${name}: ${why.replace(home, '~')}`);
  const expected = [`${spoilt}: not done after 0.01 s`, `${spoilt}: EEXIST: file already exists, mkdir '~/notebooks'`];
  return existsSync(chapter) && found.join() === expected.join() ? [] : [`expected ${expected}, found ${found}`];
}

/** Where a machine, or this place on it, cannot have a hub. */
async function prepare() {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) {
    throw new UserError('root on Linux is needed, since each learner has an account: nothing was tested');
  }
  await setUpHub();
  checkReadable();
}

async function main() {
  /** @type {{ learners: number, rounds?: Round[], isolation: boolean }} */
  const options = program.parse().opts();
  try {
    await prepare();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    console.error(`test:hub: ${error.message}`);
    return 2;
  }
  await tidy();
  const planned = options.rounds ?? usualRounds(options.learners);
  // One more than all who arrive together: only for wrong passwords and an unusable home.
  const most = Math.max(2, ...planned.map(([count]) => count));
  const state = join(root, 'build', `hub-test-${process.pid}`);
  mkdirSync(state, { recursive: true });
  /** @param {number} i */
  const name = (i) => `t${process.pid}-${String(i).padStart(2, '0')}`;
  /** @type {import('../../hub/start/roster.mjs').Person[]} */
  const people = Array.from({ length: most + 2 }, (_, i) => ({
    name: name(i),
    ...(i === 0 ? { teacher: true } : {}),
    password: makePassword(),
  }));

  /** @type {import('../../hub/start/start.mjs').Hub | undefined} */
  let hub;
  /** @type {import('node:child_process').ChildProcess | undefined} */
  let room;
  /** @type {Promise<number[]> | undefined} */
  let ended;
  // Whatever happens: the test leaves neither processes nor accounts nor homes.
  const end = () => {
    ended ??= (async () => {
      room?.kill('SIGKILL');
      const before = madeAccounts(state);
      await hub?.stop();
      const left = processesOf(before);
      await endProcesses(before);
      await removeAccounts(state);
      remove(state);
      return left;
    })();
    return ended;
  };
  /** @param {number} status */
  const interrupted = (status) => end().then(() => process.exit(status));
  onSignals(interrupted);
  watchParent(() => interrupted(143));

  try {
    console.log(`Making ${people.length} accounts …`);
    const names = people.map((person) => person.name);
    const wrong = makeHomes(state, names).map(({ name, why }) => `the home of ${name}: ${why}`);
    wrong.push(...startsWithSpoiltHome(state, names[most + 1], names[most]));
    for (const line of wrong) console.error(`✖ ${line}`);
    if (wrong.length === 0) console.log('✔ a home that its learner has made unusable keeps nobody else from a start');
    const roster = join(state, 'roster.json');
    writeRoster(
      roster,
      people.map((person) => ({ ...person, password: hashPassword(person.password) })),
    );
    const cores = availableParallelism();
    const limits = { memory: 2 ** 31, tasks: 400, threads: Math.max(1, Math.floor(cores / most)), kernels: KERNELS };
    hub = await startHub({ state, roster, ip: '127.0.0.1', port: 0, ...limits, idle: 3600, starting: cores + 1 });
    /** @param {number} bytes */
    const gb = (bytes) => `${(bytes / 2 ** 30).toFixed(0)} GB`;
    console.log(
      `A hub at ${hub.address} on ${cores} cores (${cpus()[0].model}), ${gb(totalmem())}; load average ${loadavg()[0].toFixed(1)}`,
    );
    const chapter = codeCells(CHAPTER).map((/** @type {string} */ code) => [code, '']);
    const cells = [...chapter, ...EXERCISES];
    const file = join(state, 'hub', 'room.json');
    const settings = {
      address: hub.address,
      hub: hub.pid,
      log: hub.log,
      state,
      people,
      cells,
      runtime: `/run/lif-hub-${hub.port}`,
      prefix: PREFIX,
      clone: root,
      kernels: KERNELS,
      notebook: `notebooks/my/${CHAPTER}`,
      isolation: options.isolation,
      rounds: planned,
      result: join(root, 'build', 'hub.json'),
    };
    writeWhole(file, JSON.stringify(settings));
    const learners = spawn(hubPython, [join(root, 'editions', 'class', 'test', 'learners', 'room.py'), file], {
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    room = learners;
    const status = await new Promise((done) => learners.on('exit', (code) => done(code ?? 1)));
    const log = readFileSync(hub.log, 'utf8');
    if (status !== 0)
      console.error(
        log
          .split('\n')
          .filter((line) => /^\[[EC] |Error|Traceback/.test(line))
          .slice(-20)
          .join('\n'),
      );
    const left = await end();
    if (left.length > 0) console.error(`✖ after the hub had ended, ${left.length} processes of its learners still ran`);
    else console.log('✔ after the hub has ended, nothing of it runs');
    return status === 0 && left.length === 0 && wrong.length === 0 ? 0 : 1;
  } finally {
    await end();
  }
}

main().then(
  (status) => process.exit(status),
  (error) => {
    console.error(`test:hub: ${error instanceof UserError ? error.message : error.stack}`);
    process.exit(1);
  },
);
