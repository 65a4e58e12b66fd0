/** What a reader takes home: notebooks and runs, each as one zip file. */
import { strToU8, zipSync } from 'fflate';
import { type StoredRun, storedRuns } from '../../src/browser/storage';
import type { Contents } from './jupyter';

/** Offers bytes as a file to be saved. */
function download(name: string, bytes: Uint8Array): void {
  const url = URL.createObjectURL(new Blob([Uint8Array.from(bytes)], { type: 'application/zip' }));
  const link = Object.assign(document.createElement('a'), { href: url, download: name });
  link.click();
  // Not at once: the browser reads it after this turn.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

const today = () => new Date().toISOString().slice(0, 10);

/** Paths of all notebooks, the reader's copies and the chapters as the site has them. */
async function notebookPaths(contents: Contents, folder = ''): Promise<string[]> {
  const { content } = await contents.get(folder, { content: true });
  const found: string[] = [];
  for (const { type, path } of content as { type: string; path: string }[]) {
    if (type === 'notebook') found.push(path);
    else if (type === 'directory') found.push(...(await notebookPaths(contents, path)));
  }
  return found;
}

/** Returns how many notebooks there were. */
export async function downloadNotebooks(contents: Contents): Promise<number> {
  const files: Record<string, Uint8Array> = {};
  for (const path of await notebookPaths(contents)) {
    const { content } = await contents.get(path, { content: true });
    files[path] = strToU8(`${JSON.stringify(content, null, 1)}\n`);
  }
  download(`notebooks-${today()}.zip`, zipSync(files));
  return Object.keys(files).length;
}

/** The files of all runs, each run in a folder of its name. */
export function runsZip(runs: readonly [string, StoredRun][]): Uint8Array {
  const files = runs.flatMap(([name, run]) =>
    Object.entries(run.files).map(([file, bytes]): [string, Uint8Array] => [`${name}/${file}`, bytes]),
  );
  return zipSync(Object.fromEntries(files));
}

/** Returns how many runs there were. */
export async function downloadRuns(siteUrl: string): Promise<number> {
  const runs = await storedRuns(siteUrl);
  if (runs.length > 0) download(`run-${today()}.zip`, runsZip(runs));
  return runs.length;
}
