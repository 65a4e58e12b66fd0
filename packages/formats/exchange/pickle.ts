/**
 * The part of Python's pickle that a state_dict needs (https://docs.python.org/3/library/pickletools.html). Nothing that a
 * file names is imported or called: of functions only the four in {@link CALLS} are known, and they build plain values.
 */

import { areWhole } from './tensors';

/** A file of numbers: `FloatStorage` and the like, and its name under `data/`. */
interface Storage {
  type: string;
  key: string;
}

/** Where the numbers of a tensor are: `torch._utils._rebuild_tensor_v2`. */
export interface StoredTensor {
  storage: Storage;
  offset: number;
  shape: number[];
  strides: number[];
}

/** A value of Python: a dict is a Map, a list or tuple an array. */
export type Pickled =
  | null
  | boolean
  | number
  | string
  | Pickled[]
  | Map<Pickled, Pickled>
  | StoredTensor
  | Storage
  | Name;

/** A class or function that the file names. */
class Name {
  constructor(readonly text: string) {}
}

/** PyTorch's own limit of a tensor's axes. */
const MOST_AXES = 64;
/** Of a call. `_rebuild_tensor_v2` takes six or seven. */
const MOST_ARGUMENTS = 10;

/** Looks at the length first: a pickle can use one long list again and again. */
const areExtents = (values: unknown): values is number[] =>
  Array.isArray(values) && values.length <= MOST_AXES && areWhole(values);

const tensorOf = (storage: unknown, offset: unknown, shape: unknown, strides: unknown): StoredTensor => {
  const { type, key } = (storage ?? {}) as Storage;
  if (typeof type !== 'string' || typeof key !== 'string' || !areWhole([offset]))
    throw new Error('a tensor without a storage');
  if (!areExtents(shape) || !areExtents(strides) || shape.length !== strides.length)
    throw new Error('a tensor without a shape');
  return { storage: { type, key }, offset: Number(offset), shape, strides };
};

const CALLS: Readonly<Record<string, (...values: Pickled[]) => Pickled>> = {
  'collections OrderedDict': () => new Map(),
  'torch._utils _rebuild_tensor_v2': tensorOf,
  'torch._utils _rebuild_parameter': (tensor) => tensor,
  'torch Size': (extents) => extents,
};

/**
 * @returns the value of a pickle, protocol 2
 * @throws Error that says what was found in place of a state_dict
 */
export function unpickle(bytes: Uint8Array): Pickled {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const stack: Pickled[] = [];
  const marks: number[] = [];
  const memo = new Map<number, Pickled>();
  let at = 0;

  /** Moves past so many bytes, and returns where they begin. */
  const skip = (count: number) => {
    at += count;
    if (at > bytes.length) throw new Error('a pickle that ends too early');
    return at - count;
  };
  const decode = (from: number, to: number) => new TextDecoder().decode(bytes.subarray(from, to));
  const readText = (length: number) => decode(skip(length), at);
  const readLine = () => {
    const end = bytes.indexOf(10, at);
    if (end < 0) throw new Error('a pickle that ends too early');
    const line = decode(at, end);
    at = end + 1;
    return line;
  };
  const pop = (): Pickled => {
    if (stack.length <= (marks.at(-1) ?? 0)) throw new Error('a damaged pickle');
    return stack.pop() as Pickled;
  };
  const popMark = () => stack.splice(marks.pop() ?? stack.length);
  const top = <C>(isOf: (value: unknown) => value is C): C => {
    const value = stack.at(-1);
    if (!isOf(value)) throw new Error('a damaged pickle');
    return value;
  };
  const isMap = (value: unknown): value is Map<Pickled, Pickled> => value instanceof Map;
  const isList = (value: unknown): value is Pickled[] => Array.isArray(value);
  const addItems = (items: Pickled[]) => {
    const map = top(isMap);
    for (let i = 0; i + 1 < items.length; i += 2) map.set(items[i], items[i + 1]);
  };
  const recall = (key: number) => {
    const value = memo.get(key);
    if (value === undefined) throw new Error('a damaged pickle');
    stack.push(value);
  };

  for (;;) {
    const opcode = bytes[skip(1)];
    switch (String.fromCharCode(opcode)) {
      case '\x80': // PROTO
        skip(1);
        break;
      case '}':
        stack.push(new Map());
        break;
      case ']':
      case ')':
        stack.push([]);
        break;
      case '(':
        marks.push(stack.length);
        break;
      case 'q': // BINPUT
        memo.set(bytes[skip(1)], stack.at(-1) as Pickled);
        break;
      case 'r': // LONG_BINPUT
        memo.set(view.getUint32(skip(4), true), stack.at(-1) as Pickled);
        break;
      case 'h': // BINGET
        recall(bytes[skip(1)]);
        break;
      case 'j': // LONG_BINGET
        recall(view.getUint32(skip(4), true));
        break;
      case 'X': // BINUNICODE
        stack.push(readText(view.getUint32(skip(4), true)));
        break;
      case 'K': // BININT1
        stack.push(bytes[skip(1)]);
        break;
      case 'M': // BININT2
        stack.push(view.getUint16(skip(2), true));
        break;
      case 'J': // BININT
        stack.push(view.getInt32(skip(4), true));
        break;
      case 'G': // BINFLOAT
        stack.push(view.getFloat64(skip(8)));
        break;
      case '\x8a': {
        // LONG1
        const length = bytes[skip(1)];
        const from = skip(length);
        stack.push(bytes.subarray(from, from + length).reduceRight((value, byte) => 256 * value + byte, 0));
        break;
      }
      case '\x88':
        stack.push(true);
        break;
      case '\x89':
        stack.push(false);
        break;
      case 'N':
        stack.push(null);
        break;
      case 't':
        stack.push(popMark());
        break;
      case '\x85':
      case '\x86':
      case '\x87': {
        // TUPLE1, TUPLE2, TUPLE3
        const items = Array.from({ length: opcode - 0x84 }, pop);
        stack.push(items.reverse());
        break;
      }
      case 'c': // GLOBAL
        stack.push(new Name(`${readLine()} ${readLine()}`));
        break;
      case 'Q': {
        // BINPERSID: ('storage', class, key, device, count)
        const id = pop();
        const [, type, key] = isList(id) ? id : [];
        if (!(type instanceof Name) || typeof key !== 'string') throw new Error('a tensor without a storage');
        stack.push({ type: type.text.split(' ')[1], key });
        break;
      }
      case 'R': {
        // REDUCE
        const values = pop();
        const called = pop();
        const name = called instanceof Name ? called.text : '';
        if (!Object.hasOwn(CALLS, name) || !isList(values))
          throw new Error(`a call of ${name.replace(' ', '.') || 'something'}`);
        if (values.length > MOST_ARGUMENTS) throw new Error(`a call with ${values.length} arguments`);
        stack.push(CALLS[name](...values));
        break;
      }
      case 's': {
        // SETITEM
        const value = pop();
        const key = pop();
        addItems([key, value]);
        break;
      }
      case 'u':
        addItems(popMark());
        break;
      case 'a': {
        // APPEND
        const value = pop();
        top(isList).push(value);
        break;
      }
      case 'e': {
        const items = popMark();
        for (const item of items) top(isList).push(item);
        break;
      }
      case 'b': // BUILD: what a state_dict says of its versions
        pop();
        top(isMap);
        break;
      case '.':
        return pop();
      default:
        throw new Error(`an object that is none of a state_dict's (opcode 0x${opcode.toString(16)})`);
    }
  }
}
