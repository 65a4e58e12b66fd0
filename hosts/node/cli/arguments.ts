/** Reads the command line, also as npm hands it down, and says in one line what is wrong with it. */
import { realpathSync } from 'node:fs';
import { Command, CommanderError, Option } from 'commander';
import { expectation } from '../../../packages/runs/read';
import { splitFlags } from '../../../packages/runs/settings';
import { projectPath } from '../../../packages/system/files';
import { UsageError } from './failures';
import { type Entry, formatLabel, type Name, OPTIONS, type Settings } from './options';

/** The command line, checked. */
export interface Arguments {
  settings: Settings;
  /** The options that were given, and not left to their defaults. */
  given: ReadonlySet<Name>;
}

/**
 * Reads the command line.
 * @returns undefined if it asked for help, which was then printed
 * @throws UsageError that names the option, what is allowed and what was found
 */
export function parseArguments(argv: readonly string[]): Arguments | undefined {
  const program = command();
  try {
    program.parse(argv, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return undefined;
    throw new UsageError(complaint(error));
  }
  if (program.args.length > 0) throw new UsageError(`${program.args[0]}: expected ${LISTED}`);
  const given = OPTIONS.filter((entry) => program.getOptionValueSource(attribute(entry)) === 'cli');
  const values = OPTIONS.map((entry) => [entry.name, program.getOptionValue(attribute(entry))]);
  return { settings: Object.fromEntries(values) as Settings, given: new Set(given.map(({ name }) => name)) };
}

/** What commander calls an option: `learningRate` for `--lr, --learning-rate`. */
const attribute = ({ flags }: Entry) => new Option(flags).attributeName();

const ORIGINAL_GROUP = 'Options of the original:';
const LISTED = 'one of the options that --help lists';

function command(): Command {
  const program = new Command('lif_fc_mnist')
    .description('Trains one layer of spiking LIF neurons on MNIST. Options choose other networks, neurons and data.')
    .addHelpOption(new Option('-h, --help', 'show this help and exit').helpGroup(ORIGINAL_GROUP))
    .allowExcessArguments()
    .exitOverride()
    .configureOutput({ writeErr: () => {} })
    .configureHelp({ optionTerm: ({ flags }) => flags.replace(/[<>]/g, '') });
  for (const entry of OPTIONS) {
    const option = new Option(entry.flags, entry.help);
    option.helpGroup(entry.isOriginal ? ORIGINAL_GROUP : 'More options:');
    const { read } = entry;
    if (read) option.argParser((text) => labelled(entry, () => read(text)));
    if (read && entry.default !== undefined) option.default(read(entry.default), entry.default);
    program.addOption(option);
  }
  return program;
}

/** Puts the option's name before what is wrong with its value. */
function labelled<V>(entry: Entry, read: () => V): V {
  try {
    return read();
  } catch (error) {
    throw new UsageError(`${formatLabel(entry)}: ${(error as Error).message}`);
  }
}

/** commander's complaint in our own message format. */
function complaint({ code, message }: CommanderError): string {
  const found = /'([^']*)'/.exec(message)?.[1] ?? '';
  const entry = OPTIONS.find(({ flags }) => flags === found || splitFlags(flags).includes(found.split('=')[0]));
  if (code === 'commander.optionMissingArgument' && entry) {
    return `${formatLabel(entry)}: expected ${entry.read ? expectation(entry.read) : 'a value'}, found none`;
  }
  if (code !== 'commander.unknownOption') return message.replace(/^error: /, '').split('\n')[0];
  if (entry && found.includes('=')) return `${formatLabel(entry)}: expected no value, found ${found.split('=')[1]}`;
  const meant = /Did you mean (.*)\?/.exec(message)?.[1];
  return `${found}: expected ${LISTED}${meant ? `; did you mean ${meant}?` : ''}`;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** npm's scripts begin in the project's folder; npm hands down the folder in which the command was typed. */
const startedByNpm = (env: Environment) => env.npm_lifecycle_event === 'train';

/** The folder in which the command was typed: relative paths are meant from there. */
export function typedIn(env: Environment = process.env, cwd = process.cwd()): string {
  // A program that npm started may have started us elsewhere.
  const inProject = startedByNpm(env) && realpathSync(cwd) === realpathSync(projectPath());
  return (inProject && env.INIT_CWD) || cwd;
}

/**
 * `npm run train -N 2` lacks the `--`: npm keeps the option for itself and hands down the 2.
 * @returns a line that says what to write, or undefined if npm kept nothing of ours
 */
export function keptByNpm(argv: readonly string[], env: Environment = process.env): string | undefined {
  if (!startedByNpm(env)) return undefined;
  const kept = OPTIONS.flatMap(({ flags }) => splitFlags(flags)).filter((flag) => {
    const key = `npm_config_${flag
      .replace(/^--no-|^-+/, '')
      .replaceAll('-', '_')
      .toLowerCase()}`;
    // Of `--no-reset` npm makes an option `reset` that is empty.
    return flag.startsWith('--no-') ? env[key] === '' : env[key];
  });
  if (kept.length > 0)
    return `npm kept ${kept.join(', ')} for itself; write \`--\` before the options: \`npm run train -- ${kept[0]} …\``;
  // When npm takes an option for its own, only the value is left.
  const [stray] = argv;
  if (stray === undefined || stray.startsWith('-')) return undefined;
  return `${stray}: expected an option before it; with npm, write \`npm run train -- --OPTION ${stray}\``;
}
