/** The packed package in another project: its name can be imported in a notebook, and its runner runs there. */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readlinkSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { before, describe, test } from 'node:test';
import { ended, temporaryFolder, writeNotebook } from '../../../test/support/notebooks';
import { python } from '../../../test/support/python';
import { linkVenv } from '../../../test/support/ready-venv';

const root = resolve(__dirname, '..', '..', '..');
const windows = process.platform === 'win32';

interface Lock {
  packages: Record<string, { dev?: boolean; link?: boolean }>;
}

describe('In an empty folder outside of the clone', { skip: windows && 'links to packages need rights there' }, () => {
  const project = temporaryFolder('elsewhere');
  const installed = join(project, 'node_modules', 'lif-fc-mnist');
  const command = join(installed, 'tools', 'setup', 'elsewhere.mjs');
  const say = (text: string) => writeNotebook(join(project, 'notebooks', 'parameters.ipynb'), ...text.split('\n---\n'));

  const run = (args: string[], env: NodeJS.ProcessEnv = {}) =>
    ended(
      spawn(process.execPath, [command, ...args], {
        cwd: project,
        env: { ...process.env, ...env, INIT_CWD: project },
        stdio: ['ignore', 'pipe', 'pipe'],
      }),
    );

  /** Runs the command as the step for GitHub does, on a notebook that fails with more than five epochs. */
  async function step(epochs: string): Promise<{ status: number | null; lines: string[]; junit: string }> {
    say(
      'const epochs = Number(process.env.EPOCHS ?? 1);\n---\nif (epochs > 5) throw new Error("too many: " + epochs);',
    );
    const action = JSON.parse(
      python(
        `import json, yaml; print(json.dumps(yaml.safe_load(open('packages/notebook-runner/action/action.yml'))))`,
        root,
      ),
    );
    assert.equal(action.runs.using, 'composite');
    const [run] = action.runs.steps;
    for (const value of Object.values(run.env) as string[]) {
      const [, name] = /^\$\{\{ inputs\.(\w+) \}\}$/.exec(value) ?? [];
      assert.ok(name !== undefined && name in action.inputs, value);
    }
    const bin = join(project, 'node_modules', '.bin');
    mkdirSync(bin, { recursive: true });
    if (!existsSync(join(bin, 'lif_fc_mnist_notebooks'))) symlinkSync(command, join(bin, 'lif_fc_mnist_notebooks'));
    writeFileSync(join(project, 'package.json'), '{"name":"elsewhere"}');
    const inputs = { NOTEBOOKS: 'notebooks/*.ipynb', OUT: 'out', JUNIT: 'step.xml', OPTIONS: '--cell-timeout 60' };
    const github = { GITHUB_ACTIONS: 'true', GITHUB_WORKSPACE: project };
    const env = { ...process.env, ...inputs, ...github, EPOCHS: epochs };
    // As GitHub calls bash.
    const child = spawn('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', run.run], {
      cwd: project,
      env: { ...env, npm_execpath: undefined, INIT_CWD: undefined },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const { status, lines } = await ended(child);
    assert.ok(existsSync(join(project, 'out', 'parameters.ipynb')), lines.join('\n'));
    return { status, lines, junit: readFileSync(join(project, 'step.xml'), 'utf8') };
  }
  let failing: ReturnType<typeof step> | undefined;
  /** The step whose notebook fails, once for all tests. */
  const failed = () => {
    failing ??= step('9');
    return failing;
  };

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
    linkVenv(installed);
  });

  test('a notebook imports the package by its name, and reads its parameters from the environment', async () => {
    say(
      "import { mnist, neuron, tf } from 'lif-fc-mnist';\n" +
        'const tau = Number(process.env.TAU ?? 2);\n---\n' +
        'const node = new neuron.LIFNode({ tau });\nconsole.log(node.getConfig().tau);',
    );
    const { status, lines } = await run(['notebooks/parameters.ipynb'], { TAU: '3.5' });
    assert.equal(status, 0, lines.join('\n'));
    assert.match(
      lines.at(-1) as string,
      /^ok +notebooks.parameters\.ipynb: 2 cells in .+, result in build.notebooks.parameters/,
    );
    const result = JSON.parse(readFileSync(join(project, 'build', 'notebooks', 'parameters.ipynb'), 'utf8'));
    assert.deepEqual(result.cells[1].outputs[0].text, ['3.5\n']);
    const table = join('editions', 'map', 'map.csv');
    assert.deepEqual(readFileSync(join(installed, table)), readFileSync(join(root, table)));
    // Nothing else was left in the project.
    assert.deepEqual(execFileSync('ls', ['build'], { cwd: project, encoding: 'utf8' }), 'notebooks\n');
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

  test('a notebook that fails fails the run, is marked on GitHub, and stands in the JUnit file', async () => {
    const { status, lines, junit } = await failed();
    assert.equal(status, 1);
    assert.ok(
      lines.some((line) => /^FAILED .*cell 2 \(code cell 2\): Error: too many: 9 /.test(line)),
      lines.join('\n'),
    );
    assert.ok(
      lines.some((line) => /^::error file=notebooks\/parameters\.ipynb,line=\d+,.*::Error: too many: 9$/.test(line)),
    );
    assert.match(junit, /<failure message="Error: too many: 9">/);
  });

  test('the step for GitHub runs the same, and fails the same', async () => {
    for (const [expected, ran] of [
      [0, await step('1')],
      [1, await failed()],
    ] as const) {
      assert.equal(ran.status, expected, ran.lines.join('\n'));
      assert.match(ran.junit, new RegExp(`failures="${expected}"`));
    }
  });

  test('an argument that it cannot use is refused in one line that begins with its name', async () => {
    const { status, lines } = await run(['notebooks/missing.ipynb']);
    assert.equal(status, 2);
    assert.equal(lines.length, 1, lines.join('\n'));
    assert.match(lines[0] as string, /^lif_fc_mnist_notebooks: .*missing\.ipynb/);
  });

  test('the command lif_fc_mnist is there as well', () => {
    const help = execFileSync(process.execPath, [join(installed, 'tools', 'lif_fc_mnist.cjs'), '--help'], {
      encoding: 'utf8',
    });
    assert.match(help, /--timesteps/);
  });
});

test('In the clone the command says which one to use instead', async () => {
  const script = join(root, 'tools', 'setup', 'elsewhere.mjs');
  const { status, lines } = await ended(spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'pipe'] }));
  assert.equal(status, 2);
  assert.deepEqual(lines, ['lif_fc_mnist_notebooks: this is a clone of the project; use `npm run notebooks -- FILE…`']);
});
