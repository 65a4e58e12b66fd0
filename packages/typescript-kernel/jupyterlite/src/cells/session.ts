/** Runs cells one after another, and keeps their names: everything but the worker and its messages. */
import {
  describeFailure,
  describeUnawaited,
  limitUnawaited,
  type Origin,
  shortenStacks,
  withoutInternalNames,
} from '../../../core/errors';
import { problemLine } from '../../../core/hints';
import { INTERRUPTED, interruption, interruptText, isAbort } from '../../../core/interrupts';
import type { KernelInterface } from '../../../core/modules';
import { describeValue } from '../../../core/values';
import { OWN_MODULE } from '../imports';
import type { Emitted, Failure, Outcome, Output, Settings } from '../protocol';
import { type CellHost, CellSyntaxError, compileCell, NAMES } from './compile';
import { createConsole } from './console';
import { displayModule } from './display';
import { Input } from './input';
import { inspect } from './inspect';
import { createOutput } from './output';

/** What a session needs from its worker. */
interface SessionHost {
  post(message: Output): void;
  settings: Pick<Settings, 'siteUrl' | 'items'>;
  /** Imports what a cell imports; rejects with one clear line for an unknown name. */
  load(name: string, options?: ImportCallOptions): Promise<Record<string, unknown>>;
  /** The origin of a script that is not a cell. */
  originOf(script: string): Origin | undefined;
  /** URL of the notebook's folder. */
  folder: string;
}

/** The state of a cell while and after it runs. */
interface Ran {
  /** Undefined until it begins to run. */
  declared: Declared | undefined;
  /** The value of its last line. */
  value: unknown;
  /** Whether an interrupt ended the wait for it. */
  isAbandoned: boolean;
}

/** Ends the wait for a cell that nothing else can stop. */
const ABANDONED = new Error(INTERRUPTED);

const aborted = () => Object.assign(new Error('Interrupted.'), { name: 'AbortError' });

/** How many cells' lines are kept, so that a kernel that runs for days does not grow. */
const KEPT_CELLS = 1000;

const scriptName = (number: number) => `cell-${number}.ts`;

// Symbols that TypeScript's emit of `using` needs, for engines without them.
for (const name of ['dispose', 'asyncDispose']) {
  if (!(name in Symbol)) Object.defineProperty(Symbol, name, { value: Symbol(`Symbol.${name}`) });
}

/**
 * Gives an error without frames those of the caller: in Firefox, errors of the browser itself, such as those of `fetch`,
 * have none.
 * @throws what `work` throws
 */
export async function withCallerFrames<T>(work: () => Promise<T>): Promise<T> {
  const here = new Error();
  try {
    return await work();
  } catch (error) {
    if (error instanceof Error && !/\n {4}at /.test(String(error.stack))) {
      const [, ...frames] = String(here.stack).split('\n');
      const value = [`${error.name}: ${error.message}`, ...frames].join('\n');
      Object.defineProperty(error, 'stack', { value, writable: true, configurable: true });
    }
    throw error;
  }
}

type Declared = Parameters<CellHost['declare']>[0];

function readName(get: () => unknown): { value: unknown } | undefined {
  try {
    return { value: get() };
  } catch {
    return undefined; // the cell did not reach the declaration
  }
}

/** The names that the cells of a notebook keep. */
class Names {
  // Engines read inherited properties fast even if they are often redefined; the object itself becomes a slow dictionary.
  private readonly store: Record<string, unknown> = Object.create(null);
  /** The object from which cells read names. */
  readonly all: Record<string, unknown> = Object.create(this.store);

  /**
   * Keeps the names whose declarations a cell reached; returns the others.
   * @param hasFailed whether the cell failed or was interrupted
   */
  keep(declared: Declared, hasFailed: boolean): string[] {
    const lost: string[] = [];
    for (const [name, [get, set]] of Object.entries(declared)) {
      const reached = readName(get);
      // A `var` begins with its earlier value; a `let` without a value takes no earlier one away.
      if (!reached || (hasFailed && name in this.all && [undefined, this.all[name]].includes(reached.value))) {
        lost.push(name);
        continue;
      }
      const { value } = reached;
      const refuse = () => {
        throw new TypeError(`Assignment to constant variable '${name}'`);
      };
      // Only the value of a constant: a getter would keep all variables of the cell alive.
      const accessors = set ? { get, set } : { get: () => value, set: refuse };
      Object.defineProperty(this.store, name, { ...accessors, enumerable: true, configurable: true });
    }
    return lost;
  }
}

/** The session of a kernel. It replaces the console and the stacks of this realm. */
export class Session {
  private readonly names = new Names();
  private readonly cells = new Map<string, { cell: number; lines: string[]; from?: number[] }>();
  private readonly listeners = new Set<() => void>();
  private number = 0;
  private current: { count: number } | undefined;
  private interrupted = false;
  private abandon: (error: Error) => void = () => {};
  // biome-ignore lint/security/noGlobalEval: a kernel has to evaluate code; an indirect call sees only globals.
  private readonly evaluate = globalThis.eval;
  private readonly output: ReturnType<typeof createOutput>;
  private readonly late = limitUnawaited((text) => this.output.printSoon('stderr', `${text}\n`));
  private readonly questions: Input;
  private readonly ownModule: Record<string, unknown>;

  constructor(private readonly host: SessionHost) {
    shortenStacks(NAMES, (script, line) => {
      const found = this.cells.get(script.replace(/^.*\//, ''));
      if (!found) return host.originOf(script);
      const own = found.from?.[line - 1] ?? line;
      return { cell: found.cell, line: own, text: found.lines[own - 1]?.trim() };
    });
    this.output = createOutput(host.post);
    this.questions = new Input((prompt) => this.output.send({ type: 'input', prompt }));
    const api = this.createApi();
    Object.assign(console, createConsole(this.output.print));
    const prompt = async (text = '', otherwise = '') => (await this.ask(String(text))) || otherwise;
    const kernel = Symbol.for('jupyterlite-typescript-kernel');
    Object.assign(globalThis, { [kernel]: api, prompt });
    this.ownModule = displayModule(api);
  }

  private createApi(): KernelInterface {
    const { output, listeners } = this;
    return {
      display: output.display,
      updateDisplay: output.update,
      onInterrupt(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      siteUrl: this.host.settings.siteUrl,
      cell: () => this.current,
    };
  }

  /** Asks the user while a cell runs. */
  private async ask(prompt: string): Promise<string> {
    if (!this.current) throw new Error('prompt() can only ask while its cell runs');
    if (this.interrupted) throw aborted();
    return this.questions.ask(prompt);
  }

  private load: CellHost['load'] = async (name, options, needed = []) => {
    const module = await withCallerFrames(async () =>
      name === OWN_MODULE ? this.ownModule : this.host.load(name, options),
    );
    const missing = needed.find((key) => !(key in module));
    if (missing !== undefined) throw new SyntaxError(`The module '${name}' has no export '${missing}'`);
    return module;
  };

  private async run(compiled: string, number: number, ran: Ran): Promise<void> {
    const { host } = this;
    ran.declared = {};
    const cell: CellHost = {
      names: this.names.all,
      declare: (declared) => {
        ran.declared = declared;
      },
      load: this.load,
      checkAlive: () => {
        if (ran.isAbandoned) throw ABANDONED;
      },
      reword,
      defaultOf: (module) => ('default' in module ? module.default : module),
      meta: { url: host.folder, resolve: (name: string) => new URL(name, host.folder).href },
      value: undefined,
    };
    const main = this.evaluate(`${compiled}\n//# sourceURL=${scriptName(number)}`) as (cell: CellHost) => Promise<void>;
    await main(cell);
    ran.value = cell.value;
  }

  /** The compiled source, or how the cell failed. A cell may be nested too deeply. */
  private compile(code: string, emitted: Emitted | undefined): string | Outcome {
    try {
      return compileCell(code, (name) => name in this.names.all, emitted);
    } catch (error) {
      if (CellSyntaxError.is(error) || error instanceof RangeError) return this.fail(error);
      throw error;
    }
  }

  private showFailure(text: string, failure: Failure): Outcome {
    this.output.send({ type: 'stream', name: 'stderr', text: `${text}\n` });
    return { status: 'error', ...failure };
  }

  private showValue({ value }: Ran): void {
    if (value === undefined || value === null) return;
    const text = describeValue(inspect, value, this.host.settings.items);
    this.output.send({ type: 'stream', name: 'stdout', text: `${text}\n` });
  }

  private fail(error: unknown): Outcome {
    if (error === ABANDONED || (this.interrupted && isAbort(error))) {
      const text = interruptText(error);
      this.output.send({ type: 'stream', name: 'stdout', text: `${text}\n` });
      return { status: 'error', ...interruption(text) };
    }
    if (CellSyntaxError.is(error)) {
      const text = problemLine(error.line, error.column, error.message);
      return this.showFailure(text, { ename: 'SyntaxError', evalue: error.message, traceback: [text] });
    }
    const { text, reply } = describeFailure(inspect, error);
    return this.showFailure(text, reply);
  }

  /** Whether a cell compiles and every outside name that it uses exists. If not, it would fail. */
  canRun(code: string): boolean {
    let isNameMissing = false;
    try {
      compileCell(code, (name) => {
        isNameMissing ||= !(name in this.names.all || name in globalThis);
        return true;
      });
      return !isNameMissing;
    } catch {
      return false;
    }
  }

  /** Runs a compiled cell. Rejects if it fails or is abandoned. */
  private runToEnd(compiled: string, ran: Ran): Promise<void> {
    const { number } = this;
    return new Promise<void>((resolve, reject) => {
      this.abandon = (error) => {
        ran.isAbandoned = true;
        reject(error);
      };
      queueMicrotask(async () => {
        try {
          await this.run(compiled, number, ran);
          resolve();
        } catch (error) {
          reject(error);
        }
      });
    });
  }

  /**
   * @param emitted the cell in JavaScript, if TypeScript itself had to translate it
   * @throws if the kernel itself fails, since cells have changed what it needs
   */
  async execute(code: string, count: number, emitted?: Emitted): Promise<Outcome> {
    const { output, cells } = this;
    this.number++;
    this.current = { count };
    this.interrupted = false;
    output.reset();
    this.late.reset();
    const name = scriptName(this.number);
    cells.set(name, { cell: count, lines: code.split('\n'), ...(emitted && { from: emitted.lines }) });
    cells.delete(scriptName(this.number - KEPT_CELLS));
    const ran: Ran = { declared: undefined, value: undefined, isAbandoned: false };
    try {
      const compiled = this.compile(code, emitted);
      if (typeof compiled !== 'string') return compiled;
      try {
        await this.runToEnd(compiled, ran);
      } catch (error) {
        const lost = ran.declared && { lost: this.names.keep(ran.declared, true) };
        return { ...this.fail(error), ...lost };
      }
      this.names.keep(ran.declared ?? {}, false);
      this.showValue(ran);
      return { status: 'ok' };
    } finally {
      output.flush();
      // The page accepts no other cell before the questions are answered.
      await this.questions.answered();
      this.current = undefined;
      this.abandon = () => {};
    }
  }

  interrupt(): void {
    this.interrupted = true;
    this.questions.end(aborted());
    // Listeners stop their own work, and report how far it came. Nothing else can be stopped from outside.
    if (this.listeners.size === 0) this.abandon(ABANDONED);
    for (const listener of [...this.listeners]) listener();
  }

  /** Reports an unawaited error below the cell that ran last. */
  reportUnawaited(kind: 'UncaughtException' | 'UnhandledPromiseRejection', error: unknown): void {
    // Errors that the interrupt caused are not reported.
    if (this.output.isFull() || (this.interrupted && isAbort(error))) return;
    this.late.add(() => describeUnawaited(inspect, kind, error));
  }

  receiveInput = (value: string | undefined) => this.questions.receive(value);
}

/** Replaces internal names in the message of an error that a cell catches. */
function reword(error: unknown): void {
  try {
    const own = Object.getOwnPropertyDescriptor(error, 'message');
    if (typeof own?.value !== 'string') return;
    const message = withoutInternalNames(own.value);
    if (message !== own.value) (error as Error).message = message;
  } catch {
    // It cannot be inspected, so it is not an error of the engine.
  }
}
