/**
 * Cells share the kernel's built-ins: after `Array.prototype.map = …` neither compiling nor printing would work again. So
 * the original built-ins are remembered, and the kernel does its own work with them; the cells' changes are put back
 * for the cells. Nothing here uses what a cell can change, except the functions that it takes at the start.
 */

const { ownKeys, getOwnPropertyDescriptor, defineProperty, deleteProperty, setPrototypeOf } = Reflect;
const { is, hasOwn } = Object;

/** The language's own globals; what a browser adds is not used to compile or to print. */
const GLOBALS =
  `Object Function Array String Number Boolean Symbol BigInt Date RegExp Math JSON Reflect Proxy Promise Map Set WeakMap
  WeakSet WeakRef Error TypeError RangeError SyntaxError ReferenceError EvalError URIError AggregateError ArrayBuffer
  DataView Int8Array Uint8Array Uint8ClampedArray Int16Array Uint16Array Int32Array Uint32Array Float32Array Float64Array
  BigInt64Array BigUint64Array Iterator parseInt parseFloat isNaN isFinite`.split(/\s+/);

/** Keys of property descriptors: with one that everything inherits, no property can be defined. */
const OF_DESCRIPTORS = { __proto__: null, get: 1, set: 1, value: 1, writable: 1, enumerable: 1, configurable: 1 };

interface Watched {
  name: string;
  object: object;
  keys: PropertyKey[];
  /** By key, without a prototype that a cell could add to. */
  was: Record<PropertyKey, PropertyDescriptor>;
}

/** A change of a cell: what a key was given, or undefined if it was deleted. */
interface Change {
  object: object;
  key: PropertyKey;
  to: PropertyDescriptor | undefined;
}

function descriptor(object: object, key: PropertyKey): PropertyDescriptor | undefined {
  const found = getOwnPropertyDescriptor(object, key);
  if (found) setPrototypeOf(found, null);
  return found;
}

function watch(name: string, object: object, keys: PropertyKey[]): Watched {
  const was = Object.create(null);
  for (const key of keys) was[key] = descriptor(object, key);
  return { name, object, keys, was };
}

const isSame = (a: PropertyDescriptor, b: PropertyDescriptor) =>
  is(a.value, b.value) && a.get === b.get && a.set === b.set;

/** Not `push`, which may be among what is changed; and no closure, to which a tool that keeps names would add. */
function note(changes: Change[], object: object, key: PropertyKey, to: PropertyDescriptor | undefined): void {
  changes[changes.length] = { object, key, to };
}

export interface Guard {
  /** Does the kernel's own work with the original built-ins. Checking all of them takes 0.3 ms. */
  <T>(work: () => T): T;
  /** The same, but looks at them only where an earlier look has found that a cell has changed something. */
  lightly<T>(work: () => T): T;
}

const LOCKED = new Error('A built-in cannot be put back');

/**
 * Remembers the current built-ins.
 * @param lock is called with the name of one that cannot be put back, such as `Array.prototype.map`
 */
export function createGuard(lock: (name: string) => void): Guard {
  const all: Watched[] = [];
  const add = (object: unknown, name: string) => {
    if ((typeof object !== 'object' && typeof object !== 'function') || object === null) return;
    if (all.some((one) => one.object === object)) return;
    all.push(watch(name, object, ownKeys(object)));
  };
  // First, since everything else inherits from it: while it is changed, not even a property can be defined.
  add(Object.prototype, 'Object.prototype');
  for (const name of GLOBALS) {
    const value = (globalThis as Record<string, unknown>)[name];
    add(value, name);
    if (typeof value === 'function') add(value.prototype, `${name}.prototype`);
  }
  const iterators = [[].values(), new Map().values(), new Set().values(), ''[Symbol.iterator](), ''.matchAll(/x/g)];
  for (const one of [...iterators, (function* () {})(), (async function* () {})(), new Int8Array()]) {
    for (let proto = Object.getPrototypeOf(one); proto !== null; proto = Object.getPrototypeOf(proto))
      add(proto, 'Iterator');
  }
  all.push(watch('globalThis', globalThis, GLOBALS));

  function fail(name: string, key: PropertyKey): never {
    lock(typeof key === 'symbol' ? name : `${name}.${key}`);
    throw LOCKED;
  }

  /** Restores everything; returns what the cells had changed. */
  function restore(): Change[] {
    const changes: Change[] = [];
    for (let i = 0; i < all.length; i++) {
      const { name, object, keys, was } = all[i] as Watched;
      for (let k = 0; k < keys.length; k++) {
        const key = keys[k] as PropertyKey;
        const now = descriptor(object, key);
        const before = was[key];
        if (before === undefined || (now !== undefined && isSame(now, before))) continue;
        note(changes, object, key, now);
        if (!defineProperty(object, key, before)) fail(name, key);
      }
      if (object === globalThis) continue;
      const found = ownKeys(object);
      if (found.length === keys.length) continue;
      for (let k = 0; k < found.length; k++) {
        const key = found[k] as PropertyKey;
        if (hasOwn(was, key)) continue;
        note(changes, object, key, descriptor(object, key));
        if (!deleteProperty(object, key) && key in OF_DESCRIPTORS && object === Object.prototype) fail(name, key);
      }
    }
    return changes;
  }

  let isInside = false;
  let isChanged = false;
  function guard<T>(work: () => T): T {
    if (isInside) return work();
    isInside = true;
    const changes = restore();
    isChanged = changes.length > 0;
    try {
      return work();
    } finally {
      isInside = false;
      for (let i = changes.length - 1; i >= 0; i--) {
        const { object, key, to } = changes[i] as Change;
        if (to) defineProperty(object, key, to);
        else deleteProperty(object, key);
      }
    }
  }
  guard.lightly = <T>(work: () => T): T => (isChanged ? guard(work) : work());
  return guard;
}
