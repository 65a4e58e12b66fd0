import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, describe, test } from 'node:test';
import { forge } from '../../../../test/support/checkpoint';
import { temporaryFolder, writeSmallMnist } from '../../../../test/support/data';
import { assertRefused, COMMAND, contentsOf, copyOf, lifFcMnist, scalars } from '../../../../test/support/run';

const small = temporaryFolder();
writeSmallMnist(small, 256, 100);
const SMALL = ['--dataset-dir', small, '--skip-checksum', '-T', '5', '-b', '64', '--log-dir', 'out'];
const { pid: dead } = spawnSync(process.execPath, ['-e', '']);

/** The folder of a finished run of two epochs. */
function finished(...args: string[]): { cwd: string; out: string } {
  const { cwd, status, stderr } = lifFcMnist([...SMALL, '-N', '2', ...args]);
  assert.equal(status, 0, stderr);
  return { cwd, out: join(cwd, 'out') };
}

const plain = finished();
/** A copy of such a run without further options. */
function copied(): { cwd: string; out: string } {
  const cwd = copyOf(plain.cwd);
  return { cwd, out: join(cwd, 'out') };
}

describe('a folder that holds a run', () => {
  test('is refused to a new one in one line that names the ways out, and nothing changes', () => {
    const { cwd, out } = copied();
    const before = contentsOf(out);
    const run = lifFcMnist([...SMALL, '-N', '1'], cwd);
    assert.equal(run.status, 2);
    assert.equal(
      run.stderr,
      `lif_fc_mnist: ${out}: expected no run there, found one (2 of 2 epochs are done); continue it with --resume, replace it with --overwrite, or choose another folder with --log-dir\n`,
    );
    assert.deepEqual(contentsOf(out), before);
  });

  test('is refused as well if it has a checkpoint only, or arrays only, and not waited for if a named pipe stands there', {
    skip: process.platform === 'win32' && 'Windows has no named pipes in folders',
  }, () => {
    const cases: [string, 'file' | 'pipe', RegExp, number?][] = [
      ['checkpoint/checkpoint.json', 'file', /expected no run there, found one \(a checkpoint\)/],
      ['v_t_array.npy', 'file', /expected no run there, found one \(arrays or a model\); replace it with --overwrite/],
      ['lif_fc_mnist.lock', 'pipe', /lock: cannot be read \(expected a file, found a named pipe\); if no run/, 1],
    ];
    for (const [name, kind, message, status] of cases) {
      const cwd = temporaryFolder();
      const file = join(cwd, 'out', name);
      mkdirSync(dirname(file), { recursive: true });
      if (kind === 'pipe') assert.equal(spawnSync('mkfifo', [file]).status, 0);
      else writeFileSync(file, 'precious');
      assertRefused([[[...SMALL, '-N', '1'], message, status]], cwd);
      if (kind === 'file') assert.equal(readFileSync(file, 'utf8'), 'precious');
    }
  });

  test('is named in lines that tell a terminal nothing, whatever it and the files beside it are called', {
    skip: process.platform === 'win32' && 'Windows has no such names',
  }, () => {
    const cwd = temporaryFolder();
    const args = [...SMALL.slice(0, -1), 'a\n\u202eb', '-N', '1', '--save-nir', 'c\n\u202ed.nir'];
    for (const more of [[], ['--overwrite', '--weights', 'c\n\u202ed.nir']]) {
      const { status, stderr } = lifFcMnist([...args, ...more], cwd);
      assert.equal(status, 0, stderr);
      const expected =
        more.length > 0 ? ['Replacing', 'Starting', 'Writing', 'Wrote', 'Wrote'] : ['Writing', 'Wrote', 'Wrote'];
      assert.deepEqual(
        stderr
          .trimEnd()
          .split('\n')
          .map((line) => line.split(' ')[0]),
        expected,
      );
      assert.doesNotMatch(stderr, /\u202e/);
    }
  });

  test('is not one where a run was killed before its first checkpoint, and has one TensorBoard file, wherever the logs are', async () => {
    for (const logs of ['out', 'logs']) {
      const cwd = temporaryFolder();
      const args = [...SMALL, ...(logs === 'out' ? [] : ['--out-dir', 'out', '--log-dir', logs])];
      // It never gets to the end of its first epoch.
      const killed = spawn(process.execPath, [COMMAND, ...args, '-N', '1', '-T', '10000', '-b', '1'], {
        cwd,
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      await new Promise((done) => killed.stdout.once('data', done));
      killed.kill('SIGKILL');
      await new Promise((done) => killed.once('exit', done));
      const logFiles = () => readdirSync(join(cwd, logs)).filter((name) => name.startsWith('events'));
      writeFileSync(join(cwd, logs, 'events.out.tfevents.1.x.2'), 'of another run');
      mkdirSync(join(cwd, 'out', 'checkpoint'), { recursive: true });
      writeFileSync(join(cwd, 'out', 'checkpoint', `checkpoint.json.${dead}.unfinished`), 'half');
      const run = lifFcMnist([...args, '-N', '1'], cwd);
      assert.equal(run.status, 0, run.stderr);
      assert.ok(!readdirSync(join(cwd, 'out', 'checkpoint')).some((name) => name.includes('unfinished')));
      assert.equal(logFiles().length, 2);
    }
  });

  test('is refused for figures of the same names that are not the run’s', () => {
    const cwd = temporaryFolder();
    mkdirSync(join(cwd, 'out'));
    writeFileSync(join(cwd, 'out', 'acc.png'), 'mine');
    const run = lifFcMnist([...SMALL, '-N', '1', '--save-figures'], cwd);
    assert.equal(run.status, 2);
    assert.match(
      run.stderr,
      /acc\.png: expected no such file, found one; replace it with --overwrite, .*--save-figures\n$/,
    );
    assert.equal(readFileSync(join(cwd, 'out', 'acc.png'), 'utf8'), 'mine');
    // A resumed run replaces its own figures only.
    assert.equal(lifFcMnist([...SMALL, '-N', '1'], cwd).status, 0);
    const resumed = lifFcMnist([...SMALL, '--resume', '--save-figures'], cwd);
    assert.match(resumed.stderr, /acc\.png: expected no such file, found one; move it, or leave out --save-figures\n$/);
    assert.equal(readFileSync(join(cwd, 'out', 'acc.png'), 'utf8'), 'mine');
  });
});

describe('--overwrite', () => {
  test('replaces all files of the earlier run, and says so', () => {
    const { cwd, out } = copied();
    // As if it had drawn figures.
    forge(join(out, 'checkpoint', 'checkpoint.json'), { saveFigures: true });
    for (const name of ['acc.png', '1d_spikes.svg']) writeFileSync(join(out, name), 'former');
    const run = lifFcMnist([...SMALL, '-N', '1', '--overwrite', '--seed', '5'], cwd);
    assert.equal(run.status, 0, run.stderr);
    assert.equal(run.stderr.split('\n')[0], `Replacing the run in ${out} (2 of 2 epochs are done)`);
    const fresh = lifFcMnist([...SMALL, '-N', '1', '--seed', '5']);
    const unlikeEvents = (folder: string) =>
      Object.entries(contentsOf(folder)).filter(([name]) => !/events|checkpoint\.json$/.test(name));
    assert.deepEqual(unlikeEvents(out), unlikeEvents(join(fresh.cwd, 'out')));
    assert.deepEqual(
      scalars(out).test_accuracy.map(([step]) => step),
      [0],
    );
    assert.equal(readdirSync(out).filter((name) => name.startsWith('events')).length, 1);
  });

  test('replaces the run of another network, with images held back, whole', () => {
    const { cwd, out } = finished('--train-images', '128');
    const ann = ['--dataset-dir', small, '--skip-checksum', '--network', 'ann', '-N', '1', '--log-dir', 'out'];
    const run = lifFcMnist([...ann, '--overwrite'], cwd);
    assert.equal(run.status, 0, run.stderr);
    const names = (folder: string) => readdirSync(folder).filter((name) => !name.startsWith('events'));
    assert.deepEqual(names(out), ['ann_mnist', 'checkpoint', 'test_accs.npy', 'train_accs.npy']);
    const back = lifFcMnist([...SMALL, '-N', '1', '--overwrite'], cwd);
    assert.equal(back.status, 0, back.stderr);
    assert.ok(!existsSync(join(out, 'ann_mnist')) && existsSync(join(out, 'lif_snn_mnist', 'model.json')));
  });

  test('leaves everything that is not a run’s', () => {
    const { cwd, out } = copied();
    const mine = ['notes.txt', 'acc.png', 'thesis.unfinished', 'checkpoint/mine.bin', 'lif_snn_mnist/my-notes.txt'];
    mine.push('events.out.tfevents.1.mine', `draft.${dead}.unfinished`);
    for (const name of mine) writeFileSync(join(out, name), name);
    mkdirSync(join(out, 'folder.unfinished'));
    const run = lifFcMnist([...SMALL, '-N', '1', '--overwrite'], cwd);
    assert.equal(run.status, 0, run.stderr);
    for (const name of mine) assert.equal(readFileSync(join(out, name), 'utf8'), name);
    assert.ok(existsSync(join(out, 'folder.unfinished')));
  });

  test('removes nothing if the new run cannot begin, or before it has something to save', () => {
    const { cwd, out } = copied();
    const before = contentsOf(out);
    assertRefused(
      [
        [[...SMALL, '--overwrite', '-b', '10000'], /engine\.batchSize/],
        [[...SMALL, '--overwrite', '--engine', 'gpu'], /--engine/],
      ],
      cwd,
    );
    const run = lifFcMnist([...SMALL, '--overwrite', '--lr', '1e38', '-b', '8'], cwd);
    assert.match(run.stderr, /no longer finite .*; the last checkpoint stays/);
    assert.deepEqual(contentsOf(out), before);
  });

  test('removes nothing if the new run is stopped before its first epoch is done', async () => {
    const { cwd, out } = copied();
    const before = contentsOf(out);
    const slow = ['--overwrite', '-T', '10000', '-b', '4', '-N', '100000'];
    const child = spawn(process.execPath, [COMMAND, ...SMALL, ...slow], { cwd });
    after(() => child.kill('SIGKILL'));
    let said = '';
    child.stderr.on('data', (text) => {
      said += text;
    });
    child.stdout.on('data', (text) => {
      if (String(text).includes('Training')) child.kill('SIGINT');
    });
    await new Promise((resolve) => child.on('close', resolve));
    assert.match(said, /\nStopped in epoch 0 after \d+ batches; nothing was saved, and the run in .*out stays\n$/);
    assert.deepEqual(contentsOf(out), before);
  });

  test('is refused before the training where a folder, a file or a link to nothing is in the way', {
    skip: process.platform === 'win32' && 'links need rights on Windows',
  }, () => {
    const obstacles = [
      ['acc.png', 'folder', /acc\.png: expected a file or nothing, found a folder; move it, or choose/],
      ['lif_snn_mnist', 'file', /lif_snn_mnist: expected a folder or nothing, found a file/],
      ['v_t_array.npy', 'link', /v_t_array\.npy: expected a file or nothing, found a link to nothing/],
    ] as const;
    for (const [name, kind, message] of obstacles) {
      const cwd = temporaryFolder();
      const path = join(cwd, 'out', name);
      mkdirSync(dirname(path));
      if (kind === 'folder') mkdirSync(path);
      else if (kind === 'file') writeFileSync(path, 'mine');
      else symlinkSync('nothing', path);
      assertRefused([[[...SMALL, '-N', '1', '--overwrite', '--save-figures'], message]], cwd);
      assert.deepEqual(readdirSync(join(cwd, 'out')), [name]);
      if (kind === 'link') assert.equal(readlinkSync(path), 'nothing');
    }
  });

  test('replaces a checkpoint that cannot be read, and one that would name a file elsewhere', () => {
    const { cwd, out } = copied();
    const file = join(out, 'checkpoint', 'checkpoint.json');
    writeFileSync(join(cwd, 'victim.txt'), 'precious');
    forge(file, { 'events.file': '../victim.txt' });
    const refused = lifFcMnist([...SMALL, '-N', '1'], cwd);
    assert.match(refused.stderr, /found one \(a checkpoint\)/);
    const run = lifFcMnist([...SMALL, '-N', '1', '--overwrite'], cwd);
    assert.equal(run.status, 0, run.stderr);
    assert.equal(readFileSync(join(cwd, 'victim.txt'), 'utf8'), 'precious');
  });
});

describe('two runs in one folder', () => {
  test('are one too many: the second is refused in one line, whatever it wants there', async () => {
    const cwd = temporaryFolder();
    const first = spawn(process.execPath, [COMMAND, ...SMALL, '-N', '100000'], { cwd });
    after(() => first.kill('SIGKILL'));
    let printed = '';
    await new Promise<void>((resolve) => {
      first.stdout.on('data', (text) => {
        printed += text;
        if (printed.includes('Epoch 1:')) resolve();
      });
    });
    const message = new RegExp(`out: another run writes here \\(process ${first.pid}, since .*; wait `);
    assertRefused(
      [[], ['--resume'], ['--overwrite']].map((args) => [[...SMALL, '-N', '1', ...args], message, 1] as const),
      cwd,
    );
    const ended = new Promise((resolve) => first.on('close', resolve));
    first.kill('SIGKILL');
    await ended;
    // A killed run leaves its lock, which blocks nothing.
    assert.ok(existsSync(join(cwd, 'out', 'lif_fc_mnist.lock')));
    const next = lifFcMnist([...SMALL, '-N', '1', '--overwrite'], cwd);
    assert.equal(next.status, 0, next.stderr);
    assert.ok(!existsSync(join(cwd, 'out', 'lif_fc_mnist.lock')));
  });
});
