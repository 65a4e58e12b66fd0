/** Reads the command line, also as npm hands it down, and says in one line what is wrong with it. */
import { readFileSync, realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { Command, CommanderError, Option } from 'commander';
import { listOptions, type RunDocument, setPath } from '../../../packages/runs/document';
import { type Name, splitFlags, withValue } from '../../../packages/runs/shorthands';
import { projectPath, readFile } from '../../../packages/system/files';
import { checkObject } from '../../../src/common/checks';
import { UsageError } from './failures';
import { type Entry, formatLabel, OPTIONS, type Options } from './options';

/** The command line, each word checked by itself. */
export interface Arguments {
  /** The options beside the document. */
  options: Options;
  /** The options that were given, and not left to their defaults. */
  given: ReadonlySet<Entry['name']>;
  /** The run that --run names. @throws UsageError if it is none */
  named: () => RunDocument | undefined;
  /** A document with all that was given: first by options, then by --set, from left to right. @throws UsageError */
  fill: (run: RunDocument) => RunDocument;
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
  const value = (entry: Entry) => program.getOptionValue(attribute(entry));
  const around = OPTIONS.filter(({ isOfRun }) => !isOfRun).map((entry) => [entry.name, value(entry)]);
  const options = Object.fromEntries(around) as Options;
  return {
    options,
    given: new Set(given.map(({ name }) => name)),
    named: () => (options.run === undefined ? undefined : readDocument(options.run)),
    fill: (run) => {
      const named = given.filter(({ isOfRun }) => isOfRun);
      const filled = named.reduce((all, entry) => fillIn(all, entry, value(entry)), run);
      return (options.set ?? []).reduce(setByPath, filled);
    },
  };
}

function fillIn(run: RunDocument, entry: Entry, value: unknown): RunDocument {
  try {
    return withValue(run, entry.name as Name, value as never);
  } catch (error) {
    const { message } = error as Error;
    const own = `${entry.name}: `;
    throw new UsageError(message.startsWith(own) ? `${formatLabel(entry)}: ${message.slice(own.length)}` : message);
  }
}

/** @param text PATH=VALUE, where the value is JSON or else a text */
function setByPath(run: RunDocument, text: string): RunDocument {
  const at = text.indexOf('=');
  const [path, word] = [text.slice(0, at), text.slice(at + 1)];
  let value: unknown = word;
  try {
    value = JSON.parse(word);
  } catch {
    // A text, such as the name of a loss.
  }
  try {
    return setPath(run, path, value);
  } catch (error) {
    throw new UsageError(`--set: ${(error as Error).message}`);
  }
}

/** More bytes than any document of a run has. */
const MOST_BYTES = 2 ** 20;

function readDocument(name: string): RunDocument {
  const file = name === '-' ? 'standard input' : resolve(typedIn(), name);
  try {
    const bytes = name === '-' ? readFileSync(0) : readFile(file, MOST_BYTES);
    const document = JSON.parse(decode(bytes));
    checkObject('run', document);
    return document;
  } catch (error) {
    throw new UsageError(`--run: ${file}: expected a run as JSON, cannot read it: ${(error as Error).message}`);
  }
}

/** A text without the mark at its start. Windows PowerShell writes UTF-16 where other shells write UTF-8. */
function decode(bytes: Uint8Array): string {
  const isUtf16 = bytes[0] === 0xff && bytes[1] === 0xfe;
  return new TextDecoder(isUtf16 ? 'utf-16le' : 'utf-8').decode(bytes);
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
    .configureHelp({ optionTerm: ({ flags }) => flags.replace(/[<>]/g, '') })
    .addHelpText('after', describeDocument);
  for (const entry of OPTIONS) {
    const { flags, about, read, isSwitch, isOriginal } = entry;
    const option = new Option(flags, about.doc).helpGroup(isOriginal ? ORIGINAL_GROUP : 'More options:');
    if (!isSwitch) {
      option.argParser((text, former) => {
        const value = labelled(() => read(text, formatLabel(entry)));
        // Each value of an option that may be given several times is kept.
        return Array.isArray(value) && Array.isArray(former) ? [...former, ...value] : value;
      });
      if (about.default !== undefined) option.default(about.default, String(about.default));
    }
    program.addOption(option);
  }
  return program;
}

/** What --run and --set know. */
function describeDocument(): string {
  const lines = listOptions().map(({ path, doc, expected, standard }) => {
    return `  ${path}\n      ${doc}: ${expected}${standard && ` (default: ${standard})`}`;
  });
  return `\nOptions of the run, for --run and --set, where N is a layer, from 0 on:\n${lines.join('\n')}`;
}

/** What a value is read as; what is wrong with it is the fault of who gave it. */
function labelled<V>(read: () => V): V {
  try {
    return read();
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/** commander's complaint in our own message format. */
function complaint({ code, message }: CommanderError): string {
  const found = /'([^']*)'/.exec(message)?.[1] ?? '';
  const entry = OPTIONS.find(({ flags }) => flags === found || splitFlags(flags).includes(found.split('=')[0]));
  if (code === 'commander.optionMissingArgument' && entry) {
    return `${formatLabel(entry)}: expected ${entry.expected}, found none`;
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
    // Of `--no-decay-input` npm makes an option `decay-input` that is empty.
    return flag.startsWith('--no-') ? env[key] === '' : env[key];
  });
  if (kept.length > 0)
    return `npm kept ${kept.join(', ')} for itself; write \`--\` before the options: \`npm run train -- ${kept[0]} …\``;
  // When npm takes an option for its own, only the value is left.
  const [stray] = argv;
  if (stray === undefined || stray.startsWith('-')) return undefined;
  return `${stray}: expected an option before it; with npm, write \`npm run train -- --OPTION ${stray}\``;
}
