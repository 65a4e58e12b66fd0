/** What the reader finds in a file: groups of data sets. */

/** Numbers of a data set; of float32, also what was rounded to that. */
export interface Numbers {
  values: Float64Array;
  shape: readonly number[];
  float32: boolean;
}

/** Lists of numbers of varying length. */
export interface Lists {
  length: number;
  /** Decodes list i. */
  numbers(i: number): Float64Array;
}

/** A data set. Its values are decoded when they are asked for. */
export interface FoundDataSet {
  /** @throws Error unless it holds numbers */
  numbers(): Numbers;
  /** @throws Error unless it holds lists of numbers */
  lists(): Lists;
  /** @throws Error unless it holds texts */
  texts(): string[];
}

/** A group: what it holds, by name. */
export type FoundGroup = Map<string, FoundGroup | FoundDataSet>;

/** A member of a group. @throws Error unless it is there */
export function groupIn(group: FoundGroup, name: string): FoundGroup {
  const child = group.get(name);
  if (!(child instanceof Map)) throw new Error(`${child ? 'a data set' : 'no'} ${name}`);
  return child;
}

/** A member of a group. @throws Error unless it is there */
export function dataSetIn(group: FoundGroup, name: string): FoundDataSet {
  const child = group.get(name);
  if (!child || child instanceof Map) throw new Error(`${child ? 'a group' : 'no'} ${name}`);
  return child;
}
