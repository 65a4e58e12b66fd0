// The settings of a run, as grids, the table and the command line have them. Which there are, what they are called in
// each and which is the default, the package says (packages/runs/settings.ts); which values may be, the command line
// itself.
import { createHash } from 'node:crypto';
import { parseArguments } from '../../hosts/node/cli/arguments';
import { refuseStray } from '../../hosts/node/cli/run';
import {
  ALWAYS_WRITTEN,
  formatOptions,
  isStandard,
  SETTING_NAMES,
  SETTINGS,
  type SettingName,
  type Settings,
  whyLacking,
} from '../../packages/runs/map/settings';
import { UserError } from '../../packages/system/project';
import { SURROGATES } from '../../src/common/surrogates';

export { asOneLine, inOneLine } from '../../src/common/checks';

/** A grid or a table that cannot be used: one line, exit status 2. */
export class BadMap extends UserError {}

export const SETTING_COLUMNS = SETTING_NAMES.map((name) => SETTINGS[name].column);

/** The columns of settings that every table has which is written. */
export const WRITTEN_COLUMNS = SETTING_COLUMNS.filter((_, i) => ALWAYS_WRITTEN.includes(SETTING_NAMES[i]));

/**
 * What a row has in the column of a setting where its table lacks it: the default, or nothing if the run has no such
 * setting.
 */
export function missingValue(column: string, row: Record<string, string>) {
  const [name] = names(column);
  const { network, dataset } = row as unknown as Settings;
  return whyLacking(name, { network, dataset }) ? '' : String(SETTINGS[name].standard);
}

export interface Run {
  id: string;
  settings: Settings;
  /** the settings as the table shows them */
  columns: Record<string, string>;
  /** the shortest command line for it */
  options: string[];
  /** about how many of one core it takes */
  seconds: number;
}

const names = (...found: string[]) => SETTING_NAMES.filter((name) => found.includes(SETTINGS[name].column));

/** What a value means for the setting in a column: 1 and '1' are the same. A value that means nothing is itself. */
export function meaningOf(column: string, value: unknown) {
  const [name] = names(column);
  return (name && SETTINGS[name].read(String(value))) ?? String(value);
}

/** The words of the command line for a setting with this value. */
function wordsFor(name: SettingName, value: unknown) {
  const { column, expected, flags, read, standard } = SETTINGS[name];
  if (/^$|\s/.test(String(value))) throw new BadMap(`${column}: expected ${expected}, found '${value}'`);
  if (typeof standard !== 'boolean') return flags(String(value)).split(' ').filter(Boolean);
  const isOn = read(String(value));
  if (isOn === undefined) throw new BadMap(`${column}: expected ${expected}, found ${value}`);
  return isOn === standard ? [] : [flags(isOn)];
}

/**
 * The run with these settings; those left out have the command line's defaults. Two ways to say the same are the same
 * run.
 * @param given by column; texts, numbers, true and false
 * @throws BadMap in one line that names the setting, what is allowed, and what was found
 */
export function runOf(given: Record<string, unknown>) {
  const unknown = Object.keys(given).find((column) => !SETTING_COLUMNS.includes(column));
  if (unknown !== undefined) {
    throw new BadMap(`${unknown}: expected a setting (${SETTING_COLUMNS.join(', ')}), found another word`);
  }
  return runOfOptions(names(...Object.keys(given)).flatMap((name) => wordsFor(name, given[SETTINGS[name].column])));
}

/** What the command line makes of its words, or why it would refuse them. */
function parse(words: string[]) {
  try {
    const { settings, given } = parseArguments(words) as NonNullable<ReturnType<typeof parseArguments>>;
    refuseStray(settings, given);
    return settings;
  } catch (error) {
    throw new BadMap((error as Error).message);
  }
}

/**
 * The run that these options of the command line mean.
 * @throws BadMap as the command line's own line
 */
export function runOfOptions(words: string[]): Run {
  const there = parse(words) as unknown as Record<string, unknown>;
  const valueIn = (name: SettingName) => {
    const { standard } = SETTINGS[name];
    if (whyLacking(name, there)) return null;
    const value = there[name];
    if (name === 'alpha') return value ?? SURROGATES[there.surrogate as keyof typeof SURROGATES].alpha;
    return value ?? standard;
  };
  const settings = Object.fromEntries(SETTING_NAMES.map((name) => [name, valueIn(name)])) as unknown as Settings;
  // Defaults are left out, so that new settings do not change the ids of earlier runs.
  const changed = SETTING_NAMES.filter((name) => !isStandard(settings, name));
  const canonical = Object.fromEntries(changed.map((name) => [SETTINGS[name].column, settings[name]]));
  return {
    id: createHash('sha256').update(JSON.stringify(canonical)).digest('hex').slice(0, 12),
    settings,
    columns: Object.fromEntries(SETTING_NAMES.map((name) => [SETTINGS[name].column, String(settings[name] ?? '')])),
    options: formatOptions(settings).split(' ').filter(Boolean),
    seconds: estimate(settings),
  };
}

/** The run of a row of the table: an empty column is a setting that the run does not have. */
export const runOfRow = (row: Record<string, string>) =>
  runOf(
    Object.fromEntries(SETTING_COLUMNS.filter((column) => row[column] !== '').map((column) => [column, row[column]])),
  );

/**
 * About how many seconds of one core a run takes: the start, then each epoch (measured at T = 1 and 100, with 96 hidden
 * neurons, and with 12 and 24 channels).
 */
const estimate = ({ epochs, hidden, T, convolve }: Settings) => {
  if (convolve) return 15 + 2.5 * epochs * (T ?? 0);
  const neurons = String(hidden ?? 0)
    .split('-')
    .reduce((sum, width) => sum + Number(width), 0);
  return 1 + epochs * (0.35 + 0.0057 * (T ?? 0) * (1 + 0.13 * neurons));
};
