/** The learner's own copies of the chapters, as `npm run lab` makes them. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { chapterNames } from '../../../../packages/system/project.mjs';
import type { Cell, Notebook } from '../../../shared/cells.mjs';

const root = resolve(__dirname, '..', '..', '..', '..');
const temporary = mkdtempSync(join(tmpdir(), 'lif-copies-'));
after(() => rmSync(temporary, { recursive: true, force: true }));

const read = (file: string): Notebook => JSON.parse(readFileSync(file, 'utf8'));
const textOf = ({ source }: { source: string | string[] }) => [source].flat().join('');
const printed = { output_type: 'stream', name: 'stdout', text: '1' };
const code = (source: string): Cell => ({
  ...prose(source),
  cell_type: 'code',
  execution_count: 3,
  outputs: [printed],
});
const prose = (source: string): Cell => ({ cell_type: 'markdown', id: 'x', source, metadata: {} });
const notebook = (...cells: Notebook['cells']) => ({ cells, metadata: { kernelspec: {} }, nbformat: 4 });

describe('A copy of a chapter', () => {
  let copies: typeof import('../../../shared/copies.mjs');
  before(async () => {
    copies = await import('../../../shared/copies.mjs');
  });

  const moved = (text: string) =>
    textOf(copies.learnersCopy(notebook(prose(text)), '01-a.ipynb', ['01-a.ipynb', '02-b.ipynb']).cells[0] as Cell);

  test('has the cells of the chapter with stubs for solutions, and no outputs', () => {
    for (const name of chapterNames()) {
      const chapter = read(join(root, 'notebooks', name));
      const copy = copies.learnersCopy(chapter, name, chapterNames());
      const sources = ({ cells }: Notebook) => cells.filter((cell) => cell.cell_type === 'code').map(textOf);
      const open = (source: string) =>
        source.replace(/\/\/ BEGIN[\s\S]*END SOLUTION/, '// Your code here.\n  return todo();');
      const isEdition = (source: string) => /^exercises\.edition\(/m.test(source);
      assert.deepEqual(
        sources(copy).filter((source) => !isEdition(source)),
        sources(chapter).map(open),
      );
      for (const cell of copy.cells.filter(({ cell_type }) => cell_type === 'code')) {
        assert.deepEqual([cell.outputs, cell.execution_count], [[], null]);
      }
    }
  });

  test('begins with the title, and looks for a newer chapter above the exercises, unless it is in Python', async () => {
    const { isPython } = await import('../../../shared/parts.mjs');
    for (const name of chapterNames()) {
      const { cells } = copies.learnersCopy(read(join(root, 'notebooks', name)), name, chapterNames());
      assert.match(textOf(cells[0] as Cell), /^# /);
      if (isPython(name)) {
        assert.ok(!cells.some((cell) => /exercises\.edition/.test(textOf(cell))));
        continue;
      }
      const at = cells.findIndex((cell) => /^exercises\.edition\('/m.test(textOf(cell)));
      assert.match(textOf(cells[at] as Cell), new RegExp(`^exercises\\.edition\\('${name}', '[0-9a-f]{8}'\\);$`, 'm'));
      if (name === chapterNames()[0]) assert.equal(at, cells.length - 1);
      else assert.match(textOf(cells[at + 1] as Cell), /^## Exercises$/m);
    }
  });

  test('shows the pictures of the chapter', () => {
    assert.equal(moved('![A bucket](images/bucket.svg)'), '![A bucket](../images/bucket.svg)');
    assert.equal(
      moved('![A](images/a.svg "Title")\n![B](<images/b.svg>)'),
      '![A](../images/a.svg "Title")\n![B](<../images/b.svg>)',
    );
    assert.equal(moved('<img alt="x" src="images/a.svg" width="3">'), '<img alt="x" src="../images/a.svg" width="3">');
    assert.equal(moved('![A][a]\n\n[a]: images/a.svg'), '![A][a]\n\n[a]: ../images/a.svg');
  });

  test('leads to the other copies, and to the files that the chapter leads to', () => {
    for (const same of [
      '[2](02-b.ipynb)',
      '[2](02-b.ipynb#part)',
      '[x](#part)',
      '[x](https://a.b/c)',
      '[x](mailto:a@b.c)',
    ]) {
      assert.equal(moved(same), same);
    }
    assert.equal(moved('[x](../src/a.ts), [y](../README.md#b)'), '[x](../../src/a.ts), [y](../../README.md#b)');
    assert.equal(moved('[![A](images/a.svg)](02-b.ipynb)'), '[![A](../images/a.svg)](02-b.ipynb)');
  });

  test('has code and formulas as they are', () => {
    for (const same of ['`[x](images/a.svg)`', '```md\n![x](images/a.svg)\n```', '$v[t](x) < y$ and a[0] (b)']) {
      assert.equal(moved(same), same);
    }
  });

  test('of each committed chapter has no link that leads nowhere', () => {
    const names = chapterNames();
    for (const name of names) {
      const { cells } = copies.learnersCopy(read(join(root, 'notebooks', name)), name, names);
      for (const cell of cells.filter(({ cell_type }) => cell_type === 'markdown')) {
        for (const [, target] of textOf(cell).matchAll(/\]\(([^)\s#]+)[^)]*\)|src="([^"]+)"/g)) {
          if (!target || /^[a-z]+:/.test(target)) continue;
          // Before the book is built, its page is the text that it is made from.
          const made = target.replace(/^\.\.\/\.\.\/build\/(book\/[\w-]+)\.html$/, '../../editions/$1.md');
          const file = names.includes(made) ? join(root, 'notebooks', made) : join(root, 'notebooks', 'my', made);
          assert.ok(existsSync(file), `${name}: ${target}`);
        }
      }
    }
  });

  test('in another language is the translated chapter, with links that lead where they led, and checks that speak it', async () => {
    const { translator } = await import('../../../shared/translated.mjs');
    const translated = translator('zh');
    const names = chapterNames();
    for (const name of names) {
      const chapter = read(join(root, 'notebooks', name));
      const { cells, metadata } = copies.learnersCopy(chapter, name, names, {
        language: 'zh',
        translated: translated(name, chapter),
      });
      assert.match(textOf(cells[0] as Cell), /^# .*\p{Script=Han}/u, name);
      assert.equal(metadata.lif_fc_mnist.cells, copies.hashOfCells(translated(name, chapter)));
      for (const [, target] of cells.map(textOf).flatMap((text) => [...text.matchAll(/\]\(([^)\s#]*\/[^)\s#]+)/g)])) {
        if (/^[a-z]+:/.test(target)) continue;
        const made = target.replace(
          /^\.\.\/\.\.\/\.\.\/build\/(book\/)(?:zh\/)?([\w-]+)\.html$/,
          '../../../editions/$1$2.md',
        );
        assert.ok(existsSync(join(root, 'notebooks', 'my', 'zh', made)), `${name}: ${target}`);
      }
      // Who begins with the exercises runs the cell that sets them up, and none above it.
      const setUp = cells.find(({ metadata: own }) => own.exercise?.role === 'setup');
      const asks = cells.filter((cell) => /^exercises\.edition/m.test(textOf(cell)));
      assert.deepEqual(asks, setUp ? [setUp] : asks);
      if (setUp)
        assert.match(
          textOf(setUp),
          new RegExp(`^exercises\\.edition\\('${name}', '${copies.editionOf(chapter)}', 'zh'\\);$`, 'm'),
        );
    }
  });

  test('in another language lies apart, and is outdated only once its own chapter or translation has changed', async () => {
    const { name, cells, blocks } = (await import('../../../../translations/twins.mjs')).twinOf('start', 'zh');
    const [from, to] = [join(temporary, 'english'), join(temporary, 'english', 'my', 'zh')];
    const write = (...changed: Notebook['cells']) => {
      mkdirSync(from, { recursive: true });
      writeFileSync(join(from, `00-${name}.ipynb`), JSON.stringify(notebook(...changed)));
    };
    const [first] = cells as Cell[];
    assert.ok(blocks.has(first.id));
    write(first, code('1;'));
    const ofIts = () => copies.makeCopies(from, to, 'zh');
    assert.deepEqual([ofIts().made, ofIts().made, ofIts().outdated], [['00-start.ipynb'], [], []]);
    const copy = readFileSync(join(to, '00-start.ipynb'), 'utf8');
    assert.match(copy, /\p{Script=Han}/u);
    write(first, code('2;'));
    assert.deepEqual(ofIts().outdated, ['00-start.ipynb']);
    assert.equal(readFileSync(join(to, '00-start.ipynb'), 'utf8'), copy, 'it is never written over');
    const kept = copies.resetCopy('00-start.ipynb', from, to, undefined, 'zh');
    assert.equal(readFileSync(join(to, String(kept)), 'utf8'), copy);
    assert.deepEqual(ofIts().outdated, []);
    // As where somebody has translated its text anew.
    const origin = read(join(to, '00-start.ipynb'));
    origin.metadata.lif_fc_mnist.cells = copies.hashOfCells(notebook(prose('# 旧译'), code('2;')));
    writeFileSync(join(to, '00-start.ipynb'), JSON.stringify(origin));
    assert.deepEqual(ofIts().outdated, ['00-start.ipynb']);
  });

  test('is made once, and never written over; a chapter that has changed since is named', () => {
    const [from, to] = [join(temporary, 'chapters'), join(temporary, 'chapters', 'my')];
    const write = (name: string, ...cells: Notebook['cells']) => {
      mkdirSync(from, { recursive: true });
      writeFileSync(join(from, name), JSON.stringify(notebook(...cells)));
    };
    write('01-a.ipynb', prose('# A'), code('1;'));
    write('02-b.ipynb', prose('# B'));
    assert.deepEqual(copies.makeCopies(from, to), {
      names: ['01-a.ipynb', '02-b.ipynb'],
      made: ['01-a.ipynb', '02-b.ipynb'],
      outdated: [],
      renumbered: [],
      damaged: [],
    });

    const copy = join(to, '01-a.ipynb');
    const edited = read(copy);
    (edited.cells[1] as Cell).source = 'const mine = 2;';
    writeFileSync(copy, JSON.stringify(edited));
    const before = readFileSync(copy, 'utf8');
    write('03-c.ipynb', prose('# C'));
    assert.deepEqual([copies.makeCopies(from, to).made, copies.makeCopies(from, to).outdated], [['03-c.ipynb'], []]);

    write('01-a.ipynb', prose('# A'), { ...code('1;'), outputs: [] });
    assert.deepEqual(copies.makeCopies(from, to).outdated, [], 'other outputs are no change');
    write('01-a.ipynb', prose('# A, mended'), code('1;'));
    assert.deepEqual(copies.makeCopies(from, to).outdated, ['01-a.ipynb']);
    assert.equal(readFileSync(copy, 'utf8'), before);

    writeFileSync(join(to, '02-b.ipynb'), '{ "cells": [] }');
    assert.deepEqual(copies.makeCopies(from, to).outdated, ['01-a.ipynb'], 'what is not a copy is left alone');
    assert.equal(readFileSync(join(to, '02-b.ipynb'), 'utf8'), '{ "cells": [] }');

    renameSync(join(from, '01-a.ipynb'), join(from, '04-a.ipynb'));
    const { made, renumbered } = copies.makeCopies(from, to);
    assert.deepEqual([made, renumbered], [['04-a.ipynb'], [{ copy: '01-a.ipynb', name: '04-a.ipynb' }]]);
    assert.equal(readFileSync(copy, 'utf8'), before, 'the copy stays when its chapter gets another number');
    assert.match(copies.sayRenumbered(renumbered[0]), /your copy 01-a\.ipynb is 04-a\.ipynb now\. Yours stays/);
  });
});
