// Stacks name the lines that a person wrote: `at cell [6], line 3, in mean: return values.reduce(…)`, with causes. Of a
// library they show only the function that was called, and of the kernel nothing.
import { withRuntimeHint } from './hints';
import { type Inspect, shortText, show } from './values';

/** V8 keeps ten frames. One call of a library may have more, and the cell would not be among them. */
const STACK_LIMIT = 60;
const MAX_FRAMES = 12;
const LINE_LENGTH = 100;
/** How many causes of causes are shown. */
const MAX_CAUSES = 5;
/** How many errors of an AggregateError are shown. */
const MAX_ERRORS = 10;
/** Shorter than the whole stack, so that the frames behind the message are shown. */
const MESSAGE_LENGTH = 10_000;
const ALL_LENGTH = 100_000;

/** A stack frame. */
interface Site {
  /** of the function; empty if it has none */
  name: string;
  /** a script's name, path or URL */
  script: string;
  /** counted from 1, as the column is */
  line: number;
  column: number;
}

/** Where code was written: in a cell (`text` is the line itself), in a file, or in a library. */
export type Origin =
  | { cell: number; line?: number; text?: string }
  | { file: string; line: number }
  | { library: string };

/** Finds where the code at a position was written; undefined for code that is not shown, such as the kernel itself. */
export type OriginOf = (script: string, line: number, column: number) => Origin | undefined;

const siteOfV8 = (site: NodeJS.CallSite): Site => ({
  // V8 names unnamed code of `eval` so.
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
    // Firefox names an unnamed function after the one around it: `f/<`.
    return [{ name: /[/<]/.test(name) ? '' : name, script, line: Number(line), column: Number(column) }];
  });
}

function frameLine(origin: Origin, name: string) {
  // Names of functions in TensorFlow.js end in `__op` or `_`.
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

/** The lines of a stack that help the author of the cell. */
function frameLines(sites: Site[], originOf: OriginOf) {
  const frames: { text: string; isLibrary: boolean }[] = [];
  for (const { name, script, line, column } of sites) {
    const origin = originOf(script, line, column);
    if (origin === undefined) continue;
    const isLibrary = 'library' in origin;
    // Of a library only the function that was called from outside: the last of its frames.
    if (isLibrary && frames.at(-1)?.isLibrary) frames.pop();
    frames.push({ text: frameLine(origin, name.replace(/^(Object|Module|exports)\./, '')), isLibrary });
  }
  // Show a function that calls itself once.
  const lines = frames.map(({ text }) => text).filter((text, i, all) => text !== all[i - 1]);
  if (lines.length <= MAX_FRAMES) return lines;
  const half = MAX_FRAMES / 2;
  return [...lines.slice(0, half), `    … ${lines.length - MAX_FRAMES} more`, ...lines.slice(-half)];
}

/**
 * Matches the kernel's form of a name from an earlier cell, which engines quote in messages: `(0, holder.name)` in a
 * call, else `holder.name`.
 */
let internal = /(?!)/g;

/** Replaces the kernel's forms of names in an engine's message by the names that the cell uses. */
export const withoutInternalNames = (text: string) => text.replace(internal, '$1$2');

function nameAndMessage(error: unknown) {
  try {
    return withoutInternalNames(shortText(Error.prototype.toString.call(error), MESSAGE_LENGTH));
  } catch {
    return 'Error'; // its message cannot be read
  }
}

/** Stacks as first read: Node later adds lines of the compiled cell to the stack of an error in a cell without await. */
const stacks = new WeakMap<Error, string>();

/**
 * Makes `error.stack` short, with the lines that a person wrote.
 * @param holder the object from which compiled cells read names of earlier cells
 * @param otherwise frames to show for a stack without code that a person wrote
 */
export function shortenStacks(
  holder: string,
  originOf: OriginOf,
  otherwise: (sites: NodeJS.CallSite[]) => string[] = () => [],
) {
  const name = '([\\p{ID_Start}$_][\\p{ID_Continue}$]*)';
  const quoted = `${holder.replace('.', '\\.')}\\.${name}`;
  internal = new RegExp(`\\(0 ?, ?${quoted}\\)|(?<![.\\p{ID_Continue}$])${quoted}`, 'gu');
  Error.stackTraceLimit = STACK_LIMIT;
  Error.prepareStackTrace = (error, sites) => {
    const lines = frameLines(sites.map(siteOfV8), originOf);
    const stack = [nameAndMessage(error), ...(lines.length > 0 ? lines : otherwise(sites))].join('\n');
    stacks.set(error, stack);
    return stack;
  };
  // Firefox has no such hook, but an accessor for stacks, which can be replaced.
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

/** The result of `use`, or undefined if it throws: a thrown value may throw again when it is inspected. */
function attempt<T>(use: () => T) {
  try {
    return use();
  } catch {
    return undefined;
  }
}

const isError = (value: unknown): value is Error =>
  attempt(() => value instanceof Error || Object.prototype.toString.call(value) === '[object Error]') ?? false;

/** The text of an error with its causes, up to a depth, since an error may be its own cause. */
function withCauses(inspect: Inspect, error: unknown, depth = MAX_CAUSES): string {
  if (!isError(error)) return show(inspect, error);
  const stack = stacks.get(error) ?? attempt(() => shortText(String(error.stack ?? nameAndMessage(error))));
  const parts = [stack ?? 'Error'];
  if (depth > 0) {
    const found = attempt(() => (error as AggregateError).errors);
    const errors = Array.isArray(found) ? found : [];
    for (const inner of errors.slice(0, MAX_ERRORS)) parts.push(withCauses(inspect, inner, depth - 1));
    if (errors.length > MAX_ERRORS) parts.push(`… ${errors.length - MAX_ERRORS} more errors`);
    const cause = attempt(() => error.cause);
    if (cause !== undefined) parts.push(`Caused by: ${withCauses(inspect, cause, depth - 1)}`);
  }
  return shortText(parts.join('\n'), ALL_LENGTH);
}

/** How a cell failed: fields of Jupyter's reply. */
export interface Failure {
  ename: string;
  evalue: string;
  traceback: string[];
}

/** The text that a failed cell shows, and its reply for Jupyter. */
export function describeFailure(inspect: Inspect, error: unknown): { text: string; reply: Failure } {
  const text = withRuntimeHint((isError(error) ? '' : 'Uncaught ') + withCauses(inspect, error));
  const traceback = text.split('\n');
  // `String` of an object other than an error is `[object Object]`.
  if (!isError(error)) return { text, reply: { ename: 'Error', evalue: show(inspect, error), traceback } };
  const ename = attempt(() => String(error.name)) ?? 'Error';
  const evalue = attempt(() => withoutInternalNames(shortText(String(error.message), MESSAGE_LENGTH))) ?? '';
  return { text, reply: { ename, evalue, traceback } };
}

/** How many unawaited errors of a cell are shown one by one. */
const MAX_UNAWAITED = 100;
/** Milliseconds until the number of further ones is shown; doubles each time. */
const FIRST_PAUSE = 500;

/**
 * Shows the first unawaited errors of a cell, and counts the others: a page that draws thousands stops responding.
 */
export function limitUnawaited(print: (text: string) => void) {
  const { setTimeout } = globalThis;
  let shown = 0;
  let more = 0;
  let pause = FIRST_PAUSE;
  const count = () => {
    print(`… ${more.toLocaleString('en')} more errors that no part of the cell awaits.`);
    more = 0;
  };
  return {
    /** Starts the next cell. */
    reset() {
      shown = 0;
      pause = FIRST_PAUSE;
    },
    add(describe: () => string) {
      if (shown++ < MAX_UNAWAITED) return print(describe());
      if (more++ > 0) return;
      setTimeout(count, pause);
      pause *= 2;
    },
  };
}

/** The text of an unawaited error, shown below the cell that ran last. */
export const describeUnawaited = (
  inspect: Inspect,
  kind: 'UncaughtException' | 'UnhandledPromiseRejection',
  error: unknown,
) => `${kind}: ${withCauses(inspect, error)}`;
