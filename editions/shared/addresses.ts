// The project's own addresses, which are set in package.json alone; editions/book/hosting.md says how.
import { join } from 'node:path';
import { readJson, root } from '../../packages/system/project';

type Field = string | { url?: string } | undefined;
/** The fields of package.json. */
interface Manifest {
  homepage?: string;
  repository?: Field;
  bugs?: Field;
}

const { homepage, repository, bugs }: Manifest = readJson(join(root, 'package.json')) ?? {};
const urlOf = (field: Field) => (typeof field === 'string' ? field : (field?.url ?? ''));

/** '' where package.json has none. */
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

/** The path from build/book/ to the browser edition, build/lite/. */
export const BROWSER_EDITION = '../lite/';

/** The address that runs a chapter in the browser edition. */
export const runAddress = (name: string) =>
  `${BROWSER_EDITION}notebooks/index.html?path=${encodeURIComponent(`${name}.ipynb`)}`;
