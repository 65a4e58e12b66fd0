// Where things lie in memory. The host hands each thread one piece of scratch memory of SCRATCH_BYTES;
// besides it the kernel writes only to the gradients, weights and moments that the host names.

/** Words at the start of the memory, where the host says what is shown (see `Control` in ../memory.ts). */
export const PURPOSE: usize = 24;
export const EPOCH: usize = 28;
/** Images of the batch. */
export const COUNT: usize = 32;
export const SEED: usize = 40;
/** Steps of a presentation, T. */
export const STEPS: usize = 44;
/** Which loss (loss.ts) and which encoder (input.ts). */
export const LOSS: usize = 48;
export const ENCODER: usize = 52;

/** Pixels of an image. */
export const PIXELS: usize = 784;
/** Bytes of a row of weights or currents: ten float32, filled up to three vectors. */
export const ROW_BYTES: usize = 48;
/** Rows of a table of sums lie a cache line apart. */
export const TABLE_ROW: usize = 64;
/** A table of all 16 partial sums of four rows. */
export const TABLE: usize = 16 * TABLE_ROW;
/** Steps of a block, and of the eight parts that it is drawn in. */
export const BLOCK: usize = 128;
export const PART: usize = 16;
/** From this intensity on a pixel is bright: it fires in nearly every step, so its silences are what is counted. */
export const BRIGHT: u32 = 240;
/** Longest presentation: 10,000 steps. */
export const MAX_BLOCKS: usize = 79;
/** Places for pixels in a part's spikes: `dim` ones from the first up, `bright` ones from the last down. */
export const SLOTS: usize = 832;
/** Bytes of one part's spikes: 16 bits, one per step, for each place. */
export const PART_BYTES: usize = 2 * SLOTS;

/** The image, bytes. */
export const IMAGE: usize = 0;
/** Firing rates [10] of the image, float32. */
export const RATES: usize = IMAGE + 832;
/** Spike counts of the neurons, a row. */
export const COUNTS: usize = RATES + 64;
/** Potentials after the last step, a row. */
export const POTENTIAL: usize = COUNTS + 64;
/** dL/dv that one block hands to the one before it, a row. */
export const CARRY: usize = POTENTIAL + 64;
/** dL/ds of every step, a row. */
export const SPIKE_GRADIENT: usize = CARRY + 64;
/** The current of direct input in each step, and the sum of dL/dx over the steps, a row each. */
export const INPUT: usize = SPIKE_GRADIENT + 64;
export const INPUT_GRADIENT: usize = INPUT + 64;
/** Pixels that chance decides, ascending: intensity less 128 (i8), place (u16). */
export const INTENSITY: usize = INPUT_GRADIENT + 64;
export const PLACE: usize = INTENSITY + 832;
/** The pixel in each place (u16). */
export const PIXEL_AT: usize = PLACE + 2 * SLOTS;
/** Pixels of intensity 255 (u16). */
export const ALWAYS: usize = PIXEL_AT + 2 * SLOTS;
/** Undecided spikes of a part: which pixel of the list (u16), which steps (16 bits). */
export const UNDECIDED: usize = ALWAYS + 2 * SLOTS;
/** The stream of random bits: four vectors. */
export const STREAM: usize = UNDECIDED + 4 * SLOTS;
/** Where bright pixels were silent in a block: pixel and part (u16: 8 pixel + part), which steps (16 bits). */
export const SILENCES: usize = STREAM + 64;
/** Input spikes of a block: [8 parts][SLOTS] of 16 bits. */
export const SPIKES: usize = SILENCES + 8 * 4 * SLOTS;
/** The dim pixels' spikes, transposed: [chunk of 16 places][128 steps] of 16 bits. */
export const STEPWISE: usize = SPIKES + 8 * PART_BYTES;
/** Currents, then potentials before firing, then dL/dcurrent of a block: [128] rows. */
export const BLOCK_ROWS: usize = STEPWISE + 50 * 256;
/** The surrogate's derivative in each step of a block: [128] rows. */
export const DERIVATIVES: usize = BLOCK_ROWS + 128 * ROW_BYTES;
/** Potentials before each block: [MAX_BLOCKS + 1] rows. */
export const BOUNDARIES: usize = DERIVATIVES + 128 * ROW_BYTES;
/** Tables of sums: of weights (a table for 4 places) or of dL/dcurrent (a table for 4 steps). */
export const TABLES: usize = (BOUNDARIES + (MAX_BLOCKS + 1) * ROW_BYTES + 63) & ~63;
export const SCRATCH_BYTES: usize = TABLES + 200 * TABLE;
