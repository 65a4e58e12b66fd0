/** The runs and files that the browser keeps for this site. The page of the site reads them as well, for downloads. */
import { clear, createStore, entries, get, set } from 'idb-keyval';

/** The files of a run by name, and when it was saved. */
export interface StoredRun {
  files: Record<string, Uint8Array>;
  /** As an ISO date. */
  saved: string;
}

/** Sites of one host, such as two forks, keep their work apart. */
const databaseOf = (siteUrl: string) => `lif-fc-mnist ${new URL(siteUrl).pathname}`;
const openStore = (siteUrl: string) => createStore(databaseOf(siteUrl), 'runs');
const openFiles = (siteUrl: string) => createStore(`${databaseOf(siteUrl)} files`, 'files');

/** Replaces a run: all its files, or none. */
export function storeRun(siteUrl: string, name: string, run: StoredRun): Promise<void> {
  return set(name, run, openStore(siteUrl));
}

export function storedRun(siteUrl: string, name: string): Promise<StoredRun | undefined> {
  return get(name, openStore(siteUrl));
}

/** All runs with their names. */
export function storedRuns(siteUrl: string): Promise<[string, StoredRun][]> {
  return entries(openStore(siteUrl));
}

/** The type of an output that offers a file: `{ name }`. */
export const FILE_MIME = 'application/vnd.lif-fc-mnist.file+json';

// Asynchronous: some browsers refuse at once, and that is a rejection, too.

/** Keeps a file, in place of an earlier one of that name. */
export async function storeFile(siteUrl: string, name: string, bytes: Uint8Array): Promise<void> {
  return set(name, bytes, openFiles(siteUrl));
}

export async function storedFile(siteUrl: string, name: string): Promise<Uint8Array | undefined> {
  return get(name, openFiles(siteUrl));
}

/** Removes all runs and files. */
export async function removeWork(siteUrl: string): Promise<void> {
  await clear(openStore(siteUrl));
  await clear(openFiles(siteUrl));
}
