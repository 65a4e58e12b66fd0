/** The table of many runs: its rows, a choice of them, and what they say together. */

import { checkChoice, checkObject, formatValue } from '../../../src/common/checks';
import { flatten, type RunDocument, type Value } from '../document';
import { formatFlags, NAMES, type SettingName, type Settings } from '../shorthands';
import { type Difference, type Estimate, estimate, pairedDifference } from './statistics';

/** A run: its document, the settings in it by their names, and what came of it. */
export interface Row extends Settings {
  /** The first 12 hexadecimal digits of the SHA-256 of the document. */
  id: string;
  /** What was run, in its canonical form. */
  run: RunDocument;
  /** The grids that the run belongs to. */
  grids: readonly string[];
  /** Test accuracy by the number of epochs trained. */
  accuracies: Readonly<Record<number, number>>;
  /** Test accuracy after the last epoch. */
  last: number;
  /** Test accuracy after the best epoch: chosen on test data. */
  best: number;
  bestEpoch: number;
  /** Accuracy on the images that were held back, after the last epoch; null if none were. */
  heldBack: number | null;
  /** Spikes of all ten output neurons per test image and step; null for an ANN. */
  outputSpikes: number | null;
  /** Spikes of all pixels, or units of Randman, per test image and step; null for an ANN, and with direct input. */
  inputSpikes: number | null;
  /** Rows of weights or tables that the event engine adds per test image; null for an ANN. */
  rowsAdded: number | null;
  /** SHA-256 of the trained weights, float32 little-endian, first layer first, in hexadecimal. */
  weightsSha256: string;
}

/** What is averaged: a column, or the number of epochs after which the test accuracy is taken. */
export type Measure = (typeof MEASURES)[number] | number;

const MEASURES = ['last', 'best', 'heldBack', 'outputSpikes', 'inputSpikes', 'rowsAdded'] as const;

type Wanted<V> = V | readonly V[];
/** Settings by name, each with one value or several; `grid` is one of the row's grids. */
export type Choice = { [Name in SettingName]?: Wanted<Settings[Name]> } & { grid?: string };

/** Rows of one setting, with the values of the settings that they were grouped by. */
export type Group<Name extends SettingName> = Pick<Settings, Name> & { runs: MapTable };

/** 'a or b', as words of a message. */
const shown = (value: unknown): string =>
  [value]
    .flat()
    .map((each) => (typeof each === 'string' ? each : formatValue(each)))
    .join(' or ');

/** 'tau 2, decayInput false' */
const describe = (choice: Choice): string =>
  Object.entries(choice)
    .map(([name, value]) => `${name} ${shown(value)}`)
    .join(', ');

/** Settings that may differ among runs that are averaged. */
const distinct = <V>(values: readonly V[]): V[] => [...new Set(values)];

/** Numbers by size, words by their first occurrence. */
function sorted(values: readonly (Value | null)[]): (Value | null)[] {
  const all = distinct(values);
  return all.every((value) => typeof value === 'number') ? (all as number[]).sort((a, b) => a - b) : all;
}

/**
 * Rows of the table.
 * @example
 * const map = await readMap();
 * const runs = map.where({ grid: 'tau-and-T', tau: 2, T: 100, decayInput: true });
 * const { mean, low, high } = runs.mean();
 */
export class MapTable {
  constructor(readonly rows: readonly Row[]) {}

  /** The names of the grids that these rows belong to. */
  get grids(): string[] {
    return distinct(this.rows.flatMap(({ grids }) => grids));
  }

  /** The values that a setting has among these rows; numbers rise. */
  values<Name extends SettingName>(name: Name): Settings[Name][] {
    checkChoice('setting', name, NAMES);
    return sorted(this.rows.map((row) => row[name])) as Settings[Name][];
  }

  /** The settings that differ among these rows. */
  get varied(): SettingName[] {
    return NAMES.filter((name) => this.rows.some((row) => row[name] !== this.rows[0][name]));
  }

  /** @throws RangeError if the run is missing */
  row(id: string): Row {
    const found = this.rows.find((row) => row.id === id);
    if (!found) throw new RangeError(`id: expected that of one of ${this.rows.length} runs, found ${shown(id)}`);
    return found;
  }

  /**
   * The rows that have these settings.
   * @throws RangeError if no row has them: it names the setting, and its values
   */
  where(choice: Choice): MapTable {
    checkObject('where', choice, 'settings such as { tau: 2 }');
    let rows = this.rows;
    for (const [name, wanted] of Object.entries(choice)) {
      if (wanted === undefined) continue;
      const isGrid = name === 'grid';
      if (!isGrid && !NAMES.includes(name as SettingName)) {
        throw new RangeError(`where: expected grid, ${NAMES.join(', ')}; found ${name}`);
      }
      const all = [wanted].flat() as (Value | null)[];
      const left = rows.filter((row) =>
        isGrid ? row.grids.includes(wanted as string) : all.includes(row[name as SettingName]),
      );
      if (left.length === 0) {
        const there = isGrid ? new MapTable(rows).grids : new MapTable(rows).values(name as SettingName);
        const among = there.length > 0 ? `${there.join(', ')}` : 'no row';
        throw new RangeError(`where: expected ${name} among ${among}; found ${shown(all)} in { ${describe(choice)} }`);
      }
      rows = left;
    }
    return new MapTable(rows);
  }

  /**
   * The rows in groups that agree in these settings, in the order of their values.
   * @example
   * const runs = map.where({ grid: 'tau-and-T', T: 100, decayInput: true });
   * for (const group of runs.by('tau')) console.log(group.tau, group.runs.mean());
   */
  by<Name extends SettingName>(...names: Name[]): Group<Name>[] {
    const [name, ...rest] = names;
    if (name === undefined) return [{ runs: this } as unknown as Group<Name>];
    return this.values(name).flatMap((value) => {
      const own = new MapTable(this.rows.filter((row) => row[name] === value));
      return own.by(...rest).map((group) => ({ [name]: value, ...group }) as unknown as Group<Name>);
    });
  }

  /**
   * The runs with that value of a setting with which a network reads most, on average over seeds. So a network's
   * learning rate is chosen, by default on training images that were held back.
   * @example
   * const { learningRate } = map.where({ grid: 'rates', hidden: 96, T: 5 }).best('learningRate');
   * @throws RangeError if the rows differ in more than this setting and the seed, or lack the measure
   */
  best<Name extends SettingName>(name: Name, of: Measure = 'heldBack'): Group<Name> {
    const groups = this.by(name);
    const means = groups.map(({ runs }) => runs.mean(of).mean);
    return groups[means.indexOf(Math.max(...means))];
  }

  /**
   * The mean over seeds, with its interval of 95 %.
   * @throws RangeError if the rows differ in more than the seed, or lack the measure
   */
  mean(of: Measure = 'last'): Estimate {
    return estimate([...this.bySeed(of).values()]);
  }

  /**
   * The mean difference to other runs with the same seeds, and whether it is larger than chance. Seeds that only one
   * side has are left out.
   * @example
   * const { mean, p } = map.where({ loss: 'cross-entropy' }).minus(map.where({ loss: 'mse' }));
   * @throws RangeError if a side differs in more than the seed, or if fewer than two seeds are shared
   */
  minus(other: MapTable, of: Measure = 'last'): Difference {
    if (!(other instanceof MapTable))
      throw new TypeError(`minus: expected rows, as where() returns them, found ${formatValue(other)}`);
    const [own, others] = [this.bySeed(of), other.bySeed(of)];
    const shared = [...own.keys()].filter((seed) => others.has(seed));
    if (shared.length < 2) {
      throw new RangeError(
        `minus: expected at least two seeds on both sides, found ${[...own.keys()].join(', ')} and ${[...others.keys()].join(', ')}`,
      );
    }
    const take = (from: Map<number, number>) => shared.map((seed) => from.get(seed) as number);
    return pairedDifference(take(own), take(others));
  }

  /** Mean test accuracy by the number of epochs trained. */
  curve(): ({ epoch: number } & Estimate)[] {
    const epochs = Object.keys(this.rows[0].accuracies).map(Number);
    return epochs.map((epoch) => ({ epoch, ...this.mean(epoch) }));
  }

  /** The places of the documents, but for the seed, at which these rows differ: no setting need name them. */
  private differingPlaces(): string[] {
    const texts = this.rows.map(({ run: { data, engine, train } }) =>
      JSON.stringify([data, { ...engine, seed: undefined }, train]),
    );
    if (distinct(texts).length < 2) return [];
    const all = this.rows.map(({ run }) => flatten(run));
    return distinct(all.flatMap((places) => Object.keys(places))).filter(
      (place) => place !== 'engine.seed' && all.some((places) => places[place] !== all[0][place]),
    );
  }

  /** A value per seed. */
  private bySeed(of: Measure): Map<number, number> {
    if (typeof of !== 'number') checkChoice('measure', of, MEASURES);
    const others = this.varied.filter((name) => name !== 'seed');
    const places = others.length > 0 ? [] : this.differingPlaces();
    if (others.length > 0 || places.length > 0) {
      const found = [...others.map((name) => `${name} ${this.values(name).join(' and ')}`), ...places].join(', ');
      throw new RangeError(`runs: expected some that differ in their seeds alone, found ${found}; choose with where()`);
    }
    return new Map(this.rows.map((row) => [row.seed, measure(row, of)]));
  }
}

/** @throws RangeError if the run has no such value */
function measure(row: Row, of: Measure): number {
  const value = typeof of === 'number' ? row.accuracies[of] : row[of];
  if (typeof value === 'number') return value;
  const found = typeof of === 'number' ? `epochs ${Object.keys(row.accuracies).join(', ')}` : 'none';
  throw new RangeError(
    `run ${row.id}: expected ${typeof of === 'number' ? `an accuracy after epoch ${of}` : of}, found ${found}`,
  );
}

/**
 * The command that computes a run again. Its last line is the SHA-256 of the weights.
 * @example
 * formatCommand(row); // 'npm run train -- --tau 3 -N 10 --log-dir build/again/0f3c…'
 */
export const formatCommand = ({ id, run }: Pick<Row, 'id' | 'run'>): string =>
  ['npm run train --', formatFlags(run), `--log-dir build/again/${id}`].filter(Boolean).join(' ');
