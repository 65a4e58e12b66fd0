/**
 * The settings of a run, one entry each. The command line and its help, what a checkpoint keeps, the columns of the map
 * and the words of figures follow from the entry; `engine-options.ts` makes of the settings what the engines take.
 */
import { listChoices } from '../../src/common/checks';
import { MAX_DELAY } from '../../src/common/delay';
import { DEFAULT_TRAINING, ENCODER_NAMES, LOSS_NAMES, MAX_SHIFT, READOUT_NAMES } from '../../src/common/engine';
import { SCHEDULE_NAMES } from '../../src/common/schedule';
import { DATASET_NAMES } from '../../src/common/spike-trains';
import { SURROGATE_NAMES, SURROGATES, type SurrogateName } from '../../src/common/surrogates';
import {
  alpha,
  channels,
  gains,
  learningRate,
  type Option,
  oneOf,
  type Read,
  rate,
  type Setting,
  tau,
  type Value,
  whole,
  widths,
} from './read';

export { type Option, type Setting, splitFlags, type Value } from './read';

/** How the chapter on timing trains on Randman. */
const RANDMAN = '--hidden 100 --tau 20 --no-decay-input --detach-reset --loss cross-entropy-counts --lr 0.05 -N 6';

/** In the order of the help, and of a checkpoint. */
export const TABLE = {
  batchSize: {
    flags: '-b, --batch-size <B>',
    help: 'images per batch',
    read: whole(1, 60_000),
    default: '128',
    always: true,
    label: 'batch',
  },
  T: {
    flags: '-T, --timesteps <T>',
    help: 'simulated steps per image',
    read: whole(1, 10_000),
    default: '100',
    spiking: true,
    always: true,
    record: 'timesteps',
    label: 'T',
  },
  learningRate: {
    flags: '--lr, --learning-rate <LR>',
    help: 'learning rate of Adam',
    read: learningRate,
    default: '1e-3',
    always: true,
    label: 'lr',
    heading: 'learning rate',
  },
  tau: {
    flags: '--tau <TAU>',
    help: 'membrane time constant of the LIF neurons, in steps',
    read: tau,
    default: '2.0',
    spiking: true,
    always: true,
    label: 'τ',
  },
  epochs: {
    flags: '-N, --epoch <N>',
    help: 'training epochs',
    read: whole(1, 100_000),
    default: '100',
    changeable: true,
    always: true,
    record: 'epoch',
    label: 'epochs',
  },
  dataset: {
    flags: '--dataset <NAME>',
    help: `mnist; or rows, its images one row in each of 28 steps, with -T 28; or randman, the spike trains of the chapter on timing, which trains on them with ${RANDMAN}; or yin-yang, the points of the chapter on exact times`,
    read: oneOf(...DATASET_NAMES),
    default: 'mnist',
    record: 'data',
    words: { mnist: 'MNIST', randman: 'Randman', rows: 'MNIST by rows', 'yin-yang': 'Yin-Yang' },
    heading: 'data',
  },
  network: {
    flags: '--network <NETWORK>',
    help: 'snn, or ann: the network of chapter 1, for which options of neurons, spikes and engines mean nothing',
    read: oneOf('snn', 'ann'),
    default: 'snn',
    words: { snn: 'SNN', ann: 'ANN' },
  },
  engine: {
    flags: '--engine <ENGINE>',
    help: 'event (fast) or tfjs (readable)',
    read: oneOf('event', 'tfjs'),
    default: 'event',
    spiking: true,
    always: true,
    // All rows are those of the event engine.
    column: false,
  },
  hidden: {
    flags: '--hidden <N>',
    help: 'neurons of a hidden layer, or of several, from the inputs on, such as 100,50 (default: none)',
    read: widths,
    spiking: true,
    without: 0,
    label: 'hidden',
    words: { 0: 'no hidden layer' },
    heading: 'hidden neurons',
  },
  convolve: {
    flags: '--convolve <C>',
    help: 'channels of a layer that convolves, or of several, before the hidden ones, such as 12,24: kernels of 5 × 5, and the mean of the spikes of each 2 × 2 neurons (default: there is none)',
    read: channels,
    spiking: true,
    images: true,
    without: 0,
    label: 'convolved',
    words: { 0: 'no convolution' },
    heading: 'channels that convolve',
  },
  norm: {
    flags: '--norm <NAME>',
    help: 'batch norm of what convolves, on --engine tfjs: batch; tdbn, whose weights begin with the threshold; or none',
    read: oneOf('none', 'batch', 'tdbn'),
    default: 'none',
    spiking: true,
    column: false, // as of the engine, which for a map is the event engine
  },
  gain: {
    flags: '--gain <G>',
    help: 'what initial weights are multiplied by, or one number for each layer, such as 6,12,1',
    read: gains,
    default: '1',
    spiking: true,
    label: 'first weights ×',
  },
  schedule: {
    flags: '--schedule <NAME>',
    help: 'how the learning rate changes: constant, or cosine, which falls to 0 at the last epoch',
    read: oneOf(...SCHEDULE_NAMES),
    default: 'constant',
    words: { constant: 'constant learning rate', cosine: 'falling learning rate' },
  },
  shift: {
    flags: '--shift <N>',
    help: 'move each training image by up to N pixels, at random',
    read: whole(0, MAX_SHIFT),
    default: '0',
    spiking: true,
    images: true,
    label: 'shift',
  },
  seed: {
    flags: '--seed <SEED>',
    help: 'seed of the initial weights, the order of the images and the spikes',
    read: whole(0, 0xffffffff),
    default: '0',
    always: true,
    label: 'seed',
  },
  trainImages: {
    flags: '--train-images <N>',
    help: 'train on the first N images; the others are held back, and the accuracy on them is shown (default: all)',
    read: whole(1, 60_000),
    files: true,
    without: 60_000,
    label: 'images',
    heading: 'training images',
  },
  threads: {
    flags: '--threads <N>',
    help: 'threads of the event engine; they do not change the result (default: all cores)',
    read: whole(1, 64),
    spiking: true,
    changeable: true,
    column: false,
  },
  surrogate: {
    flags: '--surrogate <NAME>',
    help: `surrogate gradient: ${listChoices(SURROGATE_NAMES.map((name) => `${name} (alpha ${SURROGATES[name].alpha})`))}`,
    read: oneOf(...SURROGATE_NAMES),
    default: 'atan',
    spiking: true,
    always: true,
    words: { atan: 'ATan', sigmoid: 'sigmoid', rect: 'rectangle' } satisfies Record<SurrogateName, string>,
  },
  alpha: {
    flags: '--alpha <ALPHA>',
    help: "the surrogate's alpha (default: its own)",
    read: alpha,
    spiking: true,
    label: 'α',
  },
  detachReset: {
    flags: '--detach-reset',
    help: 'leave the reset out of the gradient',
    spiking: true,
    words: { true: 'no gradient through the reset', false: 'gradient through the reset' },
    heading: 'gradient through the reset',
  },
  decayInput: {
    flags: '--no-decay-input',
    help: 'add the whole input to the potential: only what was there decays',
    spiking: true,
    words: { true: 'input divided by τ', false: 'input not divided by τ' },
    heading: 'input divided by τ',
  },
  softReset: {
    flags: '--soft-reset',
    help: 'subtract the threshold after a spike, and do not set the potential to 0',
    spiking: true,
    words: { true: 'soft reset', false: 'hard reset' },
  },
  loss: {
    flags: '--loss <NAME>',
    help: 'loss of the firing rates: mse, cross-entropy, cross-entropy-counts, whose softmax takes the numbers of spikes, or cross-entropy-each-step, the mean over the steps',
    read: oneOf(...LOSS_NAMES),
    default: DEFAULT_TRAINING.loss,
    words: {
      mse: 'MSE',
      'cross-entropy-counts': 'cross-entropy of counts',
      'cross-entropy-each-step': 'cross-entropy of each step',
    },
  },
  encoder: {
    flags: '--encoder <NAME>',
    help: 'input of each step: poisson, which is spikes; direct, which is the pixels from 0 to 1; latency, one spike per pixel',
    read: oneOf(...ENCODER_NAMES),
    default: DEFAULT_TRAINING.encoder,
    spiking: true,
    images: true,
    words: { poisson: 'Poisson' },
    heading: 'input',
  },
  reset: {
    flags: '--no-reset',
    help: 'do not reset the neurons between the batches of the training',
    spiking: true,
    words: { true: 'reset', false: 'no reset' },
  },
  readout: {
    flags: '--readout <NAME>',
    help: 'what is read of the ten neurons: spikes; or, of neurons that never fire, last-potential, mean-potential or highest-potential, as with --loss cross-entropy',
    read: oneOf(...READOUT_NAMES),
    default: DEFAULT_TRAINING.readout,
    spiking: true,
    words: {
      'last-potential': 'last potential as the answer',
      'mean-potential': 'mean potential as the answer',
      'highest-potential': 'highest potential as the answer',
    },
  },
  synapseTau: {
    flags: '--synapse-tau <TAU>',
    help: 'time constant in steps of currents that last, in all layers (default: they do not)',
    read: tau,
    spiking: true,
    without: 0,
    label: 'currents fade with τ',
    words: { 0: 'currents of one step' },
  },
  recurrent: {
    flags: '--recurrent',
    help: "give the neurons of each hidden layer each other's spikes of the step before",
    spiking: true,
    words: { true: 'recurrent', false: 'not recurrent' },
  },
  learnTau: {
    flags: '--learn-tau <WHICH>',
    help: "learn the neurons' time constants, from --tau on: one for each layer, or for each neuron; or none",
    read: oneOf('none', 'layer', 'neuron'),
    default: 'none',
    spiking: true,
    words: { none: 'τ not learnt', layer: 'τ of each layer learnt', neuron: 'τ of each neuron learnt' },
    heading: 'learnt τ',
  },
  delay: {
    flags: '--delay <N>',
    help: 'delay what each connection sends, by a number of steps of its own, drawn from 0 to N, less than T (default: no delays)',
    read: whole(1, MAX_DELAY),
    spiking: true,
    without: 0,
    label: 'delays up to',
    words: { 0: 'no delays' },
  },
  learnDelay: {
    flags: '--learn-delay',
    help: 'learn the delays, too',
    spiking: true,
    words: { true: 'delays learnt', false: 'delays not learnt' },
  },
  ratePenalty: {
    flags: '--rate-penalty <WEIGHT>',
    help: 'add to the loss, for each hidden layer, WEIGHT times the mean square of firing rate minus --rate-target (default: nothing)',
    read: alpha,
    spiking: true,
    without: 0,
    label: 'rate penalty',
    words: { 0: 'no rate penalty' },
  },
  rateTarget: {
    flags: '--rate-target <RATE>',
    help: 'the firing rate that --rate-penalty aims at, from 0 to 1',
    read: rate,
    default: '0',
    spiking: true,
    label: 'target rate',
  },
  beta: {
    flags: '--beta <BETA>',
    help: 'by how much each spike raises the threshold of its neuron (default: by nothing)',
    read: alpha,
    spiking: true,
    without: 0,
    label: 'β',
    words: { 0: 'fixed threshold' },
  },
  tauAdapt: {
    flags: '--tau-adapt <TAU>',
    help: 'time constant in steps with which a threshold that --beta raises falls again',
    read: tau,
    default: '20',
    spiking: true,
    label: 'thresholds fall with τ',
  },
} as const satisfies Readonly<Record<string, Setting>>;

type Table = typeof TABLE;
export type Name = keyof Table;

/** What a given option is read as; a switch is true or false. */
export type ValueOf<O> = O extends { readonly read: Read<infer V> } ? V : boolean;

/** The value of an option that was not given. */
export function defaultValue({ flags, read, default: text }: Option): Value | undefined {
  if (!read) return flags.startsWith('--no-') ? true : undefined;
  return text === undefined ? undefined : read(text);
}

/** Settings, some of which may be left open. */
export type Some = { readonly [N in Name]?: ValueOf<Table[N]> | null };
