// Where things lie in memory. The host hands each thread one piece of scratch memory of SCRATCH_BYTES;
// besides it the kernel writes only to the gradients, weights and moments that the host names.
// In the scratch memory lie two kinds of records that a layer needs: inputs, whose spikes come in, and columns of up to
// twelve neurons, as a row of weights has room for twelve.

import * as layout from '../layout';

/** Pixels of an image. */
export const PIXELS: usize = layout.INPUTS;
/** Neurons of a column, which a row of weights or currents has room for. */
export const WIDTH: usize = layout.ROW_FLOATS;
/** Bytes of a row of weights or currents: up to twelve float32, three vectors. */
export const ROW_BYTES: usize = 4 * WIDTH;
/** Bytes of a row for each column of outputs, one after the other. */
export const OUTPUT_BYTES: usize = 4 * WIDTH * ((layout.MAX_OUTPUTS + WIDTH - 1) / WIDTH);
/** Rows of a table of sums lie a cache line apart. */
export const TABLE_ROW: usize = 64;
/** A table of all 16 partial sums of four rows. */
export const TABLE: usize = 16 * TABLE_ROW;
/** Steps of a block, and of the eight parts that it is drawn in. */
export const BLOCK: usize = layout.BLOCK;
export const PART: usize = 16;
/** From this intensity on a pixel is bright: it fires in nearly every step, so its silences are what is counted. */
export const BRIGHT: u32 = 240;
/** Longest presentation: 10,000 steps. */
export const MAX_BLOCKS: usize = 79;
/** Places for pixels in a part's spikes: `dim` ones from the first up, `bright` ones from the last down. */
export const SLOTS: usize = layout.SLOTS;
/** Bytes of one part's spikes: 16 bits, one per step, for each place. */
export const PART_BYTES: usize = 2 * SLOTS;

// Of an input, from its start:
/** How many places are dim, how many bright, how many always fire, and how many entries SILENCES has (u32 each). */
export const DIM: usize = 0;
export const BRIGHT_COUNT: usize = 4;
export const ALWAYS_COUNT: usize = 8;
export const SILENCE_COUNT: usize = 12;
/** The row of weights of each place, which is a pixel or a hidden neuron (u16). */
export const PIXEL_AT: usize = 64;
/** Pixels of intensity 255 (u16). */
export const ALWAYS: usize = PIXEL_AT + 2 * SLOTS;
/** Where bright pixels were silent in a block: pixel and part (u16: 8 pixel + part), which steps (16 bits). */
export const SILENCES: usize = ALWAYS + 2 * SLOTS;
/** Spikes of a block: [8 parts][SLOTS] of 16 bits. */
export const SPIKES: usize = SILENCES + 8 * 4 * SLOTS;
/** The dim places' spikes, transposed: [chunk of 16 places][BLOCK steps] of 16 bits. */
export const STEPWISE: usize = SPIKES + 8 * PART_BYTES;
export const INPUT_END: usize = STEPWISE + (SLOTS / 16) * 2 * BLOCK;

// Of a column of neurons, from its start:
/** Spike counts, or of potentials that are read their sum or the highest, a row. */
export const COUNTS: usize = 0;
/** Potentials after the last step, a row. */
export const POTENTIAL: usize = COUNTS + 64;
/** dL/dv, passed from a block to the one before it, a row. */
export const CARRY: usize = POTENTIAL + 64;
/** The current of direct input in each step, and the sum of dL/dx over the steps, a row each. */
export const DIRECT_CURRENT: usize = CARRY + 64;
export const DIRECT_GRADIENT: usize = DIRECT_CURRENT + 64;
/** Currents, then potentials before firing, then dL/dcurrent of a block: [BLOCK] rows, and room for one more. */
export const BLOCK_ROWS: usize = DIRECT_GRADIENT + 64;
/** Potentials before each block: [MAX_BLOCKS + 1] rows. */
export const BOUNDARIES: usize = BLOCK_ROWS + (BLOCK + 1) * ROW_BYTES;
/**
 * The synaptic current after the last step and before each block, and dL/dx of the step after a block: rows like
 * POTENTIAL's.
 */
export const CURRENT_BOUNDARIES: usize = BOUNDARIES + (MAX_BLOCKS + 1) * ROW_BYTES;
export const CURRENT: usize = CURRENT_BOUNDARIES + (MAX_BLOCKS + 1) * ROW_BYTES;
export const LATER: usize = CURRENT + 64;
/** Where tau is learnt: 1 / tau of each neuron, and the sum of dL/dw over the steps, a row each. */
export const INVERSE_TAU: usize = LATER + 64;
export const TAU_GRADIENT: usize = INVERSE_TAU + 64;
/** Of a recurrent layer: which of the column's neurons fired in the last step and before each block, 12 bits (u16). */
export const FIRED_BOUNDARIES: usize = TAU_GRADIENT + 64;
export const FIRED: usize = FIRED_BOUNDARIES + 2 * (MAX_BLOCKS + 1);
/** Where in memory lies what is kept of neurons whose spikes raise their threshold (u32); 0 without. */
export const ADAPTS: usize = FIRED + 4;
export const COLUMN_END: usize = ADAPTS + 4;

// There, from its start:
/** How far they have adapted after the last step, a row. */
export const ADAPTATION: usize = 0;
/** dL/da, passed from a step to the one before it, a row. */
export const ADAPT_CARRY: usize = 64;
/** The adaptation before each block: [MAX_BLOCKS + 1] rows. */
export const ADAPT_BOUNDARIES: usize = ADAPT_CARRY + 64;
/** The threshold in each step of a block: [BLOCK + 1] rows, as at BLOCK_ROWS. */
export const LEVELS: usize = ADAPT_BOUNDARIES + (MAX_BLOCKS + 1) * ROW_BYTES;
/** Of hidden neurons: their weights to each neuron of the next layer, a row for each. */
export const OUTGOING: usize = layout.COLUMN_BYTES;

// Of the scratch memory, from its start:
/** The image, bytes. */
export const IMAGE: usize = 0;
/** Firing rates of the image, or the potentials that are read, float32, one of each output. */
export const RATES: usize = IMAGE + 832;
/** dL/ds of every step, or dL/dh of each step that is read, of all outputs. */
export const SPIKE_GRADIENT: usize = RATES + OUTPUT_BYTES;
/** Pixels that chance decides, ascending: intensity less 128 (i8), place (u16). */
export const INTENSITY: usize = SPIKE_GRADIENT + OUTPUT_BYTES;
export const PLACE: usize = INTENSITY + 832;
/** Undecided spikes of a part: which pixel of the list (u16), which steps (16 bits). */
export const UNDECIDED: usize = PLACE + 2 * SLOTS;
/** The stream of random bits: four vectors. */
export const STREAM: usize = UNDECIDED + 4 * SLOTS;
/** The surrogate's derivative in each step of a block: [BLOCK] rows. */
export const DERIVATIVES: usize = STREAM + 64;
/** The input of pixels. */
export const INPUT: usize = DERIVATIVES + BLOCK * ROW_BYTES;
/** The step in which the potential of each output is read, if it is one step (i32). */
export const READ_AT: usize = INPUT + layout.INPUT_BYTES;
/** Tables of sums: of weights (a table for 4 places) or of dL/dcurrent (a table for 4 steps). */
export const TABLES: usize = READ_AT + OUTPUT_BYTES;
/**
 * dL/ds of a hidden column in each step of a block: [BLOCK] rows. Behind it lie the hidden layers, as the table says.
 */
export const DELTAS: usize = TABLES + (SLOTS / 4) * TABLE;
/** What dL/dx of each step is multiplied by to be its part of dL/dw: [BLOCK] rows. */
export const FACTORS: usize = DELTAS + BLOCK * ROW_BYTES;
/** A list of the neurons of a layer that fired in a step (u32). */
export const LIST: usize = FACTORS + BLOCK * ROW_BYTES;
/** The exponentials of a softmax, of all outputs; the label; the loss of the steps that were gone through back, f64. */
export const EXPONENTIALS: usize = LIST + 4 * SLOTS;
export const LABEL: usize = EXPONENTIALS + OUTPUT_BYTES;
export const LOSS_SUM: usize = LABEL + 8;
export const SCRATCH_BYTES: usize = LOSS_SUM + 8;
