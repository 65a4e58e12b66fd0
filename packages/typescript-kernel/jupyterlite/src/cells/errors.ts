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

/** A place in a stack. */
interface Site {
  /** Of the function, or empty. */
  name: string;
  script: string;
  line: number;
}

/** What V8 gives for a frame. */
interface CallSite {
  getFunctionName(): string | null;
  getScriptNameOrSourceURL(): string | null;
  getLineNumber(): number | null;
}

const siteOfV8 = (site: CallSite): Site => ({
  // V8 calls what has no name in code of `eval` so.
  name: site.getFunctionName()?.replace(/^eval$/, '') ?? '',
  script: site.getScriptNameOrSourceURL() ?? '',
  line: site.getLineNumber() ?? 1,
});

/** A line of Firefox or Safari: `mean@cell-2.ts:3:10`. */
const LINE = /^(?:async\*)?(.*?)@(.*?)(?: line \d+ > eval)?:(\d+):\d+$/;

function sitesOf(stack: string): Site[] {
  const found = stack.split('\n').map((line) => LINE.exec(line));
  return found.flatMap((match) => {
    if (!match) return [];
    const [, name, script, line] = match as unknown as [string, string, string, string];
    // Firefox calls what has no name after its holder: `f/<`.
    return [{ name: /[/<]/.test(name) ? '' : name, script, line: Number(line) }];
  });
}

function frameOf({ name, script, line }: Site, originOf: (script: string) => Origin | undefined): Frame | undefined {
  const origin = originOf(script);
  if (origin === undefined || origin.kind === 'kernel') return undefined;
  const called = name.replace(/^(Object|Module|exports)\./, '');
  if (origin.kind === 'module') return { text: `    at ${called || 'a function'} (${origin.name})`, isModule: true };
  const text = origin.source.split('\n')[line - 1]?.trim() ?? '';
  const short = text.length > LINE_LENGTH ? `${text.slice(0, LINE_LENGTH - 1)}…` : text;
  const place = `    at cell [${origin.count}], line ${line}${called ? `, in ${called}` : ''}`;
  return { text: `${place}${short ? `: ${short}` : ''}`, isModule: false };
}

function frameLines(sites: Site[], originOf: (script: string) => Origin | undefined): string[] {
  const frames: Frame[] = [];
  for (const site of sites) {
    const frame = frameOf(site, originOf);
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
  prepareStackTrace?: (error: Error, sites: CallSite[]) => string;
}

/**
 * From now on `error.stack` is short and names what was written.
 * @param originOf what a script is; undefined for scripts that nobody wants to see
 */
export function shortenStacks(originOf: (script: string) => Origin | undefined): void {
  const short = (error: unknown, sites: Site[]) => [nameAndMessage(error), ...frameLines(sites, originOf)].join('\n');
  const maker = Error as unknown as StackMaker;
  maker.stackTraceLimit = KEPT;
  maker.prepareStackTrace = (error, sites) => short(error, sites.map(siteOfV8));
  // Firefox has no such hook. Its stacks come from an accessor, which can be replaced.
  const own = Object.getOwnPropertyDescriptor(Error.prototype, 'stack');
  if (!own?.get) return;
  const { get } = own;
  Object.defineProperty(Error.prototype, 'stack', {
    ...own,
    get(this: Error) {
      const stack = get.call(this);
      return typeof stack === 'string' ? short(this, sitesOf(stack)) : stack;
    },
  });
}
