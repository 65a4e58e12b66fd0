/** Cells, one after the other, with the names that they keep: everything but the worker and its messages. */
import {
  countLate,
  describeFailure,
  describeLate,
  inWordsOfCell,
  type Origin,
  shortenStacks,
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
import { createOutput } from './limit';

/** Where a session writes. */
interface SessionHost {
  post(message: Output): void;
  settings: Pick<Settings, 'siteUrl' | 'items'>;
  /** Imports what a cell imports; rejects with one clear line for an unknown name. */
  load(name: string, options?: ImportCallOptions): Promise<Record<string, unknown>>;
  /** What a script is, if not a cell. */
  originOf(script: string): Origin | undefined;
  /** URL of the notebook's folder. */
  folder: string;
}

/** What a cell leaves. */
interface Ran {
  /** Undefined until it begins to run. */
  declared: Declared | undefined;
  /** Of its last line. */
  value: unknown;
  /** An interrupt has ended the wait for it. */
  isGivenUp: boolean;
}

/** What ends the wait for a cell that nothing else can stop. */
const GIVEN_UP = new Error(INTERRUPTED);

const aborted = () => Object.assign(new Error('Interrupted.'), { name: 'AbortError' });

/** Cells whose lines are known: those that ran last, so a kernel that runs for days does not grow. */
const CELLS = 1000;

const scriptName = (number: number) => `cell-${number}.ts`;

// What `using` asks for; TypeScript's emit of it does, where the engine knows neither.
for (const name of ['dispose', 'asyncDispose']) {
  if (!(name in Symbol)) Object.defineProperty(Symbol, name, { value: Symbol(`Symbol.${name}`) });
}

/**
 * Firefox gives an error of the browser itself, such as that of `fetch`, no frames: here it gets those of who has
 * called.
 * @throws what the work throws
 */
export async function placed<T>(work: () => Promise<T>): Promise<T> {
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
    return undefined; // the cell has not come to its declaration
  }
}

/** The names that the cells of a notebook keep. */
class Names {
  // Engines read what is inherited fast, however often it is declared again; a separate object becomes a slow table.
  private readonly store: Record<string, unknown> = Object.create(null);
  /** What cells read them from. */
  readonly all: Record<string, unknown> = Object.create(this.store);

  /**
   * Keeps what a cell has declared and come to; returns the other names.
   * @param hasFailed the cell, or it was interrupted
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
      // Of a constant only the value: the cell's other variables need not live as long as it does.
      const accessors = set ? { get, set } : { get: () => value, set: refuse };
      Object.defineProperty(this.store, name, { ...accessors, enumerable: true, configurable: true });
    }
    return lost;
  }
}

/** From its start on this realm's console and stacks are its own. */
export class Session {
  private readonly names = new Names();
  private readonly cells = new Map<string, { cell: number; lines: string[]; from?: number[] }>();
  private readonly listeners = new Set<() => void>();
  private number = 0;
  private current: { count: number } | undefined;
  private interrupted = false;
  private giveUp: (error: Error) => void = () => {};
  // biome-ignore lint/security/noGlobalEval: a kernel runs what it is given; called so, a cell sees globals alone.
  private readonly evaluate = globalThis.eval;
  private readonly output: ReturnType<typeof createOutput>;
  private readonly late = countLate((text) => this.output.printSoon('stderr', `${text}\n`));
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

  /** Asks the person at the page, while a cell runs. */
  private async ask(prompt: string): Promise<string> {
    if (!this.current) throw new Error('prompt() can only ask while its cell runs');
    if (this.interrupted) throw aborted();
    return this.questions.ask(prompt);
  }

  private load: CellHost['load'] = async (name, options, needed = []) => {
    const module = await placed(async () => (name === OWN_MODULE ? this.ownModule : this.host.load(name, options)));
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
      alive: () => {
        if (ran.isGivenUp) throw GIVEN_UP;
      },
      tidy,
      defaultOf: (module) => ('default' in module ? module.default : module),
      meta: { url: host.folder, resolve: (name: string) => new URL(name, host.folder).href },
      value: undefined,
    };
    const main = this.evaluate(`${compiled}\n//# sourceURL=${scriptName(number)}`) as (cell: CellHost) => Promise<void>;
    await main(cell);
    ran.value = cell.value;
  }

  /** The text that runs, or how the cell has failed. A cell may be nested too deeply. */
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
    if (error === GIVEN_UP || (this.interrupted && isAbort(error))) {
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

  /** Whether a cell compiles and all names are there that it takes from outside. If not, it would fail. */
  canRun(code: string): boolean {
    let isLacking = false;
    try {
      compileCell(code, (name) => {
        isLacking ||= !(name in this.names.all || name in globalThis);
        return true;
      });
      return !isLacking;
    } catch {
      return false;
    }
  }

  /** Resolves when the cell has ended, or is given up. */
  private untilEnd(compiled: string, ran: Ran): Promise<void> {
    const { number } = this;
    return new Promise<void>((resolve, reject) => {
      this.giveUp = (error) => {
        ran.isGivenUp = true;
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
   * @param emitted where TypeScript itself had to translate the cell
   * @throws where the kernel itself fails, since cells have changed what it needs
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
    cells.delete(scriptName(this.number - CELLS));
    const ran: Ran = { declared: undefined, value: undefined, isGivenUp: false };
    try {
      const compiled = this.compile(code, emitted);
      if (typeof compiled !== 'string') return compiled;
      try {
        await this.untilEnd(compiled, ran);
      } catch (error) {
        const lost = ran.declared && { lost: this.names.keep(ran.declared, true) };
        return { ...this.fail(error), ...lost };
      }
      this.names.keep(ran.declared ?? {}, false);
      this.showValue(ran);
      return { status: 'ok' };
    } finally {
      output.flush();
      // The page takes no other cell before it has an answer.
      await this.questions.answered();
      this.current = undefined;
      this.giveUp = () => {};
    }
  }

  interrupt(): void {
    this.interrupted = true;
    this.questions.end(aborted());
    // Those who listen end their work themselves and say how far it came. Nothing else can be stopped from outside.
    if (this.listeners.size === 0) this.giveUp(GIVEN_UP);
    for (const listener of [...this.listeners]) listener();
  }

  /** Reports unawaited errors, below the cell that ran last. */
  reportLate(kind: 'UncaughtException' | 'UnhandledPromiseRejection', error: unknown): void {
    // Not reported: the interrupt caused it.
    if (this.output.isFull() || (this.interrupted && isAbort(error))) return;
    this.late.add(() => describeLate(inspect, kind, error));
  }

  receiveInput = (value: string | undefined) => this.questions.receive(value);
}

/** Puts the message of an engine's error in the words of the cell that has caught it. */
function tidy(error: unknown): void {
  try {
    const own = Object.getOwnPropertyDescriptor(error, 'message');
    if (typeof own?.value !== 'string') return;
    const message = inWordsOfCell(own.value);
    if (message !== own.value) (error as Error).message = message;
  } catch {
    // It cannot be looked at, so it has no message of an engine.
  }
}
