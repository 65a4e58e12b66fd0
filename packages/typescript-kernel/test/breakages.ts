/** Cells that break what a kernel itself works with: keys of built-ins, what all objects inherit, globals. */
import { seededRandom } from '../../../src/common/random';

export interface Breakage {
  /** What it does, in a few words. */
  name: string;
  cell: string;
  /** Whether it cannot be undone. */
  locks: boolean;
}

const OWNERS =
  `Object Function Array String Number Symbol Date RegExp JSON Reflect Promise Map Set WeakMap Error TypeError ArrayBuffer
  Uint8Array Float64Array Proxy Math`.split(/\s+/);

/** Objects, by the expression that a cell has for them. */
const OBJECTS: [expression: string, object: object][] = [
  ...OWNERS.map((name): [string, object] => [name, (globalThis as never)[name]]),
  ...OWNERS.filter((name) => !/^(JSON|Reflect|Math|Proxy)$/.test(name)).map((name): [string, object] => [
    `${name}.prototype`,
    (globalThis as never as Record<string, { prototype: object }>)[name].prototype,
  ]),
  ['Object.getPrototypeOf([].values())', Object.getPrototypeOf([].values())],
  ['Object.getPrototypeOf(new Map().values())', Object.getPrototypeOf(new Map().values())],
];

/** Keys that the objects of compilers and kernels have, descriptors and indices among them. */
const KEYS =
  `value data get set writable enumerable configurable type then name message code status id start end kind text file line
  index 0 1 2 10 toJSON parent flags options pos next done key map of count content header body stack cause
  cell url default`.split(/\s+/);

const ROOTS = ['Object.prototype', 'Array.prototype', 'Function.prototype'];

/** How a key is changed, of `o` with the key `k`; the last ones for good. */
const WAYS: Record<string, string> = {
  'is null': 'o[k] = null',
  'does nothing': 'o[k] = () => undefined',
  throws: "o[k] = () => { throw new Error('broken') }",
  'is gone': 'delete o[k]',
  'cannot be read': "Object.defineProperty(o, k, { get() { throw new Error('broken') }, configurable: true })",
  'is null for good': 'Object.defineProperty(o, k, { value: null, writable: false, configurable: false })',
};

const NEW_WAYS: Record<string, string> = {
  'cannot be set': "Object.defineProperty(o, k, { set() { throw new Error('broken') }, configurable: true })",
  'can only be read': 'Object.defineProperty(o, k, { get: () => 1, configurable: true })',
  'is read-only': 'Object.defineProperty(o, k, { value: 1, writable: false, configurable: true })',
  'swallows what is set': 'Object.defineProperty(o, k, { set() {}, get() {}, enumerable: true, configurable: true })',
  'cannot be set for good': "Object.defineProperty(o, k, { set() { throw new Error('broken') } })",
};

const TRAPS = `new Proxy({}, new Proxy({}, { get() { throw new Error('broken') } }))`;

const textOf = (key: string | symbol) => (typeof key === 'symbol' ? key.description : JSON.stringify(key)) as string;

function make(owner: string, key: string | symbol, way: string, change: string): Breakage {
  const cell = `{\n  const o: any = ${owner}, k: any = ${textOf(key)};\n  ${change};\n}`;
  return { name: `${owner}: ${textOf(key)} ${way}`, cell, locks: / for good$/.test(way) };
}

/** What was met. */
const MET = [
  ...[
    'Array.prototype.map',
    'Array.prototype.push',
    'Promise.prototype.then',
    'Object.keys',
    'Performance.prototype.now',
  ],
  ...['JSON', 'setTimeout', 'console', 'Map', 'Error', 'Buffer', 'process'].map((name) => `globalThis.${name}`),
].map((name) => make(name.replace(/\.\w+$/, ''), name.replace(/.*\./, ''), 'is null', WAYS['is null'] as string));
const MET_NEW = [
  ...[ROOTS[0], ROOTS[1]].map((root) => [root, '0']),
  ...['value', 'data', 'get', 'set', 'then', 'content'].map((key) => [ROOTS[0], key]),
].flatMap(([root, key]) => Object.entries(NEW_WAYS).map((way) => make(root as string, key as string, ...way)));
const inheritsTraps = (root: string): Breakage => ({
  name: `${root}: inherits traps`,
  cell: `Object.setPrototypeOf(${root}, ${TRAPS});\nvoid 0`,
  locks: false,
});

/**
 * @returns first those that were met, then `count` breakages, the same ones for the same seed; every fifth is of what
 * all objects inherit or of a global
 */
export function drawBreakages(seed: number, count: number): Breakage[] {
  const random = seededRandom(seed);
  const one = <T>(list: readonly T[]) => list[Math.floor(random() * list.length)] as T;
  const iterator = make('Array.prototype', Symbol.iterator, 'is null', WAYS['is null'] as string);
  const met = [...MET, iterator, ...MET_NEW, inheritsTraps('Array.prototype')];
  const drawn = Array.from({ length: count }, (_, i) => {
    if (i % 5 === 0) return make(one(ROOTS), one(KEYS), ...one(Object.entries(NEW_WAYS)));
    if (i % 5 === 1) return make('globalThis', one(OWNERS), ...one(Object.entries(WAYS)));
    const [owner, object] = one(OBJECTS);
    if (i % 10 === 2) return inheritsTraps(one(ROOTS.slice(1)));
    const keys = Reflect.ownKeys(object).filter((key) => Object.getOwnPropertyDescriptor(object, key)?.configurable);
    return make(owner, one(keys), ...one(Object.entries(WAYS)));
  });
  return [...met, ...drawn];
}

/** A cell that uses no built-in itself, and what it shows. */
export const NEXT = "import { display } from 'tslab';\n[1, { a: [typeof display] }]";
export const SHOWN = "[ 1, { a: [ 'object' ] } ]\n";
