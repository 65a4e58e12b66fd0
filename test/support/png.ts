import { createCanvas, loadImage } from '@napi-rs/canvas';

/** The pixels of a PNG file, decoded by another library than the one that encoded it. */
export async function decode(png: Uint8Array) {
  const image = await loadImage(Buffer.from(png));
  const context = createCanvas(image.width, image.height).getContext('2d');
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, 0, image.width, image.height);
  const at = (x: number, y: number) => [...data.subarray(4 * (y * image.width + x), 4 * (y * image.width + x) + 3)];
  return { width: image.width, height: image.height, at };
}
