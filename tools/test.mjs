#!/usr/bin/env node
// Runs the tests: all of test/*.test.ts, or those named by their stem (`node tools/test.mjs golden neuron`).
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(fileURLToPath(import.meta.url), '..', '..');
const stems = readdirSync(join(root, 'test'), { recursive: true })
  .filter((name) => name.endsWith('.test.ts') && !name.startsWith('browser'))
  .map((name) => name.slice(0, -'.test.ts'.length))
  .sort();

const names = process.argv.slice(2);
const unknown = names.filter((name) => !stems.some((stem) => stem.includes(name)));
if (unknown.length > 0) {
  console.error(`test: no test/${unknown[0]}.test.ts; there are ${stems.join(', ')}`);
  process.exit(2);
}
const files = (names.length > 0 ? stems.filter((stem) => names.some((name) => stem.includes(name))) : stems).map(
  (stem) => join('test', `${stem}.test.ts`),
);

const env = { ...process.env, TF_CPP_MIN_LOG_LEVEL: '3' };
// Options meant for another node, and the mark that makes node:test print for a parent instead of for people.
delete env.NODE_OPTIONS;
delete env.NODE_TEST_CONTEXT;

// Some tests start programs of their own: two files at a time keep small machines answering. A file takes a minute or two
// at most; one that hangs is to be red, and not to hold up who waits for it.
const concurrency = Math.max(1, Math.min(2, availableParallelism()));
const options = [`--test-concurrency=${concurrency}`, '--test-timeout=600000', '--test-reporter=spec'];
const args = ['--import', 'tsx', '--test', ...options, ...files];
const child = spawn(process.execPath, args, { cwd: root, env, stdio: ['ignore', 'inherit', 'inherit'] });
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => {
  process.exitCode = code === 0 ? 0 : signal === 'SIGINT' ? 130 : 1;
});
