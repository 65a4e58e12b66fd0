// Sizes and offsets shared by the engine and its kernel. TypeScript and AssemblyScript both compile this file, so it
// holds nothing but number constants.

/** Pixels of an MNIST image. Spikes of a network with more inputs are stored in records of this many. */
export const INPUTS = 784;
/** Maximum number of output neurons. */
export const MAX_OUTPUTS = 1000;
/** Floats in a row of weights or currents: one for each neuron of a column, or three SIMD vectors. */
export const ROW_FLOATS = 12;
/** Time steps that the kernel processes at once. */
export const BLOCK = 128;
/**
 * Slots for pixels in 16 steps of input spikes: dim pixels fill them from the first slot up, bright ones from the last
 * slot down.
 */
export const SLOTS = 832;
/** Maximum number of layers. */
export const MAX_LAYERS = 20;

/** 32-bit words at the start of the memory that describe the current job. The first four belong to the pool. */
export enum Control {
  Generation,
  Ticket,
  Done,
  Started,
  Kind,
  Purpose,
  Epoch,
  /** Number of images in the batch. */
  Count,
  Step,
  Seed,
  /** Time steps per image. */
  T,
  /** Numbers of the loss (kernel/loss.ts), encoder (kernel/input.ts) and readout (kernel/readout.ts). */
  Loss,
  Encoder,
  /** Number of layers in the table. */
  Layers,
  Readout,
}

// The table of layers, which all threads read, begins at LAYERS and has LAYER_BYTES for each layer. The constants below
// are byte offsets into a layer's entry; a field is a 32-bit integer unless its comment says float32. "Scratch address"
// means a byte offset into a thread's scratch memory.
export const LAYERS = 1024;
export const LAYER_BYTES = 256;
export const NEURONS = 0;
/** Number of columns, of up to twelve neurons each. */
export const COLUMNS = 4;
/**
 * Byte offset, within the network's weights, of the weights from the inputs to the first column; bytes between columns.
 */
export const WEIGHTS = 8;
export const WEIGHTS_STRIDE = 12;
/**
 * Scratch addresses of the layer's input (in the first layer: of the inputs beyond the first 784), of its columns, with
 * the bytes between them, and of its spikes, which are the input of the next layer.
 */
export const READS = 16;
export const PLACE = 20;
export const PLACE_STRIDE = 24;
export const MAKES = 28;
/** Options of the layer's neurons; TAU, THRESHOLD, RESET_TO and ALPHA are float32. RESET_TO is 0 with a soft reset. */
export const TAU = 32;
export const DECAY_INPUT = 36;
export const THRESHOLD = 40;
export const HARD_RESET = 44;
export const RESET_TO = 48;
export const SURROGATE = 52;
export const ALPHA = 56;
export const DETACH_RESET = 60;
/** Factor by which the synaptic current decays per step, float32; 0 if the current lasts only one step. */
export const SYNAPSE = 64;
/** 0 if tau is fixed, 1 if the layer learns one tau, 2 if each neuron learns its own; TAUS is the byte offset of w. */
export const LEARNS = 68;
export const TAUS = 72;
/**
 * Recurrent weights, like WEIGHTS; 0 without recurrence. FEEDBACK and FROM_NEXT are byte offsets into a column: of the
 * weights from its neurons to all neurons of the layer, one row per neuron, and of dL/ds for each step of a block.
 */
export const RECURRENT = 76;
export const RECURRENT_STRIDE = 80;
export const FEEDBACK = 84;
export const FROM_NEXT = 88;
/**
 * Convolutional layers, which precede all dense ones: kernel, stride and padding (KERNEL is 0 in a dense layer), height
 * and width of the output before pooling, number of channels, side of the square that pooling averages, and height and
 * width after pooling.
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
 * Size of the map that a convolutional layer, or the first dense one after them, reads as events; otherwise IN_CHANNELS
 * is 0.
 */
export const IN_HEIGHT = 128;
export const IN_WIDTH = 132;
export const IN_CHANNELS = 136;
/**
 * Scratch addresses of a convolutional layer: the potentials, a row per step and position, column by column; the events
 * that it reads (see kernel/events.ts) and emits; the means of its spikes; a byte per position, set if any input
 * reaches it; and its weights transposed for the backward pass.
 */
export const POTENTIALS = 140;
export const READS_EVENTS = 144;
export const MAKES_EVENTS = 148;
export const MEANS = 152;
export const LIT = 156;
export const BACKWARD = 160;
/** Scratch address where the first layer unpacks input spikes: a byte per step and unit. */
export const UNITS = 164;
/** Scratch address of the potentials before the first step, a row per position and column. */
export const BEFORE = 168;
/** Scratch address of the lists, one per position, of channels that have a gradient. */
export const SLOPES = 172;
/**
 * A layer that averages currents is computed as one convolution with a larger kernel. KERNEL and STRIDE describe the
 * larger one, MEAN_OF and MEAN_STRIDE that of the layer's own weights (0 in other layers); EXPANDED and
 * EXPANDED_GRADIENT are the scratch addresses of the larger kernel's weights and of their gradient.
 */
export const MEAN_OF = 176;
export const MEAN_STRIDE = 180;
export const EXPANDED = 184;
export const EXPANDED_GRADIENT = 188;
/** Byte offset of the biases among the weights, a row per column; 0 without biases. */
export const BIAS = 192;
/**
 * Delays, laid out like WEIGHTS and WEIGHTS_STRIDE apart; 0 without delays. MOST_DELAY is the longest, in steps, and
 * LEARNS_DELAYS says whether they are learnt. DELAYED is the scratch address of the currents under way (see
 * kernel/delays.ts), of which each neuron has DELAYED_BYTES.
 */
export const DELAYS = 196;
export const MOST_DELAY = 200;
export const LEARNS_DELAYS = 204;
export const DELAYED = 208;
export const DELAYED_BYTES = 212;
/**
 * Firing-rate penalty of a hidden layer, float32: its weight (0 without a penalty), and the target rate, at which it is
 * 0.
 */
export const RATE_WEIGHT = 216;
export const RATE_TARGET = 220;
/**
 * Adaptive threshold, float32: how much a spike raises it (0 without adaptation), and the factor by which that decays
 * per step. ADAPTED is the scratch address of the adaptation, ADAPT_BYTES per column (see kernel/addresses.ts).
 */
export const BETA = 224;
export const ADAPT_KEPT = 228;
export const ADAPTED = 232;
export const ADAPT_BYTES = 10176;

/**
 * Bytes of scratch memory for the spikes of an input and for a column, which is followed by the weights to the next
 * layer.
 */
export const INPUT_BYTES = 56640;
export const COLUMN_BYTES = 14720;
