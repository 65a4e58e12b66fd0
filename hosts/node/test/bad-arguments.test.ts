/**
 * Every name that a chapter has, called with what does not fit: it works, or says in one line of ours what was
 * expected.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { DEFAULT_NEURON } from '../../../packages/networks/options/neuron-options';
import { makeSpikeTrains } from '../../../packages/networks/spike-trains';
import { smallMnist, temporaryFolder } from '../../../test/support/data';
import * as chapters from '../index';

process.env.LIF_FC_MNIST_RUNS = temporaryFolder();

type Call = (...args: unknown[]) => unknown;
const { tf } = chapters;
const withHole = () => Object.assign(new Array(2), { 1: 1 });

/**
 * What the tutorial gives to parameters and options of these names, so that calls get further than their first check.
 */
const GOOD: Record<string, () => unknown> = {};

/** What fits a parameter or an option of a call. */
const goodFor = (call: string, of: string) => GOOD[`${call.split('.')[0]} ${of}`] ?? GOOD[of];

/** By name: a call, and the names of its parameters. */
const calls = new Map<string, { call: Call; parameters: string[] }>();

const isClass = (value: object) => /^class\b/.test(Function.prototype.toString.call(value));

function add(name: string, value: unknown): void {
  if (typeof value === 'object' && value !== null) {
    for (const [part, inner] of Object.entries(value)) if (part !== 'tf') add(name ? `${name}.${part}` : part, inner);
  }
  if (typeof value !== 'function') return;
  const source = Function.prototype.toString.call(value);
  const [, list = ''] = /(?:constructor|^[^(]*)\(([^)]*)\)/.exec(source) ?? [];
  const parameters = list
    .split(',')
    .map((text) => text.replace(/=.*/s, '').replace(/[^\w]/g, ''))
    .filter(Boolean);
  const Class = value as unknown as new (...args: unknown[]) => unknown;
  calls.set(name, { call: isClass(value) ? (...args) => new Class(...args) : (value as Call), parameters });
}

/** Of V8, of TensorFlow.js, or of what ours do inside. */
const INSIDES =
  /Cannot |is not (a |an |iterable|defined|valid)|undefined(?!$| at |;|, )|Invalid |Argument |Assertion|Unknown |must (be|have)|Error when|out of (bounds|range)|Reduce of empty|\n|\[object|not extensible|read.only|stack size|allocation|NaN numbers/;

const isOurs = (message: string) =>
  /expected .+(found|;)/.test(message) || /^(train: nothing to do|not attempted$)/.test(message);

const described = (value: unknown): string => {
  if (typeof value === 'function') return 'function';
  if (ArrayBuffer.isView(value)) return Object.prototype.toString.call(value);
  if (typeof value === 'object' && value !== null) {
    const { name } = Object(value.constructor) as { name?: string };
    if (name !== 'Object' && !Array.isArray(value)) return name ?? 'an object without a prototype';
    const inner = Object.entries(value)
      .map(([key, each]) => `${key}: ${described(each)}`)
      .join(', ');
    return Array.isArray(value) ? `[${inner}]` : `{ ${inner} }`;
  }
  return typeof value === 'string' ? `'${value}'` : String(value);
};

/** What is wrong with how a call ends; undefined if it works, or says in a line of ours why not. */
async function faultOf(call: Call, args: unknown[]): Promise<string | undefined> {
  try {
    await call(...args);
    return undefined;
  } catch (error) {
    const { message } = error as Error;
    return error instanceof Error && isOurs(message) && !INSIDES.test(message) ? undefined : String(message);
  }
}

before(async () => {
  await chapters.initBackend();
  const data = smallMnist(40, 20);
  const one = { trains: [{ units: [0, 1], times: [3, 7] }], labels: [0] };
  const trains = makeSpikeTrains({ units: 2, T: 10, train: one, test: one });
  // Batches larger than the data, so that no call trains for long.
  const few = { data, T: 3, batchSize: 64 };
  const engines = [
    await chapters.createEngine('event', { ...few, hidden: 5, threads: 1 }),
    await chapters.createEngine('tfjs', few),
    new chapters.training.AnnEngine({ data, batchSize: 64 }),
  ] as const;
  after(() => Promise.all(engines.map((engine) => engine.close())));
  const map = await chapters.readMap();
  const [snn, ann] = [chapters.networks.snn(), chapters.networks.ann()];
  const presentation = { split: 'test', epoch: 0, indices: [0, 1] };
  const neurons = new chapters.neuron.LIFNode();
  const runs = map.where({ grid: map.grids[0] });
  const weights = chapters.networks.getWeights(snn);
  const figure = chapters.visualizing.lines([{ name: 'a', y: [1, 2] }]);
  const numbers = () => Float32Array.from({ length: 20 }, (_, i) => i / 20);
  const good: Record<string, unknown> = {
    data,
    engine: engines[0],
    net: snn,
    network: snn,
    layer: neurons,
    neuron: neurons,
    images: tf.zeros([2, 28, 28]),
    x: tf.zeros([2, 28, 28]),
    split: data.test,
    indices: [0, 1],
    presentation,
    weights,
    state: await engines[0].state(),
    seed: 1,
    epoch: 0,
    length: 9,
    inputs: 4,
    outputs: 3,
    T: 3,
    epochs: 1,
    units: 4,
    hidden: 5,
    batchSize: 8,
    loss: chapters.training.crossEntropy,
    optimizer: chapters.training.adam(0.1),
    learningRate: 0.1,
    alpha: 2,
    labels: ['a', 'b'],
    series: [{ name: 'a', y: [1, 2], mean: [1, 2], low: [0, 1], high: [2, 3] }],
    options: {},
    predictions: tf.zeros([2, 10]),
    p: tf.zeros([2, 10]),
    rates: new Float32Array(20),
    values: numbers(),
    currents: numbers(),
    spikes: numbers(),
    array: numbers(),
    trace: { v: numbers(), spike: numbers() },
    racers: [0, 1],
    trainAccs: [0.5, 0.6],
    matrix: [1, 0, 0, 1],
    networks: [{ name: 'a', weights }],
    record: { v: [0], spike: [0] },
    testAccs: [0.5],
    encoder: new chapters.encoding.PoissonEncoder(),
    surrogateFunction: new chapters.surrogate.ATan(),
    name: 'event',
    content: new Uint8Array(10),
    bytes: chapters.exchange.toNir({ weights, neuron: { ...DEFAULT_NEURON, ...neurons.options() } }),
    file: 'a.nir',
    table: '',
    aedat: new Uint8Array(9),
    train: { recordings: [], trains: [], labels: [] },
    shape: {},
    run: {},
    row: {},
    id: 'lif-charge',
    answer: () => 1,
    chapter: 'start',
    copied: 'a',
    history: chapters.training.newHistory(),
    items: [1],
    work: () => 1,
    label: 'a',
    figure,
    of: 'last',
    other: runs,
    choice: { tau: 2 },
    image: { ...presentation },
    marked: [true, false],
    a: [1, 2],
    b: [2, 3],
    losses: [1],
    title: 'a',
    'datasets data': trains,
    'training net': ann,
  };
  for (const [name, value] of Object.entries(good)) GOOD[name] = () => value;
  add('', chapters);
  const methods = ['trainBatch', 'rates', 'trace', 'spikes', 'statistics', 'restore'];
  for (const engine of engines) {
    for (const method of methods) {
      const own = (engine as unknown as Record<string, Call | undefined>)[method];
      if (own)
        calls.set(`${engine.name}.${method}`, {
          call: own.bind(engine),
          parameters: ['epoch', 'indices']
            .slice(method === 'trainBatch' ? 0 : 2)
            .concat(method === 'trainBatch' ? [] : [method === 'restore' ? 'state' : 'presentation']),
        });
    }
  }
  for (const method of ['row', 'values', 'where', 'by', 'mean', 'minus', 'curve'] as const)
    calls.set(`map.${method}`, { call: (runs[method] as Call).bind(runs), parameters: ['choice'] });
  for (const [name, of] of Object.entries({ encoder: good.encoder, atan: good.surrogateFunction })) {
    for (const method of ['begin', 'encode', 'apply']) {
      const own = (of as Record<string, Call | undefined>)[method];
      if (own) calls.set(`${name}.${method}`, { call: own.bind(of), parameters: ['images'] });
    }
  }
  // A layer's first call is TensorFlow.js's own: it builds the layer.
  neurons.apply(tf.zeros([2, 10]));
  calls.set('neurons.apply', { call: (neurons.apply as Call).bind(neurons), parameters: ['x'] });
});

test('a call with nothing, null, a number, a list with a hole or a misspelt option works, or is refused in one line', async (t) => {
  t.mock.method(console, 'log', () => {});
  const faults: string[] = [];
  for (const [name, { call, parameters }] of calls) {
    for (const bad of [[], [null], [5], [withHole()], [{ misspelt: 1 }]]) {
      for (let at = 0; at < Math.max(1, parameters.length); at++) {
        const args = [...parameters.slice(0, at).map((parameter) => goodFor(name, parameter)?.()), ...bad];
        const fault = await faultOf(call, args);
        if (fault) faults.push(`${name}(${args.map(described).join(', ')}): ${fault}`);
      }
    }
  }
  assert.deepEqual(faults, []);
});
