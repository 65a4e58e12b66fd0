/**
 * Reads HDF5 files of the package `nir`, h5py, PyTables and our writer
 * (https://docs.hdfgroup.org/hdf5/v1_14/_f_m_t3.html): old and new groups, contiguous and chunked data sets, numbers,
 * lists of numbers, and texts. Everything else is refused by name. No address is read twice, so cycles end; parts must
 * not overlap, so time is linear in the file's size; sizes are compared with limits before memory is allocated.
 */
import { Cursor, product } from '../bytes';
import { Budget, decodeNumbers, once, putChunk, readFilters, readSpace, readType, type Type, unfilter } from './values';
import { SIGNATURE } from './writer';

/** Numbers of a data set; `float32` says whether they were stored with that precision. */
export interface Numbers {
  values: Float64Array;
  shape: readonly number[];
  float32: boolean;
}

/** Lists of numbers, of any lengths. */
export interface Lists {
  length: number;
  /** Decodes list i. */
  numbers(i: number): Float64Array;
}

/** A data set, decoded on demand. */
export interface FoundDataSet {
  /** @throws Error unless these are numbers */
  numbers(): Numbers;
  /** @throws Error unless these are lists of numbers */
  lists(): Lists;
  /** @throws Error unless these are texts */
  texts(): string[];
}

/** The members of a group, by name. */
export type FoundGroup = Map<string, FoundGroup | FoundDataSet>;

/** @throws Error unless the group has a group of this name */
export function groupIn(group: FoundGroup, name: string): FoundGroup {
  const child = group.get(name);
  if (!(child instanceof Map)) throw new Error(`${child ? 'a data set' : 'no'} ${name}`);
  return child;
}

/** @throws Error unless the group has a data set of this name */
export function dataSetIn(group: FoundGroup, name: string): FoundDataSet {
  const child = group.get(name);
  if (!child || child instanceof Map) throw new Error(`${child ? 'a group' : 'no'} ${name}`);
  return child;
}

/** Limits that a reader of a format sets. */
export interface Limits {
  /** Bytes of the file. */
  bytes: number;
  /** Values of a data set. */
  values: number;
}

/** Bytes of the largest number. */
const LARGEST = 8;

/** Groups and data sets; our files have about thirty. */
const MOST_OBJECTS = 1000;

/** Messages in an object's header: one per member of a group, a handful for a data set. */
const MOST_MESSAGES = 500;

/** Chunks of all data sets. Inflating one takes at least 50 µs, and h5py's have 8 KB or more. */
const MOST_CHUNKS = 10_000;

/** Bytes of all texts of a data set, such as names of a network's nodes. */
const MOST_TEXT = 100_000;

/** Types of messages in an object's header. */
const SPACE = 0x01;
const LINK_INFO = 0x02;
const TYPE = 0x03;
const LINK = 0x06;
const LAYOUT = 0x08;
const FILTERS = 0x0b;
const CONTINUATION = 0x10;
const SYMBOLS = 0x11;

/** Whether an address or size is not set, that is, has all bits set. */
const isUndefined = (address: number) => address >= 2 ** 63;
const up = (count: number, to: number) => Math.ceil(count / to) * to;

/** An HDF5 file, decoded on demand. */
export class Hdf5File {
  private readonly budget: Budget;
  /** Contents of global heaps by address: they hold texts and lists of any data sets. */
  private readonly heaps = new Map<number, Map<number, Uint8Array>>();

  constructor(
    private readonly bytes: Uint8Array,
    private readonly most: Limits,
  ) {
    if (!SIGNATURE.every((byte, i) => byte === bytes[i])) throw new Error('other content');
    if (bytes.length > most.bytes) throw new Error(`${bytes.length} bytes, where at most ${most.bytes} are read`);
    this.budget = new Budget(bytes);
  }

  /** @throws Error that says what was found instead of a readable file */
  root(): FoundGroup {
    const root = this.readObject(rootAddress(this.bytes));
    if (!(root instanceof Map)) throw new Error('a single data set');
    return root;
  }

  private readObject(address: number): FoundGroup | FoundDataSet {
    this.budget.limit('groups and data sets', MOST_OBJECTS);
    const messages = this.readHeader(address);
    const find = (type: number) => messages.find((message) => message.type === type)?.body;
    const [space, type, layout, symbols] = [SPACE, TYPE, LAYOUT, SYMBOLS].map(find);
    if (space && type && layout) return this.dataSet(space, type, layout, find(FILTERS));
    if (symbols) return this.oldGroup(symbols);
    const info = find(LINK_INFO);
    if (!info) throw new Error('an object that is neither a group nor a data set');
    const order = info.skip(1).whole(1) & 1;
    if (!isUndefined(info.skip(order ? 8 : 0).whole(8))) throw new Error('a group with its links in a heap');
    const group: FoundGroup = new Map();
    for (const { body } of messages.filter((message) => message.type === LINK)) {
      const [name, child] = readLink(body);
      group.set(name, this.readObject(child));
    }
    return group;
  }

  /** The messages of an object's header (version 1 or 2). */
  private readHeader(address: number): { type: number; body: Cursor }[] {
    const start = this.budget.visit(address, 'an object');
    const isNew = new Cursor(this.bytes, address).text(4) === 'OHDR';
    let flags = 0;
    let size: number;
    if (isNew) {
      if (start.skip(4).whole(1) !== 2) throw new Error('a damaged object');
      flags = start.whole(1);
      size = start.skip((flags & 0x20 ? 16 : 0) + (flags & 0x10 ? 4 : 0)).whole(2 ** (flags & 3));
    } else {
      if (start.whole(1) !== 1) throw new Error('a damaged object');
      size = start.skip(7).whole(4);
      start.skip(4);
    }
    const messages: { type: number; body: Cursor }[] = [];
    const blocks = [new Cursor(this.budget.part(start, size))];
    for (let block = blocks.shift(); block; block = blocks.shift()) {
      const head = isNew ? 4 + (flags & 4 ? 2 : 0) : 8;
      while (block.left >= head) {
        const type = block.whole(isNew ? 1 : 2);
        const length = block.whole(2);
        const isShared = (block.whole(1) & 2) !== 0;
        const body = new Cursor(block.skip(head - (isNew ? 4 : 5)).take(length));
        messages.push({ type, body });
        if (messages.length > MOST_MESSAGES) throw new Error(`an object of more than ${MOST_MESSAGES} messages`);
        if (isShared && type === TYPE) throw new Error('a type that several data sets share');
        if (type === CONTINUATION) {
          const [from, count] = [body.whole(8), body.whole(8)];
          const more = isNew ? this.budget.visitSigned(from, 'OCHK', 'header') : this.budget.visit(from, 'a header');
          blocks.push(new Cursor(this.budget.part(more, isNew ? count - 8 : count)));
        }
      }
    }
    return messages;
  }

  /** A group of the old form: names in a heap, members in a B-tree. */
  private oldGroup(symbols: Cursor): FoundGroup {
    const [tree, heap] = [symbols.whole(8), symbols.whole(8)];
    const data = this.budget.visitSigned(heap, 'HEAP', 'heap');
    const size = data.skip(4).whole(8);
    const names = this.budget.part(this.budget.visit(data.skip(8).whole(8), 'a heap'), size);
    const group: FoundGroup = new Map();
    this.walk(this.budget.visitSigned(tree, 'TREE', 'tree'), 0, 8, (_, address) => {
      const node = this.budget.visitSigned(address, 'SNOD', 'group');
      for (let left = node.skip(2).whole(2); left > 0; left--) {
        const [offset, child, cache] = [node.whole(8), node.whole(8), node.whole(4)];
        node.skip(20);
        if (cache === 2) throw new Error('a link other than a hard link');
        const end = names.indexOf(0, offset);
        if (!(offset < names.length) || end < 0) throw new Error('a damaged heap');
        const name = new TextDecoder().decode(this.budget.part(new Cursor(names, offset), end - offset));
        group.set(name, this.readObject(child));
      }
    });
    return group;
  }

  /** Calls `leaf` with each key and child address of a B-tree's leaves. Each node must be one level below its parent. */
  private walk(
    node: Cursor,
    kind: number,
    keySize: number,
    leaf: (key: Cursor, child: number) => void,
    parent?: number,
  ): void {
    const [found, level] = [node.whole(1), node.whole(1)];
    if (found !== kind || (parent !== undefined && level !== parent - 1)) throw new Error('a damaged tree');
    let left = node.whole(2);
    for (node.skip(16); left > 0; left--) {
      const key = new Cursor(node.take(keySize));
      const child = node.whole(8);
      if (level > 0) this.walk(this.budget.visitSigned(child, 'TREE', 'tree'), kind, keySize, leaf, level);
      else leaf(key, child);
    }
  }

  private dataSet(space: Cursor, type: Cursor, layout: Cursor, filters?: Cursor): FoundDataSet {
    const head = once(() => ({ shape: readSpace(space), found: readType(type) }));
    const read = (kinds: readonly Type['kind'][], wanted: string, mostBytes?: number) => {
      const { shape, found } = head();
      if (!kinds.includes(found.kind)) throw new Error(`values of another type in place of ${wanted}`);
      return { shape, found, data: this.readData(layout, filters, shape, found.size, mostBytes) };
    };
    return {
      numbers: once(() => {
        const { shape, found, data } = read(['float', 'int'], 'numbers');
        return { shape, values: decodeNumbers(data, found), float32: found.kind === 'float' && found.size === 4 };
      }),
      lists: once(() => {
        const { found, data } = read(['list'], 'lists of numbers');
        const of = found.of as Type;
        const lists = this.readReferences(data, of.size);
        for (const { length } of lists) this.checkSize([length / of.size]);
        return { length: lists.length, numbers: (i) => decodeNumbers(lists[i], of) };
      }),
      texts: once(() => {
        const { found, data } = read(['text', 'long text'], 'texts', MOST_TEXT);
        if (found.kind === 'long text') {
          const texts = this.readReferences(data, 1);
          const length = texts.reduce((sum, text) => sum + text.length, 0);
          checkBytes(length, MOST_TEXT);
          return texts.map((text) => new TextDecoder().decode(text));
        }
        const cursor = new Cursor(data);
        return Array.from({ length: data.length / found.size }, () => cursor.text(found.size).replace(/\0.*$/s, ''));
      }),
    };
  }

  private checkSize(shape: readonly number[]): void {
    if (!(product(shape) <= this.most.values))
      throw new Error(`[${shape.join(', ')}] values, where at most ${this.most.values} are read`);
  }

  /** @param mostBytes limit of the values' size */
  private readData(
    layout: Cursor,
    filters: Cursor | undefined,
    shape: readonly number[],
    size: number,
    mostBytes = LARGEST * this.most.values,
  ): Uint8Array {
    const wanted = product(shape) * size;
    this.checkSize(shape);
    checkBytes(wanted, mostBytes);
    const version = layout.whole(1);
    if (version !== 3) throw new Error(`a data layout of version ${version}, where 3 is read`);
    const kind = layout.whole(1);
    let stored: Uint8Array;
    if (kind === 0) stored = layout.take(layout.whole(2));
    else if (kind === 1) {
      const [address, length] = [layout.whole(8), layout.whole(8)];
      stored = length === 0 ? new Uint8Array() : this.budget.part(this.budget.visit(address, 'data'), length);
    } else if (kind === 2) return this.readChunks(layout, filters, shape, size);
    else throw new Error('a data layout of an unknown kind');
    if (stored.length !== wanted) throw new Error(`${stored.length} bytes where the shape wants ${wanted}`);
    return stored;
  }

  private readChunks(layout: Cursor, filters: Cursor | undefined, shape: readonly number[], size: number): Uint8Array {
    const used = filters ? readFilters(filters) : [];
    const axes = layout.whole(1) - 1;
    const tree = layout.whole(8);
    const chunk = Array.from({ length: Math.max(0, axes) }, () => layout.whole(4));
    if (axes !== shape.length || chunk.includes(0))
      throw new Error(`chunks of [${chunk.join(', ')}] values in a shape of [${shape.join(', ')}]`);
    this.checkSize(chunk);
    const wanted = product(chunk) * size;
    const expected = product(chunk.map((extent, axis) => Math.ceil(shape[axis] / extent)));
    this.budget.limit('chunks', MOST_CHUNKS, expected);
    // Chunks at an edge are stored whole, including what is outside the shape.
    checkBytes(expected * wanted, 2 * LARGEST * this.most.values);
    const data = new Uint8Array(product(shape) * size);
    const filled = new Set<string>();
    this.walk(this.budget.visitSigned(tree, 'TREE', 'tree'), 1, 8 + 8 * (axes + 1), (key, address) => {
      const [length, mask] = [key.whole(4), key.whole(4)];
      const from = chunk.map(() => key.whole(8));
      const isPlace = from.every((start, axis) => start < shape[axis] && start % chunk[axis] === 0);
      if (!isPlace || filled.has(from.join())) throw new Error(`a chunk at [${from.join(', ')}], where none belongs`);
      filled.add(from.join());
      const content = this.budget.part(this.budget.visit(address, 'a chunk'), length);
      const values = unfilter(content, used, mask, wanted, size);
      if (values.length !== wanted) throw new Error('a chunk of another size than the others');
      putChunk(values, chunk, from, data, shape, size);
    });
    if (filled.size !== expected) throw new Error(`${filled.size} chunks of ${expected}`);
    return data;
  }

  private heapObject(address: number, index: number): Uint8Array {
    let collection = this.heaps.get(address);
    if (!collection) {
      collection = new Map();
      const start = this.budget.visitSigned(address, 'GCOL', 'heap');
      const heap = new Cursor(this.budget.part(start, start.skip(4).whole(8) - 16));
      while (heap.left >= 16) {
        const key = heap.whole(2);
        const length = heap.skip(6).whole(8);
        if (key === 0) break;
        this.budget.limit('values in heaps', this.most.values);
        collection.set(key, heap.take(up(length, 8)).subarray(0, length));
      }
      this.heaps.set(address, collection);
    }
    const object = collection.get(index);
    if (!object) throw new Error('values that are missing from their heap, or referred to twice');
    collection.delete(index);
    return object;
  }

  /** The bytes of each text or list. @param size bytes per item */
  private readReferences(data: Uint8Array, size: number): Uint8Array[] {
    const cursor = new Cursor(data);
    return Array.from({ length: data.length / 16 }, () => {
      const [length, address, index] = [cursor.whole(4), cursor.whole(8), cursor.whole(4)];
      if (length === 0) return new Uint8Array();
      return this.budget.part(new Cursor(this.heapObject(address, index)), length * size);
    });
  }
}

function readLink(body: Cursor): [string, number] {
  const flags = body.skip(1).whole(1);
  const kind = flags & 8 ? body.whole(1) : 0;
  if (kind !== 0) throw new Error('a link other than a hard link');
  const name = body.skip((flags & 4 ? 8 : 0) + (flags & 16 ? 1 : 0)).whole(2 ** (flags & 3));
  return [body.text(name), body.whole(8)];
}

function checkBytes(found: number, expected: number): void {
  if (!(found <= expected)) throw new Error(`${found} bytes, where at most ${expected} are read`);
}

/** The address of the root group, from a superblock of version 0 to 3. */
function rootAddress(bytes: Uint8Array): number {
  const start = new Cursor(bytes, SIGNATURE.length);
  const version = start.whole(1);
  if (version > 3) throw new Error(`a superblock of version ${version}, where 0 to 3 are read`);
  const [offsets, lengths] = version < 2 ? [start.skip(4).whole(1), start.whole(1)] : [start.whole(1), start.whole(1)];
  if (offsets !== 8 || lengths !== 8) throw new Error(`addresses of ${offsets} bytes, where 8 are read`);
  if (version < 2) start.skip(version === 0 ? 9 : 13);
  else start.skip(1);
  if (start.whole(8) !== 0) throw new Error('addresses that do not begin with the file');
  return version < 2 ? start.skip(32).whole(8) : start.skip(16).whole(8);
}
