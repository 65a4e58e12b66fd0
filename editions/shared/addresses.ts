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

/** each '' where package.json has none */
interface Addresses {
  /** where book/ and lite/ are published, side by side, with a slash at its end */
  homepage: string;
  /** where the code is hosted */
  repository: string;
  /** where to report a fault */
  issues: string;
}

const urlOf = (field: Field) => (typeof field === 'string' ? field : (field?.url ?? ''));

/** The addresses in a package.json. */
const addressesOf = ({ homepage, repository, bugs }: Manifest): Addresses => ({
  homepage: homepage ? homepage.replace(/\/*$/, '/') : '',
  repository: urlOf(repository)
    .replace(/^git\+/, '')
    .replace(/\.git$/, ''),
  issues: urlOf(bugs),
});

export const ADDRESSES = addressesOf(readJson(join(root, 'package.json')) ?? {});

/** Where the browser edition, build/lite/, is as seen from build/book/. */
export const BROWSER_EDITION = '../lite/';

/** Runs a chapter in the browser edition. */
export const runAddress = (name: string) =>
  `${BROWSER_EDITION}notebooks/index.html?path=${encodeURIComponent(`${name}.ipynb`)}`;
