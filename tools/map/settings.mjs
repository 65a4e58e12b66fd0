// The settings of a run: what a grid and the table call them, and which option of the command line each one is. This table is
// the only list of them; what a value may be, and its default, the command line itself says.
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { root, SetupError } from '../system/project.mjs';

/** A grid or a table that cannot be used: one line, exit status 2. */
export class BadMap extends SetupError {}

/**
 * Column → option of the command line. `snn`: an ANN has no such setting.
 * @type {readonly { column: string, option: string, snn?: true }[]}
 */
const SETTINGS = [
  { column: 'network', option: 'network' },
  { column: 'loss', option: 'loss' },
  { column: 'surrogate', option: 'surrogate', snn: true },
  { column: 'alpha', option: 'alpha', snn: true },
  { column: 'detach_reset', option: 'detachReset', snn: true },
  { column: 'decay_input', option: 'decayInput', snn: true },
  { column: 'soft_reset', option: 'softReset', snn: true },
  { column: 'encoder', option: 'encoder', snn: true },
  { column: 'reset', option: 'reset', snn: true },
  { column: 'tau', option: 'tau', snn: true },
  { column: 'T', option: 'timesteps', snn: true },
  { column: 'batch_size', option: 'batchSize' },
  { column: 'learning_rate', option: 'learningRate' },
  { column: 'train_images', option: 'trainImages' },
  { column: 'seed', option: 'seed' },
  { column: 'epochs', option: 'epoch' },
];

const require = createRequire(import.meta.url);
const dist = (/** @type {string[]} */ ...names) => join(root, 'dist', ...names);

/** @typedef {Record<string, string | number | boolean | undefined>} Values */
/**
 * @typedef {object} CommandLine
 * @property {readonly { name: string, flags: string, read?: (text: string) => unknown }[]} OPTIONS
 * @property {(flags: string) => string[]} splitFlags
 * @property {(argv: readonly string[]) => { settings: Values } | undefined} parseArguments
 */

/** The command line's own reading of its options. */
const { OPTIONS, parseArguments, splitFlags } = /** @type {CommandLine} */ (require(dist('node', 'cli', 'options.js')));
/** @type {{ SURROGATES: Record<string, { alpha: number }> }} */
const { SURROGATES } = require(dist('common', 'surrogates.js'));

const parse = (/** @type {readonly string[]} */ argv) =>
  /** @type {{ settings: Values }} */ (parseArguments(argv)).settings;

const DEFAULTS = parse([]);

/** The settings that the command line has, with their flags; a switch has no value: it turns on or off. */
export const settings = SETTINGS.filter(({ option }) => OPTIONS.some(({ name }) => name === option)).map((setting) => {
  const entry = OPTIONS.find(({ name }) => name === setting.option);
  if (!entry)
    throw new Error(`${setting.column}: expected an option ${setting.option} of the command line, found none`);
  const [flag] = splitFlags(entry.flags);
  return { ...setting, flag, isSwitch: !entry.read, turns: !flag.startsWith('--no-') };
});

export const SETTING_COLUMNS = settings.map(({ column }) => column);

/** @typedef {(typeof settings)[number]} Setting */

/** The default of a setting, among these others. */
function defaultOf(/** @type {Setting} */ { column, option, isSwitch, turns }, /** @type {Values} */ all) {
  if (column === 'alpha') return SURROGATES[String(all.surrogate)].alpha;
  return isSwitch ? !turns : DEFAULTS[option];
}

/** The words of the command line for one setting with this value. */
function wordsFor(/** @type {Setting} */ { column, flag, isSwitch, turns }, /** @type {unknown} */ value) {
  if (!isSwitch) return [flag, String(value)];
  if (typeof value !== 'boolean' && value !== 'true' && value !== 'false') {
    throw new BadMap(`${column}: expected true or false, found ${value}`);
  }
  return String(value) === String(turns) ? [flag] : [];
}

/**
 * A run: its id, its settings as the table shows them and as the command line reads them, the shortest command line for it,
 * and about how many seconds of one core it takes.
 * @typedef {{ id: string, columns: Record<string, string>, values: Values, options: string[], epochs: number, seconds: number }} Run
 */

/**
 * The run with these settings; those left out have the command line's defaults. Two ways to say the same are the same run.
 * @param {Record<string, unknown>} given by column; texts, numbers, true and false
 * @throws BadMap in one line that names the setting, what is allowed, and what was found
 */
export function runOf(given) {
  const unknown = Object.keys(given).find((column) => !SETTING_COLUMNS.includes(column));
  if (unknown !== undefined) {
    throw new BadMap(`${unknown}: expected a setting (${SETTING_COLUMNS.join(', ')}), found another word`);
  }
  const stray = given.network === 'ann' ? settings.find(({ column, snn }) => snn && column in given) : undefined;
  if (stray) throw new BadMap(`${stray.column}: expected no such setting beside network: ann, found one`);
  return runOfOptions(
    settings.filter(({ column }) => column in given).flatMap((one) => wordsFor(one, given[one.column])),
  );
}

/**
 * The run that these options of the command line mean.
 * @returns {Run}
 * @throws BadMap as the command line's own line
 */
export function runOfOptions(/** @type {string[]} */ words) {
  const values = read(words);
  const isAnn = values.network === 'ann';
  const used = settings.filter(({ snn }) => !isAnn || !snn);
  const valueIn = (/** @type {Setting} */ setting) => values[setting.option] ?? defaultOf(setting, values);
  const changed = used.filter((setting) => valueIn(setting) !== defaultOf(setting, values));
  // Settings that come later leave the ids of earlier runs as they are: what has its default is not in it.
  const canonical = JSON.stringify(Object.fromEntries(changed.map((setting) => [setting.column, valueIn(setting)])));
  const epochs = Number(values.epoch);
  return {
    id: createHash('sha256').update(canonical).digest('hex').slice(0, 12),
    columns: Object.fromEntries(
      settings.map((setting) => [setting.column, used.includes(setting) ? String(valueIn(setting)) : '']),
    ),
    values,
    options: changed.flatMap((setting) => wordsFor(setting, valueIn(setting))),
    epochs,
    seconds: estimate(isAnn, epochs, Number(values.timesteps)),
  };
}

/** Reads words of the command line as it does. */
function read(/** @type {string[]} */ words) {
  try {
    return parse(words);
  } catch (error) {
    throw new BadMap(/** @type {Error} */ (error).message);
  }
}

/** The run of a row of the table: an empty column is a setting that the run does not have. */
export const runOfRow = (/** @type {Record<string, string>} */ row) =>
  runOf(
    Object.fromEntries(SETTING_COLUMNS.filter((column) => row[column] !== '').map((column) => [column, row[column]])),
  );

/** About how many seconds of one core a run takes: the start, then each epoch (measured at T = 1 and 100). */
const estimate = (/** @type {boolean} */ isAnn, /** @type {number} */ epochs, /** @type {number} */ T) =>
  1 + epochs * (isAnn ? 0.35 : 0.35 + 0.0057 * T);
