/** Downloads notebooks and runs as zip files, and imports them again. */
import { strFromU8, strToU8, type UnzipFileInfo, unzipSync, zipSync } from 'fflate';
import { hashOfCells } from '../../../hosts/browser/hash';
import { type StoredRun, storedRun, storedRuns, storeRun } from '../../../hosts/browser/storage';
import { checkRunName, HIDDEN_ARRAYS, RUN_FILES } from '../../../packages/runs/run-files';
import { inOneLine, reworded } from '../../../src/common/checks';
import { download } from '../../shared/page/dom';
import { t } from '../../shared/page/words';
import type { Contents, NotebookContent } from './jupyter';
import { languageHere, languageOf } from './links';
import { backupName, exists, freeName } from './work';

const today = () => new Date().toISOString().slice(0, 10);

/** The paths of all notebooks: the reader's copies, and unchanged chapters of the site. */
async function notebookPaths(contents: Contents, folder = ''): Promise<string[]> {
  const { content } = await contents.get(folder, { content: true });
  const found: string[] = [];
  for (const { type, path } of content as { type: string; path: string }[]) {
    if (type === 'notebook') found.push(path);
    else if (type === 'directory') found.push(...(await notebookPaths(contents, path)));
  }
  return found;
}

/**
 * The name of a zip file with all notebooks. It begins with the learner's name, which a teacher's report reads.
 */
export function nameOfZip(learner: string, date = today()): string {
  const plain = learner.normalize('NFC').replace(/[^\p{L}\p{M}\p{N}]+/gu, '-');
  const name = Array.from(plain.replace(/^-/, '')).slice(0, 40).join('').replace(/-$/, '');
  return `${name && `${name}-`}notebooks-${date}.zip`;
}

/** Whether a chapter is in another language than the page, and unchanged. */
export const isForeign = (path: string, content: NotebookContent, here: string): boolean =>
  (languageOf(path) ?? here) !== here && hashOfCells(content) === content.metadata.lif_fc_mnist?.version;

/** Returns the number of notebooks and the name of the zip file. */
export async function downloadNotebooks(
  contents: Contents,
  learner: string,
  siteUrl: string,
): Promise<{ count: number; zip: string }> {
  const files: Record<string, Uint8Array> = {};
  const here = languageHere(siteUrl);
  for (const path of await notebookPaths(contents)) {
    const content = (await contents.get(path, { content: true })).content as NotebookContent;
    if (!isForeign(path, content, here)) files[path] = strToU8(`${JSON.stringify(content, null, 1)}\n`);
  }
  const zip = nameOfZip(learner);
  download(zip, zipSync(files), 'application/zip');
  return { count: Object.keys(files).length, zip };
}

/** A zip file with all runs, each in a folder of its name. */
function runsZip(runs: readonly [string, StoredRun][]): Uint8Array {
  const files = runs.flatMap(([name, run]) =>
    Object.entries(run.files).map(([file, bytes]): [string, Uint8Array] => [`${name}/${file}`, bytes]),
  );
  return zipSync(Object.fromEntries(files));
}

/** Returns the number of runs. */
export async function downloadRuns(siteUrl: string): Promise<number> {
  const runs = await storedRuns(siteUrl);
  if (runs.length > 0) download(`run-${today()}.zip`, runsZip(runs), 'application/zip');
  return runs.length;
}

/** The content of a file that can be imported: a zip file that the menu made, or one notebook. */
export interface Download {
  notebooks: Record<string, NotebookContent>;
  runs: Record<string, Record<string, Uint8Array>>;
}

/** Limit for the bytes in a zip file: many times those of the chapters and some runs. */
const MAX_BYTES = 200e6;

/**
 * Reads a zip file of `downloadNotebooks` or `downloadRuns`, or a notebook as JupyterLab downloads it.
 * @throws Error in one line if it is anything else, or damaged
 */
export function readDownload(name: string, bytes: Uint8Array): Download {
  return inOneLine(() => readFile(name, bytes));
}

function readFile(name: string, bytes: Uint8Array): Download {
  const [stem, ending] = name.split(/(\.ipynb)$/i);
  if (ending) return { notebooks: { [`${stem}.ipynb`]: readNotebook(name, bytes) }, runs: {} };
  const wanted = t`${name}: expected a zip file that the menu Tutorial has made`;
  let sum = 0;
  const filter = ({ originalSize }: UnzipFileInfo) => {
    sum += originalSize;
    if (sum > MAX_BYTES) throw new Error(t`more than ${MAX_BYTES / 1e6} MB in it`);
    return true;
  };
  const files = reworded(
    () => unzipSync(bytes, { filter }),
    (why) => t`${wanted}, found another or a damaged file (${why})`,
  );
  // Without a prototype, since a folder may be called `constructor`.
  const found: Download = { notebooks: {}, runs: Object.create(null) };
  for (const [path, content] of Object.entries(files)) {
    const [folder, ...rest] = path.split('/');
    if (path.endsWith('/')) continue;
    if (path.split('/').some((part) => part === '' || part === '.' || part === '..')) {
      throw new Error(t`${wanted}, found the path ${JSON.stringify(path)} in it`);
    }
    if (path.endsWith('.ipynb')) found.notebooks[path] = readNotebook(`${name}: ${path}`, content);
    else if ([...RUN_FILES, ...HIDDEN_ARRAYS].includes(rest.join('/'))) {
      found.runs[folder] ??= {};
      found.runs[folder][rest.join('/')] = content;
    } else throw new Error(t`${wanted}, found ${JSON.stringify(path)} in it`);
  }
  for (const [run, parts] of Object.entries(found.runs)) {
    checkRunName(run);
    const missing = RUN_FILES.find((file) => !parts[file]);
    if (missing) throw new Error(t`${name}: expected ${run}/${missing} in it, found none`);
  }
  if (Object.keys(files).length === 0) throw new Error(t`${wanted}, found an empty one`);
  return found;
}

function readNotebook(what: string, bytes: Uint8Array): NotebookContent {
  try {
    const notebook = JSON.parse(strFromU8(bytes));
    const { cells, metadata } = notebook;
    if (Array.isArray(cells) && [metadata, ...cells].every((part) => Object(part) === part)) return notebook;
  } catch {}
  throw new Error(t`${what}: expected a notebook, found something else`);
}

/** Whether replacing this copy by the other loses no changes. */
const isUntouched = (copy: NotebookContent, other: NotebookContent) =>
  [copy.metadata.lif_fc_mnist?.version, hashOfCells(other)].includes(hashOfCells(copy));

/**
 * Saves the notebooks and runs of a download. Changed work of the reader with the same name is kept under another name.
 * @returns the other names
 */
export async function importDownload(
  contents: Contents,
  siteUrl: string,
  { notebooks, runs }: Download,
): Promise<string[]> {
  const aside: string[] = [];
  for (const [path, content] of Object.entries(notebooks)) {
    if (await exists(contents, path)) {
      const copy = (await contents.get(path, { content: true })).content as NotebookContent;
      if (!isUntouched(copy, content)) {
        const name = await freeName(backupName(path), (other) => exists(contents, other));
        await contents.save(name, { type: 'notebook', format: 'json', content: copy });
        aside.push(name);
      }
    } else await makeFolders(contents, path);
    await contents.save(path, { type: 'notebook', format: 'json', content });
  }
  for (const [name, files] of Object.entries(runs)) {
    const own = await storedRun(siteUrl, name);
    const isSame = (file: string) => String(own?.files[file]) === String(files[file]);
    if (own && ![...RUN_FILES, ...HIDDEN_ARRAYS].every(isSame)) {
      const isTaken = async (other: string) => (await storedRun(siteUrl, other)) !== undefined;
      const other = await freeName(`${name}-until-${today()}`, isTaken);
      await storeRun(siteUrl, other, own);
      aside.push(other);
    }
    await storeRun(siteUrl, name, { files, saved: new Date().toISOString() });
  }
  return aside;
}

/** Creates missing folders of a path. */
async function makeFolders(contents: Contents, path: string): Promise<void> {
  const parts = path.split('/').slice(0, -1);
  for (const i of parts.keys()) {
    const folder = parts.slice(0, i + 1).join('/');
    if (!(await exists(contents, folder)))
      await contents.save(folder, { type: 'directory', format: 'json', content: null });
  }
}
