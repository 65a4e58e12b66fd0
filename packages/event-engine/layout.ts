// Sizes on which the engine and its kernel agree. Two compilers read this file, TypeScript and AssemblyScript, which have numbers in common.

/** Pixels of an image, the most inputs that a network has. */
export const INPUTS = 784;
/** Digits, and so output neurons. */
export const OUTPUTS = 10;
/** Floats of a row of weights or currents, as many as a column has neurons: up to twelve, which are three vectors. */
export const ROW_FLOATS = 12;
/** Steps of a block, which the kernel handles at a time. */
export const BLOCK = 128;
/** Places for pixels in the spikes of a part, 16 steps: `dim` ones from the first up, `bright` ones from the last down. */
export const SLOTS = 832;
