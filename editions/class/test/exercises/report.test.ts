/** The report of a class: what the teacher reads out of notebooks that were handed in, whatever is in them. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { zipSync } from 'fflate';
import { ALL } from '../../../../packages/exercises';
import { chapterNames, numbered, program } from '../../../../packages/system/project';
import { type Ended, ended, root, temporaryFolder } from '../../../../test/support/notebooks';
import type { Cell } from '../../../shared/cells';
import { learnersCopy, readChapter } from '../../../shared/copies';

/** The number of the chapter whose exercises are handed in. A file's own name may be any. */
const LIF = ALL['lif-charge'].chapter;
const isRoot = process.getuid?.() === 0;
const temporary = temporaryFolder('report');
before(() => mkdirSync(join(temporary, 'tmp')));

const report = (folder: string, ...options: string[]): Promise<Ended> =>
  ended(
    spawn(...program('editions/class/exercises/exercises.ts', ['--report', folder, ...options]), {
      cwd: root,
      env: { ...process.env, TMPDIR: join(temporary, 'tmp') },
    }),
  );

const code = (id: string, source: string, exercise?: { id?: string; role: string }): Cell => ({
  cell_type: 'code',
  id,
  metadata: exercise ? { exercise } : {},
  outputs: [],
  source: [source],
});
const setup = code(
  'exercises-setup',
  "import { exercises } from 'lif-fc-mnist';\nconst { check, progress, solved, todo } = exercises;",
  { role: 'setup' },
);
/** As in a Chinese copy, whose checks speak Chinese. */
const CHINESE = code(
  'exercises-setup',
  `${[setup.source].flat().join('')}\nexercises.edition('02-lif-neuron.ipynb', '12345678', 'zh');`,
  { role: 'setup' },
);
const answer = (id: string, source: string) => code(`${id}-answer`, source, { id, role: 'answer' });
const charge = (formula: string) =>
  answer('lif-charge', `check('lif-charge', (v: number, x: number, tau: number, rest: number) => ${formula});`);
const RIGHT = charge('v + (x - (v - rest)) / tau');
const WRONG = charge('v + x / tau');
const FIRE = answer('lif-fire', "check('lif-fire', (v: number[]) => v.map((potential) => (potential === 0 ? 1 : 0)));");
/** As `for (;;);`, but leaves the processor to others. */
const NEVER_ENDS = 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);';
/** What a learner's code can do to the program that executes it. */
const END_THE_RUNNER = "process.kill(process.ppid, 'SIGKILL');\nawait new Promise((done) => setTimeout(done, 5000));";
/** Writes another result into every file that the report has made. */
const CHANGE_OTHERS = `import * as fs from 'node:fs';
import * as os from 'node:os';
const line = JSON.stringify({ exercise: 'lif-charge', result: 'no-leak' }) + '\\n';
for (const folder of fs.readdirSync(os.tmpdir()).filter((name) => name.startsWith('lif-fc-mnist-report-'))) {
  for (const file of fs.readdirSync(os.tmpdir() + '/' + folder)) {
    try {
      if (!file.endsWith('.csv')) fs.appendFileSync(os.tmpdir() + '/' + folder + '/' + file, line);
    } catch {}
  }
}`;
const progress = code('exercises-progress', `progress(${LIF});`, { role: 'progress' });

/** A notebook of these cells; a string is a code cell. */
function notebook(...cells: (Cell | string)[]): Buffer {
  const all = cells.map((one, i) => (typeof one === 'string' ? code(`c${i}`, one) : one));
  return Buffer.from(JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells: all }));
}

/** Writes a notebook of these cells. */
function write(folder: string, path: string, ...cells: (Cell | string)[]): void {
  const file = join(temporary, folder, path);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, notebook(...cells));
}

/** What one exercise is in one row of a CSV. */
function at(csv: string, learner: string, id: string): string | undefined {
  const [head, ...rows] = csv.split('\n').map((line) => line.split(','));
  return rows.find(([name]) => name === learner)?.[head?.indexOf(id) ?? 0];
}

describe('The report of a class', () => {
  const folder = join(temporary, 'class');
  const file = join(temporary, 'class.csv');
  let lines: string[];
  let csv: string;

  before(async () => {
    write('class', 'ada/zh/02-lif-neuron.ipynb', "throw new Error('not executed');", CHINESE, RIGHT, FIRE, progress);
    const dying = answer('lif-charge', 'process.exit(0);');
    write('class', 'ada/old/02-lif-neuron.ipynb', 'intro;', setup, dying, FIRE, progress);
    write('class', '=bob, "the" builder 02-lif-neuron.ipynb', '1;');
    for (const [name, end] of [
      ['fay', NEVER_ENDS],
      ['kim', END_THE_RUNNER],
    ]) {
      const answers = [RIGHT, answer('lif-fire', end as string), answer('lif-run', 'later;')];
      write('class', `${name}/02-lif-neuron.ipynb`, setup, ...answers, progress);
    }
    write('class', 'lee/02-lif-neuron.ipynb', setup, RIGHT, answer('lif-fire', CHANGE_OTHERS), FIRE, progress);
    write('class', '+line\nbreak/02-lif-neuron.ipynb', '1;');
    write('class', 'zoe/02-lif-neuron.ipynb', '1;');
    write(
      'class',
      '02-lif-neuron.ipynb',
      setup,
      RIGHT,
      answer('lif-fire', "check('lif-fire', () => todo());"),
      progress,
    );
    const mistyped = answer('lif-fire', 'const typeError: number = "text";');
    write('class', '02-lif-neuron (1).ipynb', setup, WRONG, mistyped, progress);
    writeFileSync(join(folder, 'broken.ipynb'), '{ "cells": [');
    writeFileSync(join(folder, 'list.ipynb'), '[1]');
    // What a hub's home holds: a link into the clone, whose packages hold a link to the clone.
    symlinkSync(root, join(folder, 'ada', 'src'), 'junction');
    symlinkSync(join(root, 'node_modules'), join(folder, 'ada', 'node_modules'), 'junction');
    write('class', 'ada/.ipynb_checkpoints/02-lif-neuron.ipynb', setup, WRONG);
    write('class', 'fay/node_modules/02-lif-neuron.ipynb', setup, WRONG);
    const result = await report(folder, '--csv', file, '--trust', '--cell-timeout', '60');
    assert.equal(result.status, 0, result.lines.join('\n'));
    lines = result.lines;
    csv = readFileSync(file, 'utf8');
  });

  const row = (name: string) => lines.find((line) => line.startsWith(`${name} `))?.slice(-9);

  test('has a row per learner, with the best of several copies, and mistakes named alike in any language', () => {
    assert.equal(row('ada'), '  ✔  a  -');
    assert.deepEqual([at(csv, 'ada', 'lif-charge'), at(csv, 'ada', 'lif-fire')], ['passed', 'zero-means-spike']);
    assert.match(lines.join('\n'), /^ada: chapter \d+ is one row of ada.old\S+ and ada.zh\S+; if they are of two/m);
    assert.equal(row('02-lif-neuron'), '  ✔  ○  -');
    assert.equal(row('zoe'), '  -  -  -');
  });

  test('says why a file is left out, and what to do', () => {
    const left = (path: string) => lines.find((line) => line.startsWith(`Left out: ${path}: `)) ?? '';
    assert.match(left('broken.ipynb'), /it is no notebook \(.+\); ask for the .ipynb file once more$/);
    assert.match(left('list.ipynb'), /\(it has no list `cells`\); ask for/);
    assert.match(left('zoe/02-lif-neuron.ipynb'), /it holds no exercises; expected a copy of a chapter/);
  });

  test('gives each file that names no learner a row, and says how to name one', () => {
    assert.deepEqual(
      [at(csv, '02-lif-neuron', 'lif-charge'), at(csv, '02-lif-neuron (1)', 'lif-charge')],
      ['passed', 'no-leak'],
    );
    assert.equal(at(csv, '02-lif-neuron (1)', 'lif-fire'), 'cell-fails');
    assert.match(
      lines.join('\n'),
      /02-lif-neuron \(1\)\.ipynb, 02-lif-neuron\.ipynb; use a subfolder per learner, NAME\.zip or NAME_02/,
    );
  });

  test('marks the cell that ends a notebook or the program that executes it, and goes on', () => {
    for (const [name, mistake] of [
      ['fay', 'never-ends'],
      ['kim', 'kernel-died'],
    ] as const) {
      assert.equal(row(name), '  ✔  !  ?');
      const found = ['lif-charge', 'lif-fire', 'lif-run'].map((id) => at(csv, name, id));
      assert.deepEqual(found, ['passed', mistake, 'not-reached']);
    }
    for (const said of [
      /^ada: ada.old.02-lif-neuron\.ipynb, cell 3: the kernel died/m,
      /^fay: fay.02-lif-neuron\.ipynb, cell 3: it does not end \(stopped after 60 s, --cell-timeout\)/m,
      /^kim: kim.02-lif-neuron\.ipynb, cell 3: its code ended the program that executes it; what follows was not/m,
    ])
      assert.match(lines.join('\n'), said);
  });

  test('has rows that no notebook of somebody else changes', () => {
    // What lee's code finds of the report are its own files, and it writes "no-leak" into all of them.
    assert.deepEqual([at(csv, 'lee', 'lif-charge'), at(csv, 'lee', 'lif-fire')], ['no-leak', 'zero-means-spike']);
    for (const learner of ['ada', 'fay', 'kim']) assert.equal(at(csv, learner, 'lif-charge'), 'passed');
  });

  test('divides by those who handed an exercise in', () => {
    const missing = '5 missing'; // bob, zoe, the line break, broken, list
    assert.ok(lines.includes(`  1 lif-charge: 4 of 6 right, ${missing}; a no-leak (2)`), lines.join('\n'));
    const found = 'a zero-means-spike (2), ! cell-fails (1), ! never-ends (1), ! kernel-died (1)';
    assert.ok(lines.includes(`  2 lif-fire: 0 of 6 right, ${missing}; ${found}`), lines.join('\n'));
  });

  test('is a CSV that a spreadsheet reads as text', () => {
    const [head, ...rows] = csv.split('\n');
    assert.deepEqual(head?.split(','), ['learner', ...Object.keys(ALL)]);
    assert.deepEqual(
      ['lif-charge', 'lif-fire', 'lif-run'].map((id) => at(csv, 'ada', id)),
      ['passed', 'zero-means-spike', ''],
    );
    // A quote alone would not do: a spreadsheet takes it away, and computes what is inside.
    assert.ok(
      rows.some((one) => one.startsWith(`"'=bob, ""the"" builder",`)),
      csv,
    );
    assert.equal(at(csv, "'+line\ufffdbreak", 'lif-charge'), '');
    for (const learner of ['+line\ufffdbreak', '=bob, "the" builder']) assert.equal(row(learner), '  -  -  -');
  });
});

describe('The report of downloads from browsers', () => {
  const folder = join(temporary, 'downloads');
  const file = join(temporary, 'downloads.csv');
  const lif = `${numbered('lif-neuron')}.ipynb`;
  const put = (name: string, bytes: Uint8Array) => writeFileSync(join(folder, name), bytes);
  let lines: string[];
  let csv: string;

  before(async () => {
    const names = chapterNames();
    /** What a browser has of the chapters: all of them, and a notebook of the learner's own. */
    const copies = names.map((name) => [name, notebook(...learnersCopy(readChapter(name), name, names).cells)]);
    const all = { ...Object.fromEntries(copies), 'my own.ipynb': notebook('1;') };
    const download = (cells: Cell[], more: Record<string, Uint8Array> = {}) =>
      zipSync({ ...all, ...more, [lif]: notebook(...cells) });
    const ada = download([setup, RIGHT, progress]);
    mkdirSync(folder);
    put('Ada-notebooks-2026-11-29.zip', ada);
    // A damaged copy beside it is no reason to leave it out.
    const damaged = { [`copy/${lif}`]: Buffer.from('{') };
    put('Ada-notebooks-2026-11-30 (1).zip', download([setup, WRONG, FIRE, progress], damaged));
    // Neither is executed, since no answer was changed.
    put('notebooks-2026-11-29.zip', zipSync({ [lif]: all[lif] }));
    mkdirSync(join(folder, 'bob'));
    put(`bob/${lif}`, all[lif]);
    write('downloads', `bob/${names[0]}`, '1;');

    const bomb = zipSync({ [lif]: new Uint8Array(201e6) }); // 200 kB
    put('bomb.zip', bomb);
    const lying = new DataView(bomb.slice().buffer);
    lying.setUint32(lying.getUint32(bomb.length - 6, true) + 24, 1000, true);
    put('lying.zip', new Uint8Array(lying.buffer));
    put('cut.zip', ada.subarray(0, -30_000));
    put('all of them.zip', zipSync({ 'eve.zip': ada }));
    put('fay.7z', Buffer.from('7z'));
    const result = await report(folder, '--csv', file, '--trust', '--cell-timeout', '120');
    assert.equal(result.status, 0, result.lines.join('\n'));
    lines = result.lines;
    csv = readFileSync(file, 'utf8');
  });

  test('has a row for each, under the name that the learner gave, beside those of folders', () => {
    const [, ...rows] = csv.trim().split('\n');
    const useless = ['all of them', 'bomb', 'cut', 'lying'];
    assert.deepEqual(
      rows.map((row) => row.split(',')[0]).filter((name) => !useless.includes(name as string)),
      ['Ada', 'bob', 'notebooks-2026-11-29'],
    );
    for (const name of ['bob', 'notebooks-2026-11-29']) assert.equal(at(csv, name, 'lif-charge'), 'todo');
  });

  test('merges two of one name, and says so in a line', () => {
    assert.deepEqual([at(csv, 'Ada', 'lif-charge'), at(csv, 'Ada', 'lif-fire')], ['passed', 'zero-means-spike']);
    const zips = 'Ada-notebooks-2026-11-29.zip and Ada-notebooks-2026-11-30 (1).zip';
    assert.deepEqual(
      lines.filter((line) => line.startsWith('Ada: ')),
      [`Ada: chapter ${LIF} is one row of ${zips}; if they are of two learners, rename one`],
    );
    assert.match(lines.join('\n'), /^Without a learner's name: notebooks-2026-11-29\.zip; use a subfolder/m);
  });

  test('has a line for each that cannot be used, and for nothing else that a download holds', () => {
    const left = lines.filter((line) => line.startsWith('Left out: ')).map((line) => line.slice('Left out: '.length));
    const found = 'expected notebooks in a zip file \\(';
    const again = '\\); ask for it once more$';
    const WHY = [
      /^fay\.7z: expected a notebook \(\.ipynb\), a zip file of notebooks, or a folder for each learner$/,
      /^Ada-.*\(1\)\.zip.copy\S*: it is no notebook \(.+\); ask for the \.ipynb file once more$/,
      new RegExp(`^all of them\\.zip: ${found}no notebook in it; are they in a zip file within this one\\?${again}`),
      new RegExp(`^bomb\\.zip: ${found}more than 200 MB in it${again}`),
      new RegExp(`^cut\\.zip: ${found}it has no directory; is it truncated\\?${again}`),
      new RegExp(`^lying\\.zip: ${found}.* in it is damaged${again}`),
    ];
    for (const why of WHY) assert.equal(left.filter((line) => why.test(line)).length, 1, `${why}\n${left.join('\n')}`);
    assert.equal(left.length, WHY.length, left.join('\n'));
  });

  test('has no column for a chapter that was downloaded as it is', () => {
    const shown = lines.flatMap((line) => /^ +\d+ ([a-z-]+): \d+ of \d+ right/.exec(line)?.[1] ?? []);
    const own = Object.entries(ALL).flatMap(([id, { chapter }]) => (chapter === LIF ? [id] : []));
    assert.deepEqual(shown, own);
    assert.match(lines.join('\n'), /^Not in the table, since no answer was changed: chapter \d+, \d+/m);
    assert.equal(at(csv, 'Ada', 'ann-one-hot'), 'todo', 'the CSV has them');
  });
});

describe('The report of a folder', () => {
  test('executes no copy in which every answer is still the stub, and only the chapters that it is asked for', async () => {
    const names = chapterNames();
    for (const name of names.slice(LIF - 1, LIF + 1)) {
      const copy = learnersCopy(readChapter(name), name, names);
      write('untouched', `ada/${name}`, ...copy.cells);
    }
    const file = join(temporary, 'untouched.csv');
    const { status, lines } = await report(join(temporary, 'untouched'), `${LIF}`, '--csv', file, '--trust');
    assert.equal(status, 0, lines.join('\n'));
    assert.equal(lines[0], 'not executed, since no answer was changed: 1 of 1');
    const [head, ...rows] = readFileSync(file, 'utf8').trim().split('\n');
    const own = Object.keys(ALL).filter((id) => ALL[id as keyof typeof ALL].chapter === LIF);
    assert.deepEqual(head?.split(','), ['learner', ...own]);
    assert.deepEqual(rows, [`ada${',todo'.repeat(own.length)}`]);
  });

  test('without notebooks is refused, and the table of before stays', async () => {
    const folder = join(temporary, 'nothing');
    mkdirSync(folder);
    const file = join(temporary, 'former.csv');
    writeFileSync(file, 'former');
    const { status, lines } = await report(folder, '--csv', file, '--trust');
    assert.equal(status, 2);
    assert.deepEqual(lines, [`exercises: --report: expected notebooks (.ipynb) below ${folder}, found none`]);
    assert.equal(readFileSync(file, 'utf8'), 'former');
  });

  test('is refused to root, who could read everything', { skip: !isRoot && 'not root' }, async () => {
    write('root', 'ada/02-lif-neuron.ipynb', setup, RIGHT, progress);
    const file = join(temporary, 'root.csv');
    const { status, lines } = await report(join(temporary, 'root'), '--csv', file);
    assert.equal(status, 2);
    assert.equal(lines.length, 1);
    assert.match(lines[0] ?? '', /^exercises: --report: expected a user other than root, .* run it as another user/);
    assert.equal(existsSync(file), false);
  });

  test('needs a place for its table, and says so before it executes anything', async () => {
    write('place', 'ada/02-lif-neuron.ipynb', setup, RIGHT, progress);
    const notebook = join(temporary, 'place', 'ada', '02-lif-neuron.ipynb');
    for (const file of [join(notebook, 'report.csv'), join(temporary, 'place')]) {
      const { status, lines } = await report(join(temporary, 'place'), '--csv', file, '--trust');
      assert.equal(status, 2);
      assert.match(
        lines.join('\n'),
        /^exercises: .* cannot be written \((ENOTDIR|EEXIST|EISDIR)\); name another file with --csv FILE$/,
      );
    }
  });

  test('is not made beside what excludes it, and its options need it', async () => {
    const { lines } = await report(temporary, '--reset', '06', '--trust');
    assert.deepEqual(lines, [
      'exercises: --reset and --report exclude each other; `npm run exercises -- --help` lists the options',
    ]);
  });
});
