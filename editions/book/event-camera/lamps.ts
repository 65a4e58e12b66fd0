/** Lamps flicker a hundred or 120 times a second, and a camera that reads out row by row sees bands. */
import { SIDE } from './network';
import type { Grey } from './sources';

/** How much of a row's brightness is kept from picture to picture: what has been taken off too much comes back. */
const KEEP = 0.97;
/** Grey values below which noise would decide by how much a pixel has changed. */
const DARK = 8;

/** Takes off what the pixels of a row have in common: the median by which they got brighter or darker. */
export class Lamps {
  private before?: Grey;
  /** By how much the logarithm of each row is too large. */
  private readonly shifts = new Float64Array(SIDE);

  steady(grey: Grey): Grey {
    const { before, shifts } = this;
    this.before = grey;
    if (!before) return grey;
    const ln = (value: number) => Math.log(value + DARK);
    return grey.map((_, pixel) => {
      const row = Math.floor(pixel / SIDE);
      if (pixel % SIDE === 0) {
        const changes = new Float64Array(SIDE);
        for (let x = 0; x < SIDE; x++) changes[x] = ln(grey[pixel + x]) - ln(before[pixel + x]);
        changes.sort();
        shifts[row] = KEEP * shifts[row] + (changes[SIDE / 2 - 1] + changes[SIDE / 2]) / 2;
      }
      return (grey[pixel] + DARK) * Math.exp(-shifts[row]) - DARK;
    });
  }
}
