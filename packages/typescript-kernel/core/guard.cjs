'use strict';
// Cells share the kernel's built-ins: after `Array.prototype.map = …` neither compiling nor printing would work again.
// So the original built-ins are remembered, and the kernel does its own work with them. Nothing here uses what a cell
// can change, except the functions that it takes at the start.

const { ownKeys, getOwnPropertyDescriptor, defineProperty, deleteProperty, getPrototypeOf, set, setPrototypeOf } =
  Reflect;
const { create, is, hasOwn } = Object;

/** The language's own globals; what a browser adds is not used to compile or to print. */
const GLOBALS =
  `Object Function Array String Number Boolean Symbol BigInt Date RegExp Math JSON Reflect Proxy Promise Map Set WeakMap
  WeakSet WeakRef Error TypeError RangeError SyntaxError ReferenceError EvalError URIError AggregateError ArrayBuffer
  DataView Int8Array Uint8Array Uint8ClampedArray Int16Array Uint16Array Int32Array Uint32Array Float32Array Float64Array
  BigInt64Array BigUint64Array Iterator Intl URL parseInt parseFloat isNaN isFinite`.split(/\s+/);

/** Keys of property descriptors: with one that everything inherits, no property can be defined. */
const OF_DESCRIPTORS = { __proto__: null, get: 1, set: 1, value: 1, writable: 1, enumerable: 1, configurable: 1 };

/** What a cell may change for good: no kernel fails without its first value. */
const FREE = { __proto__: null, 'Math.random': 1, 'Date.now': 1, 'Error.stackTraceLimit': 1 };

/** From these everything inherits that a kernel makes. */
const ROOTS = { __proto__: null, 'Object.prototype': 1, 'Array.prototype': 1, 'Function.prototype': 1 };

/** Stands for an object's prototype among its keys. */
const PROTOTYPE = Symbol('prototype');

/**
 * An object whose keys are watched. `was` has no prototype, which a cell could add to.
 * @typedef {{ name: string, object: object, keys: PropertyKey[], was: Record<PropertyKey, PropertyDescriptor>,
 *   prototype: object | null, isWhole: boolean }} Watched
 */

/**
 * A change of a cell: what a key was given, or undefined if it was deleted.
 * @typedef {{ name: string, object: object, key: PropertyKey, isNew: boolean, to: PropertyDescriptor | undefined }}
 *   Change
 */

/**
 * Without a prototype: a key that it lacks is not looked for in what a cell may have changed.
 * @template {object} T
 * @param {T} object
 */
function bare(object) {
  setPrototypeOf(object, null);
  return object;
}
exports.bare = bare;

/** @param {object} object @param {PropertyKey} key */
function descriptor(object, key) {
  const found = getOwnPropertyDescriptor(object, key);
  return found && bare(found);
}

/** @param {string} name @param {object} object @param {PropertyKey[]} [keys] those watched, where it is not all */
function watch(name, object, keys) {
  const all = keys ?? ownKeys(object);
  const was = Object.create(null);
  for (const key of all) was[key] = descriptor(object, key);
  return { name, object, keys: all, was, prototype: getPrototypeOf(object), isWhole: keys === undefined };
}

/** @param {PropertyDescriptor} a @param {PropertyDescriptor} b */
const isSame = (a, b) => is(a.value, b.value) && a.get === b.get && a.set === b.set;

/** @param {PropertyKey} key */
const isIndex = (key) => typeof key === 'string' && key !== '' && key === `${+key}`;

/** @param {string} name @param {PropertyKey} key */
const nameOf = (name, key) =>
  typeof key === 'symbol' ? (key === PROTOTYPE ? `the prototype of ${name}` : name) : `${name}.${key}`;

/**
 * Whether what inherits from an object can still be given a property of its own. @param {object} object @param
 * {PropertyKey} key
 */
function canBeSet(object, key) {
  try {
    const heir = create(object);
    return set(heir, key, 1) && getOwnPropertyDescriptor(heir, key)?.value === 1;
  } catch {
    return false;
  }
}

/** Whether a kernel still works with what a cell has changed. @param {Change} change */
function isHarmless({ name, object, key, isNew }) {
  if (!isNew) return nameOf(name, key) in FREE;
  if (!(name in ROOTS)) return true;
  return !isIndex(key) && !(key in OF_DESCRIPTORS) && key !== 'then' && key !== 'toJSON' && canBeSet(object, key);
}

const ARRAYS = Array.prototype;

const LOCKED = new Error('A built-in cannot be put back');

/**
 * Remembers the current built-ins.
 * @param {(name: string) => void} lock is called with the name of one that cannot be put back, such as
 *   `Array.prototype.map`
 * @param {[name: string, object: object, keys?: PropertyKey[]][]} also what else the kernel works with
 */
exports.createGuard = (lock, also = []) => {
  const all = /** @type {Watched[]} */ ([]);
  /** @param {unknown} object @param {string} name @param {PropertyKey[]} [keys] */
  const add = (object, name, keys) => {
    if ((typeof object !== 'object' && typeof object !== 'function') || object === null) return;
    if (all.some((one) => one.object === object)) return;
    all.push(watch(name, object, keys));
  };
  // First, since everything else inherits from it: while it is changed, not even a property can be defined.
  add(Object.prototype, 'Object.prototype');
  for (const name of GLOBALS) {
    const value = /** @type {any} */ (globalThis)[name];
    add(value, name);
    if (typeof value === 'function') add(value.prototype, `${name}.prototype`);
  }
  const iterators = [[].values(), new Map().values(), new Set().values(), ''[Symbol.iterator](), ''.matchAll(/x/g)];
  for (const one of [...iterators, (function* () {})(), (async function* () {})(), new Int8Array()]) {
    for (let proto = getPrototypeOf(one); proto !== null; proto = getPrototypeOf(proto)) add(proto, 'Iterator');
  }
  for (const [name, object, keys] of also) add(object, name, keys);
  all.push(
    watch('globalThis', globalThis, [...GLOBALS, ...also.map(([name]) => name).filter((name) => name in globalThis)]),
  );

  /** @type {string | undefined} */
  let left;

  /** @param {string} name @param {PropertyKey} key @returns {never} */
  function fail(name, key) {
    lock(nameOf(name, key));
    throw LOCKED;
  }

  /** Restores everything; returns what the cells had changed. */
  function restore() {
    // Not `push`, which may be among what is changed; nor an array's own prototype, which may set an item.
    const changes = /** @type {Change[]} */ (bare([]));
    left = undefined;
    for (let i = 0; i < all.length; i++) {
      const { name, object, keys, was, prototype, isWhole } = /** @type {Watched} */ (all[i]);
      const proto = getPrototypeOf(object);
      if (proto !== prototype) {
        changes[changes.length] = { name, object, key: PROTOTYPE, isNew: false, to: bare({ value: proto }) };
        if (!setPrototypeOf(object, prototype)) fail(name, PROTOTYPE);
      }
      for (let k = 0; k < keys.length; k++) {
        const key = /** @type {PropertyKey} */ (keys[k]);
        const now = descriptor(object, key);
        const before = was[key];
        // Of arrays it follows the items, which are dealt with below.
        if (key === 'length' && object === ARRAYS) continue;
        if (before === now || (before !== undefined && now !== undefined && isSame(now, before))) continue;
        changes[changes.length] = { name, object, key, isNew: before === undefined, to: now };
        if (!(before ? defineProperty(object, key, before) : deleteProperty(object, key))) fail(name, key);
      }
      if (!isWhole) continue;
      const found = ownKeys(object);
      if (found.length === keys.length) continue;
      for (let k = 0; k < found.length; k++) {
        const key = /** @type {PropertyKey} */ (found[k]);
        if (hasOwn(was, key)) continue;
        const to = descriptor(object, key);
        if (deleteProperty(object, key)) changes[changes.length] = { name, object, key, isNew: true, to };
        // What only stands there is left; what acts when the kernel's own objects are made is not.
        else if (to?.get || to?.set || isIndex(key) || (key in OF_DESCRIPTORS && object === Object.prototype))
          fail(name, key);
        else left = nameOf(name, key);
      }
    }
    return changes;
  }

  /** @param {Change} change */
  function giveBack({ object, key, to }) {
    if (key === PROTOTYPE) setPrototypeOf(object, to?.value);
    else if (to) defineProperty(object, key, to);
    else deleteProperty(object, key);
  }

  let isInside = false;
  let isChanged = false;

  /**
   * Does the kernel's own work with the original built-ins; cells then have their own changes again. To check all of
   * them takes 0.3 ms.
   * @template T
   * @param {() => T} work
   * @returns {T}
   */
  function guard(work) {
    if (isInside) return work();
    isInside = true;
    /** @type {Change[] | undefined} */
    let changes;
    try {
      changes = restore();
      isChanged = changes.length > 0;
      return work();
    } finally {
      isInside = false;
      for (let i = changes ? changes.length - 1 : -1; i >= 0; i--) giveBack(/** @type {any} */ (changes)[i]);
    }
  }

  return Object.assign(guard, {
    /**
     * The same, but looks at them only where an earlier look has found that a cell has changed something.
     * @template T
     * @param {() => T} work
     * @returns {T}
     */
    lightly: (work) => (isChanged ? guard(work) : work()),

    /**
     * Puts back for good what cells have changed, except what harms no kernel; returns the names of what was put back.
     */
    putBack() {
      const changes = restore();
      const names = /** @type {string[]} */ ([]);
      for (let i = changes.length - 1; i >= 0; i--) {
        const change = /** @type {Change} */ (changes[i]);
        // What is new is tried out, while it is there.
        if (change.isNew || isHarmless(change)) giveBack(change);
        if (isHarmless(change)) continue;
        if (change.isNew) deleteProperty(change.object, change.key);
        names[names.length] = nameOf(change.name, change.key);
      }
      return names;
    },

    /**
     * The name of something that a cell has added for good, if the last look found any: the kernel may trip over it.
     */
    left: () => left,
  });
};

/** @typedef {ReturnType<typeof exports.createGuard>} Guard */
