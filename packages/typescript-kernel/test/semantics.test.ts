/** Cells on the TypeScript kernel for JupyterLite show what they show on tslab, and what both say of a cell that failed. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { inspect } from 'node:util';
import { runCells } from '../../../test/support/jupyter-kernel';
import { describeFailure, limitUnawaited } from '../core/errors';
import { positionOf, problemLines } from '../core/hints';
import { describeValue } from '../core/values';
import { ROWS, type Shown } from './cells';
import { root, runInNode, writeThings } from './in-node';

mkdirSync(join(root, 'build'), { recursive: true });
const folder = mkdtempSync(join(root, 'build', 'typescript-kernel-test-'));
after(() => rmSync(folder, { recursive: true, force: true }));

async function runOnTslab(cells: string[]): Promise<Shown[]> {
  writeThings(folder);
  const ids: string[] = [];
  const numberOf = (id: string) => (ids.includes(id) ? ids.indexOf(id) : ids.push(id) - 1);
  const ended = await runCells(cells, folder);
  return ended.map(({ status, ename, stdout, stderr, displays }) => ({
    status,
    ...(ename === undefined ? {} : { ename }),
    stdout,
    stderr,
    displays: displays.map(({ data, id, update }) => ({ data, update, ...(id ? { id: numberOf(id) } : {}) })),
  }));
}

describe('A cell shows here what it shows on tslab', () => {
  let expected: Shown[];
  let found: Shown[];
  before(async () => {
    const cells = ROWS.map(({ cell }) => cell);
    // tslab first: it waits after each error, and leaves a core to the other one.
    [expected, found] = await Promise.all([runOnTslab(cells), runInNode(cells, folder)]);
  });

  for (const [i, { name, differs, here }] of ROWS.entries()) {
    if (differs === undefined) test(`[${i + 1}] ${name}`, () => assert.deepEqual(found[i], expected[i]));
    else {
      test(`[${i + 1}] ${name}, but: ${differs}`, () => {
        assert.deepEqual(found[i], { status: 'ok', stdout: '', stderr: '', displays: [], ...here });
        assert.notDeepEqual(found[i], expected[i], 'they are alike now: take `differs` out of the table');
      });
    }
  }
});

test('A cell that throws no error is reported by what it has thrown', () => {
  const { text, reply } = describeFailure(inspect, { code: 3 });
  assert.deepEqual([text, reply.ename, reply.evalue], ['Uncaught { code: 3 }', 'Error', '{ code: 3 }']);
  assert.equal(describeFailure(inspect, 'text').reply.evalue, "'text'");
});

test('Of thousands of errors that nothing awaits the first hundred are shown, and the others counted in one line', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const lines: string[] = [];
  const late = limitUnawaited((text) => lines.push(text));
  for (let i = 0; i < 3000; i++) late.add(() => `no ${i}`);
  assert.deepEqual([lines.length, lines.at(-1)], [100, 'no 99']);
  t.mock.timers.tick(500);
  assert.deepEqual(lines.slice(100), ['… 2,900 more errors that no part of the cell awaits.']);
  late.reset();
  late.add(() => 'of the next cell');
  assert.equal(lines.at(-1), 'of the next cell');
});

test('An error is cut to what a page can show', () => {
  const { text, reply } = describeFailure(inspect, new RangeError('m'.repeat(20_000_000)));
  assert.ok(text.length < 30_000, `${text.length}`);
  assert.equal(reply.evalue, `${'m'.repeat(10_000)}… 19990000 more characters`);
  const many = describeFailure(
    inspect,
    new AggregateError(
      Array.from({ length: 500 }, (_, i) => new Error(`${i}`)),
      'all',
    ),
  );
  assert.match(many.text, /\nError: 9\n[\s\S]*\n… 490 more errors$/);
  const stack = Object.assign(new Error('short'), { stack: 's'.repeat(1_000_000) });
  assert.ok(describeFailure(inspect, stack).text.length < 30_000);
});

test('A value that says itself how it is printed is cut, too', () => {
  const loud = { [inspect.custom]: () => 'x'.repeat(1_000_000) };
  assert.equal(describeValue(inspect, loud), `${'x'.repeat(20_000)}… 980000 more characters`);
});

test('What is missing at the end of a line is said of that line; all else stays where TypeScript finds it', () => {
  const cell = 'const f = () => {\n  return todo(  \n\n};\n';
  const brace = cell.indexOf('}');
  assert.deepEqual(positionOf(1005, brace, cell), { offset: 32, line: 1, character: 14 });
  assert.deepEqual(positionOf(1109, brace, cell), { offset: brace, line: 3, character: 0 });
  assert.deepEqual(positionOf(1005, 10, cell), { offset: 10, line: 0, character: 10 });
});

test('A cell that cannot be read gets what is wrong there alone, and one line for what other notebooks can read', () => {
  const problem = (code: number, messageText: string) => ({ line: 1, column: 2, code, messageText });
  const all = [
    problem(2304, "Cannot find name 'div'."),
    problem(1005, "'>' expected."),
    problem(1109, 'Expression expected.'),
  ];
  const HTML = "To show HTML: import { display } from 'tslab'; display.html('…')";
  const CASES = {
    'f(]': "1:2 - '>' expected.\n1:2 - Expression expected.\n",
    'const a = <div className="x">\n  text\n</div>;': `1:2 - A cell is TypeScript without JSX. ${HTML}\n`,
    "display.html('<b>it\\'s</b>' + \"<br/>\" + `<i>${a}</i>`": "1:2 - '>' expected.\n1:2 - Expression expected.\n",
    '%%html\n<b>x</b>': `1:2 - A line that begins with % or ! is a command of IPython; this cell is TypeScript. ${HTML}\n`,
    '!pip install x': `1:2 - A line that begins with % or ! is a command of IPython; this cell is TypeScript. ${HTML}\n`,
  };
  for (const [cell, lines] of Object.entries(CASES)) assert.equal(problemLines(all, cell), lines, cell);
});

test('After a restart a cell names each unknown name once, and does not take it for one of its own', () => {
  const problem = (line: number, code: number, messageText: string) => ({ line, column: 1, code, messageText });
  const resembles = "Cannot find name 'byRows'. Did you mean 'byTables'?";
  const problems = [
    problem(2, 2552, resembles),
    problem(2, 7006, "Parameter 'row' implicitly has an 'any' type."),
    problem(3, 2304, "Cannot find name 'images'."),
    problem(3, 2304, "Cannot find name 'images'."),
    problem(4, 2552, resembles),
  ];
  const cell = 'const byTables = 1;\nbyRows((row) => row);\nimages, images;\nbyRows;';
  assert.equal(
    problemLines(problems, cell),
    "2:1 - Cannot find name 'byRows'. If a cell above declares it, run that cell first.\n3:1 - Cannot find name 'images'.\n",
  );
  assert.equal(problemLines([problems[0]], cell), `2:1 - ${resembles}\n`, 'one name may be misspelt');
});

test('Of very many type errors the first are shown', () => {
  const all = Array.from({ length: 1000 }, (_, i) => ({ line: i + 1, column: 1, code: 2322, messageText: 'wrong' }));
  assert.match(problemLines(all, ''), /^(?:\d+:1 - wrong\n){50}… 950 more\n$/);
});
