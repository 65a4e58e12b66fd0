/** Parses the command line, including what `npm run` passes on, and reports errors in one line. */
import { readFileSync, realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { Command, CommanderError, Option } from 'commander';
import { listOptions, type RunDocument, setPath } from '../../../packages/runs/document';
import { type Name, splitFlags, withValue } from '../../../packages/runs/shorthands';
import { projectPath, readFile } from '../../../packages/system/files';
import { checkObject } from '../../../src/common/checks';
import { asUsage, UsageError } from './failures';
import { type Entry, formatLabel, OPTIONS, type Options } from './options';

/** The command line, with each word checked. */
export interface Arguments {
  /** Options that are not part of the run's document. */
  options: Options;
  /** Options given explicitly. */
  given: ReadonlySet<Entry['name']>;
  /** Reads the document named by --run. @throws UsageError if it is invalid */
  named: () => RunDocument | undefined;
  /** Applies to a document first the options, then --set from left to right. @throws UsageError */
  fill: (run: RunDocument) => RunDocument;
}

/**
 * Parses the command line.
 * @returns undefined if help was requested, which is then printed
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

/** @param text PATH=VALUE, where VALUE is JSON or otherwise a string */
function setByPath(run: RunDocument, text: string): RunDocument {
  const at = text.indexOf('=');
  const [path, word] = [text.slice(0, at), text.slice(at + 1)];
  let value: unknown = word;
  try {
    value = JSON.parse(word);
  } catch {
    // A string, such as the name of a loss.
  }
  try {
    return setPath(run, path, value);
  } catch (error) {
    throw new UsageError(`--set: ${(error as Error).message}`);
  }
}

/** Maximum size of a document in bytes. */
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

/** Decodes a text and strips its byte order mark. Windows PowerShell writes UTF-16, other shells UTF-8. */
function decode(bytes: Uint8Array): string {
  const isUtf16 = bytes[0] === 0xff && bytes[1] === 0xfe;
  return new TextDecoder(isUtf16 ? 'utf-16le' : 'utf-8').decode(bytes);
}

/** Commander's name of an option: `learningRate` for `--lr, --learning-rate`. */
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
        const value = asUsage(() => read(text, formatLabel(entry)));
        // Collects the values of options that may be given several times.
        return Array.isArray(value) && Array.isArray(former) ? [...former, ...value] : value;
      });
      if (about.default !== undefined) option.default(about.default, String(about.default));
    }
    program.addOption(option);
  }
  return program;
}

/** Help for paths of the document. */
function describeDocument(): string {
  const lines = listOptions().map(({ path, doc, expected, standard }) => {
    return `  ${path}\n      ${doc}: ${expected}${standard && ` (default: ${standard})`}`;
  });
  return `\nOptions of the run, for --run and --set, where N is a layer, from 0 on:\n${lines.join('\n')}`;
}

/** Rewrites commander's errors in our own format. */
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

/** npm runs scripts in the project's folder, and passes on the folder in which the command was typed. */
const startedByNpm = (env: Environment) => env.npm_lifecycle_event === 'train';

/** The folder in which the command was typed, which relative paths refer to. */
export function typedIn(env: Environment = process.env, cwd = process.cwd()): string {
  // npm may have started another program that then started this one in another folder.
  const inProject = startedByNpm(env) && realpathSync(cwd) === realpathSync(projectPath());
  return (inProject && env.INIT_CWD) || cwd;
}

/**
 * Detects a missing `--`: in `npm run train -N 2`, npm takes -N for its own option and passes on only the 2.
 * @returns a line that says what to write, or undefined if npm took no option of ours
 */
export function keptByNpm(argv: readonly string[], env: Environment = process.env): string | undefined {
  if (!startedByNpm(env)) return undefined;
  const kept = OPTIONS.flatMap(({ flags }) => splitFlags(flags)).filter((flag) => {
    const key = `npm_config_${flag
      .replace(/^--no-|^-+/, '')
      .replaceAll('-', '_')
      .toLowerCase()}`;
    // npm turns `--no-decay-input` into an empty option `decay-input`.
    return flag.startsWith('--no-') ? env[key] === '' : env[key];
  });
  if (kept.length > 0)
    return `npm kept ${kept.join(', ')} for itself; write \`--\` before the options: \`npm run train -- ${kept[0]} …\``;
  // If npm takes an option for its own, only its value is left.
  const [stray] = argv;
  if (stray === undefined || stray.startsWith('-')) return undefined;
  return `${stray}: expected an option before it; with npm, write \`npm run train -- --OPTION ${stray}\``;
}
