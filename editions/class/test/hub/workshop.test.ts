/** What a teacher reads (editions/class/README.md), and what the hub installs. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { root } from '../../../../test/support/notebooks';

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
      ['Two half days', 400],
    ]);
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
    const { teachingPage } = await import(pathToFileURL(join(root, 'editions', 'book', 'build', 'teaching.mjs')).href);
    const page = teachingPage(
      'See [the values](kubernetes/values.yaml) and [the hub](https://jupyter.org/hub).<!-- x -->',
    );
    assert.match(
      page,
      /^See .*editions\/class\/kubernetes\/values\.yaml.* and \[the hub\]\(https:\/\/jupyter\.org\/hub\)\.$/,
    );
    assert.doesNotMatch(teachingPage(), /\]\((?!https?:|#)/);
  });
});
