/** Prints values as Node does, and objects of a browser, such as `Response`, with their readable properties. */
// Must come first: the next import captures the function that this one replaces.
import './plain-keys';
import { format, inspect } from 'node-inspect-extracted';
import { restore } from './plain-keys';

restore();

export { format, inspect };

const { getOwnPropertyDescriptors, getPrototypeOf } = Object;
const CUSTOM = Symbol.for('nodejs.util.inspect.custom');

/** The readable properties of a browser object: the pairs of a list, else the values of its getters. */
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
        // The getter refuses this object, such as a prototype.
      }
    }
  }
  return found;
}

/** A copy of the same class with plain properties, which is printed in the default way. */
function shown(this: object): object {
  const values = readable(this).map(([name, value]) => [name, { value, enumerable: true }]);
  const own = { ...Object.fromEntries(values), ...getOwnPropertyDescriptors(this) };
  return Object.create(getPrototypeOf(this), { ...own, [CUSTOM]: { value: undefined } });
}

// Classes of the browser are recognized by enumerable getters; those of the language are not enumerable.
for (const { value } of Object.values(getOwnPropertyDescriptors(globalThis))) {
  const proto = typeof value === 'function' ? value.prototype : undefined;
  // Skipped: classes of Node, which print themselves; errors, which have a stack; the worker itself, which is too large.
  if (!proto || CUSTOM in proto || proto instanceof Error || globalThis instanceof (value as typeof Object)) continue;
  const getters = Object.values(getOwnPropertyDescriptors(proto)).filter(({ get, enumerable }) => get && enumerable);
  if (getters.length > 0 || 'append' in proto)
    Object.defineProperty(proto, CUSTOM, { value: shown, configurable: true });
}
