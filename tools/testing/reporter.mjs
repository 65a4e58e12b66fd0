// A reporter for node:test that fits on a screen. Files that pass share lines. A failure is told once, in two or three
// lines; of many failures the later ones are named by their lines only. The detailed report goes to build/test.log.
import { join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { explain, placeOf, sourceOf } from './failure.mjs';

const root = resolve(fileURLToPath(import.meta.url), '..', '..', '..');
const WIDTH = 110; // of a line of files that pass
const QUIET = 60_000; // ms without a line until one says what is running
const BUDGET = 24; // lines that explain failures
const PRINTED = 5; // lines per file of what its tests print

const SUMMARY = /^(tests|suites|pass|fail|cancelled|skipped|todo|duration_ms) /; // node:test's own last lines

const labelOf = (file) =>
  relative(join(root, 'test'), file)
    .split(sep)
    .join('/')
    .replace(/\.test\.ts$/, '');
const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`;

/** What is known of a test file. */
class File {
  started = 0; // ms, when its process was started
  details = undefined; // node:test's result, once its process has ended
  reported = false; // whether results of its tests have come
  parents = []; // names of the suites and tests around the current test
  passed = 0;
  failures = []; // { name, error }
  cancelled = 0;
  skipped = []; // names, with the reason
  printed = []; // lines of stdout
  complaints = []; // lines of stderr, and of node:test
}

class Report {
  files = new Map();
  passing = []; // files that passed and were not printed yet
  left = BUDGET;
  failed = [];

  /** Takes an event and yields the lines to be printed now. */
  *take({ type, data }) {
    if (!data?.file) return;
    const path = resolve(root, data.file);
    if (!this.files.has(path)) this.files.set(path, new File());
    const file = this.files.get(path);
    if (type === 'test:stdout') file.printed.push(...linesOf(data.message));
    else if (type === 'test:stderr' || type === 'test:diagnostic') file.complaints.push(...linesOf(data.message));
    else if (data.name !== undefined && resolve(root, data.name) === path) {
      // Of the file as a whole. It may come long before the results of the file's tests, which node:test holds back
      // until all files before this one have ended.
      if (type === 'test:dequeue') file.started = performance.now();
      if (type === 'test:complete') file.details = data.details;
    } else if (type === 'test:start') file.parents.splice(data.nesting, Infinity, data.name);
    else if (type === 'test:pass' || type === 'test:fail') {
      yield* this.finish((other) => other !== file && other.reported);
      file.reported = true;
      this.note(file, data);
    }
  }

  note(file, { name, nesting, details, skip, todo }) {
    const names = [...file.parents.slice(0, nesting), name].join(' › ');
    if (skip !== undefined && skip !== false) file.skipped.push(typeof skip === 'string' ? `${names}: ${skip}` : names);
    else if (!details.error || todo) file.passed += details.type === 'suite' ? 0 : 1;
    else if (details.error.failureType === 'cancelledByParent') file.cancelled++;
    else if (details.error.failureType !== 'subtestsFailed') file.failures.push({ names, name, error: details.error });
  }

  /** Prints and forgets the files that have ended and for which `isDone` holds. */
  *finish(isDone) {
    for (const [path, file] of this.files) {
      if (!file.details || !isDone(file)) continue;
      this.files.delete(path);
      yield* this.end(path, file);
    }
  }

  *end(path, file) {
    const label = labelOf(path);
    const { details, failures, cancelled } = file;
    const took = seconds(details.duration_ms);
    for (const line of file.printed.slice(0, PRINTED)) yield `  ${label} prints: ${line}`;
    for (const name of file.skipped) yield `  skipped: ${label}: ${name}`;
    const total = file.passed + failures.length + cancelled;
    if (!details.error) {
      this.passing.push(`${label} ${total} (${took})`);
      if (this.passing.join(', ').length >= WIDTH) yield* this.flush();
      return;
    }
    yield* this.flush();
    this.failed.push(label);
    if (failures.length === 0) {
      yield* this.crash(label, file, took);
      return;
    }
    const lost = cancelled > 0 ? `, ${cancelled} not run` : '';
    yield `✖ ${label}: ${failures.length} of ${total} failed${lost} (${took})`;
    const later = [];
    const told = new Set();
    const end = this.files.size > 0 ? Math.floor(this.left / 2) : 0; // something is left for the other files
    for (const { names, name, error } of failures) {
      const place = placeOf(error, name, path, root);
      const lines = explain(error, sourceOf(place, root));
      const text = lines.join('\n');
      if (told.has(text) || (told.size > 0 && this.left - lines.length - 1 < end) || this.left <= lines.length) {
        later.push(place.split(', in ')[0].split(':').slice(0, 2).join(':'));
      } else {
        told.add(text);
        this.left -= lines.length + 1;
        yield `  ✖ ${names}  (${place})`;
        for (const line of lines) yield `      ${line}`;
      }
    }
    if (later.length > 0) yield `  and ${later.length} more: ${laterPlaces(later)}`;
  }

  /** A file that ended without a test that failed: it could not be loaded, or did not end. */
  *crash(label, { details, complaints: stderr }, took) {
    const { error } = details;
    const reason = error.failureType === 'testTimeoutFailure' ? 'did not end within the time limit' : undefined;
    const line = stderr.find((text) => /^\s*\w*Error\b/.test(text)) ?? stderr.at(-1);
    yield `✖ ${label}: ${reason ?? `ended with exit status ${error.exitCode ?? 'unknown'}`} (${took})`;
    const place = framesIn(stderr);
    if (line) yield `      ${line.trim().slice(0, 200)}${place}`;
  }

  *flush() {
    if (this.passing.length > 0) yield `✔ ${this.passing.join(', ')}`;
    this.passing = [];
  }

  running() {
    return [...this.files]
      .filter(([, { started, details }]) => started > 0 && !details)
      .map(([path, { started }]) => `${labelOf(path)} for ${Math.round((performance.now() - started) / 1000)} s`);
  }
}

const linesOf = (text) => text.split('\n').filter((line) => line.trim() !== '');
const framesIn = (lines) => {
  const frame = lines.find(
    (line) => line.includes(`${root}${sep}test${sep}`) || line.includes(`${root}${sep}src${sep}`),
  );
  return frame
    ? `  (${relative(
        root,
        frame
          .trim()
          .replace(/^(at|-)\s+/, '')
          .replace(/.*\(|\).*/g, ''),
      )})`
    : '';
};
/** `test/a.test.ts:3, 9 (2 times), test/support/b.ts:1` for the places of failures that are not explained. */
function laterPlaces(places) {
  const counts = new Map();
  for (const place of places) counts.set(place, (counts.get(place) ?? 0) + 1);
  let file = '';
  const names = [...counts].map(([place, count]) => {
    const same = place.split(':')[0] === file;
    file = place.split(':')[0];
    return `${same ? place.slice(file.length + 1) : place}${count > 1 ? ` (${count} times)` : ''}`;
  });
  return names.length > 30 ? `${names.slice(0, 30).join(', ')}, …` : names.join(', ');
}

/** Yields events, and `undefined` whenever `QUIET` ms have passed without a call of `spoke`. */
async function* withPauses(source, lastLine) {
  const events = source[Symbol.asyncIterator]();
  let next = events.next();
  for (;;) {
    let timer;
    const pause = new Promise((done) => {
      timer = setTimeout(done, Math.max(1, lastLine.time + QUIET - performance.now()), 'pause');
    });
    const result = await Promise.race([next, pause]);
    clearTimeout(timer);
    if (result === 'pause') yield undefined;
    else if (result.done) return;
    else {
      yield result.value;
      next = events.next();
    }
  }
}

export default async function* reporter(source) {
  const report = new Report();
  const summary = [];
  const lastLine = { time: performance.now() };
  for await (const event of withPauses(source, lastLine)) {
    const lines = [];
    if (event === undefined) {
      lines.push(...report.flush());
      const running = report.running();
      if (running.length > 0) lines.push(`… running ${running.join(', ')}`);
      lastLine.time = performance.now();
    } else if (event.type === 'test:diagnostic' && event.data.nesting === 0 && !event.data.file) {
      if (SUMMARY.test(event.data.message)) summary.push(event.data.message);
      else lines.push(`! ${event.data.message}`);
    } else lines.push(...report.take(event));
    if (lines.length === 0) continue;
    lastLine.time = performance.now();
    yield `${lines.join('\n')}\n`;
  }
  const end = [...report.finish(() => true), ...report.flush()];
  if (report.failed.length > 0) {
    end.push(`Run one file again with \`npm test -- ${report.failed[0]}\`. All details are in build/test.log.`);
  }
  yield [...end, ...summary.map((message) => `ℹ ${message}`), ''].join('\n');
}
