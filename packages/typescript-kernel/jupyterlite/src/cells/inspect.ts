/** How values are printed: as in Node, and what a browser adds, such as `Response`, with what can be read of it. */
// First, and alone: the next one takes what it leaves.
import './plain-keys';
import { format, inspect } from 'node-inspect-extracted';
import { restore } from './plain-keys';

restore();

export { format, inspect };

const { getOwnPropertyDescriptors, getPrototypeOf } = Object;
const CUSTOM = Symbol.for('nodejs.util.inspect.custom');

/** What can be read of an object of a browser's class: the pairs of a list, else the values of its getters. */
function readable(object: object): [string, unknown][] {
  if ('append' in object && Symbol.iterator in object) {
    const lists: Record<string, unknown[]> = Object.create(null);
    for (const [key, value] of object as unknown as Iterable<[string, unknown]>) {
      lists[key] = [...(lists[key] ?? []), value];
    }
    return Object.entries(lists).map(([key, values]) => [key, values.length === 1 ? values[0] : values]);
  }
  const found: [string, unknown][] = [];
  for (let at = getPrototypeOf(object); at !== null; at = getPrototypeOf(at)) {
    for (const [name, { get, enumerable }] of Object.entries(getOwnPropertyDescriptors(at))) {
      if (!get || !enumerable) continue;
      try {
        found.push([name, get.call(object)]);
      } catch {
        // It belongs to a class that this object only inherits from.
      }
    }
  }
  return found;
}

/** A copy of the same class, without a custom way to be printed. */
function shown(this: object): object {
  const values = readable(this).map(([name, value]) => [name, { value, enumerable: true }]);
  const own = { ...Object.fromEntries(values), ...getOwnPropertyDescriptors(this) };
  return Object.create(getPrototypeOf(this), { ...own, [CUSTOM]: { value: undefined } });
}

// By this a browser's classes are known: their getters are enumerable, those of the language are not. Errors have a
// stack.
for (const { value } of Object.values(getOwnPropertyDescriptors(globalThis))) {
  const proto = typeof value === 'function' ? value.prototype : undefined;
  // Node's classes say it themselves; of the worker itself there is too much.
  if (!proto || CUSTOM in proto || proto instanceof Error || globalThis instanceof (value as typeof Object)) continue;
  const getters = Object.values(getOwnPropertyDescriptors(proto)).filter(({ get, enumerable }) => get && enumerable);
  if (getters.length > 0 || 'append' in proto)
    Object.defineProperty(proto, CUSTOM, { value: shown, configurable: true });
}
