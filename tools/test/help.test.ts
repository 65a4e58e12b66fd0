/** `npm run NAME -- --help` says what the command does, and does nothing. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';

const root = resolve(__dirname, '..', '..');
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> };
/** Called by others, or of a program that is not ours. */
const NOT_MEANT = ['prepack', 'lint', 'typecheck'];
/** Node then refuses every write. */
const FLAGS = process.allowedNodeEnvironmentFlags;
const READ_ONLY = [
  FLAGS.has('--permission') ? '--permission' : '--experimental-permission',
  ...['--allow-fs-read=*', '--allow-child-process'],
];

/** Programs that say how they are started elsewhere: the original's command line, and a package that stands alone. */
const OWN_NAMES: Record<string, RegExp> = {
  train: /^Usage: lif_fc_mnist/,
  kernel: /^Usage: node publish\/kernel\.mjs/,
};

const commands = Object.entries(scripts).flatMap(([name, line]) =>
  NOT_MEANT.includes(name) || name.startsWith('test:')
    ? []
    : [[name, /.*((?:tools|packages|editions)\/\S+\.[cm]js)/.exec(line)?.[1] ?? line] as const],
);

test('There are commands to ask', () => assert.ok(commands.length >= 14));

for (const [name, program] of commands) {
  test(`npm run ${name} -- --help lists what there is, with status 0, and writes nothing`, () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [...READ_ONLY, program, '--help'], {
      cwd: root,
      encoding: 'utf8',
      // Node says of the flags above that they are new or to be used with caution, in each process that has them.
      env: { ...process.env, NODE_NO_WARNINGS: '1' },
    });
    assert.deepEqual([status, stderr], [0, '']);
    assert.match(stdout, OWN_NAMES[name] ?? new RegExp(`npm (run )?${name}\\b`));
  });
}

test('npm run lab -- --help says what --author does', () => {
  const { stdout } = spawnSync(process.execPath, ['editions/lab/lab.mjs', '-h'], { cwd: root, encoding: 'utf8' });
  assert.match(stdout, /-- --author +JupyterLab with the committed chapters/);
  assert.match(stdout, /All other options go on to Jupyter/);
});
