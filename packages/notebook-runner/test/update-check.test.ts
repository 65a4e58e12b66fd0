/** `npm run notebooks -- --update` and `--check`: what is written back, and what counts as a difference. */
import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import {
  type Cell,
  canary,
  codeCells,
  type Ended,
  lineOf,
  type Output,
  read,
  run,
  stream,
  temporaryFolder,
  writeNotebook,
} from '../../../test/support/notebooks';
import { python } from '../../../test/support/python';

const temporary = temporaryFolder('committed');

describe('--update and --check', { concurrency: 1 }, () => {
  const folder = join(temporary, 'committed é');
  const committed = join(folder, 'figure.ipynb');
  const output = join(temporary, 'checked');

  /** A copy of the committed notebook in which a change was made. */
  function changed(name: string, change: (cells: Cell[]) => void): string {
    const notebook = read(committed);
    change(notebook.cells.filter((cell) => cell.cell_type === 'code'));
    const file = join(folder, `${name}.ipynb`);
    writeFileSync(file, JSON.stringify(notebook, null, 1));
    return file;
  }
  /** PNG of the same two pixels, the second one step less blue. */
  const otherPixel = (cell: Cell | undefined) => {
    const data = cell?.outputs.find((output) => output.data?.['image/png'])?.data as Record<string, string>;
    const bytes = Buffer.from(data['image/png'] as string, 'base64');
    const at = bytes.indexOf('IDAT') + 12;
    bytes[at] = (bytes[at] as number) ^ 1;
    data['image/png'] = bytes.toString('base64');
  };
  const otherText = (cell: Cell | undefined, from: string, to: string) => {
    const output = cell?.outputs.find((one) => one.name === 'stdout') as Output;
    assert.ok(output.text?.join('').includes(from));
    output.text = output.text?.map((line) => line.replace(from, to));
  };

  let failing: string;
  const edited = {
    file: join(folder, 'edited.ipynb'),
    cell: "import { appendFileSync } from 'node:fs';\nappendFileSync('edited.ipynb', ' ');\nconsole.log('a result');",
    before: '',
  };
  let updated: Buffer;
  let update: Ended;
  let check: Ended;
  before(async () => {
    mkdirSync(folder, { recursive: true });
    failing = join(folder, 'throw.ipynb');
    for (const name of ['figure', 'throw']) writeFileSync(join(folder, `${name}.ipynb`), readFileSync(canary(name)));
    chmodSync(committed, 0o640);
    edited.before = readFileSync(writeNotebook(edited.file, edited.cell), 'utf8');
    update = await run(['--update', '--out', output, committed, failing, edited.file]);
    updated = readFileSync(join(output, 'figure.ipynb'));
    const two = changed('two', ([text, figure]) => {
      otherText(text, '0.12345', '0.12346');
      otherPixel(figure);
    });
    // Variables of the reader that would make Node print more.
    const env = {
      NODE_DEBUG: 'http,module',
      NODE_DEBUG_NATIVE: 'http',
      NODE_PENDING_DEPRECATION: '1',
      FORCE_COLOR: '1',
    };
    check = await run(['--check', '--out', output, committed, two], env);
  });

  /**
   * What --check finds between each changed notebook and the one that was executed: the index of each cell, and why.
   */
  function found(...changes: ((cells: Cell[]) => void)[]): [number, string][][] {
    const executed = join(output, 'figure.ipynb');
    const pairs = changes.map((change, i) => [changed(`changed ${i}`, change), executed]);
    return JSON.parse(
      python(`
import json, sys
sys.path.insert(0, "packages/notebook-runner")
from headless.compare import differences
import nbformat
pairs = ${JSON.stringify(pairs)}
print(json.dumps([differences(*(nbformat.read(file, 4) for file in pair)) for pair in pairs]))`),
    );
  }

  test('--update writes a notebook back that passes, and none that fails', () => {
    assert.equal(update.status, 1);
    assert.match(lineOf(update.lines, 'figure'), /^ok .*written back$/);
    assert.ok(readFileSync(committed).equals(updated), 'the committed notebook is what was executed');
    assert.deepEqual(readFileSync(failing), readFileSync(canary('throw')));
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.startsWith('.')),
      [],
    );
  });

  test('--check passes for what was committed, although variables of the reader would make Node print more', () => {
    assert.match(lineOf(check.lines, 'figure'), /^ok .*outputs as committed$/); // between lines of the wrapper's own node
    assert.equal(check.status, 1);
  });

  test('--check fails for a changed digit, shows the line of the first cell that differs, and says how many more do', () => {
    const line = lineOf(check.lines, 'two');
    assert.match(line, /^FAILED .* \(and 1 more cell\) {2}\(/);
    assert.ok(line.includes('cell 2 (code cell 1): output differs from the committed one: stdout, line 1: '), line);
    assert.ok(line.includes('"loss 0.12346\\n" committed, "loss 0.12345\\n" now'), line);
  });

  test('--check finds a changed pixel, and an output that was not committed', () => {
    const [pixel = [], gone = []] = found(
      ([, figure]) => otherPixel(figure),
      ([, figure]) => figure?.outputs.pop(),
    );
    for (const [[[index, reason] = assert.fail('nothing'), ...more], why] of [
      [pixel, /image\/png: \d+ bytes committed, \d+ others now/],
      [gone, /image\/png now, not committed/],
    ] as const) {
      assert.deepEqual([index, more], [2, []]);
      assert.match(reason, why);
    }
  });

  test('--check compares a cell tagged tfjs by its text, and one tagged timing not at all', () => {
    const [digit = [], free] = found(
      ([, , tfjs]) => otherText(tfjs, '0.12', '0.13'),
      ([, , tfjs, timing]) => {
        otherPixel(tfjs);
        otherText(timing, ' ns', ' ms');
      },
    );
    const [[index, reason] = assert.fail('nothing')] = digit;
    assert.equal(index, 3);
    assert.match(reason, /"loss 0.13\\n" committed/);
    assert.deepEqual(free, []);
  });

  test('--update leaves a notebook alone that was changed while it was executed, says so, and fails', () => {
    const { file, before } = edited;
    const reason = 'was changed while it was executed, so --update did not write to it';
    assert.ok(lineOf(update.lines, 'edited').startsWith(`FAILED  ${file}: ${reason}  (`), update.lines.join('\n'));
    assert.equal(readFileSync(file, 'utf8'), `${before} `);
    assert.deepEqual(stream(codeCells(join(output, 'edited.ipynb'))[0], 'stdout'), ['a result\n']);
  });

  test('--update keeps the permissions of the file', () => {
    assert.equal(statSync(committed).mode & 0o777, 0o640);
  });
});
