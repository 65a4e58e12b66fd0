/** Reads the command line, and says in one line what is wrong with it. */
import { Command, CommanderError, Option } from 'commander';
import { expectation } from '../../../packages/runs/read';
import { splitFlags } from '../../../packages/runs/settings';
import { type Entry, formatLabel, type Name, OPTIONS, type Settings } from './options';
import { UsageError } from './values';

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
