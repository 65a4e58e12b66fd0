/** Where results go, and what a CI reads: the JUnit file, annotations for GitHub, lines that say what is running. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
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

describe('A result', { concurrency: 2 }, () => {
  test('has the path of its notebook below the folder where the command was typed: equal names do not collide', async () => {
    const folder = join(temporary, 'course é');
    for (const week of ['week 1', 'week 2']) writeNotebook(join(folder, week, 'x.ipynb'), `console.log('${week}')`);
    const { status, lines } = await run(['--out', 'results', 'week 1/x.ipynb', 'week 2/x.ipynb'], {}, folder);
    assert.equal(status, 0, lines.join('\n'));
    for (const week of ['week 1', 'week 2']) {
      assert.deepEqual(stream(codeCells(join(folder, 'results', week, 'x.ipynb'))[0], 'stdout'), [`${week}\n`]);
    }
  });

  test('of a chapter has its plain name, that of another notebook of the clone its path, wherever it was typed', () => {
    const program = [
      'import json, sys',
      'sys.path.insert(0, "packages/notebook-runner")',
      'from pathlib import Path',
      'from headless.options import target_of',
      'from headless.places import ROOT',
      'names = ["notebooks/01-a.ipynb", "notebooks/more/02-b.ipynb", "packages/notebook-runner/test/canaries/x.ipynb"]',
      'paths = [ROOT / name for name in names] + [Path("/elsewhere/c.ipynb")]',
      'print(json.dumps([target_of(path, Path("out")).as_posix() for path in paths]))',
    ].join('\n');
    const answer = execFileSync(PYTHON, ['-B', '-c', program], {
      cwd: root,
      env: { ...process.env, INIT_CWD: join(root, 'test') },
      encoding: 'utf8',
    });
    assert.deepEqual(JSON.parse(answer), [
      'out/01-a.ipynb',
      'out/more/02-b.ipynb',
      'out/packages/notebook-runner/test/canaries/x.ipynb',
      'out/c.ipynb',
    ]);
  });

  test('of cells whose ids occur twice has an id for each, and no warning is printed', async () => {
    const file = writeNotebook(join(temporary, 'ids.ipynb'), '1', '2', '3');
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll(/"cell-[23]"/g, '"cell-1"'));
    const { status, lines } = await run(['--out', join(temporary, 'ids'), file]);
    assert.deepEqual([status, lines.length], [0, 1], lines.join('\n'));
    const ids = read(join(temporary, 'ids', 'ids.ipynb')).cells.map((cell) => cell.id);
    assert.deepEqual(ids, ['cell-1', 'cell-2', 'cell-3']);
  });
});

test('Where there is no terminal, a line says now and then which cell is running', async () => {
  const file = writeNotebook(
    join(temporary, 'slow.ipynb'),
    '1',
    'await new Promise((done) => setTimeout(done, 6000));',
  );
  const { status, lines } = await run(['--heartbeat', '1', '--out', join(temporary, 'slow'), file]);
  assert.equal(status, 0);
  const running = lines.filter((line) => line.startsWith(`running ${file}, cell 2 (code cell 2 of 2) for `));
  assert.ok(running.length >= 3, lines.join('\n'));
});

test('Two notebooks at a time (--at-a-time 2) run beside one another; those that measure time or need others come last, alone', async () => {
  const notes = join(temporary, 'notes');
  const cell = (name: string, ms: number) => `import { appendFileSync } from 'node:fs';
appendFileSync(${JSON.stringify(notes)}, '+${name}');
await new Promise((done) => setTimeout(done, ${ms}));
appendFileSync(${JSON.stringify(notes)}, '-${name}');`;
  const tags: Record<string, string[]> = { time: ['timing'], needs: ['after-others'] };
  const files = ['time', 'needs', 'a', 'b'].map((name) => {
    const file = writeNotebook(join(temporary, `${name}.ipynb`), cell(name, name in tags ? 0 : 8000));
    const notebook = read(file);
    for (const { metadata } of notebook.cells) metadata.tags = tags[name] ?? [];
    writeFileSync(file, JSON.stringify(notebook));
    return file;
  });
  const { status, lines } = await run(['--at-a-time', '2', '--out', join(temporary, 'two'), ...files]);
  assert.equal(status, 0, lines.join('\n'));
  assert.match(readFileSync(notes, 'utf8'), /^\+[ab]\+[ab]-[ab]-[ab]\+time-time\+needs-needs$/);
});

test('For a program (--json), each line is an object: what each cell ended with, and each notebook', async () => {
  const notebooks = [canary('green'), canary('throw')];
  const { status, lines } = await run(['--json', '--out', join(temporary, 'json'), ...notebooks]);
  assert.equal(status, 1);
  const events = lines.map((line) => JSON.parse(line));
  const of = (event: string) => events.filter((one) => one.event === event);
  const green = of('cell').filter(({ notebook }) => notebook === 'packages/notebook-runner/test/canaries/green.ipynb');
  assert.deepEqual(
    green.map(({ cell, error }) => [cell, error]),
    codeCells(canary('green')).map(({ id }) => [
      read(canary('green')).cells.findIndex((cell) => cell.id === id) + 1,
      id === 'cell-4' ? 'Error: allowed' : undefined,
    ]),
  );
  assert.deepEqual(of('passed'), [{ event: 'passed', notebook: 'packages/notebook-runner/test/canaries/green.ipynb' }]);
  const reason = 'RangeError: a thrown error';
  assert.deepEqual(of('failed'), [
    { event: 'failed', notebook: 'packages/notebook-runner/test/canaries/throw.ipynb', cell: 3, kind: 'error', reason },
  ]);
  assert.deepEqual(events.at(-1), { event: 'ended', passed: 1, failed: 1 });
});

describe('For a CI', { concurrency: 1 }, () => {
  const output = join(temporary, 'ci');
  const junit = join(temporary, 'reports é', 'junit.xml');
  const control = join(temporary, 'control.ipynb');
  let result: Ended;
  before(async () => {
    mkdirSync(output);
    writeNotebook(
      control,
      '// A comment first.\nconst half = "\\ud800";',
      "throw new Error('control \\u0000 \\u001b[1m <&\"> \\ud800 100%, a: b')",
      '3',
    );
    result = await run(['--out', output, '--junit', junit, canary('green'), canary('throw'), control], {
      GITHUB_ACTIONS: 'true',
      GITHUB_WORKSPACE: root,
    });
  });

  test('the JUnit file has a suite per notebook and a case per code cell, with time and failure', () => {
    // Read by Python's parser, which refuses what is not well-formed.
    const suites = JSON.parse(
      python(`
import json, xml.etree.ElementTree as ET
root = ET.parse(${JSON.stringify(junit)}).getroot()
case = lambda c: [c.get("name"), float(c.get("time")) >= 0, [[e.tag, e.get("message"), e.text or ""] for e in c]]
print(json.dumps([root.attrib, [[s.attrib, [case(c) for c in s]] for s in root]]))`),
    ) as [Record<string, string>, [Record<string, string>, [string, boolean, [string, string, string][]][]][]];
    const [totals, [green, thrown, special]] = suites;
    assert.deepEqual(totals, { tests: '14', failures: '2', errors: '0', skipped: '2' });

    assert.equal(green?.[0].name, 'packages/notebook-runner/test/canaries/green.ipynb');
    assert.deepEqual([green?.[0].tests, green?.[0].failures, green?.[0].skipped], ['8', '0', '0']);
    assert.ok(green?.[1].every(([, timed, children]) => timed && children.length === 0));
    assert.ok(Number(green?.[0].time) > 0);

    const cases = thrown?.[1] ?? [];
    assert.deepEqual(
      cases.map(([name]) => name),
      [
        "cell 2: console.log('before');",
        "cell 3: console.error('a warning');",
        "cell 4: console.log('never printed');",
      ],
    );
    assert.deepEqual(
      cases.map(([, , children]) => children.map(([tag]) => tag)),
      [[], ['failure'], ['skipped']],
    );
    const [, message, text] = cases[1]?.[2][0] ?? [];
    assert.equal(message, 'RangeError: a thrown error');
    assert.match(text ?? '', /a warning.*RangeError: a thrown error/s);

    assert.equal(special?.[1][0]?.[0], 'cell 1: const half = "\\ud800";', 'named by its first line that is no comment');
    assert.equal(special?.[1][1]?.[2][0]?.[0], 'failure');
    assert.match(special?.[1][1]?.[2][0]?.[1] ?? '', /^Error: control � .*<&"> .* 100%, a: b$/);
  });

  test('annotations name file and line on GitHub, each in one line without control characters', () => {
    const annotations = result.lines.filter((line) => line.startsWith('::'));
    assert.equal(annotations.length, 2, result.lines.join('\n'));
    const source = readFileSync(canary('throw'), 'utf8').split('\n');
    const line = source.findIndex((text) => text.includes("console.error('a warning');")) + 1;
    assert.equal(
      annotations[0],
      `::error file=packages/notebook-runner/test/canaries/throw.ipynb,line=${line},title=cell 3 (code cell 2)::RangeError: a thrown error`,
    );
    assert.match(
      annotations[1] ?? '',
      /^::error file=[^,:]*control\.ipynb,line=\d+,title=cell 2 \(code cell 2\)::Error/,
    );
    assert.match(annotations[1] ?? '', /::Error: control � .* 100%25, a: b$/);
  });

  test('a kernel that does not start is an error of the notebook as a whole', () => {
    const xml = python(`
import sys
sys.path.insert(0, "packages/notebook-runner")
from headless.junit import Case, Suite, document
print(document([Suite("a.ipynb", 1.5, [Case("cell 1", skipped=True)], error="the kernel did not start")]))`);
    assert.match(xml, /<testsuite name="a.ipynb" time="1.500" tests="2" failures="0" errors="1" skipped="1">/);
    assert.match(
      xml,
      /<testcase classname="a.ipynb" name="the notebook as a whole" time="1.500">\s*<error message="the/,
    );
  });
});

describe('The line of a notebook file on which the source of a cell begins', () => {
  const linesOf = (text: string) =>
    JSON.parse(
      execFileSync(
        PYTHON,
        [
          '-B',
          '-c',
          'import json, sys\nsys.path.insert(0, "packages/notebook-runner")\nfrom headless.files import cell_lines\nprint(json.dumps(cell_lines(sys.stdin.read())))',
        ],
        { cwd: root, input: text, encoding: 'utf8' },
      ),
    ) as number[];

  test('is found in every chapter and canary', () => {
    for (const file of [canary('throw'), canary('figure'), canary('green')]) {
      const text = readFileSync(file, 'utf8');
      const lines = text.split('\n');
      const found = linesOf(text).map((line) => lines[line - 1]?.trim().replace(/,$/, ''));
      assert.deepEqual(
        found,
        read(file).cells.map((cell) => JSON.stringify(cell.source[0])),
      );
    }
  });

  test('is found where a source is one text, where keys come in another order, and in one line', () => {
    const text = `{
 "metadata": {"cells": [{}], "source": "no"},
 "cells": [
  {
   "source": "a \\" { [",
   "cell_type": "code"
  },
  {"cell_type": "code", "outputs": [{"data": {"source": [1]}}],
   "source": []}
 ], "nbformat": 4}`;
    assert.deepEqual(linesOf(text), [5, 9]);
    assert.deepEqual(linesOf(JSON.stringify(JSON.parse(text))), [1, 1]);
  });
});
