/** The exercises in the browser's kernel: every stub, every solution, and mistakes that are named. */
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type { BrowserContext, Page } from 'playwright-core';
import { ALL } from '../../../../packages/exercises';
import { numbered } from '../../../../packages/system/project';
import { inChromium } from '../../../../test/support/browser';
import {
  type Cell,
  chapters,
  chromiumAndSite,
  committed,
  type Notebook,
  openChapter,
  outputText,
  runAllCells,
  served,
  setCells,
  typesReady,
  watchedPage,
} from '../../../../test/support/lite';
import { partOf, sectionOf } from '../../../shared/cells';
import { ISOLATION } from '../../../shared/serve';

type ExerciseCell = Cell & { metadata: { exercise?: { id?: string; role: string } } };

/** What an answer cell prints, by the exercise's id. */
const answersOf = ({ cells }: Notebook): Record<string, string> =>
  Object.fromEntries(
    (cells as ExerciseCell[])
      .filter(({ metadata }) => metadata.exercise?.role === 'answer')
      .map(({ metadata, outputs }) => [metadata.exercise?.id, (outputs ?? []).map(outputText).join('')]),
  );

const SET_UP = "import { exercises } from 'lif-fc-mnist';\nconst { check } = exercises;";
const charge = (body: string) =>
  `const charge = (v: number, x: number, tau: number) => ${body};\ncheck('lif-charge', charge);`;

/** Answers with a mistake each, and what the check says. */
const MISTAKES: readonly [answer: string, says: RegExp][] = [
  [charge('v + x / tau'), /^✘ lif-charge \(no-leak\): /],
  ["const again = (v: number): number => again(v) + 1;\ncheck('lif-charge', again);", /^✘ lif-charge \(never-ends\)/],
];

describe("A learner's copy in the browser", { ...inChromium, timeout: 600_000 }, () => {
  // With all cores at once: without the headers the service worker would load the page a second time.
  const site = chromiumAndSite({ headers: ISOLATION });
  let context: BrowserContext;
  let page: Page;
  let faults: string[];
  before(async () => {
    context = await site.browser.newContext({ viewport: { width: 1280, height: 900 }, serviceWorkers: 'block' });
    ({ page, faults } = await watchedPage(context, site.url));
    await openChapter(page, site.url, chapters()[0]);
  });

  /** The exercises of all chapters in one kernel, without the chapters before them: they are complete in themselves. */
  async function runExercises(read: (name: string) => Notebook): Promise<Record<string, string>> {
    const roles = ['setup', 'answer', 'progress'];
    const cells = chapters()
      .flatMap((name) => sectionOf(read(name)))
      .filter((cell) => roles.includes(partOf(cell).role ?? ''));
    await setCells(page, cells);
    return answersOf(await runAllCells(page, 300));
  }

  test('says of every stub that it is not attempted yet', async () => {
    const wanted = Object.fromEntries(Object.keys(ALL).map((id) => [id, `○ ${id}: Not attempted yet.\n`]));
    assert.deepEqual(await runExercises(served), wanted);
  });

  test('says of every solution that it is right', async () => {
    const wanted = Object.fromEntries(Object.keys(ALL).map((id) => [id, `✔ ${id}: Right.\n`]));
    assert.deepEqual(await runExercises(committed), wanted);
  });

  test('names mistakes, and judges no answer with a type error', async () => {
    const wrongType = "const late = (v: number): boolean => v > 1;\ncheck('lif-charge', late);";
    await typesReady(page);
    await setCells(page, [SET_UP, ...MISTAKES.map(([answer]) => answer), wrongType]);
    const { cells } = await runAllCells(page, 120);
    const printed = cells.map(({ outputs }) => (outputs ?? []).map(outputText).join(''));
    for (const [i, [answer, says]] of MISTAKES.entries()) assert.match(printed[i + 1] ?? '', says, answer);
    assert.match(printed.at(-1) ?? '', /Type 'boolean' is not assignable to type 'number'/);
    assert.doesNotMatch(printed.at(-1) ?? '', /lif-charge:/);
  });

  test('runs from top to bottom as the site serves it', async () => {
    const name = numbered('poisson-encoding');
    await openChapter(page, site.url, name);
    const { cells } = await runAllCells(page, 300);
    const failed = cells.flatMap(({ outputs }) => (outputs ?? []).filter((output) => output.name === 'stderr'));
    assert.deepEqual(failed.map(outputText), []);
    assert.deepEqual(faults, []);
  });
});
