// The project's own addresses. package.json is the one place where they are set; editions/book/hosting.md tells how.
import { join } from 'node:path';
import { readJson, root } from '../../packages/system/project';

type Field = string | { url?: string } | undefined;
/** a package.json */
interface Manifest {
  homepage?: string;
  repository?: Field;
  bugs?: Field;
}

const { homepage, repository, bugs }: Manifest = readJson(join(root, 'package.json')) ?? {};
const urlOf = (field: Field) => (typeof field === 'string' ? field : (field?.url ?? ''));

/** Each '' where package.json has none. */
export const ADDRESSES = {
  /** where book/ and lite/ are published, side by side, with a slash at its end */
  homepage: homepage ? homepage.replace(/\/*$/, '/') : '',
  /** where the code is hosted */
  repository: urlOf(repository)
    .replace(/^git\+/, '')
    .replace(/\.git$/, ''),
  /** where to report a fault */
  issues: urlOf(bugs),
};

/** Where the browser edition, build/lite/, is as seen from build/book/. */
export const BROWSER_EDITION = '../lite/';

/** Runs a chapter in the browser edition. */
export const runAddress = (name: string) =>
  `${BROWSER_EDITION}notebooks/index.html?path=${encodeURIComponent(`${name}.ipynb`)}`;
