/** Cells, one after the other, with the names that they keep: everything but the worker and its messages. */
import {
  countLate,
  describeFailure,
  describeLate,
  inWordsOfCell,
  type Origin,
  shortenStacks,
} from '../../../core/errors.cjs';
import { bare, createGuard, type Guard } from '../../../core/guard.cjs';
import { problemLine } from '../../../core/hints.cjs';
import { INTERRUPTED, interruption, interruptText, isAbort } from '../../../core/interrupts.cjs';
import { describeValue } from '../../../core/values.cjs';
import type { OwnModule } from '../imports';
import type { Bundle, Emitted, Failure, Outcome, Output, Settings } from '../protocol';
import { type CellHost, CellSyntaxError, compileCell, NAMES } from './compile';
import { createConsole } from './console';
import { type Display, dataOf, displayModule, jupyterOf } from './display';
import { Input } from './input';
import { inspect, lookInto, sure } from './inspect';
import { createOutput } from './limit';
import { type Declared, Names } from './names';

/** Where a session writes. */
export interface SessionHost {
  post(message: Output): void;
  settings: Pick<Settings, 'siteUrl' | 'messages' | 'items'>;
  /** Imports what a cell imports; rejects with one clear line for an unknown name. */
  load(name: string, options?: ImportCallOptions): Promise<Record<string, unknown>>;
  /** What a script is, if not a cell. */
  originOf(script: string): Origin | undefined;
  /** URL of the notebook's folder. */
  folder: string;
}

/** What modules find under `Symbol.for('jupyterlite-typescript-kernel')`. */
export interface KernelInterface extends Display {
  /** Called first on an interrupt; then the cell has 3 s to end. Returns a function that unregisters. */
  onInterrupt(listener: () => void): () => void;
  /** The site's base URL, with a slash at its end. */
  siteUrl: string;
  stdout(text: string): void;
  stderr(text: string): void;
  /** The cell that runs now. */
  cell(): { count: number } | undefined;
  /** Asks the person at the page, while a cell runs. */
  input(prompt?: string, options?: { password?: boolean }): Promise<string>;
}

/** What a cell leaves. */
interface Ran {
  /** Undefined until it begins to run. */
  declared: Declared | undefined;
  /** Of its last line; `data` where it says itself how it is shown. */
  value: unknown;
  data: Bundle['data'] | undefined;
  /** An interrupt has ended the wait for it. */
  isGivenUp: boolean;
}

/** What ends the wait for a cell that nothing else can stop. */
const GIVEN_UP = new Error(INTERRUPTED);

const aborted = () => Object.assign(new Error('Interrupted.'), { name: 'AbortError' });

/** Cells whose lines are known: those that ran last, so a kernel that runs for days does not grow. */
const CELLS = 1000;

/** Captured before a cell can replace them. */
const { queueMicrotask, Error: OwnError } = globalThis;

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
  const here = new OwnError();
  try {
    return await sure(work());
  } catch (error) {
    if (error instanceof Error && !/\n {4}at /.test(String(error.stack))) {
      const [, ...frames] = String(here.stack).split('\n');
      const value = [`${error.name}: ${error.message}`, ...frames].join('\n');
      Object.defineProperty(error, 'stack', { value, writable: true, configurable: true });
    }
    throw error;
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
  private readonly guard: Guard;
  private readonly output: ReturnType<typeof createOutput>;
  private readonly late = countLate((text) => this.guard(() => this.output.printSoon('stderr', `${text}\n`)));
  private readonly questions: Input;
  private readonly ownModules: Record<OwnModule, Record<string, unknown>>;

  constructor(private readonly host: SessionHost) {
    shortenStacks(NAMES, (script, line) => {
      const found = this.cells.get(script.replace(/^.*\//, ''));
      if (!found) return host.originOf(script);
      const own = found.from?.[line - 1] ?? line;
      return { cell: found.cell, line: own, text: found.lines[own - 1]?.trim() };
    });
    // After the stacks: it puts back whatever is changed from now on.
    const guard = createGuard((name) => host.post({ type: 'locked', name }));
    this.guard = guard;
    this.output = createOutput(host.post, guard);
    this.questions = new Input((prompt, isPassword) => this.output.send({ type: 'input', prompt, isPassword }));
    const api = this.createApi();
    const own = Object.entries(createConsole(this.output.print)) as [string, (...args: unknown[]) => void][];
    for (const [name, print] of own) {
      Object.assign(console, { [name]: (...args: unknown[]) => guard.lightly(() => print(...args)) });
    }
    const { input } = api;
    const prompt = async (text?: string, otherwise = '') => (await input(text)) || otherwise;
    const kernel = Symbol.for('jupyterlite-typescript-kernel');
    Object.assign(globalThis, { [kernel]: api, Jupyter: jupyterOf(api), prompt });
    this.ownModules = {
      tslab: bare(displayModule(api)),
      'jupyterlite-typescript-kernel': bare({ input }),
    };
  }

  private createApi(): KernelInterface {
    const { guard, output, listeners } = this;
    return {
      display: (bundle, displayId) => guard.lightly(() => output.display(bundle, displayId)),
      updateDisplay: (bundle, displayId) => guard.lightly(() => output.update(bundle, displayId)),
      onInterrupt(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      siteUrl: this.host.settings.siteUrl,
      stdout: (text) => guard.lightly(() => output.print('stdout', text)),
      stderr: (text) => guard.lightly(() => output.print('stderr', text)),
      cell: () => this.current,
      input: (prompt = '', { password = false } = {}) => {
        if (!this.current) return Promise.reject(new Error('input() can only ask while its cell runs'));
        if (this.interrupted) return Promise.reject(aborted());
        return guard.lightly(() => this.questions.ask(String(prompt), password));
      },
    };
  }

  private load: CellHost['load'] = async (name, options, needed = []) => {
    const { guard, ownModules } = this;
    const module = await sure(
      placed(async () =>
        guard.lightly(() =>
          Object.hasOwn(ownModules, name) ? ownModules[name as OwnModule] : this.host.load(name, options),
        ),
      ),
    );
    const missing = guard.lightly(() => needed.find((key) => !(key in module)));
    if (missing !== undefined) throw new SyntaxError(`The module '${name}' has no export '${missing}'`);
    return module;
  };

  private async run(code: string, emitted: Emitted | undefined, number: number, ran: Ran): Promise<void> {
    const { guard, host } = this;
    const names = this.names.all;
    const compiled = guard(() => {
      try {
        return compileCell(code, (name) => name in names, emitted);
      } catch (error) {
        const left = CellSyntaxError.is(error) ? undefined : guard.left();
        if (left !== undefined) host.post({ type: 'locked', name: left });
        throw error;
      }
    });
    ran.declared = bare({});
    const cell: CellHost = bare({
      names,
      declare: (declared) => {
        ran.declared = declared;
      },
      load: (name: string, options?: ImportCallOptions, needed?: string[]) => sure(this.load(name, options, needed)),
      alive: () => {
        if (ran.isGivenUp) throw GIVEN_UP;
      },
      tidy: (error) => guard.lightly(() => tidy(error)),
      defaultOf: (module) => ('default' in module ? module.default : module),
      meta: { url: host.folder, resolve: (name: string) => new URL(name, host.folder).href },
      value: undefined,
    });
    const main = this.evaluate(`${compiled}\n//# sourceURL=${scriptName(number)}`) as (cell: CellHost) => Promise<void>;
    await sure(main(cell));
    ran.data = await sure(dataOf(cell.value));
    await sure(guard(() => lookInto(cell.value)));
    ran.value = cell.value;
  }

  private showFailure(text: string, failure: Failure): Outcome {
    const { output, host } = this;
    output.send(
      host.settings.messages === 'jupyter'
        ? { type: 'error', failure }
        : { type: 'stream', name: 'stderr', text: `${text}\n` },
    );
    return { status: 'error', ...failure };
  }

  private showValue({ value, data }: Ran, count: number): void {
    if (value === undefined || value === null) return;
    const { messages, items } = this.host.settings;
    const text = data ? '' : describeValue(inspect, value, items);
    if (messages === 'jupyter') this.output.send({ type: 'result', data: data ?? { 'text/plain': text }, count });
    else if (data) this.output.display({ data });
    else this.output.send({ type: 'stream', name: 'stdout', text: `${text}\n` });
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
    return this.guard(() => {
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
    });
  }

  /** Resolves when the cell has ended, or is given up. */
  private untilEnd(code: string, emitted: Emitted | undefined, count: number, ran: Ran): Promise<void> {
    const { number, cells } = this;
    cells.set(scriptName(number), { cell: count, lines: code.split('\n'), ...(emitted && { from: emitted.lines }) });
    cells.delete(scriptName(number - CELLS));
    return new Promise<void>((resolve, reject) => {
      this.giveUp = (error) => {
        ran.isGivenUp = true;
        reject(error);
      };
      queueMicrotask(async () => {
        try {
          await sure(this.run(code, emitted, number, ran));
          resolve();
        } catch (error) {
          reject(error);
        }
      });
    });
  }

  /** @param emitted where TypeScript itself had to translate the cell */
  async execute(code: string, count: number, emitted?: Emitted): Promise<Outcome> {
    const { guard, output } = this;
    this.number++;
    this.current = { count };
    this.interrupted = false;
    const ran: Ran = bare({ declared: undefined, value: undefined, data: undefined, isGivenUp: false });
    try {
      const ending = guard(() => {
        output.reset();
        this.late.reset();
        return this.untilEnd(code, emitted, count, ran);
      });
      await sure(ending);
      return guard(() => {
        this.names.keep(ran.declared ?? {}, false);
        this.showValue(ran, count);
        return bare({ status: 'ok' });
      });
    } catch (error) {
      return guard(() => {
        const lost = ran.declared && { lost: this.names.keep(ran.declared, true) };
        return bare({ ...this.fail(error), ...lost });
      });
    } finally {
      guard.lightly(output.flush);
      // The page takes no other cell before it has an answer.
      await sure(this.questions.answered());
      this.current = undefined;
      this.giveUp = () => {};
    }
  }

  interrupt(): void {
    this.interrupted = true;
    const own = this.guard(() => {
      this.questions.end(aborted());
      return [...this.listeners];
    });
    // Those who listen end their work themselves and say how far it came. Nothing else can be stopped from outside.
    if (own.length === 0) this.giveUp(GIVEN_UP);
    for (let i = 0; i < own.length; i++) own[i]?.();
  }

  /** Reports unawaited errors, below the cell that ran last. */
  reportLate(kind: 'UncaughtException' | 'UnhandledPromiseRejection', error: unknown): void {
    // Not reported: the interrupt caused it.
    if (this.output.isFull() || (this.interrupted && isAbort(error))) return;
    this.guard(() => this.late.add(() => describeLate(inspect, kind, error)));
  }

  receiveInput = (value: string | undefined) => this.guard.lightly(() => this.questions.receive(value));
}

/** More than a message of an engine has. */
const ENGINES_LENGTH = 10_000;

/** Puts the message of an engine's error in the words of the cell that has caught it. */
function tidy(error: unknown): void {
  try {
    const own = Object.getOwnPropertyDescriptor(error, 'message');
    if (typeof own?.value !== 'string' || own.value.length > ENGINES_LENGTH) return;
    const message = inWordsOfCell(own.value);
    if (message !== own.value) (error as Error).message = message;
  } catch {
    // It cannot be looked at, so it has no message of an engine.
  }
}
