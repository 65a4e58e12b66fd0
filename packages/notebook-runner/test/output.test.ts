/** What cells print, in the form in which it is stored. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { before, describe, test } from 'node:test';
import { root } from '../../../test/support/notebooks';
import { PYTHON } from '../../../test/support/python';

/** Runs Python with `outputs` of the runner; returns what it printed as JSON. */
function inRunner(...program: string[]): unknown {
  const start = [
    'import json, sys, time',
    'sys.path.insert(0, "packages/notebook-runner")',
    'from headless import outputs',
    '',
  ];
  const args = ['-B', '-c', `${start.join('\n')}import nbformat\nnew = nbformat.v4\n${program.join('\n')}`];
  return JSON.parse(execFileSync(PYTHON, args, { cwd: root, encoding: 'utf8' }));
}

describe('Outputs of a cell are brought to the form in which they are stored', () => {
  test('so that what a carriage return overwrites is gone, but not the carriage return of a line end', () => {
    const texts = ['a\rb\n', 'a\r\n', 'a\rb\r\nc\rd', 'a\r', '\r\r', 'plain\n', 'x\r\ny\n'];
    assert.deepEqual(
      inRunner(`print(json.dumps([outputs.without_overwritten(t) for t in ${JSON.stringify(texts)}]))`),
      ['b\n', 'a\r\n', 'b\r\nd', 'a\r', '\r', 'plain\n', 'x\r\ny\n'],
    );
  });

  test('one stream per name between two other outputs, stdout first', () => {
    const order = inRunner(
      'stream = lambda name, text: new.new_output("stream", name=name, text=text)',
      'cell = new.new_code_cell(outputs=[stream("stderr", "1"), stream("stdout", "2"), stream("stderr", "3"),',
      '  new.new_output("display_data", data={"text/plain": "4"}), stream("stdout", "5"), stream("stdout", "6")])',
      'outputs.tidy(new.new_notebook(cells=[cell]))',
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
    [
      'after one in a file',
      '/a b/c.js:12\n  f()\n  ^\n\nTypeError: f is not a function',
      'TypeError: f is not a function',
    ],
    ['without colours', '\u001b[31mError: red\u001b[39m', 'Error: red'],
    ['where a message ends like a position', 'Error: bad time 12:30', 'Error: bad time 12:30'],
    ['of a type error of tslab', "1:7 - Type 'string' is not assignable.", "1:7 - Type 'string' is not assignable."],
    ['of nothing', ' \n', 'unknown error'],
  ];
  let found: string[];
  before(() => {
    const texts = JSON.stringify(cases.map(([, text]) => text));
    found = inRunner(`print(json.dumps([outputs.first_line(text) for text in ${texts}]))`) as string[];
  });
  for (const [i, [name, , expected]] of cases.entries()) {
    test(`is found: ${name}`, () => assert.equal(found[i], expected));
  }
});
