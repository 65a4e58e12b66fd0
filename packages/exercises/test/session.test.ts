/** What a learner sees of the exercises: one line per check, the progress of a chapter, the edition of a copy. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, test } from 'node:test';
import { editionOf } from '../../../editions/shared/copies';
import { currentEdition, phrases as phrasesOfPackage } from '../../../hosts/node/exercises';
import { chapterNames } from '../../system/project';
import { ALL, makeExercises, type Surroundings, todo } from '..';

const root = resolve(__dirname, '..', '..', '..');
type Charge = (v: number, x: number, tau: number, rest: number) => number;
const right: Charge = (v, x, tau, rest) => v + (x - (v - rest)) / tau;

/** The functions of a kernel that has just started, and what they print. */
function kernel(more: Surroundings = {}) {
  const printed: string[] = [];
  return { ...makeExercises({ print: (line) => printed.push(line), ...more }), printed };
}

describe('A check', () => {
  test('prints one line with a sign, the exercise, the mistake and a question', () => {
    const { check, printed } = kernel();
    check('lif-charge', () => todo());
    check('lif-charge', (v, x, tau) => v + x / tau);
    check('lif-charge', right);
    assert.deepEqual(printed, [
      '○ lif-charge: Not attempted yet.',
      '✘ lif-charge (no-leak): Without input this potential never falls. Where does the leak pull v?',
      '✔ lif-charge: Right.',
    ]);
  });

  test('returns nothing that a notebook would show', () => {
    assert.equal(kernel().check('lif-charge', right), undefined);
  });

  test('prints once per case what the answer prints, and leaves the console as it was', (t) => {
    const { mock } = t.mock.method(console, 'log', () => {});
    const { log } = console;
    kernel().check('lif-charge', (v, x, tau, rest) => {
      console.log(v, x, tau);
      return right(v, x, tau, rest);
    });
    assert.equal(mock.callCount(), ALL['lif-charge'].probes.length);
    assert.equal(console.log, log);
  });

  test('of an exercise that does not exist is refused in one line', () => {
    const { check } = kernel();
    assert.throws(() => check('lif-chrage' as 'lif-charge', right), /RangeError.*found 'lif-chrage'/);
    assert.throws(() => check('toString' as 'lif-charge', right), RangeError);
  });

  test('has the types of its exercise', () => {
    const { check } = kernel();
    // @ts-expect-error: a boolean where a number is asked for
    check('lif-fire', (v: number[]) => v.map((potential) => potential === 0));
    // @ts-expect-error: a list where an object is asked for
    check('lif-run', () => [1, 2]);
    // @ts-expect-error: no such exercise
    assert.throws(() => check('lif-chrage', right));
  });
});

describe('The progress of a chapter', () => {
  test('tells what the last check of each exercise found', () => {
    const { check, solved, progress, printed } = kernel();
    check('lif-charge', right);
    check('lif-fire', (v) => v.map((potential) => (potential === 0 ? 1 : 0)));
    check('lif-run', () => todo());
    printed.length = 0;
    progress('lif-neuron');
    assert.match(printed[0], /^1 of 12 exercises passed, about \d+ minutes to go, \d+ of them core\.$/);
    assert.deepEqual(printed.slice(1, 5), [
      '  ✔ lif-charge',
      '  ✘ lif-fire: zero-means-spike (optional)',
      '  ○ lif-run: not attempted',
      '  ○ lif-soft-reset: not run (optional)',
    ]);
    assert.deepEqual([solved('lif-charge'), solved('lif-fire'), solved('lif-soft-reset')], [true, false, false]);
    check('lif-charge', () => 0);
    assert.equal(solved('lif-charge'), false, 'a later answer counts');
  });

  test('is known of chapters that have exercises', () => {
    assert.throws(
      () => kernel().progress('start' as never),
      /RangeError: chapter: expected one with exercises, found 'start'/,
    );
    assert.throws(() => kernel().progress(12 as never), /RangeError: chapter: expected one with exercises, found 12/);
  });
});

test('A host that records is told what each check found, and never the answer', () => {
  const recorded: unknown[][] = [];
  const { check } = kernel({ record: (...result) => recorded.push(result) });
  check('lif-charge', () => todo());
  check('lif-charge', (v, x, tau) => v + x / tau);
  check('lif-charge', () => 0);
  check('lif-charge', right);
  assert.deepEqual(recorded, [
    ['lif-charge', 'todo'],
    ['lif-charge', 'no-leak'],
    ['lif-charge', 'wrong'],
    ['lif-charge', 'passed'],
  ]);
});

describe('A copy of a chapter', () => {
  test('says so when the chapter is newer, and nothing more when it is not', () => {
    const { edition, printed } = kernel({ currentEdition: (file) => ({ file, edition: '12345678' }) });
    edition('02-lif-neuron.ipynb', '12345678');
    assert.deepEqual(printed, ['Your copy of 02-lif-neuron.ipynb, edition 12345678.']);
    edition('02-lif-neuron.ipynb', '87654321');
    assert.match(
      printed[2],
      /^The chapter is newer: edition 12345678\. “npm run exercises -- --reset 02” gives you a new copy/,
    );
    assert.equal(printed.length, 3);
  });

  test('made when the chapter had another number names the one that it has now', () => {
    const { edition, printed } = kernel({ currentEdition });
    const now = chapterNames().find((name) => name.endsWith('-a-hidden-layer.ipynb')) as string;
    edition('99-a-hidden-layer.ipynb', '87654321');
    assert.match(printed[1], new RegExp(`--reset ${now.slice(0, 2)}” gives you a new copy and keeps this one`));
  });

  test('has an edition that Node and the tool that makes copies compute alike', () => {
    for (const name of chapterNames()) {
      const notebook = JSON.parse(readFileSync(join(root, 'notebooks', name), 'utf8'));
      assert.deepEqual(currentEdition(name), { file: name, edition: editionOf(notebook) });
    }
    assert.equal(currentEdition('99-none.ipynb'), undefined);
  });
});

test('Every exercise has a name per argument', () => {
  for (const [id, { names, probes }] of Object.entries(ALL)) {
    for (const probe of probes) {
      assert.equal((typeof probe === 'function' ? probe().args : (probe as unknown[])).length, names.length, id);
    }
  }
});

describe('A copy in another language', () => {
  const chinese: Record<string, string> = {
    'Without input this potential never falls. Where does the leak pull v?': '漏电把 v 拉向哪里？',
    'Not yet: for {0} and {1} = {2} your function returns {3}. What do you get on paper?': '{1}：{3}，{0}，{2}。',
    '{0} of {1} exercises passed, about {2} minutes to go, {3} of them core.': '共 {1} 道，通过 {0} 道。',
    '○ {0}: not run (optional)': '○ {0}：未运行（选做）',
    'Your copy of {0}, edition {1}.': '副本 {0}，版本 {1}。',
    'The chapter is newer: edition {0}. “npm run exercises -- --reset {1}” gives you a new copy and keeps this one.':
      '新版 {0}：“{1}”。',
  };
  const phrases = (language: string) => (language === 'zh' ? chinese : undefined);
  const inChinese = (more: Surroundings = {}) => {
    const own = kernel({ phrases, ...more });
    own.edition('02-lif-neuron.ipynb', '12345678', 'zh');
    own.printed.length = 0;
    return own;
  };

  test('says what a check finds in it, with the values of the answer', () => {
    const { check, printed } = inChinese();
    check('lif-charge', (v, x, tau) => v + x / tau);
    check('lif-charge', () => 5);
    assert.equal(printed[0], '✘ lif-charge (no-leak): 漏电把 v 拉向哪里？');
    assert.match(printed[1], /^✘ lif-charge: rest：5，for v = |^✘ lif-charge: rest：5，v = /);
  });

  test('says in English what is not translated', () => {
    const { check, printed } = inChinese();
    check('lif-charge', () => todo());
    assert.deepEqual(printed, ['○ lif-charge: Not attempted yet.']);
  });

  test('says how far a chapter is, and that there is a newer one', () => {
    const { progress, edition, printed } = inChinese({ currentEdition: (file) => ({ file, edition: '87654321' }) });
    progress('lif-neuron');
    assert.equal(printed[0], '共 12 道，通过 0 道。');
    assert.equal(printed[2], '  ○ lif-fire：未运行（选做）');
    printed.length = 0;
    edition('02-lif-neuron.ipynb', '12345678', 'zh');
    assert.deepEqual(printed, ['副本 02-lif-neuron.ipynb，版本 12345678。', '新版 87654321：“02 --language zh”。']);
  });

  test('is recorded as one in English', () => {
    const recorded: unknown[][] = [];
    const { check } = inChinese({ record: (...result) => recorded.push(result) });
    check('lif-charge', (v, x, tau) => v + x / tau);
    assert.deepEqual(recorded, [['lif-charge', 'no-leak']]);
  });

  test('is refused in one line if nothing is said in it, and no name reaches another file', () => {
    for (const language of ['xx', '../zh', 'ZH', ''])
      assert.throws(
        () =>
          kernel({ phrases: (asked) => (asked === 'xx' ? undefined : chinese) }).edition('02-x.ipynb', '1', language),
        new RegExp(`^RangeError: language: expected 'en' or one that is translated, found '${language}'$`),
      );
    assert.throws(() => kernel().edition('02-x.ipynb', '1', 'zh'), /^RangeError: language: /);
  });

  test('finds its sentences in the files of the package', () => {
    const { check, printed, edition } = kernel({ phrases: phrasesOfPackage });
    edition('02-lif-neuron.ipynb', '12345678', 'zh');
    check('lif-charge', (v, x, tau) => v + x / tau);
    assert.match(printed[1], /^✘ lif-charge \(no-leak\): \p{Script=Han}/u);
    const { files } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    assert.ok(files.includes('translations/*/phrases/exercises*.json'));
    assert.equal(phrasesOfPackage('xx'), undefined);
  });
});
