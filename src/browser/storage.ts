/** The runs that the browser keeps for this site. The page of the site reads them as well, for downloads. */
import { clear, createStore, entries, get, set } from 'idb-keyval';

/** The files of a run by name, and when it was saved. */
export interface StoredRun {
  files: Record<string, Uint8Array>;
  /** As an ISO date. */
  saved: string;
}

/** Sites of one host, such as two forks, keep their runs apart. */
const openStore = (siteUrl: string) => createStore(`lif-fc-mnist ${new URL(siteUrl).pathname}`, 'runs');

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

export function removeRuns(siteUrl: string): Promise<void> {
  return clear(openStore(siteUrl));
}
