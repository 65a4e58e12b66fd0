// A 7 for the start page and for the playground: it is read, but not without a race.

/** Well-written sevens of the test images, over which networks of a few epochs waver. */
export const SEVENS = [842, 946, 832, 859, 144];

/**
 * Whether another neuron than that of the 7 fires as well, but clearly less often.
 * @param {ArrayLike<number>} rates of the ten neurons
 */
export function hasRace(rates) {
  const others = Array.from(rates);
  const [own] = others.splice(7, 1);
  const second = Math.max(...others);
  return own < 0.98 && second > 0.03 && second < own - 0.2;
}
