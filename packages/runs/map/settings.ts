/** The settings of a run as the columns of the table, as words of the command line and as words of figures. */
import { SURROGATES } from '../../../src/common/surrogates';
import { obstacleTo } from '../engine-options';
import { expectation, tryRead } from '../read';
import { defaultValue, type Setting, splitFlags, TABLE, type Value, type ValueOf } from '../settings';

type Table = typeof TABLE;
export type SettingName = { [N in keyof Table]: Table[N] extends { column: false } ? never : N }[keyof Table];

/**
 * The settings of a run. Those of spiking neurons are null for an ANN, and those of images for other data, which have
 * none.
 */
export type Settings = {
  [N in SettingName]:
    | ValueOf<Table[N]>
    | (Table[N] extends { spiking: true } | { images: true } | { files: true } ? null : never);
};

/** The columns of the first table. Those of later settings come behind them: earlier rows keep their ids. */
const FIRST: readonly string[] = [
  ...['dataset', 'network', 'hidden', 'loss', 'surrogate', 'alpha', 'detachReset', 'decayInput', 'softReset'],
  ...['encoder', 'reset', 'tau', 'T', 'batchSize', 'learningRate', 'trainImages', 'seed', 'epochs'],
];
const ALL: Readonly<Record<string, Setting>> = TABLE;

/**
 * The columns that each table has which is written. The column of any later setting is left out while all rows have its
 * default, so that a setting without effect changes no byte of a table.
 */
export const ALWAYS_WRITTEN: readonly string[] = [...FIRST, 'readout', 'synapseTau', 'recurrent', 'learnTau'];

/** All settings, in the order of the table's columns. */
export const SETTING_NAMES = [...new Set([...FIRST, ...Object.keys(ALL)])].filter(
  (name) => ALL[name].column !== false,
) as SettingName[];

/**
 * The settings whose column a table may lack, as one that is older than the setting does: its runs have the default.
 */
export const MAY_BE_MISSING: readonly SettingName[] = SETTING_NAMES.filter((name) => !FIRST.includes(name));

/** A setting as a column. */
interface Column {
  column: string;
  /** The value of a run that does not name it; undefined where that depends on another setting. */
  standard: Value | undefined;
  /** What is expected, for messages. */
  expected: string;
  /** The value of a field; undefined if invalid. */
  read: (text: string) => Value | undefined;
  /** Its words on the command line, unless it is the default. */
  flags: (value: Value) => string;
  /** Heads it on the page of the map. */
  heading: string;
}

function columnOf(name: SettingName): Column {
  const entry: Setting = ALL[name];
  const { read, without, label, words = {} } = entry;
  const [flag] = splitFlags(entry.flags);
  const common = {
    column: name.replace(/[a-z][A-Z]/g, ([before, letter]) => `${before}_${letter.toLowerCase()}`),
    heading: entry.heading ?? label ?? words.true ?? name,
    standard: without ?? defaultValue(entry) ?? (read ? undefined : false),
  };
  if (!read) {
    const isOn = (text: string) => (text === 'true' ? true : text === 'false' ? false : undefined);
    return { ...common, expected: 'true or false', read: isOn, flags: () => flag };
  }
  // The command line has no word for a missing layer.
  const isUnsaid = (text: string) =>
    without !== undefined && text === String(without) && tryRead(read, text) === undefined;
  return {
    ...common,
    expected: `${expectation(read)}${isUnsaid(String(without)) ? `, or ${without}` : ''}`,
    read: (text) => (isUnsaid(text) ? without : tryRead(read, text)),
    flags: (value) => (isUnsaid(String(value)) ? '' : `${flag} ${value}`),
  };
}

export const SETTINGS = Object.fromEntries(SETTING_NAMES.map((name) => [name, columnOf(name)])) as {
  readonly [N in SettingName]: Column;
};

/** Why a run on these data with this network does not have the setting, in words; undefined if it has. */
export function whyLacking(name: SettingName, run: Partial<Pick<Settings, 'network' | 'dataset'>>): string | undefined {
  const kind = obstacleTo(TABLE[name], run);
  return kind && `${kind === 'ann' ? 'an ANN' : TABLE.dataset.words[kind]} has none`;
}

/** Whether the setting has the command line's default. */
export function isStandard(settings: Settings, name: SettingName): boolean {
  const standard =
    name === 'alpha' && settings.surrogate !== null ? SURROGATES[settings.surrogate].alpha : SETTINGS[name].standard;
  return settings[name] === null || settings[name] === standard;
}

/**
 * The arguments of `npm run train --` to compute a run again: settings that are not the defaults.
 * @example
 * formatOptions(row); // '--tau 3 -T 50 -N 10'
 */
export function formatOptions(settings: Settings): string {
  return SETTING_NAMES.filter((name) => !isStandard(settings, name))
    .map((name) => SETTINGS[name].flags(settings[name] as Value))
    .join(' ');
}

/**
 * The command that computes a run again. Its last line is the SHA-256 of the weights.
 * @example
 * formatCommand(row); // 'npm run train -- --tau 3 -N 10 --log-dir build/again/0f3c…'
 */
export const formatCommand = (run: Settings & { id: string }): string =>
  ['npm run train --', formatOptions(run), `--log-dir build/again/${run.id}`].filter(Boolean).join(' ');

/** Whether a value is a number, or a list such as 6_12_1: neither says of what. */
const isNumeric = (value: Value) => typeof value !== 'string' || value.includes('_');

/** A value without the setting's name; a list as 6-12-1. */
export const withoutName = (value: Value) => String(value).replaceAll('_', '-');

/**
 * A setting's value in a few words, as figures name it: 'τ 2', 'cross-entropy', 'no reset'.
 * @returns '' for a setting that the run does not have
 */
export function nameValue(name: SettingName, value: Value | null | undefined): string {
  if (value === null || value === undefined) return '';
  const { words = {}, label = name }: Setting = ALL[name];
  return words[String(value)] ?? (isNumeric(value) ? `${label} ${withoutName(value)}` : String(value));
}

/** A setting in a sentence: a number after what it counts, all else in words that say it alone. */
export function tellSetting(name: SettingName, value: Value | null): string {
  return value !== null && typeof value !== 'boolean' && isNumeric(value) && !ALL[name].words?.[String(value)]
    ? `${SETTINGS[name].heading} ${withoutName(value)}`
    : nameValue(name, value);
}
