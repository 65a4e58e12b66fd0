/** Where the packages of npm are: the repository, whether it holds the kernel alone or other things, too. */
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** The kernel's own folder. */
export const source = resolve(__dirname, '..');

let folder = source;
while (!existsSync(join(folder, 'node_modules'))) folder = dirname(folder);
export const root = folder;
