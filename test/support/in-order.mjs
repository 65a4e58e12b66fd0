// Runs test files in the order in which they are named, so that none that takes long is left to end alone: `node --test` sorts them.
//   node in-order.mjs FILES-AT-A-TIME MILLISECONDS-FOR-EACH LOG FILE…
import { createWriteStream } from 'node:fs';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import report from './report.mjs';

const [concurrency, timeout, log, ...files] = process.argv.slice(2);
const events = run({ files, concurrency: Number(concurrency), timeout: Number(timeout) });
events.on('test:fail', () => {
  process.exitCode = 1;
});
events.compose(report).pipe(process.stdout);
events.compose(new spec()).pipe(createWriteStream(log));
