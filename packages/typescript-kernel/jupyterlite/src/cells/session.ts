/** Cells, one after the other, with the names that they keep: everything but the worker and its messages. */
import { describeFailure, describeLate, inWordsOfCell, type Origin, shortenStacks } from '../../../core/errors.cjs';
import { problemLine } from '../../../core/hints.cjs';
import { INTERRUPTED, interruption, interruptText, isAbort } from '../../../core/interrupts.cjs';
import { describeValue } from '../../../core/values.cjs';
import type { OwnModule } from '../imports';
import type { Bundle, CommEvent, Emitted, Failure, Outcome, Output } from '../protocol';
import { type Comms, createComms } from './comms';
import { type CellHost, CellSyntaxError, compileCell, isUnfinished } from './compile';
import { createConsole } from './console';
import { createGuard } from './guard';
import { createInput } from './input';
import { inspect } from './inspect';
import { createOutput } from './limit';

/** Where a session writes. */
export interface SessionHost {
  post(message: Output): void;
  /** The value of a cell's last line, and how a cell failed, are separate messages, not text as on tslab. */
  messages: boolean;
  /** Imports what a cell imports; rejects with one clear line for an unknown name. */
  load(name: string, options?: ImportCallOptions): Promise<Record<string, unknown>>;
  /** What a script is, if not a cell. */
  originOf(script: string): Origin | undefined;
  siteUrl: string;
}

/** What modules find under `Symbol.for('jupyterlite-typescript-kernel')`. */
export interface KernelInterface {
  /** Shows something below the cell. With an id it can be changed later. */
  display(bundle: Bundle, displayId?: string): void;
  /** Changes what was shown under an id. */
  updateDisplay(bundle: Bundle, displayId: string): void;
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
  openComm: Comms['open'];
  onComm: Comms['onOpen'];
}

/** The global under which modules find the kernel. */
export const KERNEL = Symbol.for('jupyterlite-typescript-kernel');

export interface Session {
  /** @param emitted where TypeScript itself had to translate the cell */
  execute(code: string, count: number, emitted?: Emitted): Promise<Outcome>;
  interrupt(): void;
  /** Reports unawaited errors, below the cell that ran last. */
  reportLate(kind: 'UncaughtException' | 'UnhandledPromiseRejection', error: unknown): void;
  /** Whether a cell compiles and all names are there that it takes from outside. If not, it would fail. */
  canRun(code: string): boolean;
  receiveInput(value: string | undefined): void;
  receiveComm(event: CommEvent): void;
  api: KernelInterface;
}

type Declared = Parameters<CellHost['declare']>[0];

/** What a cell leaves. */
interface Ran {
  /** Undefined until it begins to run. */
  declared?: Declared;
  /** Of its last line. */
  value?: unknown;
  /** An interrupt has ended the wait for it. */
  isGivenUp?: boolean;
}

/** What ends the wait for a cell that nothing else can stop. */
const GIVEN_UP = new Error(INTERRUPTED);

const aborted = () => Object.assign(new Error('Interrupted.'), { name: 'AbortError' });

/** Cells whose lines are known: those that ran last, so a kernel that runs for days does not grow. */
const CELLS = 1000;

/** Captured before a cell can replace them. */
const { queueMicrotask } = globalThis;
const { setPrototypeOf } = Reflect;

/** Without a prototype: a promise that is resolved with an object calls its `then`, which a cell may have given to all. */
function bare<T extends object>(object: T): T {
  setPrototypeOf(object, null);
  return object;
}

/** Names of cells in stacks. */
const scriptName = (number: number) => `cell-${number}.ts`;

// What `using` asks for; TypeScript's emit of it does, where the engine knows neither.
for (const name of ['dispose', 'asyncDispose']) {
  if (!(name in Symbol)) Object.defineProperty(Symbol, name, { value: Symbol(`Symbol.${name}`) });
}

/** Starts a session; from now on this realm's console and stacks are its own. */
export function createSession(host: SessionHost): Session {
  // Engines read what is inherited fast, however often it is declared again; a separate object becomes a slow table.
  const store: Record<string, unknown> = Object.create(null);
  const names: Record<string, unknown> = Object.create(store);
  const cells = new Map<string, { cell: number; lines: string[]; from?: number[] }>();
  const listeners = new Set<() => void>();
  let number = 0;
  let current: { count: number } | undefined;
  let interrupted = false;
  let giveUp: (error: Error) => void = () => {};

  shortenStacks((script, line) => {
    const found = cells.get(script.replace(/^.*\//, ''));
    if (!found) return host.originOf(script);
    const own = found.from?.[line - 1] ?? line;
    return { cell: found.cell, line: own, text: found.lines[own - 1]?.trim() };
  });
  // biome-ignore lint/security/noGlobalEval: a kernel runs what it is given; called so, a cell sees globals alone.
  const evaluate = globalThis.eval;
  const guard = createGuard((name) => host.post({ type: 'locked', name }));
  const output = createOutput(host.post, guard.lightly);
  const own = Object.entries(createConsole(output.print)) as [string, (...args: unknown[]) => void][];
  for (const [name, print] of own) {
    Object.assign(console, { [name]: (...args: unknown[]) => guard.lightly(() => print(...args)) });
  }

  const questions = createInput((prompt, isPassword) => output.send({ type: 'input', prompt, isPassword }));
  const comms = createComms(output.comm);
  const api: KernelInterface = {
    display: (bundle, displayId) => guard.lightly(() => output.display(bundle, displayId)),
    updateDisplay: (bundle, displayId) => guard.lightly(() => output.update(bundle, displayId)),
    onInterrupt(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    siteUrl: host.siteUrl,
    stdout: (text) => guard.lightly(() => output.print('stdout', text)),
    stderr: (text) => guard.lightly(() => output.print('stderr', text)),
    cell: () => current,
    input: (prompt = '', { password = false } = {}) => {
      if (!current) return Promise.reject(new Error('input() can only ask while its cell runs'));
      return interrupted ? Promise.reject(aborted()) : guard.lightly(() => questions.ask(String(prompt), password));
    },
    openComm: comms.open,
    onComm: comms.onOpen,
  };
  Object.assign(globalThis, { [KERNEL]: api });

  const { input, openComm, onComm } = api;
  const ownModules: Record<OwnModule, Record<string, unknown>> = {
    tslab: bare(displayModule(api)),
    'jupyterlite-typescript-kernel': bare({ input, openComm, onComm }),
  };

  const load: CellHost['load'] = async (name, options, needed = []) => {
    const module = await guard.lightly(() =>
      Object.hasOwn(ownModules, name) ? ownModules[name as OwnModule] : host.load(name, options),
    );
    const missing = guard.lightly(() => needed.find((key) => !(key in module)));
    if (missing !== undefined) throw new SyntaxError(`The module '${name}' has no export '${missing}'`);
    return module;
  };

  /** Makes the names of a cell those of the notebook. */
  function keep(declared: Declared): void {
    for (const [name, [get, set]] of Object.entries(declared)) {
      // Of a constant only the value: the cell's other variables need not live as long as it does.
      const value = set ? undefined : get();
      const refuse = () => {
        throw new TypeError(`Assignment to constant variable '${name}'`);
      };
      const accessors = set ? { get, set } : { get: () => value, set: refuse };
      Object.defineProperty(store, name, { ...accessors, enumerable: true, configurable: true });
    }
  }

  /** Keeps what a cell has come to before it failed or was interrupted; returns the names that it has not. */
  function keepReached(declared: Declared): string[] {
    const isReached = (name: string, get: () => unknown) => {
      try {
        // A `var` or a `let` without a value takes no earlier one away.
        return get() !== undefined || !(name in names);
      } catch {
        return false;
      }
    };
    const entries = Object.entries(declared);
    const reached = entries.filter(([name, [get]]) => isReached(name, get));
    keep(Object.fromEntries(reached));
    return entries.filter((entry) => !reached.includes(entry)).map(([name]) => name);
  }

  async function run(code: string, emitted: Emitted | undefined, number: number, ran: Ran): Promise<void> {
    const compiled = guard(() => compileCell(code, (name) => name in names, emitted));
    ran.declared = {};
    const cell: CellHost = {
      names,
      declare: (declared) => {
        ran.declared = declared;
      },
      load,
      alive: () => {
        if (ran.isGivenUp) throw GIVEN_UP;
      },
      tidy: (error) => guard.lightly(() => tidy(error)),
      defaultOf: (module) => ('default' in module ? module.default : module),
    };
    const main = evaluate(`${compiled}\n//# sourceURL=${scriptName(number)}`) as (cell: CellHost) => Promise<void>;
    await main(cell);
    ran.value = cell.value;
  }

  /** Shows how a cell failed. */
  function showFailure(text: string, failure: Failure): Outcome {
    output.send(host.messages ? { type: 'error', failure } : { type: 'stream', name: 'stderr', text: `${text}\n` });
    return { status: 'error', ...failure };
  }

  function showValue(value: unknown, count: number): void {
    if (value === undefined || value === null) return;
    const text = describeValue(inspect, value);
    output.send(
      host.messages ? { type: 'result', text, count } : { type: 'stream', name: 'stdout', text: `${text}\n` },
    );
  }

  function fail(error: unknown): Outcome {
    if (error === GIVEN_UP || (interrupted && isAbort(error))) {
      const text = interruptText(error);
      output.send({ type: 'stream', name: 'stdout', text: `${text}\n` });
      return { status: 'error', ...interruption(text) };
    }
    if (CellSyntaxError.is(error)) {
      const text = problemLine(error.line, error.column, error.message);
      return showFailure(text, { ename: 'SyntaxError', evalue: error.message, traceback: [text] });
    }
    const { text, reply } = describeFailure(inspect, error);
    return showFailure(text, reply);
  }

  function canRun(code: string): boolean {
    let isLacking = false;
    try {
      compileCell(code, (name) => {
        isLacking ||= !(name in names || name in globalThis);
        return true;
      });
      return !isLacking;
    } catch {
      return false;
    }
  }

  return {
    api,
    async execute(code, count, emitted) {
      number++;
      current = { count };
      interrupted = false;
      guard.lightly(output.reset);
      const ran: Ran = {};
      try {
        await guard(() => {
          const from = emitted && { from: emitted.lines };
          cells.set(scriptName(number), { cell: count, lines: code.split('\n'), ...from });
          cells.delete(scriptName(number - CELLS));
          return new Promise<void>((resolve, reject) => {
            giveUp = (error) => {
              ran.isGivenUp = true;
              reject(error);
            };
            queueMicrotask(async () => {
              try {
                await run(code, emitted, number, ran);
                resolve();
              } catch (error) {
                reject(error);
              }
            });
          });
        });
        return guard(() => {
          const { declared = {}, value } = ran;
          keep(declared);
          showValue(value, count);
          return bare({ status: 'ok' });
        });
      } catch (error) {
        return guard(() => bare({ ...fail(error), ...(ran.declared ? { lost: keepReached(ran.declared) } : {}) }));
      } finally {
        guard.lightly(output.flush);
        // The page takes no other cell before it has an answer.
        await questions.answered();
        current = undefined;
        giveUp = () => {};
      }
    },
    interrupt() {
      interrupted = true;
      const own = guard.lightly(() => {
        questions.end(aborted());
        return [...listeners];
      });
      // Those who listen end their work themselves and say how far it came. Nothing else can be stopped from outside.
      if (own.length === 0) giveUp(GIVEN_UP);
      for (let i = 0; i < own.length; i++) own[i]?.();
    },
    reportLate(kind, error) {
      // Not reported: the interrupt caused it.
      if (output.isFull() || (interrupted && isAbort(error))) return;
      guard(() => output.print('stderr', `${describeLate(inspect, kind, error)}\n`));
    },
    receiveInput: (value) => guard.lightly(() => questions.receive(value)),
    receiveComm: comms.receive,
    canRun: (code) => guard(() => canRun(code)),
  };
}

/** What a console's Enter key asks of a text. */
export function isComplete(code: string): 'complete' | 'incomplete' | 'invalid' {
  if (/(^|\n)\s*\n\s*$/.test(code)) return 'complete';
  try {
    compileCell(code, () => false);
    return 'complete';
  } catch {
    return isUnfinished(code) ? 'incomplete' : 'invalid';
  }
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

/** What cells know from tslab: `import { display, newDisplay } from 'tslab'`. */
function displayModule(api: KernelInterface): Record<string, unknown> {
  const TYPES = {
    javascript: 'text/javascript',
    html: 'text/html',
    markdown: 'text/markdown',
    latex: 'text/latex',
    svg: 'image/svg+xml',
    png: 'image/png',
    jpeg: 'image/jpeg',
    gif: 'image/gif',
    pdf: 'application/pdf',
    text: 'text/plain',
  };
  const make = (id?: string) => {
    let shown = false;
    const raw = (type: string, content: unknown) => {
      const bundle = { data: { [type]: content instanceof Uint8Array ? base64(content) : content }, metadata: {} };
      if (id !== undefined && shown) api.updateDisplay(bundle, id);
      else api.display(bundle, id);
      shown = true;
    };
    const methods = Object.entries(TYPES).map(([name, type]) => [name, (content: unknown) => raw(type, content)]);
    return { ...Object.fromEntries(methods), raw };
  };
  return { display: make(), newDisplay: () => make(`display-${Math.random().toString(16).slice(2)}`) };
}

function base64(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 0x8000) text += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  return btoa(text);
}
