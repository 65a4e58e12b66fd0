/** What the runner cannot use is reported in one line, before anything is executed. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { canary, type Ended, RUNNER, root, temporaryFolder } from '../../../test/support/notebooks';
import { PYTHON } from '../../../test/support/python';

const temporary = temporaryFolder('arguments');

/** Calls the runner once after another in one Python, which loads Jupyter once. */
function callAll(calls: string[][]): Ended[] {
  const program = `import contextlib, io, json, runpy, sys
def called(arguments):
    sys.argv = [sys.argv[0], *arguments]
    printed = io.StringIO()
    try:
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
            runpy.run_path(${JSON.stringify(RUNNER)}, run_name='__main__')
    except SystemExit as end:
        return {'status': end.code, 'lines': printed.getvalue().splitlines()}
print(json.dumps([called(arguments) for arguments in json.load(sys.stdin)]))`;
  const options = { cwd: root, input: JSON.stringify(calls), encoding: 'utf8' } as const;
  const { stdout, stderr, status } = spawnSync(PYTHON, ['-I', '-B', '-c', program], {
    ...options,
    env: { ...process.env, INIT_CWD: root },
  });
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout);
}

describe('What cannot be used is said in one line, exit status 2', () => {
  const file = (name: string, text: string) => {
    const path = join(temporary, name);
    writeFileSync(path, text);
    return path;
  };
  const cases: [string, () => string[], RegExp][] = [
    [
      'a notebook that is missing',
      () => [join(temporary, 'missing.ipynb')],
      /missing\.ipynb: cannot be read \(No such/,
    ],
    ['a file that is no JSON', () => [file('text.ipynb', '# Title')], /text\.ipynb: not a notebook \(no valid JSON/],
    [
      'half of a character',
      () => [file('half.ipynb', '"\\ud800"')],
      /half\.ipynb: not a notebook .*surrogates not allowed/,
    ],
    ['JSON that is no notebook', () => [file('other.ipynb', '{}')], /other\.ipynb: not a notebook of format 4/],
    [
      'no code cell',
      () => [file('prose.ipynb', '{"nbformat":4,"nbformat_minor":5,"metadata":{},"cells":[]}')],
      /prose\.ipynb: has no code cells/,
    ],
    ['no notebook', () => [], /expected notebooks \(\.ipynb\) or --all/],
    [
      'a notebook that is named twice',
      () => [canary('throw'), canary('throw')],
      /throw\.ipynb and .*throw\.ipynb would both be written/,
    ],
    ['an unknown option', () => ['--fast'], /unrecognized arguments: --fast/],
    ['a limit that is none', () => ['--cell-timeout', '0', canary('throw')], /--cell-timeout.*1 or more, found '0'/],
    [
      'a notebook in the output folder, which would be overwritten',
      () => ['--out', temporary, file('own.ipynb', readFileSync(canary('throw'), 'utf8'))],
      /own\.ipynb: lies in the output folder and would be overwritten; name another --out/,
    ],
    [
      'an output folder below a file',
      () => ['--out', join(file('a-file', ''), 'out'), canary('throw')],
      /a-file.out: cannot be made \(Not a directory\)/,
    ],
    ['--update with --check', () => ['--update', '--check', canary('throw')], /exclude each other/],
  ];
  test('before anything is executed', () => {
    for (const [i, { status, lines }] of callAll(cases.map(([, args]) => args())).entries()) {
      const [name, , message] = cases[i] as (typeof cases)[number];
      assert.deepEqual([status, lines.length], [2, 1], `${name}: ${lines.join('\n')}`);
      assert.match(lines[0] as string, /^notebooks: /);
      assert.match(lines[0] as string, message);
    }
  });
});
