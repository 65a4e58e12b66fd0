/** What a chapter puts out in the browser beside what is committed of it, cell by cell. */
import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import type { Page } from 'playwright-core';
import {
  type Cell,
  committed,
  type Notebook,
  type Output,
  openChapter,
  outputText,
  runAllCells,
  setCells,
  textOf,
} from './lite';

/** Lines, or their beginnings, that differ on purpose, and why. */
const LINES: readonly { line: RegExp; why: string }[] = [
  { line: /^Backend(?: of the tfjs engine)?: .*$/gm, why: 'TensorFlow.js runs on WebAssembly in a browser' },
  {
    line: /^Before the way back: .*$/gm,
    why: 'TensorFlow.js shares memory between tensors in another way on another backend',
  },
  { line: /^Saved to .*$/gm, why: "runs and files are kept in the browser's storage" },
  { line: /^threads: \d+(?=[:,])/gim, why: 'without shared memory the event engine has one thread' },
  { line: /^This is the run that comes with the site\..*$/gm, why: 'chapter 4 has not run in this browser' },
];

/** What nothing else says: where a run comes from, how many threads a training has, and the button of a file. */
const ONLY_IN_A_BROWSER = /^(This is the run that comes|Event engine: \d+ threads?[.:]|[\w.-]+: \d+ bytes$)/;

export interface Difference {
  cell: string;
  /** Why it may be so; undefined if nothing speaks for it. */
  why?: string;
  was: string;
  now: string;
}

const PLOTLY = 'application/vnd.plotly.v1+json';

/** The data of a figure. */
const figureOf = ({ data }: Output): unknown => (data?.[PLOTLY] as { data?: unknown } | undefined)?.data;

const isStream = ({ text }: Output) => text !== undefined;

/** Outputs in their order; what is printed one after the other is one, as Jupyter's server joins it. */
function joined(cell: Cell): Output[] {
  const all: Output[] = [];
  for (const output of cell.outputs ?? []) {
    const last = all.at(-1);
    if (last && isStream(last) && isStream(output) && last.name === output.name)
      all[all.length - 1] = { ...last, text: textOf(last.text) + textOf(output.text) };
    else all.push(output);
  }
  return all;
}

/** A text without the lines that differ on purpose, and why they do. */
function settled(text: string): { text: string; why: string[] } {
  const why: string[] = [];
  let rest = text;
  for (const { line, why: reason } of LINES) {
    const without = rest.replaceAll(line, '…');
    if (without === rest) continue;
    why.push(reason);
    rest = without;
  }
  return { text: rest, why };
}

/**
 * All differences of a chapter. As for the headless runner, a cell tagged `timing` may print other times, and figures
 * of one tagged
 * `tfjs` may have other last digits.
 */
export function differences(committed: Notebook, now: Notebook): Difference[] {
  const found: Difference[] = [];
  committed.cells.forEach((cell, index) => {
    if (cell.cell_type !== 'code') return;
    const tags = cell.metadata.tags ?? [];
    const [was, is] = [joined(cell), joined(now.cells[index])].map((outputs) =>
      outputs.filter((output) => !ONLY_IN_A_BROWSER.test(outputText(output))),
    );
    const add = (a: string, b: string, why?: string) => found.push({ cell: cell.id, was: a, now: b, why });
    if (was.length !== is.length) add(`${was.length} outputs`, is.map(outputText).join('\n').slice(0, 2000));
    was.slice(0, is.length).forEach((output, i) => {
      const [a, b] = [outputText(output), outputText(is[i])];
      const [x, y] = [settled(a), settled(b)];
      if (a !== b) {
        if (tags.includes('timing')) add(a, b, 'times of this machine');
        else if (x.text === y.text) add(a, b, x.why.join('; '));
        else add(a, b);
      }
      if (isDeepStrictEqual(figureOf(output), figureOf(is[i]))) return;
      const why = tags.includes('timing')
        ? 'times of this machine'
        : tags.includes('tfjs')
          ? 'last digits of another backend'
          : undefined;
      add('a figure', 'the same with other data', why);
    });
  });
  return found;
}

/** Runs a chapter in a page, says what differs on purpose, and refuses all else that is not as committed. */
export async function putsOutWhatIsCommitted(page: Page, site: string, name: string, seconds: number): Promise<void> {
  const ready = await openChapter(page, site, name);
  // With the solutions: the site serves stubs.
  await setCells(page, committed(name).cells);
  const begin = performance.now();
  const now = await runAllCells(page, seconds);
  const took = (performance.now() - begin) / 1000;
  const found = differences(committed(name), now);
  console.log(`${name}: kernel ready after ${ready.toFixed(1)} s, all cells in ${took.toFixed(0)} s`);
  for (const { cell, why } of found) if (why !== undefined) console.log(`  ${cell}: ${why}`);
  assert.deepEqual(
    found.filter(({ why }) => why === undefined),
    [],
  );
}
