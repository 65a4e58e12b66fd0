// Runs test files in the order in which they are named, so that none that takes long is left to end alone:
// `node --test` sorts them.
//   node in-order.mjs FILES-AT-A-TIME MILLISECONDS-FOR-EACH LOG DURATIONS LIST FILE…
// DURATIONS is a JSON file that keeps how many milliseconds each file took, LIST names those of this run.
import { createWriteStream, readFileSync, writeFileSync } from 'node:fs';
import { relative, sep } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import report from './report.mjs';

const [concurrency, timeout, log, kept, list, ...files] = process.argv.slice(2);
const durations = {};
const events = run({ files, concurrency: Number(concurrency), timeout: Number(timeout) });
events.on('test:fail', () => {
  process.exitCode = 1;
});
for (const kind of ['test:pass', 'test:fail']) {
  events.on(kind, ({ nesting, file, details }) => {
    if (nesting > 0 || !file) return;
    const name = relative('', file).split(sep).join('/');
    durations[name] = (durations[name] ?? 0) + Math.round(details.duration_ms);
  });
}
process.on('exit', () => {
  let before = {};
  try {
    before = JSON.parse(readFileSync(kept, 'utf8'));
  } catch {
    // The first run here.
  }
  writeFileSync(list, `${files.toSorted().join('\n')}\n`);
  writeFileSync(kept, JSON.stringify({ ...before, ...durations }));
});
events.compose(report).pipe(process.stdout);
events.compose(new spec()).pipe(createWriteStream(log));
