/** What cells print as it is stored, where results go, and what a CI reads: the JUnit file, lines that say what is running. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import {
  canary,
  codeCells,
  type Ended,
  read,
  root,
  run,
  stream,
  temporaryFolder,
  writeNotebook,
} from '../../../test/support/notebooks';
import { PYTHON, python } from '../../../test/support/python';

const temporary = temporaryFolder('reports');

/** Runs Python with the runner's modules; returns what it printed as JSON. */
function inRunner(...program: string[]) {
  const start = 'import json, sys\nsys.path.insert(0, "packages/notebook-runner")\n';
  const { LIF_FC_MNIST_THREADS, ...env } = process.env;
  const options = { cwd: root, env: { ...env, INIT_CWD: join(root, 'test') }, encoding: 'utf8' } as const;
  return JSON.parse(execFileSync(PYTHON, ['-B', '-c', start + program.join('\n')], options));
}

describe('Four notebooks, of which two have the same name, two at a time', { concurrency: 1 }, () => {
  const folder = join(temporary, 'course é');
  const notes = join(temporary, 'notes');
  const [first, second] = ['week 1/x.ipynb', 'week 2/x.ipynb'];
  const cell = (name: string, ms: number) => `import { appendFileSync } from 'node:fs';
appendFileSync(${JSON.stringify(notes)}, '+${name}');
await new Promise((done) => setTimeout(done, ${ms}));
appendFileSync(${JSON.stringify(notes)}, '-${name}');`;
  const result = (name: string) => join(folder, 'results', name);
  let ended: Ended;
  before(async () => {
    const sources: [string, string[], string[]][] = [
      ['time.ipynb', ['timing'], [cell('time', 0)]],
      [first, [], ["console.log('week 1')", cell('a', 5000)]],
      ['needs.ipynb', ['after-others'], [cell('needs', 0)]],
      [second, [], ["console.log('week 2')", cell('b', 5000), '3']],
    ];
    for (const [name, tags, cells] of sources) {
      const file = writeNotebook(join(folder, name), ...cells);
      const notebook = read(file);
      for (const { metadata } of notebook.cells) metadata.tags = tags;
      const ids = name === second ? 'cell-1' : '$&';
      writeFileSync(file, JSON.stringify(notebook).replaceAll(/\bcell-\d\b/g, ids));
    }
    const names = sources.map(([name]) => name);
    ended = await run(['--at-a-time', '2', '--heartbeat', '1', '--out', 'results', ...names], {}, folder);
  });

  test('pass, and each gets one line, without warnings', () => {
    const lines = ended.lines.filter((line) => !line.startsWith('running '));
    assert.deepEqual([ended.status, lines.length], [0, 5], ended.lines.join('\n'));
  });

  test('have results with their path below the folder where the command was typed: equal names do not collide', () => {
    for (const week of ['week 1', 'week 2']) {
      assert.deepEqual(stream(codeCells(result(`${week}/x.ipynb`))[0], 'stdout'), [`${week}\n`]);
    }
  });

  test('whose cells have ids that occur twice have an id for each in the result', () => {
    const ids = (file: string) => read(file).cells.map(({ id }) => id);
    assert.deepEqual(ids(join(folder, second)), ['cell-1', 'cell-1', 'cell-1']);
    assert.deepEqual(ids(result(second)), ['cell-1', 'cell-2', 'cell-3']);
  });

  test('say now and then which cell is running, in a line where there is no terminal', () => {
    for (const [name, cells] of [
      [first, 2],
      [second, 3],
    ] as const) {
      const begin = `running ${join(folder, name)}, cell 2 (code cell 2 of ${cells}) for `;
      const running = ended.lines.filter((line) => line.startsWith(begin));
      assert.ok(running.length >= 3, ended.lines.join('\n'));
    }
  });

  test('run beside one another; one that needs others waits for those before it, one that measures time for all', () => {
    const order = readFileSync(notes, 'utf8');
    assert.match(order, /^\+[ab]\+[ab]-/);
    assert.match(order, /-a.*\+needs/);
    assert.match(order, /\+time-time$/);
  });
});

test('With --check, which does not compare times, one that measures them is executed beside another; each has its share of the cores', () => {
  const told = inRunner(
    'import asyncio',
    'from types import SimpleNamespace as of',
    'from headless.paths import kernel_env',
    'from headless.run import Runner',
    'told = ""',
    'def tell(text): global told; told += text',
    'class Noting(Runner):',
    '    async def run(self, job, at_a_time=1):',
    '        tell(f"+{job.name}/{at_a_time}")',
    '        await asyncio.sleep(job.turns)',
    '        tell("-" + job.name)',
    '        return True',
    'def job(name, turns, *tags):',
    '    return of(name=name, turns=turns, notebook=of(cells=[of(metadata={"tags": tags})]))',
    'jobs = [job("time", 0.2, "timing"), job("a", 0.1), job("needs", 0, "after-others")]',
    'async def order(check):',
    '    tell(str(await Noting(of(jobs=jobs, at_a_time=2, check=check)).run_all()) + " ")',
    'asyncio.run(order(True)); asyncio.run(order(False))',
    'print(json.dumps([told, *[kernel_env(n).get("LIF_FC_MNIST_THREADS") for n in (1, 2, 100)]]))',
  );
  const half = Math.max(1, Math.floor(availableParallelism() / 2));
  const order = '+time/2+a/2-a-time+needs/1-needs0 +a/2-a+needs/1-needs+time/1-time0 ';
  assert.deepEqual(told, [order, null, `${half}`, '1']);
});

test('A result of a chapter has its plain name, that of another notebook of the clone its path, wherever it was typed', () => {
  const answer = inRunner(
    'from pathlib import Path',
    'from headless.options import target_of',
    'from headless.paths import ROOT',
    'names = ["notebooks/01-a.ipynb", "notebooks/more/02-b.ipynb", "packages/notebook-runner/test/canaries/x.ipynb"]',
    'paths = [ROOT / name for name in names] + [Path("/elsewhere/c.ipynb")]',
    'print(json.dumps([target_of(path, Path("out")).as_posix() for path in paths]))',
  );
  assert.deepEqual(answer, [
    'out/01-a.ipynb',
    'out/more/02-b.ipynb',
    'out/packages/notebook-runner/test/canaries/x.ipynb',
    'out/c.ipynb',
  ]);
});

describe('Outputs of a cell are brought to the form in which they are stored', () => {
  test('so that what a carriage return overwrites is gone, but not the carriage return of a line end', () => {
    const texts = ['a\rb\n', 'a\r\n', 'a\rb\r\nc\rd', 'a\r', '\r\r', 'plain\n', 'x\r\ny\n'];
    assert.deepEqual(
      inRunner(`from headless import outputs
print(json.dumps([outputs.without_overwritten(t) for t in ${JSON.stringify(texts)}]))`),
      ['b\n', 'a\r\n', 'b\r\nd', 'a\r', '\r', 'plain\n', 'x\r\ny\n'],
    );
  });

  test('one stream per name between two other outputs, stdout first', () => {
    const order = inRunner(
      'import nbformat.v4 as new',
      'from headless import outputs',
      'stream = lambda name, text: new.new_output("stream", name=name, text=text)',
      'cell = new.new_code_cell(outputs=[stream("stderr", "1"), stream("stdout", "2"), stream("stderr", "3"),',
      '  new.new_output("display_data", data={"text/plain": "4"}), stream("stdout", "5"), stream("stdout", "6")])',
      'outputs.normalize(new.new_notebook(cells=[cell]))',
      'print(json.dumps([[o.get("name"), o.get("text")] for o in cell.outputs]))',
    );
    assert.deepEqual(order, [
      ['stdout', '2'],
      ['stderr', '13'],
      [null, null],
      ['stdout', '56'],
    ]);
  });
});

describe('The line of an error that says what went wrong', () => {
  const cases: [string, string, string][] = [
    ['the first', 'RangeError: no\n    at x (y.js:1:2)', 'RangeError: no'],
    [
      'after the source line that Node puts before it',
      'evalmachine.<anonymous>:3\nthrow x;\n^\n\nError: no',
      'Error: no',
    ],
    [
      'after a source line of Node itself',
      "node:fs:1889\n  binding.unlink(path);\n          ^\n\nError: ENOENT: no such file or directory, unlink 'a'\n",
      "Error: ENOENT: no such file or directory, unlink 'a'",
    ],
    ['without colours', '\u001b[31mError: red\u001b[39m', 'Error: red'],
    ['where a message ends like a position', 'Error: bad time 12:30', 'Error: bad time 12:30'],
    ['of nothing', ' \n', 'unknown error'],
  ];
  test('is found', () => {
    const texts = JSON.stringify(cases.map(([, text]) => text));
    const found = inRunner(
      'from headless import outputs',
      `print(json.dumps([outputs.first_line(text) for text in ${texts}]))`,
    );
    for (const [i, [name, , expected]] of cases.entries()) assert.equal(found[i], expected, name);
  });
});

describe('For a CI and another program', { concurrency: 1 }, () => {
  const output = join(temporary, 'ci');
  const junit = join(temporary, 'reports é', 'junit.xml');
  const control = join(temporary, 'control.ipynb');
  mkdirSync(output);
  writeNotebook(
    control,
    '// A comment first.\nconst half = "\\ud800";',
    "throw new Error('control \\u0000 \\u001b[1m <&\"> \\ud800 100%, a: b')",
    '3',
  );
  // Begun here, beside the four notebooks, which mostly wait.
  const running = run(['--json', '--out', output, '--junit', junit, canary('green'), canary('throw'), control]);
  let result: Ended;
  before(async () => {
    result = await running;
  });

  test('the JUnit file has a suite per notebook and a case per code cell, with time and failure', () => {
    // Read by Python's parser, which refuses what is not well-formed.
    const suites = JSON.parse(
      python(`
import json, xml.etree.ElementTree as ET
root = ET.parse(${JSON.stringify(junit)}).getroot()
case = lambda c: [c.get("name"), float(c.get("time")) >= 0, [[e.tag, e.get("message"), e.text or ""] for e in c]]
print(json.dumps([[s.attrib, [case(c) for c in s]] for s in root]))`),
    ) as [Record<string, string>, [string, boolean, [string, string, string][]][]][];
    const [green, thrown, special] = suites;
    assert.equal(green?.[0].name, 'packages/notebook-runner/test/canaries/green.ipynb');
    assert.deepEqual([green?.[0].tests, green?.[0].failures, green?.[0].skipped], ['8', '0', '0']);
    assert.ok(green?.[1].every(([, timed, children]) => timed && children.length === 0));
    assert.ok(Number(green?.[0].time) > 0);

    const cases = thrown?.[1] ?? [];
    assert.deepEqual(
      cases.map(([name, , children]) => [name, ...children.map(([tag]) => tag)]),
      [
        ["cell 2: console.log('before');"],
        ["cell 3: console.error('a warning');", 'failure'],
        ["cell 4: console.log('never printed');", 'skipped'],
      ],
    );
    const [, message, text] = cases[1]?.[2][0] ?? [];
    assert.equal(message, 'RangeError: a thrown error');
    assert.match(text ?? '', /a warning.*RangeError: a thrown error/s);

    assert.equal(special?.[1][0]?.[0], 'cell 1: const half = "\\ud800";', 'named by its first line that is no comment');
    assert.match(special?.[1][1]?.[2][0]?.[1] ?? '', /^Error: control � .*<&"> .* 100%, a: b$/);
  });

  test('each line (--json) is an object: what each cell ended with, and each notebook', () => {
    assert.equal(result.status, 1);
    const events = result.lines.map((line) => JSON.parse(line));
    const of = (event: string) => events.filter((one) => one.event === event);
    const place = (name: string) => `packages/notebook-runner/test/canaries/${name}.ipynb`;
    const cells = of('cell').filter(({ notebook }) => notebook === place('green'));
    assert.deepEqual(
      cells.map(({ cell, error }) => [cell, error]),
      codeCells(canary('green')).map(({ id }) => [
        read(canary('green')).cells.findIndex((cell) => cell.id === id) + 1,
        id === 'cell-4' ? 'Error: allowed' : undefined,
      ]),
    );
    assert.deepEqual(of('passed'), [{ event: 'passed', notebook: place('green') }]);
    const [thrown, special] = of('failed');
    const reason = 'RangeError: a thrown error';
    assert.deepEqual(thrown, { event: 'failed', notebook: place('throw'), cell: 3, kind: 'error', reason });
    assert.deepEqual([special.notebook, special.cell, special.kind], [control, 2, 'error']);
    assert.match(special.reason, /^Error: control/);
    assert.deepEqual(events.at(-1), { event: 'ended', passed: 1, failed: 2 });
  });
});
