// An error names the lines that a person wrote: `at cell [6], line 3, in mean: return values.reduce(…)`, with its
// causes. Of libraries only the function that was called is shown, and nothing of the kernel itself.
import { withRuntimeHint } from './hints';
import { type Inspect, shortText, show } from './values';

/** V8 keeps ten frames. One call of a library may have more, and the cell would not be among them. */
const KEPT = 60;
const SHOWN = 12;
const LINE_LENGTH = 100;
/** How deep causes are followed. */
const CAUSES = 5;
/** How many of an AggregateError's errors are shown. */
const ERRORS = 10;
/** Less than a stack, whose frames stand behind the message. */
const MESSAGE_LENGTH = 10_000;
const ALL_LENGTH = 100_000;

/** A place in a stack. */
interface Site {
  /** the function's; empty if it has none */
  name: string;
  /** a script's name, path or URL */
  script: string;
  /** from 1, as the column is */
  line: number;
  column: number;
}

/** Where code was written: in a cell (`text` is the line itself), in a file, or in a library. */
export type Origin =
  | { cell: number; line?: number; text?: string }
  | { file: string; line: number }
  | { library: string };

/** Finds where the code at a place was written; undefined where it is of no interest, as in the kernel itself. */
export type OriginOf = (script: string, line: number, column: number) => Origin | undefined;

const siteOfV8 = (site: NodeJS.CallSite): Site => ({
  // V8 calls what has no name in code of `eval` so.
  name: site.getFunctionName()?.replace(/^eval$/, '') ?? '',
  script: site.getScriptNameOrSourceURL() ?? '',
  line: site.getLineNumber() ?? 1,
  column: site.getColumnNumber() ?? 1,
});

/** A line of Firefox or Safari: `mean@cell-2.ts:3:10`. */
const LINE = /^(?:async\*)?(.*?)@(.*?)(?: line \d+ > eval)?:(\d+):(\d+)$/;

function sitesOf(stack: string): Site[] {
  return stack.split('\n').flatMap((text) => {
    const match = LINE.exec(text);
    if (!match) return [];
    const [, name = '', script = '', line, column] = match;
    // Firefox calls what has no name after its holder: `f/<`.
    return [{ name: /[/<]/.test(name) ? '' : name, script, line: Number(line), column: Number(column) }];
  });
}

function frameLine(origin: Origin, name: string) {
  // The functions of TensorFlow.js end so.
  if ('library' in origin) return `    at ${name.replace(/_+(op)?$/, '') || 'a function'} (${origin.library})`;
  if ('file' in origin) {
    const place = `${origin.file}:${origin.line}`;
    return `    at ${name ? `${name} (${place})` : place}`;
  }
  const { cell, line, text = '' } = origin;
  const where = line === undefined ? `cell [${cell}]` : `cell [${cell}], line ${line}`;
  const short = text.length > LINE_LENGTH ? `${text.slice(0, LINE_LENGTH - 1)}…` : text;
  return `    at ${where}${name ? `, in ${name}` : ''}${short ? `: ${short}` : ''}`;
}

/** The lines of a stack that help the person who wrote the cell. */
function frameLines(sites: Site[], originOf: OriginOf) {
  const frames: { text: string; isLibrary: boolean }[] = [];
  for (const { name, script, line, column } of sites) {
    const origin = originOf(script, line, column);
    if (origin === undefined) continue;
    const isLibrary = 'library' in origin;
    // Of libraries only the function that was called from outside: the last of their frames.
    if (isLibrary && frames.at(-1)?.isLibrary) frames.pop();
    frames.push({ text: frameLine(origin, name.replace(/^(Object|Module|exports)\./, '')), isLibrary });
  }
  // A function that calls itself is shown once.
  const lines = frames.map(({ text }) => text).filter((text, i, all) => text !== all[i - 1]);
  if (lines.length <= SHOWN) return lines;
  const half = SHOWN / 2;
  return [...lines.slice(0, half), `    … ${lines.length - SHOWN} more`, ...lines.slice(-half)];
}

/**
 * What a kernel calls a name of an earlier cell, which engines quote: `(0, holder.name)` of a call, else `holder.name`.
 */
let internal = /(?!)/g;

/** A text of an engine in the words of the cell, whatever the kernel made of its names. */
export const inWordsOfCell = (text: string) => text.replace(internal, '$1$2');

function nameAndMessage(error: unknown) {
  try {
    return inWordsOfCell(shortText(Error.prototype.toString.call(error), MESSAGE_LENGTH));
  } catch {
    return 'Error'; // whose message cannot be read
  }
}

/** Stacks as first read: Node later puts lines of the compiled cell before that of an error in a plain cell. */
const stacks = new WeakMap<Error, string>();

/**
 * From now on `error.stack` is short and names what was written.
 * @param holder what the kernel reads the names of earlier cells from, by no name that a cell uses
 * @param otherwise frames to show for a stack without any code of a person
 */
export function shortenStacks(
  holder: string,
  originOf: OriginOf,
  otherwise: (sites: NodeJS.CallSite[]) => string[] = () => [],
) {
  const name = '([\\p{ID_Start}$_][\\p{ID_Continue}$]*)';
  const quoted = `${holder.replace('.', '\\.')}\\.${name}`;
  internal = new RegExp(`\\(0 ?, ?${quoted}\\)|(?<![.\\p{ID_Continue}$])${quoted}`, 'gu');
  Error.stackTraceLimit = KEPT;
  Error.prepareStackTrace = (error, sites) => {
    const lines = frameLines(sites.map(siteOfV8), originOf);
    const stack = [nameAndMessage(error), ...(lines.length > 0 ? lines : otherwise(sites))].join('\n');
    stacks.set(error, stack);
    return stack;
  };
  // Firefox has no such hook. Its stacks come from an accessor, which can be replaced.
  const own = Object.getOwnPropertyDescriptor(Error.prototype, 'stack');
  if (!own?.get) return;
  const { get } = own;
  Object.defineProperty(Error.prototype, 'stack', {
    ...own,
    get() {
      const stack = get.call(this);
      if (typeof stack !== 'string') return stack;
      return [nameAndMessage(this), ...frameLines(sitesOf(stack), originOf)].join('\n');
    },
  });
}

/** What `use` gives, or undefined: whatever is thrown may throw again when it is looked at. */
function attempt<T>(use: () => T) {
  try {
    return use();
  } catch {
    return undefined;
  }
}

const isError = (value: unknown): value is Error =>
  attempt(() => value instanceof Error || Object.prototype.toString.call(value) === '[object Error]') ?? false;

/** What there is to say of an error, with its causes down to a depth (an error may be its own). */
function withCauses(inspect: Inspect, error: unknown, depth = CAUSES): string {
  if (!isError(error)) return show(inspect, error);
  const stack = stacks.get(error) ?? attempt(() => shortText(String(error.stack ?? nameAndMessage(error))));
  const parts = [stack ?? 'Error'];
  if (depth > 0) {
    const found = attempt(() => (error as AggregateError).errors);
    const errors = Array.isArray(found) ? found : [];
    for (const inner of errors.slice(0, ERRORS)) parts.push(withCauses(inspect, inner, depth - 1));
    if (errors.length > ERRORS) parts.push(`… ${errors.length - ERRORS} more errors`);
    const cause = attempt(() => error.cause);
    if (cause !== undefined) parts.push(`Caused by: ${withCauses(inspect, cause, depth - 1)}`);
  }
  return shortText(parts.join('\n'), ALL_LENGTH);
}

/** How a cell failed, as in Jupyter's reply. */
export interface Failure {
  ename: string;
  evalue: string;
  traceback: string[];
}

/** How a cell that has thrown ended: what it shows, and what Jupyter's reply says. */
export function describeFailure(inspect: Inspect, error: unknown): { text: string; reply: Failure } {
  const text = withRuntimeHint((isError(error) ? '' : 'Uncaught ') + withCauses(inspect, error));
  const traceback = text.split('\n');
  // `String` of an object other than an error is `[object Object]`.
  if (!isError(error)) return { text, reply: { ename: 'Error', evalue: show(inspect, error), traceback } };
  const ename = attempt(() => String(error.name)) ?? 'Error';
  const evalue = attempt(() => inWordsOfCell(shortText(String(error.message), MESSAGE_LENGTH))) ?? '';
  return { text, reply: { ename, evalue, traceback } };
}

/** Unawaited errors of a cell that are shown one by one. */
const LATE = 100;
/** Milliseconds until the others are counted, twice as many after each time. */
const COUNTED = 500;

/**
 * Shows the first unawaited errors of a cell, and of the others how many there were: a page that draws thousands does
 * not answer.
 */
export function countLate(print: (text: string) => void) {
  const { setTimeout } = globalThis;
  let shown = 0;
  let more = 0;
  let pause = COUNTED;
  const count = () => {
    print(`… ${more.toLocaleString('en')} more errors that no part of the cell awaits.`);
    more = 0;
  };
  return {
    /** Begins another cell. */
    reset() {
      shown = 0;
      pause = COUNTED;
    },
    add(describe: () => string) {
      if (shown++ < LATE) return print(describe());
      if (more++ > 0) return;
      setTimeout(count, pause);
      pause *= 2;
    },
  };
}

/** What is shown below the cell that ran last, of unawaited errors. */
export const describeLate = (
  inspect: Inspect,
  kind: 'UncaughtException' | 'UnhandledPromiseRejection',
  error: unknown,
) => `${kind}: ${withCauses(inspect, error)}`;
