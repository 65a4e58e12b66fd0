/** The packed package in another project: a program imports it by name, and its command runs. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readlinkSync, symlinkSync, unlinkSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { before, describe, test } from 'node:test';
import { temporaryFolder } from '../../../test/support/notebooks';

const root = resolve(__dirname, '..', '..', '..');
const windows = process.platform === 'win32';

interface Lock {
  packages: Record<string, { dev?: boolean; link?: boolean }>;
}

describe('In an empty folder outside of the clone', { skip: windows && 'links to packages need rights there' }, () => {
  const project = temporaryFolder('package');
  const installed = join(project, 'node_modules', 'lif-fc-mnist');
  before(() => {
    // What npm packs, unpacked as npm does it, beside links to the packages that npm would install with it.
    const packed = execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', project], {
      cwd: root,
      encoding: 'utf8',
    });
    const [{ filename }] = Object.values(JSON.parse(packed)) as { filename: string }[];
    mkdirSync(installed, { recursive: true });
    execFileSync('tar', ['-xzf', join(project, filename), '-C', installed, '--strip-components=1']);
    const lock: Lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
    for (const [path, { dev, link }] of Object.entries(lock.packages)) {
      if (!/^node_modules\/(@[^/]+\/)?[^/]+$/.test(path) || dev || link || !existsSync(join(root, path))) continue;
      mkdirSync(dirname(join(project, path)), { recursive: true });
      symlinkSync(join(root, path), join(project, path));
    }
  });

  test('a program imports the package by its name, and finds the map', () => {
    const program =
      "const { neuron, readMap } = require('lif-fc-mnist'); readMap().then((map) => console.log(new neuron.LIFNode({ tau: 3.5 }).getConfig().tau, map.rows.length))";
    const printed = execFileSync(process.execPath, ['-e', program], { cwd: project, encoding: 'utf8' });
    const rows =
      readFileSync(join(root, 'editions', 'map', 'map.csv'), 'utf8')
        .trim()
        .split('\n').length - 1;
    assert.equal(printed, `3.5 ${rows}\n`);
  });

  test('without tfjs-node, which npm leaves out where its installer fails, WebAssembly takes its place and says so', async () => {
    assert.deepEqual(JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')).optionalDependencies, {
      '@tensorflow/tfjs-node': '4.22.0',
    });
    const link = join(project, 'node_modules', '@tensorflow', 'tfjs-node');
    const target = readlinkSync(link);
    unlinkSync(link);
    try {
      const program =
        "const { initBackend, tf } = require('lif-fc-mnist'); initBackend().then((name) => console.log(name, tf.add(1, 2).dataSync()[0]))";
      const said = execFileSync(process.execPath, ['-e', program], { cwd: project, encoding: 'utf8' });
      assert.equal(said, 'wasm (WebAssembly); not native, since @tensorflow/tfjs-node is not installed 3\n');
    } finally {
      symlinkSync(target, link);
    }
  });

  test('the command lif_fc_mnist is there', () => {
    const help = execFileSync(process.execPath, [join(installed, 'tools', 'lif_fc_mnist.cjs'), '--help'], {
      encoding: 'utf8',
    });
    assert.match(help, /--timesteps/);
  });
});
