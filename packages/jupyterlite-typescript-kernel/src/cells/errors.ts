/**
 * Errors as a person who wrote a cell wants them: `at cell [6], line 3, in mean: return values.reduce(…)`. What modules
 * do inside is left out but for the function that was called, and the kernel's own frames are left out altogether.
 */
import { inspect } from 'node-inspect-extracted';

/** V8 keeps ten frames. One call of a library may have more, and the cell would not be among them. */
const KEPT = 60;
const SHOWN = 12;
const LINE_LENGTH = 100;

/** What is known of a script by its name in stacks. */
export type Origin =
  | { kind: 'cell'; count: number; source: string }
  | { kind: 'module'; name: string }
  | { kind: 'kernel' };

interface Frame {
  text: string;
  isModule: boolean;
}

interface Site {
  name: string;
  script: string;
  line: number;
}

// V8: "    at async Foo.bar [as baz] (script:1:2)" or "    at script:1:2".
const V8 = /^\s*at (?:(?:async )?(.*?) \()?(?:async )?([^()]*?):(\d+):\d+\)?$/;
// Firefox and Safari: "bar@script:1:2".
const OTHERS = /^(.*?)@(.*?)(?: line \d+ > eval)?:(\d+):\d+$/;

function siteOf(line: string): Site | undefined {
  const match = V8.exec(line) ?? OTHERS.exec(line);
  if (!match) return undefined;
  const name = (match[1] ?? '')
    .replace(/^async\*?\s*/, '')
    .replace(/^new /, '')
    .replace(/ \[as .*\]$/, '');
  return { name: name.replace(/^(Object|Module|exports)\./, ''), script: match[2] as string, line: Number(match[3]) };
}

const isAnonymous = (name: string) =>
  name === '' || name.includes('<') || name.startsWith('eval') || name.includes('/');

function frameOf({ name, script, line }: Site, originOf: (script: string) => Origin | undefined): Frame | undefined {
  const origin = originOf(script);
  if (origin === undefined || origin.kind === 'kernel') return undefined;
  const called = isAnonymous(name) ? '' : name;
  if (origin.kind === 'module') return { text: `    at ${called || 'a function'} (${origin.name})`, isModule: true };
  const text = origin.source.split('\n')[line - 1]?.trim() ?? '';
  const short = text.length > LINE_LENGTH ? `${text.slice(0, LINE_LENGTH - 1)}…` : text;
  const place = `    at cell [${origin.count}], line ${line}${called ? `, in ${called}` : ''}`;
  return { text: `${place}${short ? `: ${short}` : ''}`, isModule: false };
}

function frameLines(stack: string, originOf: (script: string) => Origin | undefined): string[] {
  const frames: Frame[] = [];
  for (const line of stack.split('\n')) {
    const site = siteOf(line);
    const frame = site && frameOf(site, originOf);
    if (!frame) continue;
    // Of modules only the function that was called from outside: the last of their frames.
    if (frame.isModule && frames.at(-1)?.isModule) frames.pop();
    frames.push(frame);
  }
  // A function that calls itself is shown once.
  const lines = frames.map(({ text }) => text).filter((text, i, all) => text !== all[i - 1]);
  if (lines.length <= SHOWN) return lines;
  const half = SHOWN / 2;
  return [...lines.slice(0, half), `    … ${lines.length - SHOWN} more`, ...lines.slice(-half)];
}

function nameAndMessage(error: unknown): string {
  try {
    return Error.prototype.toString.call(error);
  } catch {
    return 'Error'; // whose message cannot be read
  }
}

export const isError = (value: unknown): value is Error =>
  value instanceof Error || Object.prototype.toString.call(value) === '[object Error]';

/** What a cell shows of the value that ended it, with its causes down to a depth (an error may be its own). */
function describe(error: unknown, depth = 5): string {
  if (!isError(error)) return inspect(error);
  const parts = [String(error.stack ?? nameAndMessage(error))];
  if (depth > 0) {
    const { errors } = error as AggregateError;
    for (const inner of Array.isArray(errors) ? errors : []) parts.push(describe(inner, depth - 1));
    if (error.cause !== undefined) parts.push(`Caused by: ${describe(error.cause, depth - 1)}`);
  }
  return parts.join('\n');
}

export const describeError = (error: unknown): string =>
  isError(error) ? describe(error) : `Uncaught ${inspect(error)}`;

interface StackMaker {
  stackTraceLimit?: number;
  prepareStackTrace?: (error: Error, sites: unknown[]) => string;
}

/**
 * From now on `error.stack` is short and names what was written.
 * @param originOf what a script is; undefined for scripts that nobody wants to see
 */
export function shortenStacks(originOf: (script: string) => Origin | undefined): void {
  const short = (error: unknown, frames: string) => [nameAndMessage(error), ...frameLines(frames, originOf)].join('\n');
  const maker = Error as StackMaker;
  maker.stackTraceLimit = KEPT;
  maker.prepareStackTrace = (error, sites) => short(error, sites.map((site) => `    at ${site}`).join('\n'));
  // Firefox has no such hook, but an accessor that can be put before its own.
  const own = Object.getOwnPropertyDescriptor(Error.prototype, 'stack');
  if (!own?.get) return;
  const { get } = own;
  Object.defineProperty(Error.prototype, 'stack', {
    ...own,
    get(this: Error) {
      const stack = get.call(this);
      return typeof stack === 'string' ? short(this, stack) : stack;
    },
  });
}
