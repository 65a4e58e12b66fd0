/**
 * Says on the first page, at each chapter, whether this browser has a copy of it, and how many of its exercises passed
 * in that.
 */
import { createStore, get } from 'idb-keyval';
import { t } from '../../shared/page/words';

interface Cell {
  metadata?: { exercise?: { role?: string } };
  outputs?: { text?: string | string[] }[];
}

/** What a saved copy of a chapter says of the exercises. */
export function progressOf(cells: readonly Cell[]): string {
  const answers = cells.filter(({ metadata }) => metadata?.exercise?.role === 'answer');
  const passed = answers.filter(({ outputs = [] }) =>
    outputs.some(({ text = '' }) => /^✔ /m.test([text].flat().join(''))),
  );
  if (passed.length === 0) return t`begun`;
  return passed.length === answers.length
    ? t`all exercises passed`
    : t`begun, ${passed.length} of ${answers.length} exercises passed`;
}

/** Where this script is, in a folder of the site. */
const script = typeof document === 'undefined' ? '' : (document.currentScript as HTMLScriptElement).src;

/** Where JupyterLite keeps the files of this site; nothing where it never kept one, or the browser does not say. */
async function openFiles() {
  const name = `JupyterLite Storage - ${new URL('..', script).pathname}`;
  const known = (await indexedDB.databases?.()) ?? [];
  return known.some((one) => one.name === name) ? createStore(name, 'files') : undefined;
}

async function tell(): Promise<void> {
  const files = await openFiles();
  if (!files) return;
  for (const link of document.querySelectorAll<HTMLAnchorElement>('ol a[href*="path="]')) {
    const path = new URL(link.href).searchParams.get('path') ?? '';
    const copy = await get<{ content?: { cells?: Cell[] } }>(path, files);
    if (!copy?.content?.cells) continue;
    const said = Object.assign(document.createElement('small'), { textContent: progressOf(copy.content.cells) });
    link.after(' ', said);
  }
}

if (typeof document !== 'undefined') tell().catch(() => undefined);
