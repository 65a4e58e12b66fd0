/** The table's file, `editions/map/map.csv`: a row per run, nothing believed before it is checked. */
import { checkObject, formatValue, inOneLine } from '../../../src/common/checks';
import type { Entry } from '../../networks/options/schema';
import { entryAt, formatRun, type ResolvedRun, RUN, readRun, unflatten } from '../document';
import { NAMES, readWord, settingsOf } from '../shorthands';
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
const ACCURACY = /^acc_([1-9]\d*)$/;

/** Of a row that is being read: the field of a column, and how it is refused. */
interface Fields {
  get(column: string): string;
  fail(column: string, expected: string): never;
}

/**
 * The columns that a table has for its runs: the places in their documents, in the order of the options.
 * @param runs flattened
 */
export function columnsOf(runs: readonly object[]): string[] {
  const columns = [...new Set(runs.flatMap((run) => Object.keys(run)))].map((path) => ({ path, order: orderOf(path) }));
  columns.sort(({ order: a }, { order: b }) => {
    const at = a.findIndex((place, i) => place !== b[i]);
    return at === -1 ? a.length - b.length : a[at] - (b[at] ?? -1);
  });
  return columns.map(({ path }) => path);
}

/** At which place of its group or list each part of a path stands. */
function orderOf(path: string): number[] {
  const keys = path.split('.');
  return keys.map((key, i) => {
    const entry: Entry = i === 0 ? RUN : entryAt(keys.slice(0, i).join('.'));
    return entry.kind === 'group' ? Object.keys(entry.fields).indexOf(key) : Number(key);
  });
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
  const attempt = <V>(line: number, work: () => V): V => {
    try {
      return work();
    } catch (error) {
      return fail(line, (error as Error).message);
    }
  };
  // Git may have turned line ends into those of Windows.
  const lines = text.replace(/\r?\n$/, '').split(/\r?\n/);
  const columns = lines[0].split(',');
  const epochs = columns.flatMap((name) => ACCURACY.exec(name)?.[1] ?? []).map(Number);
  const places = columns.slice(
    2,
    columns.findIndex((name) => ACCURACY.test(name)),
  );
  const expected = ['id', 'grid', ...places, ...epochs.map((epoch) => `acc_${epoch}`), ...RESULT_COLUMNS];
  const most = Math.max(columns.length, expected.length);
  const stray = Array.from({ length: most }, (_, i) => i).find((i) => columns[i] !== expected[i]);
  if (stray !== undefined)
    fail(1, `expected column ${stray + 1} to be ${expected[stray] ?? 'none'}, found ${columns[stray] || 'nothing'}`);
  if (epochs.length === 0 || epochs.some((epoch, i) => i > 0 && epoch <= epochs[i - 1])) {
    fail(1, `expected columns such as acc_1, acc_2 with rising epochs, found ${epochs.join(', ') || 'none'}`);
  }
  const inOrder = attempt(1, () => {
    places.forEach(entryAt);
    return columnsOf([Object.fromEntries(places.map((place) => [place, '']))]);
  });
  const odd = places.findIndex((place, i) => place !== inOrder[i]);
  if (odd !== -1) fail(1, `expected column ${odd + 3} to be ${inOrder[odd] ?? 'none'}, found ${places[odd]}`);
  if (lines.length < 2) fail(1, 'expected a row per run below the header, found none');
  const known = new Map<string, number>();
  const rows = lines.slice(1).map((content, i) => {
    const line = i + 2;
    const fields = content.split(',');
    if (fields.length !== columns.length) fail(line, `expected ${columns.length} fields, found ${fields.length}`);
    const get = (column: string) => fields[columns.indexOf(column)];
    const run = attempt(line, () => runIn(places, get));
    const row = readRow(run, epochs, {
      get,
      fail: (column, wanted) => fail(line, `${column}: expected ${wanted}, found ${get(column) || 'nothing'}`),
    });
    // For a run listed twice, either could be the valid one.
    for (const [key, what] of [
      [row.id, `id ${row.id}`],
      [JSON.stringify(row.run), 'its run'],
    ]) {
      if (known.has(key)) fail(line, `expected each run once, found ${what} in line ${known.get(key)} as well`);
      known.set(key, line);
    }
    return row;
  });
  return new MapTable(rows);
}

/** The run of a row, by the places that its table has columns for. */
function runIn(places: readonly string[], get: Fields['get']): ResolvedRun {
  const given = places.filter((place) => get(place) !== '').map((place) => [place, readWord(get(place))]);
  const run = readRun(unflatten(Object.fromEntries(given)));
  // Two rows would differ in nothing that is shown: both engines train the same.
  if (run.engine.name === 'tfjs') throw new RangeError("engine.name: expected 'event' or 'ann', found 'tfjs'");
  return run;
}

function readRow(run: ResolvedRun, epochs: readonly number[], { get, fail }: Fields): Row {
  const { engine, train } = run;
  const checked = (column: string, pattern: RegExp, expected: string) =>
    pattern.test(get(column)) ? get(column) : fail(column, expected);
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
  const count = (column: string, possible = engine.name !== 'ann') =>
    ifPossible(column, possible, () => number(column, 'a number of at least 0', (value) => value >= 0));
  const accuracies: Record<number, number> = {};
  for (const epoch of epochs) {
    const value = ifPossible(`acc_${epoch}`, epoch <= train.epochs, () => share(`acc_${epoch}`));
    if (value !== null) accuracies[epoch] = value;
  }
  const row: Row = {
    id: checked('id', /^[0-9a-f]{12}$/, '12 hexadecimal digits'),
    grids: checked('grid', /^[\w.-]+(\+[\w.-]+)*$/, 'names joined by +').split('+'),
    run: formatRun(run),
    ...settingsOf(run),
    accuracies,
    last: share('last'),
    best: share('best'),
    bestEpoch: number('best_epoch', `an epoch from 1 to ${train.epochs}`, (value) => {
      return Number.isInteger(value) && value >= 1 && value <= train.epochs;
    }),
    heldBack: ifPossible('held_back', (train.images ?? 60_000) < 60_000, () => share('held_back')),
    outputSpikes: count('output_spikes'),
    inputSpikes: count('input_spikes', engine.name !== 'ann' && engine.encoder !== 'direct'),
    rowsAdded: count('rows_added'),
    weightsSha256: checked('weights_sha256', /^[0-9a-f]{64}$/, '64 hexadecimal digits'),
  };
  const atEnd = accuracies[train.epochs];
  if (atEnd !== undefined && atEnd !== row.last) fail('last', `${atEnd} as in acc_${train.epochs}`);
  const highest = Object.values(accuracies).reduce((a, b) => Math.max(a, b), row.last);
  if (row.best < highest) fail('best', `at least ${highest}, the highest of its row`);
  return row;
}

/**
 * The run of a row, whoever made it: its document, which the settings beside it have to agree with.
 * @throws TypeError or RangeError in one line that names what is wrong with the document, or a setting that is not its
 */
export function runOfRow(row: Row): ResolvedRun {
  checkObject('row', row, 'a row of the map, such as (await readMap()).row(…)');
  const run = readRun(row.run, 'row.run');
  const settings = settingsOf(run);
  const odd = NAMES.find((name) => row[name] !== settings[name]);
  if (odd === undefined) return run;
  const [expected, found] = [settings[odd], row[odd]].map((value) => formatValue(value));
  throw new RangeError(`row: ${odd}: expected ${expected} as in row.run, which is what is trained, found ${found}`);
}
