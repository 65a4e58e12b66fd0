// Fills the current folder as a learner's home. Existing files are kept. An error is one line.
import { lstatSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { chaptersFolder, root } from '../../../../packages/system/project';
import { makeCopies } from '../../../shared/copies';

function main() {
  process.umask(0o077);
  const home = process.cwd();
  // As in the clone, so that links and pictures of the chapters work.
  const links = ['src', 'packages', 'hosts', 'editions', 'README.md', 'environment.md'].map((name) => [
    join(root, name),
    join(home, name),
  ]);
  links.push([join(chaptersFolder, 'images'), join(home, 'notebooks', 'images')]);
  try {
    mkdirSync(join(home, 'notebooks'), { recursive: true });
    mkdirSync(join(home, 'build'), { recursive: true });
    makeCopies(undefined, chaptersFolder, join(home, 'notebooks', 'my'));
    for (const [target, link] of links) {
      if (!lstatSync(link, { throwIfNoEntry: false })) symlinkSync(target, link);
    }
  } catch (error) {
    console.error((error as Error).message);
    process.exitCode = 1;
  }
}

if (require.main === module) main();
