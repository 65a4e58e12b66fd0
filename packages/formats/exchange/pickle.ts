/**
 * Reads the part of Python's pickle format that a state_dict needs
 * (https://docs.python.org/3/library/pickletools.html). Nothing that a file names is imported or run: the only known
 * functions are the four in {@link CALLS}, which build plain values. The package `pickleparser` 0.2.1 takes more than 9 s
 * for a hostile file of 120 kB whose BUILDs copy one long list.
 */
import { Cursor, decodeFloat64 } from '../bytes';
import { areWhole } from './tensors';

/** A file of numbers in the zip: its type, such as `FloatStorage`, and its name in `data/`. */
interface Storage {
  type: string;
  key: string;
}

/** Where a tensor's numbers are: the arguments of `torch._utils._rebuild_tensor_v2`. */
export interface StoredTensor {
  storage: Storage;
  offset: number;
  shape: number[];
  strides: number[];
}

/** A Python value: a dict becomes a Map, a list or tuple an array. */
export type Pickled =
  | null
  | boolean
  | number
  | string
  | Pickled[]
  | Map<Pickled, Pickled>
  | StoredTensor
  | Storage
  | GlobalName;

/** A class or function that the file names. */
class GlobalName {
  constructor(
    readonly module: string,
    readonly name: string,
  ) {}
}

/** PyTorch's own limit of a tensor's axes. */
const MOST_AXES = 64;
/** Arguments of a call; `_rebuild_tensor_v2` has six or seven. */
const MOST_ARGUMENTS = 10;

/** Checks the length first, since a pickle can refer to one long list many times. */
const areExtents = (values: unknown): values is number[] =>
  Array.isArray(values) && values.length <= MOST_AXES && areWhole(values);

const rebuildTensor = (storage: unknown, offset: unknown, shape: unknown, strides: unknown): StoredTensor => {
  const { type, key } = (storage ?? {}) as Storage;
  if (typeof type !== 'string' || typeof key !== 'string' || !areWhole([offset]))
    throw new Error('a tensor without a storage');
  if (!areExtents(shape) || !areExtents(strides) || shape.length !== strides.length)
    throw new Error('a tensor without a shape');
  return { storage: { type, key }, offset: Number(offset), shape, strides };
};

const CALLS: Readonly<Record<string, (...values: Pickled[]) => Pickled>> = {
  'collections OrderedDict': () => new Map(),
  'torch._utils _rebuild_tensor_v2': rebuildTensor,
  'torch._utils _rebuild_parameter': (tensor) => tensor,
  'torch Size': (extents) => extents,
};

const isMap = (value: unknown): value is Map<Pickled, Pickled> => value instanceof Map;
const isList = (value: unknown): value is Pickled[] => Array.isArray(value);

/** The state of the unpickler: the stack, the positions of its marks, and the memo. */
class Pickle extends Cursor {
  readonly stack: Pickled[] = [];
  readonly marks: number[] = [];
  readonly memo = new Map<number, Pickled>();

  constructor(bytes: Uint8Array) {
    super(bytes, 0, 'a pickle that ends too early');
  }

  line(): string {
    return this.text(this.bytes.indexOf(10, this.at) + 1 - this.at).slice(0, -1);
  }

  readonly pop = (): Pickled => {
    if (this.stack.length <= (this.marks.at(-1) ?? 0)) throw new Error('a damaged pickle');
    return this.stack.pop() as Pickled;
  };

  popMark(): Pickled[] {
    return this.stack.splice(this.marks.pop() ?? this.stack.length);
  }

  top<C>(isOf: (value: unknown) => value is C): C {
    const value = this.stack.at(-1);
    if (!isOf(value)) throw new Error('a damaged pickle');
    return value;
  }

  keep(key: number): void {
    this.memo.set(key, this.stack.at(-1) as Pickled);
  }

  recall(key: number): Pickled {
    const value = this.memo.get(key);
    if (value === undefined) throw new Error('a damaged pickle');
    return value;
  }

  addItems(items: Pickled[]): void {
    const map = this.top(isMap);
    for (let i = 0; i + 1 < items.length; i += 2) map.set(items[i], items[i + 1]);
  }
}

/** Pops that many values into a tuple. */
const tuple = (count: number) => (pickle: Pickle) => Array.from({ length: count }, pickle.pop).reverse();

/** Opcodes that push a value. */
const PUSHES: Readonly<Record<string, (pickle: Pickle) => Pickled>> = {
  '}': () => new Map(),
  ']': () => [],
  ')': () => [],
  N: () => null,
  '\x88': () => true,
  '\x89': () => false,
  K: (pickle) => pickle.whole(1), // BININT1
  M: (pickle) => pickle.whole(2), // BININT2
  J: (pickle) => pickle.whole(4) | 0, // BININT
  G: (pickle) => decodeFloat64(Uint8Array.from(pickle.take(8)).reverse())[0], // BINFLOAT, big-endian
  '\x8a': (pickle) => pickle.whole(pickle.whole(1)), // LONG1
  X: (pickle) => pickle.text(pickle.whole(4)), // BINUNICODE
  h: (pickle) => pickle.recall(pickle.whole(1)), // BINGET
  j: (pickle) => pickle.recall(pickle.whole(4)), // LONG_BINGET
  t: (pickle) => pickle.popMark(),
  '\x85': tuple(1),
  '\x86': tuple(2),
  '\x87': tuple(3),
  c: (pickle) => new GlobalName(pickle.line(), pickle.line()), // GLOBAL
  // BINPERSID: ('storage', class, key, device, count)
  Q: (pickle) => {
    const id = pickle.pop();
    const [, type, key] = isList(id) ? id : [];
    if (!(type instanceof GlobalName) || typeof key !== 'string') throw new Error('a tensor without a storage');
    return { type: type.name, key };
  },
  // REDUCE
  R: (pickle) => {
    const values = pickle.pop();
    const called = pickle.pop();
    const name = called instanceof GlobalName ? `${called.module} ${called.name}` : '';
    if (!Object.hasOwn(CALLS, name) || !isList(values))
      throw new Error(`a call of ${name.replace(' ', '.') || 'something'}`);
    if (values.length > MOST_ARGUMENTS) throw new Error(`a call with ${values.length} arguments`);
    return CALLS[name](...values);
  },
};

/** Opcodes that change a value or the state. */
const CHANGES: Readonly<Record<string, (pickle: Pickle) => void>> = {
  '\x80': (pickle) => pickle.skip(1), // PROTO
  '(': ({ marks, stack }) => marks.push(stack.length),
  q: (pickle) => pickle.keep(pickle.whole(1)), // BINPUT
  r: (pickle) => pickle.keep(pickle.whole(4)), // LONG_BINPUT
  s: (pickle) => pickle.addItems(tuple(2)(pickle)), // SETITEM
  u: (pickle) => pickle.addItems(pickle.popMark()),
  // APPEND
  a: (pickle) => {
    const value = pickle.pop();
    pickle.top(isList).push(value);
  },
  e: (pickle) => {
    for (const item of pickle.popMark()) pickle.top(isList).push(item);
  },
  // BUILD: drops the state of a state_dict, its version numbers
  b: (pickle) => {
    pickle.pop();
    pickle.top(isMap);
  },
};

/**
 * @returns the value of a pickle, protocol 2
 * @throws Error that says what was found instead of a state_dict
 */
export function unpickle(bytes: Uint8Array): Pickled {
  const pickle = new Pickle(bytes);
  for (;;) {
    const opcode = pickle.whole(1);
    const name = String.fromCharCode(opcode);
    if (name === '.') return pickle.pop();
    if (PUSHES[name]) pickle.stack.push(PUSHES[name](pickle));
    else if (CHANGES[name]) CHANGES[name](pickle);
    else throw new Error(`an object that is none of a state_dict's (opcode 0x${opcode.toString(16)})`);
  }
}
