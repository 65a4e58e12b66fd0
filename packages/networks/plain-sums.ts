/**
 * The sums of the dense layer for one image, forward x[t] = Σ s[t, p] W[p] and backward dL/dW[p] += Σ s[t, p] dL/dx[t],
 * in three ways: every product; a row for each spike; a row of a table for each four pixels, or steps. A row has ten
 * numbers. Where they can be, a row's sums are kept in ten variables: three times as fast as in an array.
 */
import { CLASSES, IMAGE_SIZE } from '../../src/common/mnist';

export const PLAIN_WAYS = ['dense', 'spikes', 'tables'] as const;
export type PlainWay = (typeof PLAIN_WAYS)[number];

/**
 * The spikes of an image: bit i of word 4 p + l says whether pixel p fires in step 32 l + i. Where its chance is 0 it
 * never does.
 */
interface Spikes {
  words: Uint32Array;
  chances: Uint32Array;
  T: number;
}

type Sums = (spikes: Spikes, rows: Float64Array, out: Float64Array) => void;

/** Adds row `from` of one array to row `to` of another. */
function addRow(out: Float64Array, to: number, rows: Float64Array, from: number): void {
  out[to] += rows[from];
  out[to + 1] += rows[from + 1];
  out[to + 2] += rows[from + 2];
  out[to + 3] += rows[from + 3];
  out[to + 4] += rows[from + 4];
  out[to + 5] += rows[from + 5];
  out[to + 6] += rows[from + 6];
  out[to + 7] += rows[from + 7];
  out[to + 8] += rows[from + 8];
  out[to + 9] += rows[from + 9];
}

/**
 * Adds `count` rows, each times its factor, to a row of `out`. `ann-engine.ts` has a loop of its own, over rows that are
 * listed: a function for both is slower, and how fast this one is matters where the ways are compared.
 */
function addProducts(out: Float64Array, to: number, rows: Float64Array, count: number, factors: Uint8Array): void {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let e = 0;
  let f = 0;
  let g = 0;
  let h = 0;
  let i = 0;
  let j = 0;
  for (let n = 0, at = 0; n < count; n++, at += CLASSES) {
    const s = factors[n];
    a += s * rows[at];
    b += s * rows[at + 1];
    c += s * rows[at + 2];
    d += s * rows[at + 3];
    e += s * rows[at + 4];
    f += s * rows[at + 5];
    g += s * rows[at + 6];
    h += s * rows[at + 7];
    i += s * rows[at + 8];
    j += s * rows[at + 9];
  }
  out[to] += a;
  out[to + 1] += b;
  out[to + 2] += c;
  out[to + 3] += d;
  out[to + 4] += e;
  out[to + 5] += f;
  out[to + 6] += g;
  out[to + 7] += h;
  out[to + 8] += i;
  out[to + 9] += j;
}

const factors = new Uint8Array(IMAGE_SIZE);

const denseForward: Sums = ({ words, T }, weights, x) => {
  x.fill(0);
  for (let t = 0; t < T; t++) {
    for (let p = 0; p < IMAGE_SIZE; p++) factors[p] = (words[4 * p + (t >> 5)] >>> (t & 31)) & 1;
    addProducts(x, CLASSES * t, weights, IMAGE_SIZE, factors);
  }
};

const denseBackward: Sums = ({ words, T }, dx, gradient) => {
  for (let p = 0; p < IMAGE_SIZE; p++) {
    for (let t = 0; t < T; t++) factors[t] = (words[4 * p + (t >> 5)] >>> (t & 31)) & 1;
    addProducts(gradient, CLASSES * p, dx, T, factors);
  }
};

/** Calls `work` with each spike's pixel and step. */
function eachSpike({ words, T }: Spikes, work: (pixel: number, step: number) => void): void {
  for (let p = 0; p < IMAGE_SIZE; p++) {
    for (let first = 0; first < T; first += 32) {
      let bits = words[4 * p + (first >> 5)];
      if (T - first < 32) bits &= (1 << (T - first)) - 1;
      for (; bits !== 0; bits &= bits - 1) work(p, first + 31 - Math.clz32(bits & -bits));
    }
  }
}

const spikesForward: Sums = (spikes, weights, x) => {
  x.fill(0);
  eachSpike(spikes, (p, t) => addRow(x, CLASSES * t, weights, CLASSES * p));
};

const spikesBackward: Sums = (spikes, dx, gradient) => {
  eachSpike(spikes, (p, t) => addRow(gradient, CLASSES * p, dx, CLASSES * t));
};

/** The 16 sums of four rows; a row that is missing counts as 0. */
function fillTable(table: Float64Array, rows: Float64Array, at: readonly number[]): void {
  for (let n = 0, half = CLASSES; n < 4; n++, half *= 2) {
    const row = at[n] ?? -1;
    for (let i = 0; i < half; i++) table[half + i] = table[i] + (row < 0 ? 0 : rows[row + (i % CLASSES)]);
  }
}

const TABLE = 16 * CLASSES;
const tables = new Float64Array(32 * TABLE);
const lit = new Uint16Array(IMAGE_SIZE);

const tablesForward: Sums = ({ words, chances, T }, weights, x) => {
  x.fill(0);
  let count = 0;
  for (let p = 0; p < IMAGE_SIZE; p++) if (chances[p] > 0) lit[count++] = p;
  for (let first = 0; first < count; first += 4) {
    const pixels = lit.subarray(first, Math.min(first + 4, count));
    fillTable(
      tables,
      weights,
      Array.from(pixels, (p) => CLASSES * p),
    );
    for (let start = 0; start < T; start += 32) {
      const word = (n: number) => (n < pixels.length ? words[4 * pixels[n] + (start >> 5)] : 0);
      const [a, b, c, d] = [word(0), word(1), word(2), word(3)];
      for (let i = 0, end = Math.min(32, T - start); i < end; i++) {
        const pattern = ((a >>> i) & 1) | (((b >>> i) & 1) << 1) | (((c >>> i) & 1) << 2) | (((d >>> i) & 1) << 3);
        addRow(x, CLASSES * (start + i), tables, CLASSES * pattern);
      }
    }
  }
};

const tablesBackward: Sums = ({ words, chances, T }, dx, gradient) => {
  const blocks = Math.ceil(T / 4);
  for (let block = 0; block < blocks; block++) {
    const steps = [0, 1, 2, 3].map((i) => 4 * block + i).filter((t) => t < T);
    fillTable(
      tables.subarray(TABLE * block, TABLE * (block + 1)),
      dx,
      steps.map((t) => CLASSES * t),
    );
  }
  for (let p = 0; p < IMAGE_SIZE; p++) {
    if (chances[p] === 0) continue;
    for (let block = 0; block < blocks; block++) {
      const pattern = (words[4 * p + (block >> 3)] >>> (4 * (block & 7))) & 15;
      addRow(gradient, CLASSES * p, tables, TABLE * block + CLASSES * pattern);
    }
  }
};

/** Forward: `rows` are the weights [784, 10], `out` the currents [T, 10], which are set. */
export const forwardBy: Record<PlainWay, Sums> = { dense: denseForward, spikes: spikesForward, tables: tablesForward };

/** Backward: `rows` are dL/dx [T, 10], `out` is the gradient [784, 10], to which is added. */
export const backwardBy: Record<PlainWay, Sums> = {
  dense: denseBackward,
  spikes: spikesBackward,
  tables: tablesBackward,
};
