/** What the tests of a link with cells open in Chromium and in Firefox. */
import assert from 'node:assert/strict';
import {
  type AnyPage,
  type Notebook,
  notebookOf,
  openLink,
  printed,
  runAllCells,
  textOf,
} from '../../../../test/support/lite';
import { NOTE } from '../../page/share';

export const SHARED = [
  { cell_type: 'markdown', source: '# Spikes\n[a](javascript:window.harmed=1)', metadata: {} },
  { cell_type: 'code', source: "console.log('It', 'runs');", metadata: {} },
];
const sources = ({ cells }: Notebook) => cells.map(({ source }) => textOf(source));
const isHarmed = (page: AnyPage) => page.evaluate(() => 'harmed' in globalThis, null);

/** Opens a link in a browser that has nothing yet: nothing runs before the reader wants it. */
export async function opensShared(page: AnyPage, address: string): Promise<void> {
  await openLink(page, address);
  assert.deepEqual(sources(await notebookOf(page)), [NOTE, ...SHARED.map(({ source }) => source)]);
  assert.equal(printed(await notebookOf(page)), '');
  assert.equal(await isHarmed(page), false);
  assert.equal(printed(await runAllCells(page, 60)), 'It runs\n');
}
