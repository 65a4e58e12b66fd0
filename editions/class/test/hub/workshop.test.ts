/** What a teacher reads (editions/class/README.md), and what the hub installs. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { type ExerciseId, ALL as exercises } from '../../../../packages/exercises';
import { chapterNames } from '../../../../packages/system/project.mjs';
import { root } from '../../../../test/support/notebooks';
import type { Notebook } from '../../../shared/cells.mjs';

const textOf = ({ source }: Notebook['cells'][number]) => [source].flat().join('');
const chapterOf = (number: number): Notebook =>
  JSON.parse(readFileSync(join(root, 'notebooks', chapterNames()[number] as string), 'utf8'));

describe("The hub's packages", () => {
  test('are pinned by hash, and name no registry', () => {
    const requirements = readFileSync(join(root, 'editions', 'class', 'hub', 'requirements.txt'), 'utf8');
    for (const block of requirements.split(/\n(?=[a-z0-9])/i).slice(1))
      assert.match(block, /--hash=sha256:[0-9a-f]{64}/);
    assert.doesNotMatch(requirements, /https?:\/\//);
    const lock = JSON.parse(readFileSync(join(root, 'editions', 'class', 'hub', 'package-lock.json'), 'utf8'));
    const packages = Object.entries<{ integrity?: string; resolved?: string }>(lock.packages).slice(1);
    assert.ok(packages.length > 5);
    for (const [name, { integrity, resolved }] of packages) {
      assert.ok(integrity && !resolved, name);
    }
  });

  test('are the JupyterLab that the tutorial has', () => {
    const pinned = (file: string) => /^jupyterlab==(\S+)/m.exec(readFileSync(join(root, file), 'utf8'))?.[1];
    assert.ok(pinned('requirements.txt'));
    assert.equal(pinned('editions/class/hub/requirements.txt'), pinned('requirements.txt'));
  });
});

describe("The teacher's page", () => {
  const folder = join(root, 'editions', 'class');
  const text = readFileSync(join(folder, 'README.md'), 'utf8');

  test('has three schedules, whose minutes add up', () => {
    const sums = [...text.matchAll(/^\*\*(.+)\*\*\n\n((?:\|.*\n)+)/gm)].map(([, name, table]) => {
      const minutes = [...(table as string).matchAll(/\| (\d+) \|/g)].map(([, number]) => Number(number));
      return [name, minutes.reduce((a, b) => a + b, 0)];
    });
    assert.deepEqual(sums, [
      ['90 minutes, in the browser', 90],
      ['Three hours', 180],
      ['Two half days', 392],
    ]);
  });

  /**
   * How long a part of a schedule takes by what the chapter says, or undefined where it names no chapter; a section is
   * `roughly` so long.
   */
  function minutesOfRow(row: string): { takes: number; roughly: boolean } | undefined {
    const [, ...numbers] = /^Chapter (\d+)(?: or (\d+))?\b/.exec(row) ?? [];
    const times = numbers.filter(Boolean).map((number) => {
      const { cells } = chapterOf(Number(number));
      const texts = cells.filter(({ cell_type }) => cell_type === 'markdown').map(textOf);
      const [, section] = / up to \*([^*]+)\*/.exec(row) ?? [];
      const before = texts.join('\n\n').split(`\n## ${section}\n`);
      assert.ok(!section || before.length === 2, `${row}: expected a section "${section}" in chapter ${number}`);
      const words = (before[0] as string).replace(/<!--[\s\S]*?-->|<details>[\s\S]*?<\/details>|```[\s\S]*?```/g, '');
      const text = section
        ? words.split(/\s+/).length / 80
        : Number(/about (\d+) minutes/i.exec(texts[0] as string)?.[1]);

      const tasks = cells.filter(({ metadata }) => metadata.exercise?.role === 'task' && metadata.exercise.id);
      const title = (task: Notebook['cells'][number]) => /^#+ (.*)/.exec(textOf(task))?.[1] as string;
      const [, first] = / its first (two|three) exercises/.exec(row) ?? [];
      const [, named = ''] = / with the exercises? (.*)/.exec(row) ?? [];
      const titles = [...named.matchAll(/\*([^*]+)\*/g)].map(([, one]) => one as string);
      for (const one of titles)
        assert.ok(
          tasks.some((task) => title(task) === one),
          `${row}: ${one}`,
        );
      const chosen = tasks.filter((task, i) =>
        / its core exercises/.test(row)
          ? !exercises[task.metadata.exercise?.id as ExerciseId].optional
          : i < (first === 'two' ? 2 : first === 'three' ? 3 : 0) || titles.includes(title(task)),
      );
      return chosen.reduce((sum, task) => sum + exercises[task.metadata.exercise?.id as ExerciseId].minutes, text);
    });
    return times.length === 0 ? undefined : { takes: Math.max(...times), roughly: row.includes(' up to *') };
  }

  test('has schedules whose minutes are those of the chapters, sections and exercises that they name', () => {
    const rows = [...text.matchAll(/^\|(?: \w+ \|)? (\d+) \| (.+) \|$/gm)];
    const compared = rows.flatMap(([, minutes, row]) => {
      const takes = minutesOfRow(row as string);
      return takes === undefined ? [] : [{ row, minutes: Number(minutes), ...takes }];
    });
    assert.ok(compared.length > 15, `${compared.length}`);
    for (const { row, minutes, takes, roughly } of compared)
      assert.ok(
        Math.abs(minutes - takes) <= (roughly ? 2 : 0),
        `${row}: ${minutes} minutes, by the chapter ${takes.toFixed(1)}`,
      );
  });

  test('has each chapter in a schedule', () => {
    const named = [...text.matchAll(/^\|.*\| Chapter (\d+)(?: or (\d+))?/gm)].flatMap(([, ...numbers]) => numbers);
    for (const number of chapterNames().keys()) assert.ok(named.includes(`${number}`), `chapter ${number}`);
  });

  test('links only to what is there', () => {
    for (const [, target] of text.matchAll(/\]\((?!https?:|#)([^)]+)\)/g)) {
      assert.ok(existsSync(resolve(folder, target as string)), target);
    }
  });

  test('names only commands and options that there are', () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const help = spawnSync(process.execPath, [join(root, 'editions', 'class', 'hub', 'start', 'hub.mjs'), '--help'], {
      encoding: 'utf8',
    });
    for (const [, options] of text.matchAll(/npm run hub -- (.*?)(?:`| {2}|$)/gm)) {
      for (const [option] of (options as string).matchAll(/--[a-z]+/g)) assert.ok(help.stdout.includes(option), option);
    }
    for (const name of ['hub', 'test:hub']) assert.ok(name in scripts);
  });

  test('is a page of the book, in which no link leads nowhere', async () => {
    const { teachingPage } = await import(pathToFileURL(join(root, 'editions', 'book', 'make', 'teaching.mjs')).href);
    const page = teachingPage('See [the values](hub/start/hub.mjs) and [the hub](https://jupyter.org/hub).<!-- x -->');
    assert.match(
      page,
      /^See .*editions\/class\/hub\/start\/hub\.mjs.* and \[the hub\]\(https:\/\/jupyter\.org\/hub\)\.$/,
    );
    assert.doesNotMatch(teachingPage(), /\]\((?!https?:|#)/);
  });
});
