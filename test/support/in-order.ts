// Runs test files in the order in which they are named, so that none that takes long is left to end alone:
// `node --test` sorts them.
//   node --require ./tools/sources.cjs in-order.ts FILES-AT-A-TIME MILLISECONDS-FOR-EACH LOG LIST FILE…
// LIST names the files of this run. node:test's `dot` goes to the console, with the summary below, and `spec` into LOG.
import { createWriteStream, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { run } from 'node:test';
import { dot, spec } from 'node:test/reporters';

const [concurrency, timeout, log, list, ...files] = process.argv.slice(2);
const events = run({ files, concurrency: Number(concurrency), timeout: Number(timeout) });

/** What each file printed on stderr: if it could not be loaded, no reporter says why. */
const said = new Map<string, string>();
const ends: string[] = [];
events.on('test:stderr', ({ file = '', message }) =>
  said.set(resolve(file), (said.get(resolve(file)) ?? '') + message),
);
events.on('test:fail', ({ file = '', name, details }) => {
  process.exitCode = 1;
  if (resolve(name) !== resolve(file)) return;
  // The line after the message says where, or, if it is the compiler's, what.
  const [reason] = /^\w*Error\b.*(?:\n.+)?$/m.exec(said.get(resolve(file)) ?? '') ?? [];
  const { exitCode } = details.error as { exitCode?: number };
  if (reason || exitCode) ends.push(`✖ ${name}: ${reason ?? `ended with status ${exitCode}`}\n`);
});
events.on('test:diagnostic', ({ file, message }) => {
  if (!file) ends.push(`ℹ ${message}\n`);
});
process.on('exit', () => writeFileSync(list, `${files.toSorted().join('\n')}\n`));

events
  .compose(async function* report(source) {
    yield* dot(source);
    yield `\n${process.exitCode ? `All details are in ${log}.\n` : ''}${ends.join('')}`;
  })
  .pipe(process.stdout);
events.compose(new spec()).pipe(createWriteStream(log));
