/**
 * PNG files whose bytes are the same on every machine: fast-png compresses in plain JavaScript. The search for repeated
 * strings in Node's zlib and in the canvas's own encoder differs between processors, and resvg's encoder makes the
 * tutorial's figures 1.7 times as large (965 kB for all of them, here 565 kB) and cannot encode a heatmap's canvas.
 */
import { encode } from 'fast-png';

/**
 * Encodes pixels as a PNG file, without the fourth channel if all are opaque.
 * @param rgba [width × height × 4] bytes, not premultiplied
 */
export function encodePng(rgba: Uint8Array | Uint8ClampedArray, width: number, height: number): Uint8Array {
  const count = width * height;
  if (rgba.length !== count * 4) {
    throw new RangeError(`encodePng: expected ${count * 4} bytes for ${width} × ${height}, found ${rgba.length}`);
  }
  const rgb = new Uint8Array(count * 3);
  let opaque = true;
  for (let i = 0; i < count && opaque; i++) {
    for (let channel = 0; channel < 3; channel++) rgb[3 * i + channel] = rgba[4 * i + channel];
    opaque = rgba[4 * i + 3] === 255;
  }
  return encode({ width, height, data: opaque ? rgb : rgba, channels: opaque ? 3 : 4 }, { zlib: { level: 9 } });
}
