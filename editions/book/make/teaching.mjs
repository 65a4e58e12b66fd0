// The page for teachers: editions/class/README.md, whose links lead to files that the book does not have.
import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { ADDRESSES } from '../../../packages/system/addresses.mjs';
import { root } from '../../../packages/system/project.mjs';

export const TEACHING = 'teaching';

/**
 * The page for Sphinx. A link to a file of the project leads to the code host if there is one, and names the file if
 * not.
 */
export function teachingPage(text = readFileSync(join(root, 'editions', 'class', 'README.md'), 'utf8')) {
  const page = text.replace(/\[([^\]]+)\]\((?!https?:|#)([^)]+)\)/g, (_, label, target) => {
    const path = posix.normalize(`editions/class/${target}`);
    return ADDRESSES.repository ? `[${label}](${ADDRESSES.repository}/blob/HEAD/${path})` : `\`${path}\``;
  });
  return page.replace(/<!--[\s\S]*?-->\n?/g, '');
}
