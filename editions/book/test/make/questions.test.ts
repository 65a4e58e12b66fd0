/** Links of pages to sections of chapters by their headings, and those of the page of questions. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { chapterNames } from '../../../../packages/system/project.mjs';
import { load, root } from '../../../../test/support/book';

type Headings = typeof import('../../make/headings.mjs');
type Chapter = Parameters<Headings['linkHeadings']>[2][number];

const chapter = (name: string, ...sources: string[]): Chapter => ({
  name,
  notebook: { cells: sources.map((source) => ({ cell_type: 'markdown', source })) },
});

test('[[A heading]] leads to its section, whatever number the chapter has', async () => {
  const { linkHeadings } = await load<Headings>('headings');
  const link = (number: string) =>
    linkHeadings('editions/book/p.md', 'See\n[[Which time\nconstant τ?]].', [
      chapter('01-one', '# 1. One\n\n## Charge', '```sh\n## Which time constant τ?\n```'),
      chapter(`${number}-two`, '## Which time constant τ?\nText.'),
    ]);
  assert.match(
    linkHeadings('p', 'So. [[Charge]] says.', [chapter('02-x', '## Charge')]),
    /^So\. \[Chapter 2, \*Charge\*\]/,
  );
  assert.equal(link('06'), 'See\n[chapter 6, *Which time constant τ?*](06-two.ipynb#which-time-constant-τ).');
  assert.equal(link('07'), 'See\n[chapter 7, *Which time constant τ?*](07-two.ipynb#which-time-constant-τ).');
});

test('A heading that no chapter has, or two, stops the build in a line that names the page and the line', async () => {
  const { linkHeadings } = await load<Headings>('headings');
  const chapters = [chapter('01-one', '## Does it work?', '## The end'), chapter('02-two', '## The end', '# Title')];
  const link = (heading: string) => () => linkHeadings('editions/book/p.md', `Text.\n\n[[${heading}]]`, chapters);
  assert.throws(link('How does it work?'), {
    message: 'editions/book/p.md: line 3: expected one section "How does it work?" in the chapters, found none',
  });
  assert.throws(link('The end'), {
    message: 'editions/book/p.md: line 3: expected one section "The end" in the chapters, found 01-one, 02-two',
  });
  assert.throws(link('Title'), /found none/, 'the title of a chapter is no section');
});

const page = readFileSync(join(root, 'editions', 'book', 'questions.md'), 'utf8');

test('Each section that the page names is in the committed chapters', async () => {
  const { linkHeadings } = await load<Headings>('headings');
  const chapters = chapterNames().map((file) => ({
    name: file.replace('.ipynb', ''),
    notebook: JSON.parse(readFileSync(join(root, 'notebooks', file), 'utf8')) as Chapter['notebook'],
  }));
  const linked = linkHeadings('editions/book/questions.md', page, chapters);
  assert.ok((linked.match(/\]\(\d\d-[\w-]+\.ipynb#/g)?.length ?? 0) >= 24);
});
