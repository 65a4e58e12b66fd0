// Sizes on which the engine and its kernel agree. Two compilers read this file, TypeScript and AssemblyScript, which
// have numbers in common.

/** Pixels of an image. A network of more inputs holds the spikes of as many at a time. */
export const INPUTS = 784;
/** Most output neurons. */
export const MAX_OUTPUTS = 1000;
/** Floats of a row of weights or currents, as many as a column has neurons: up to twelve, which are three vectors. */
export const ROW_FLOATS = 12;
/** Steps of a block, which the kernel handles at a time. */
export const BLOCK = 128;
/**
 * Places for pixels in the spikes of a part, 16 steps: `dim` ones from the first up, `bright` ones from the last down.
 */
export const SLOTS = 832;
/** Most layers of a network. */
export const MAX_LAYERS = 20;

/** Words at the start of the memory: what all threads are doing. The first four belong to the pool. */
export enum Control {
  Generation,
  Ticket,
  Done,
  Started,
  Kind,
  Purpose,
  Epoch,
  /** Images of the batch. */
  Count,
  Step,
  Seed,
  /** Steps of a presentation. */
  T,
  /** Which loss (kernel/loss.ts), encoder (kernel/input.ts) and readout (kernel/readout.ts). */
  Loss,
  Encoder,
  /** How many layers the table has. */
  Layers,
  Readout,
}

// The table of layers, which all threads read: LAYER_BYTES for each from LAYERS on. Of a layer, from its start; whole
// numbers of 32 bits unless it says float32:
export const LAYERS = 1024;
export const LAYER_BYTES = 256;
export const NEURONS = 0;
/** Columns of up to twelve neurons, as a row of weights has room for twelve. */
export const COLUMNS = 4;
/**
 * Where the weights from its inputs to the first column lie in those of the network, and how far those to the next are,
 * in bytes.
 */
export const WEIGHTS = 8;
export const WEIGHTS_STRIDE = 12;
/**
 * Where its input, its columns, and the input that its spikes are to the next layer lie in scratch memory; of the first
 * layer the inputs that hold units beyond 784.
 */
export const READS = 16;
export const PLACE = 20;
export const PLACE_STRIDE = 24;
export const MAKES = 28;
/** The options of its neurons; numbers that are not whole are float32. RESET_TO is 0 with a soft reset. */
export const TAU = 32;
export const DECAY_INPUT = 36;
export const THRESHOLD = 40;
export const HARD_RESET = 44;
export const RESET_TO = 48;
export const SURROGATE = 52;
export const ALPHA = 56;
export const DETACH_RESET = 60;
/** The factor by which its synaptic current decays in a step, float32; 0 if it lasts one step. */
export const SYNAPSE = 64;
/**
 * Whether its tau is learnt: 0 if not, 1 for one tau, 2 for one of each neuron. Then w lies at TAUS among the weights.
 */
export const LEARNS = 68;
export const TAUS = 72;
/**
 * Weights from its own neurons to its first column and how far those to the next are, as WEIGHTS; 0 without. Where in a
 * column lie the weights from its neurons to those of the layer, a row for each, and dL/ds of each step of a block.
 */
export const RECURRENT = 76;
export const RECURRENT_STRIDE = 80;
export const FEEDBACK = 84;
export const FROM_NEXT = 88;
/**
 * Of a layer that convolves, which come first: kernel, stride and padding (KERNEL is 0 of a dense layer), the size of
 * what it makes before it is pooled, its channels, of how many neurons in each direction the mean is taken, and the
 * size after that.
 */
export const KERNEL = 92;
export const STRIDE = 96;
export const PADDING = 100;
export const HEIGHT = 104;
export const WIDE = 108;
export const CHANNELS = 112;
export const POOL = 116;
export const MAP_HEIGHT = 120;
export const MAP_WIDTH = 124;
/**
 * The size of what a layer that convolves, or the first dense one after these, reads as events: IN_CHANNELS is 0 of
 * others.
 */
export const IN_HEIGHT = 128;
export const IN_WIDTH = 132;
export const IN_CHANNELS = 136;
/**
 * Where in scratch memory lie its neurons' potentials, a row of each step and position, column by column; the events
 * that it reads (see kernel/events.ts) and those that it makes; the means of its spikes; a byte for each position that
 * hears something; and its weights by what they come from, for the way back.
 */
export const POTENTIALS = 140;
export const READS_EVENTS = 144;
export const MAKES_EVENTS = 148;
export const MEANS = 152;
export const LIT = 156;
export const BACKWARD = 160;
/** Of the first layer, where the steps of an input of spikes are laid out, a byte for each unit. */
export const UNITS = 164;
/** The potentials of its neurons before the first step, a row of each position and column. */
export const BEFORE = 168;
/** Lists of its channels that have a gradient, of each position. */
export const SLOPES = 172;
/**
 * Of a layer that takes the mean of currents: the kernel and stride of its weights (0 of others), of which KERNEL and
 * STRIDE are a larger one, and where in scratch memory lie the weights of that, and their gradient.
 */
export const MEAN_OF = 176;
export const MEAN_STRIDE = 180;
export const EXPANDED = 184;
export const EXPANDED_GRADIENT = 188;
/** Where its biases lie among the weights, a row for each column; 0 without. */
export const BIAS = 192;
/**
 * The delays of its inputs, as WEIGHTS (0 without, and their rows lie as far apart): the longest, in steps, and whether
 * they are learnt. Where in scratch memory lies what is kept of all steps (see kernel/delays.ts), and how many bytes
 * that are of a neuron.
 */
export const DELAYS = 196;
export const MOST_DELAY = 200;
export const LEARNS_DELAYS = 204;
export const DELAYED = 208;
export const DELAYED_BYTES = 212;
/** Of a hidden layer whose rates are penalized: how much, and the rate that costs nothing, float32; 0 without. */
export const RATE_WEIGHT = 216;
export const RATE_TARGET = 220;
/**
 * Of neurons whose spikes raise their threshold: by how much, and by which factor that falls in a step, float32 (0
 * without); where in scratch memory lies what their columns keep of it (see kernel/addresses.ts), ADAPT_BYTES each.
 */
export const BETA = 224;
export const ADAPT_KEPT = 228;
export const ADAPTED = 232;
export const ADAPT_BYTES = 10176;

/**
 * Bytes of an input's spikes in scratch memory, and of what is kept for a column; behind it lie the weights to the next
 * layer.
 */
export const INPUT_BYTES = 56640;
export const COLUMN_BYTES = 14720;
