/**
 * A small PNG writer whose bytes are the same on every machine. zlib's search for repeated strings differs between
 * processors; runs of one byte (Z_RLE) do not, and after PNG's "up" filter a figure is mostly runs.
 */
import { constants, deflateSync } from 'node:zlib';

/** How far a merged colour may be from its own, in levels of each channel: less than an eye sees side by side. */
const MERGED = [0, 2, 4, 8];

/**
 * Encodes pixels as a PNG file, with a palette if they have no more than 256 colours, or if with `lossy` colours that
 * hardly differ may be merged until they have no more.
 * @param rgba [width × height × 4] bytes, not premultiplied
 */
export function encodePng(rgba: Uint8Array | Uint8ClampedArray, width: number, height: number, lossy = false): Buffer {
  if (rgba.length !== width * height * 4) {
    throw new RangeError(
      `encodePng: expected ${width * height * 4} bytes for ${width} × ${height}, found ${rgba.length}`,
    );
  }
  const pixels = new Uint32Array(width * height);
  const view = new DataView(rgba.buffer, rgba.byteOffset, rgba.byteLength);
  for (let i = 0; i < pixels.length; i++) pixels[i] = view.getUint32(i * 4);
  // Neighbours are mostly of one colour: runs are counted and looked up once.
  const counts = new Map<number, number>();
  for (let from = 0, to = 0; from < pixels.length; from = to) {
    while (to < pixels.length && pixels[to] === pixels[from]) to++;
    counts.set(pixels[from], (counts.get(pixels[from]) ?? 0) + to - from);
  }
  // The most frequent first; colours of one count by their value, so that the order is the figure's alone.
  const colors = [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0]).map(([color]) => color);
  const most = (lossy ? MERGED : [0]).find((levels) => merge(colors, levels).length <= 256);
  if (most === undefined) return assemble(width, height, 6, rgba, 4, []);
  const palette = merge(colors, most);
  const index = new Map(colors.map((color) => [color, nearest(palette, color)]));
  const indices = new Uint8Array(pixels.length);
  for (let i = 0; i < pixels.length; i++) {
    indices[i] = i > 0 && pixels[i] === pixels[i - 1] ? indices[i - 1] : (index.get(pixels[i]) as number);
  }
  return assemble(width, height, 3, indices, 1, [
    chunk('PLTE', Buffer.from(palette.flatMap((color) => [color >>> 24, (color >>> 16) & 255, (color >>> 8) & 255]))),
    chunk('tRNS', Buffer.from(palette.map((color) => color & 255))),
  ]);
}

/** Some of the colours, so that each of the others is at most `most` levels from one of them; 257 if it takes more than 256. */
function merge(colors: number[], most: number): number[] {
  const chosen: number[] = [];
  for (const color of colors) {
    if (chosen.length > 256) break;
    if (most === 0 || !chosen.some((other) => distance(color, other) <= most)) chosen.push(color);
  }
  return chosen;
}

/** The largest difference of two colours in a channel. */
function distance(a: number, b: number): number {
  let largest = 0;
  for (let shift = 0; shift < 32; shift += 8) {
    largest = Math.max(largest, Math.abs(((a >>> shift) & 255) - ((b >>> shift) & 255)));
  }
  return largest;
}

function nearest(palette: number[], color: number): number {
  let best = 0;
  for (let i = 1; i < palette.length; i++) {
    if (distance(palette[i], color) < distance(palette[best], color)) best = i;
  }
  return best;
}

function assemble(
  width: number,
  height: number,
  type: number,
  data: ArrayLike<number>,
  size: number,
  more: Buffer[],
): Buffer {
  const stride = width * size;
  const filtered = Buffer.alloc((stride + 1) * height);
  for (let row = 0; row < height; row++) {
    filtered[row * (stride + 1)] = 2;
    for (let i = 0; i < stride; i++) {
      const above = row > 0 ? data[(row - 1) * stride + i] : 0;
      filtered[row * (stride + 1) + 1 + i] = data[row * stride + i] - above;
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, type, 0, 0, 0], 8);
  const packed = deflateSync(filtered, { level: 9, strategy: constants.Z_RLE });
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    ...more,
    chunk('IDAT', packed),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(name: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(name, 'latin1'), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  framed.set(body, 4);
  framed.writeUInt32BE(checksum(body), body.length + 4);
  return framed;
}

/** CRC-32 as PNG wants it (zlib.crc32 came with Node 22.2). */
function checksum(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}
