// `npm run test:hub -- --learners N`: a separate hub on loopback, its learners, and their end.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { InvalidArgumentError } from 'commander';
import { onSignals, watchParent } from '../../../../packages/system/parent';
import { command, whole } from '../../../../packages/system/program';
import { chapterNames, remove, root, UserError, writeWhole } from '../../../../packages/system/project';
import { textOf } from '../../../shared/cells';
import { readChapter } from '../../../shared/copies';
import { madeAccounts, makeHomes, PREFIX, removeAccounts } from '../../hub/start/accounts';
import { checkReadable, hubPython, setUpHub } from '../../hub/start/environment';
import { freePort } from '../../hub/start/listening';
import { hashPassword, makePassword, type Person, writeRoster } from '../../hub/start/roster';
import { type Hub, serve } from '../../hub/start/start';

const KERNELS = 3;

type Round = [learners: number, spacing: number];

function rounds(text: string): Round[] {
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
  .option('--learners <number>', 'so many at once', whole(1, 100), 3)
  .option(
    '--rounds <list>',
    'measure these rounds instead, such as "20 30 30/3": learners, and after a / the seconds between them',
    rounds,
  );

const [CHAPTER] = chapterNames();
const codeCells = (name: string) =>
  readChapter(name)
    .cells.filter(({ cell_type }) => cell_type === 'code')
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

/** The processes that still run under learners' accounts after ten seconds. */
async function leftOf(state: string) {
  const uids = madeAccounts(state).map((account) => statSync(join(state, 'home', account.slice(PREFIX.length))).uid);
  const isTheirs = (entry: string) =>
    /^\d+$/.test(entry) && uids.includes(statSync(`/proc/${entry}`, { throwIfNoEntry: false })?.uid ?? -1);
  const look = () => readdirSync('/proc').filter(isTheirs);
  for (let tries = 0; tries < 100 && look().length > 0; tries++) await sleep(100);
  return look();
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
  const options: { learners: number; rounds?: Round[] } = program.parse().opts();
  try {
    await prepare();
  } catch (error) {
    if (!(error instanceof Error && error.name === 'UserError')) throw error;
    console.error(`test:hub: ${error.message}`);
    return 2;
  }
  const planned: Round[] = options.rounds ?? [[options.learners, 0]];
  // One more than all who arrive together, for wrong passwords.
  const most = Math.max(2, ...planned.map(([count]) => count));
  const state = join(root, 'build', `hub-test-${process.pid}`);
  mkdirSync(state, { recursive: true });
  const name = (i: number) => `t${process.pid}-${String(i).padStart(2, '0')}`;
  const people: Person[] = Array.from({ length: most + 2 }, (_, i) => ({
    name: name(i),
    ...(i === 0 ? { teacher: true } : {}),
    password: makePassword(),
  }));

  let hub: Hub | undefined;
  let hubEnd: Promise<number> | undefined;
  let test: ChildProcess | undefined;
  let ended: Promise<string[]> | undefined;
  // Whatever happens: the test leaves neither processes nor accounts nor homes.
  const end = () => {
    ended ??= (async () => {
      test?.kill('SIGKILL');
      hub?.stop();
      await hubEnd?.catch(() => {});
      const left = await leftOf(state);
      removeAccounts(state);
      remove(state);
      return left;
    })();
    return ended;
  };
  const interrupted = (status: number) => end().then(() => process.exit(status));
  onSignals(interrupted);
  watchParent(() => interrupted(143));

  try {
    console.log(`Making ${people.length} accounts …`);
    makeHomes(state, people);
    const roster = join(state, 'roster.json');
    writeRoster(
      roster,
      people.map((person) => ({ ...person, password: hashPassword(person.password) })),
    );
    const cores = availableParallelism();
    const limits = { memory: 2 ** 31, threads: Math.max(1, Math.floor(cores / most)), kernels: KERNELS };
    const port = await freePort();
    const place = { state, roster, ip: '127.0.0.1', port, host: '127.0.0.1' };
    const ready = new Promise<Hub>((done, failed) => {
      hubEnd = serve({ ...place, ...limits, idle: 3600 }, done);
      hubEnd.then(() => failed(new UserError('the hub ended before it was ready')), failed);
    });
    hub = await ready;
    const address = `https://127.0.0.1:${port}`;
    const gb = (bytes: number) => `${(bytes / 2 ** 30).toFixed(0)} GB`;
    console.log(
      `A hub at ${address} on ${cores} cores (${cpus()[0].model}), ${gb(totalmem())}; load average ${loadavg()[0].toFixed(1)}`,
    );
    const chapter = codeCells(CHAPTER).map((code) => [code, '']);
    const cells = [...chapter, ...EXERCISES];
    const file = join(state, 'hub', 'rounds.json');
    const settings = {
      address,
      hub: hub.pid,
      log: hub.log,
      state,
      people,
      cells,
      runtime: `/run/lif-hub-${port}`,
      prefix: PREFIX,
      clone: root,
      kernels: KERNELS,
      notebook: `notebooks/my/${CHAPTER}`,
      rounds: planned,
      result: join(root, 'build', 'hub.json'),
    };
    writeWhole(file, JSON.stringify(settings));
    const learners = spawn(hubPython, [join(root, 'editions', 'class', 'test', 'learners', 'rounds.py'), file], {
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    test = learners;
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
    return status === 0 && left.length === 0 ? 0 : 1;
  } finally {
    await end();
  }
}

if (require.main === module) {
  main().then(
    (status) => process.exit(status),
    (error) => {
      console.error(`test:hub: ${error.name === 'UserError' ? error.message : error.stack}`);
      process.exit(1);
    },
  );
}
