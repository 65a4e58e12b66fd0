#!/usr/bin/env node
// `npm run tutorial`: sets up what is missing, executes every notebook, makes the book of them. Arguments go to the
// notebook runner, such as --check. A notebook that is red keeps the others from nothing but the book.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const tools = dirname(fileURLToPath(import.meta.url));
const STEPS = [
  [['setup', 'setup.mjs']],
  [['notebooks', 'notebooks.mjs'], '--all', ...process.argv.slice(2)],
  [['book', 'book.mjs']],
];

// The child has the terminal, so Ctrl-C reaches it; this process waits until it has cleaned up.
process.on('SIGINT', () => {});

for (const [script, ...args] of STEPS) {
  const { status, signal } = spawnSync(process.execPath, [join(tools, ...script), ...args], { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? (signal === 'SIGINT' ? 130 : 1));
}
