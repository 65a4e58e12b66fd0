// Fills the home of a learner: run as the learner, in their home. What is there is kept.
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { chaptersFolder, makeCopies } from '../exercises/copies.mjs';
import { root } from '../system/project.mjs';

process.umask(0o077);
const home = process.cwd();
mkdirSync(join(home, 'notebooks'), { recursive: true });
mkdirSync(join(home, 'build'), { recursive: true });
makeCopies(chaptersFolder, join(home, 'notebooks', 'my'));
// As in the clone, so that the links and pictures of a chapter lead where they lead there.
const shared = ['src', 'book', 'README.md', 'environment.md'].map((name) => [join(root, name), join(home, name)]);
for (const [target, link] of [...shared, [join(chaptersFolder, 'images'), join(home, 'notebooks', 'images')]]) {
  try {
    symlinkSync(target, link);
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
}
