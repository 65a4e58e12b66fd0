/** The table's file, `editions/map/map.csv`: a row per run, nothing believed before it is checked. */
import { checkObject, formatValue, inOneLine } from '../../../src/common/checks';
import { contradiction } from '../engine-options';
import type { Value } from '../settings';
import { MAY_BE_MISSING, SETTING_NAMES, SETTINGS, type SettingName, type Settings, whyLacking } from './settings';
import { MapTable, type Row } from './table';

/** The last columns of the table: what a run finds out, after the accuracies `acc_…`. */
export const RESULT_COLUMNS = [
  'last',
  'best',
  'best_epoch',
  'held_back',
  'output_spikes',
  'input_spikes',
  'rows_added',
  'weights_sha256',
];
/** Decimal digits with or without an exponent: `Number` also reads '', ' 1' and '0x10'. */
const DECIMAL = /^-?\d+(\.\d+)?(e[-+]?\d+)?$/i;
/** The columns before the results, of a table that has these. */
const before = (columns: readonly string[]) => [
  ...['id', 'grid'],
  ...SETTING_NAMES.map((name) => ({ name, column: SETTINGS[name].column }))
    .filter(({ name, column }) => !MAY_BE_MISSING.includes(name) || columns.includes(column))
    .map(({ column }) => column),
];

/** Of a row that is being read: the field of a column, and how it is refused. */
export interface Fields {
  /** Undefined where the table lacks the column of a setting: each run then has its default. */
  get(column: string): string | undefined;
  fail(column: string, expected: string): never;
}

/**
 * Reads the table from the text of its file.
 * @param file how messages call it
 * @throws Error in one line: file, line, column, what was expected, what was found, what to do
 */
export function parseMap(text: string, file = 'map.csv'): MapTable {
  return inOneLine(() => parse(text, file));
}

function parse(text: string, file: string): MapTable {
  const fail = (line: number, complaint: string): never => {
    throw new Error(
      `${file}: line ${line}: ${complaint}; take the project's file again, or make your own with \`npm run map\``,
    );
  };
  // Git may have turned line ends into those of Windows.
  const lines = text.replace(/\r?\n$/, '').split(/\r?\n/);
  const columns = lines[0].split(',');
  const epochs = columns.flatMap((name) => /^acc_([1-9]\d*)$/.exec(name)?.[1] ?? []).map(Number);
  const expected = [...before(columns), ...epochs.map((epoch) => `acc_${epoch}`), ...RESULT_COLUMNS];
  const most = Math.max(columns.length, expected.length);
  const stray = Array.from({ length: most }, (_, i) => i).find((i) => columns[i] !== expected[i]);
  if (stray !== undefined)
    fail(1, `expected column ${stray + 1} to be ${expected[stray] ?? 'none'}, found ${columns[stray] || 'nothing'}`);
  if (epochs.length === 0 || epochs.some((epoch, i) => i > 0 && epoch <= epochs[i - 1])) {
    fail(1, `expected columns such as acc_1, acc_2 with rising epochs, found ${epochs.join(', ') || 'none'}`);
  }
  if (lines.length < 2) fail(1, 'expected a row per run below the header, found none');
  const places = new Map(columns.map((name, i) => [name, i]));
  const known = new Map<string, number>();
  const rows = lines.slice(1).map((content, i) => {
    const line = i + 2;
    const fields = content.split(',');
    if (fields.length !== columns.length) fail(line, `expected ${columns.length} fields, found ${fields.length}`);
    const get = (column: string): string | undefined => fields[places.get(column) ?? -1];
    const row = readRow(epochs, {
      get,
      fail: (column, wanted) => fail(line, `${column}: expected ${wanted}, found ${get(column) || 'nothing'}`),
    });
    // For a run listed twice, either could be the valid one.
    for (const [key, what] of [
      [row.id, `id ${row.id}`],
      [SETTING_NAMES.map((name) => row[name]).join(), 'its settings'],
    ]) {
      if (known.has(key)) fail(line, `expected each run once, found ${what} in line ${known.get(key)} as well`);
      known.set(key, line);
    }
    return row;
  });
  return new MapTable(rows);
}

function readRow(epochs: readonly number[], fields: Fields): Row {
  const { fail } = fields;
  const get = (column: string) => fields.get(column) ?? '';
  const checked = (column: string, pattern: RegExp, expected: string) =>
    pattern.test(get(column)) ? get(column) : fail(column, expected);
  const settings = readSettings(fields);
  const number = (column: string, expected: string, fits: (value: number) => boolean): number => {
    const value = DECIMAL.test(get(column)) ? Number(get(column)) : undefined;
    return value !== undefined && fits(value) ? value : fail(column, expected);
  };
  const share = (column: string) => number(column, 'a share from 0 to 1', (value) => value >= 0 && value <= 1);
  /** Nothing where the run cannot have it. */
  const ifPossible = <V>(column: string, possible: boolean, read: () => V): V | null => {
    if (possible) return read();
    return get(column) === '' ? null : fail(column, 'nothing for such a run');
  };
  const count = (column: string, possible = settings.network === 'snn') =>
    ifPossible(column, possible, () => number(column, 'a number of at least 0', (value) => value >= 0));
  const accuracies: Record<number, number> = {};
  for (const epoch of epochs) {
    const value = ifPossible(`acc_${epoch}`, epoch <= settings.epochs, () => share(`acc_${epoch}`));
    if (value !== null) accuracies[epoch] = value;
  }
  const row: Row = {
    id: checked('id', /^[0-9a-f]{12}$/, '12 hexadecimal digits'),
    grids: checked('grid', /^[\w.-]+(\+[\w.-]+)*$/, 'names joined by +').split('+'),
    ...settings,
    accuracies,
    last: share('last'),
    best: share('best'),
    bestEpoch: number('best_epoch', `an epoch from 1 to ${settings.epochs}`, (value) => {
      return Number.isInteger(value) && value >= 1 && value <= settings.epochs;
    }),
    heldBack: ifPossible('held_back', (settings.trainImages ?? 60_000) < 60_000, () => share('held_back')),
    outputSpikes: count('output_spikes'),
    inputSpikes: count('input_spikes', settings.network === 'snn' && settings.encoder !== 'direct'),
    rowsAdded: count('rows_added'),
    weightsSha256: checked('weights_sha256', /^[0-9a-f]{64}$/, '64 hexadecimal digits'),
  };
  const atEnd = accuracies[settings.epochs];
  if (atEnd !== undefined && atEnd !== row.last) fail('last', `${atEnd} as in acc_${settings.epochs}`);
  const most = Object.values(accuracies).reduce((a, b) => Math.max(a, b), row.last);
  if (row.best < most) fail('best', `at least ${most}, the highest of its row`);
  return row;
}

/**
 * The settings of a row, whoever made it: each must be what the table could hold in its column.
 * @throws TypeError or RangeError in one line that names the setting which is missing or of another kind
 */
export function settingsOfRow(row: Settings): Settings {
  checkObject('row', row, 'a row of the map, such as (await readMap()).row(…)');
  const names = new Map(SETTING_NAMES.map((name) => [SETTINGS[name].column, name]));
  const of = (column: string) => row[names.get(column) as SettingName];
  const fail = (column: string, expected: string): never => {
    throw new RangeError(`row: ${names.get(column)}: expected ${expected}, found ${formatValue(of(column))}`);
  };
  const settings = readSettings({ get: (column) => (of(column) === null ? '' : asText(of(column))), fail });
  // '3' reads as 3, but is another value.
  const odd = SETTING_NAMES.find((name) => settings[name] !== row[name]);
  if (odd) fail(SETTINGS[odd].column, settings[odd] === null ? 'null' : SETTINGS[odd].expected);
  return settings;
}

/** A value as a column has it; no column has a text with a comma, which stands for all others. */
const asText = (value: unknown): string =>
  ['string', 'number', 'boolean'].includes(typeof value) ? String(value) : ',';

/**
 * The settings of a run from a text for each column.
 * @throws what `fail` throws
 */
export function readSettings({ get, fail }: Fields): Settings {
  const settings: Partial<Record<SettingName, Value | null>> = {};
  for (const name of SETTING_NAMES) {
    const { column, expected, read, standard } = SETTINGS[name];
    const why = whyLacking(name, settings as Partial<Settings>);
    const text = get(column);
    if (why) settings[name] = (text ?? '') === '' ? null : fail(column, `nothing, for ${why}`);
    else settings[name] = (text === undefined ? standard : read(text)) ?? fail(column, expected);
  }
  const odd = contradiction(settings as Partial<Settings>);
  // A map and a page have columns where the command line has options.
  const columnOf = (_: string, flag: string) => flag.replaceAll('-', '_');
  if (odd) fail(SETTINGS[odd.setting as SettingName].column, odd.expected.replace(/--([a-z-]+)/g, columnOf));
  return settings as unknown as Settings;
}
