// Runs test files in the order in which they are named, so that none that takes long is left to end alone:
// `node --test` sorts them.
//   node in-order.mjs FILES-AT-A-TIME MILLISECONDS-FOR-EACH LOG DURATIONS LIST FILE…
// DURATIONS is a JSON file that keeps how many milliseconds each file took, LIST names those of this run.
//
// What `npm test` prints: a dot for each test that passes, each failure in full as soon as its file has ended, and last
// node:test's summary. node:test's own `spec` takes a line for each of 1,400 tests and about forty for a failure, its
// `dot` has no summary, and neither says there why a file could not be loaded. build/test.log has what `spec` says.
import { createWriteStream, readFileSync, writeFileSync } from 'node:fs';
import { relative, resolve, sep } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';

const IN_FULL = 10; // failures; of the others only the names
const LINES = 24; // of what one error says
const WIDTH = 100; // dots in a line

/**
 * What an error says and where in the project it came from, innermost first.
 * @param {{ message: string, cause?: any }} error node:test's own, around that of the test
 * @param {string[]} complaints what the file printed on stderr, for a file that failed as a whole
 */
function explain({ message, cause }, complaints) {
  const said = String(cause?.message ?? message)
    .trimEnd()
    .split('\n');
  if (said.length > LINES) said.splice(LINES, Infinity, '… build/test.log has the rest');
  const here = `${process.cwd()}${sep}`;
  const places = String(cause?.stack)
    .split('\n')
    .flatMap((line) => (line.includes(here) ? [line.slice(line.indexOf(here) + here.length).replace(')', '')] : []))
    .filter((place) => !place.startsWith('node_modules'));
  const reasons = complaints.filter((line) => /^\w*Error\b/.test(line));
  return [...said, ...reasons.slice(0, 3), ...places.slice(0, 3).map((place) => `at ${place}`)];
}

/** @param {AsyncIterable<{ type: string, data: any }>} events of node:test */
async function* report(events) {
  /** Of each file: the suites around the current test, and what was printed on stderr. */
  const files = new Map();
  const summary = [];
  let dots = 0;
  let failures = 0;
  for await (const { type, data } of events) {
    if (type === 'test:diagnostic' && !data.file) summary.push(`ℹ ${data.message}\n`);
    if (!data?.file) continue;
    const file = resolve(data.file);
    if (!files.has(file)) files.set(file, { suites: [], complaints: [] });
    const { suites, complaints } = files.get(file);
    if (type === 'test:start') suites.splice(data.nesting, Infinity, data.name);
    else if (type === 'test:stderr') complaints.push(...data.message.split('\n'));
    const lines = [];
    const isFile = resolve(String(data.name)) === file;
    const label = relative('', file).replaceAll(sep, '/').replace('.test.ts', '');
    const name = isFile ? label : [label, ...suites.slice(0, data.nesting), data.name].join(' › ');
    if (type === 'test:stdout') lines.push(...data.message.trimEnd().split('\n'));
    else if (data.skip !== undefined && type === 'test:pass') lines.push(`- ${name}: skipped: ${data.skip}`);
    else if (type === 'test:pass' && data.details.type !== 'suite') yield dots++ % WIDTH === WIDTH - 1 ? '.\n' : '.';
    else if (type === 'test:fail' && data.details.error.failureType !== 'subtestsFailed') {
      lines.push(`✖ ${name}`);
      const explained = failures++ < IN_FULL ? explain(data.details.error, isFile ? complaints : []) : [];
      lines.push(...explained.map((line) => `    ${line}`));
    }
    if (lines.length === 0) continue;
    yield `${dots % WIDTH === 0 ? '' : '\n'}${lines.join('\n')}\n`;
    dots = 0;
  }
  if (failures > 0) summary.unshift(`${failures} failed: see ✖ above; all details are in build/test.log\n`);
  yield `${dots % WIDTH === 0 ? '' : '\n'}${summary.join('')}`;
}

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
