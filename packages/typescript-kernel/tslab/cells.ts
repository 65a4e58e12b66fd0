// Runs cells in tslab, and shows errors, last values and interrupts in the format that both kernels share (`core/`).
import { inspect } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import type { ConverterSet } from 'tslab/dist/executor';
import { describeFailure, describeUnawaited, type Failure, limitUnawaited, shortenStacks } from '../core/errors';
import { positionOf, problemLine, withHints } from '../core/hints';
import { interruption, interruptText, isAbort, stillRunning } from '../core/interrupts';
import { describeValue } from '../core/values';
import { forgetMaps, nameCell, nameFile, originOf } from './origins';
import { shortenTensors } from './tensors';

// Before the first cell is compiled, TypeScript reads megabytes of declarations once. Optimizing that code takes V8 a quarter
// of the start's CPU time (0.3 s of 1.25 s), and comes too late to be of use. So V8 optimizes from the first cell on.
let isStarting = false;

/** Turns off optimization in V8. */
export function beginStart() {
  isStarting = true;
  setFlagsFromString('--no-opt');
}

/** Turns on optimization again, when the first cell is compiled. */
function endStart() {
  if (isStarting) setFlagsFromString('--opt');
  isStarting = false;
}

/** Captured before a cell can replace them. */
const [log, error] = [console.log.bind(console), console.error.bind(console)];

/** How long a cell that stops itself may take to do so, in ms. */
const GRACE = 5000;

/** Marks a SIGINT listener that ends its cell itself, as the package's `interruptible` does. */
const ENDS_ITS_CELL = Symbol.for('lif-fc-mnist.ends-its-cell');

const endsItself = () =>
  process.listeners('SIGINT').some((listener) => ENDS_ITS_CELL in listener && listener[ENDS_ITS_CELL] === true);

/**
 * Wraps tslab's converter: names cells for stacks, and adds hints to type errors.
 * @param number of the cell
 */
function named(converter: ConverterSet['node'], number: () => number) {
  const convert: ConverterSet['node']['convert'] = (earlier, source) => {
    const result = converter.convert(earlier, source);
    endStart();
    result.diagnostics = withHints(result.diagnostics ?? [], source).map((one) =>
      one.fileName ? one : { ...one, start: positionOf(one.code, one.start.offset, source) },
    );
    for (const { path, data } of result.sideOutputs ?? []) nameFile(path, data);
    if (result.output) {
      result.output = nameCell(result.output, { number: number(), source, isAsync: result.hasToplevelAwait === true });
    }
    forgetMaps();
    return result;
  };
  return { ...converter, convert };
}

/**
 * Whether an interrupt caused this error: in a loop that never awaits, in tslab, or in work that stopped on request.
 */
function isInterrupt(thrown: unknown, wasInterrupted: boolean) {
  try {
    const error = thrown as NodeJS.ErrnoException | undefined;
    if (error?.code === 'ERR_SCRIPT_EXECUTION_INTERRUPTED') return true;
    return wasInterrupted && (isAbort(error) || error?.message === 'Interrupted asynchronously');
  } catch {
    return false; // it cannot be inspected
  }
}

const LATE = [
  ['uncaughtException', 'UncaughtException'],
  ['unhandledRejection', 'UnhandledPromiseRejection'],
] as const;

const late = limitUnawaited(error);

/** Shows unawaited errors like other errors; tslab would print them with `inspect`, which throws for some values. */
function reportUnawaited() {
  for (const [event, kind] of LATE) {
    process.removeAllListeners(event);
    process.on(event as string, (thrown) => late.add(() => describeUnawaited(inspect, kind, thrown)));
  }
}

/** tslab's executor with our errors, values and interrupts. `failure` is how the last cell failed. */
function createMendedExecutor(
  createExecutor: typeof import('tslab/dist/executor').createExecutor,
  rootDir: string,
  convs: ConverterSet,
) {
  let number = 0;
  let interrupted = false;
  let overdue = false;
  let timer: NodeJS.Timeout | undefined;

  const output = {
    log: (value: unknown) => {
      shortenTensors();
      log(describeValue(inspect, value));
    },
    error(first: unknown, ...rest: unknown[]) {
      if (rest.length > 0) {
        // A type error, as a format and its parts.
        const [file, line, column, text] = rest as [string, number, number, string];
        error(file + problemLine(line, column, text));
        executor.failure ??= { ename: 'TypeScript', evalue: text, traceback: [] };
      } else if (isInterrupt(first, interrupted)) {
        const text = overdue ? stillRunning(GRACE) : interruptText(first);
        log(text);
        executor.failure = interruption(text);
      } else {
        const { text, reply } = describeFailure(inspect, first);
        error(text);
        executor.failure = reply;
      }
    },
  };

  const node = named(convs.node, () => number);
  // The other converter is created on first use.
  const inner = createExecutor(rootDir, Object.create(convs, { node: { value: node } }), output);

  const executor = {
    ...inner,
    failure: undefined as Failure | undefined,
    async execute(source: string) {
      if (number === 0) reportUnawaited(); // tslab has its own listeners by now
      late.reset();
      number++;
      interrupted = false;
      overdue = false;
      executor.failure = undefined;
      shortenTensors();
      try {
        return await inner.execute(source);
      } catch (error) {
        output.error(error); // an error of tslab itself
        return false;
      } finally {
        clearTimeout(timer);
        timer = undefined;
      }
    },
    interrupt() {
      const again = interrupted;
      interrupted = true;
      // Work that stops on request reports how far it came, and has ended when the next cell starts.
      if (!endsItself() || again) return inner.interrupt();
      timer = setTimeout(() => {
        overdue = true;
        inner.interrupt();
      }, GRACE);
    },
  };
  return executor;
}

/**
 * Patches tslab's executor and reply.
 * @param ofTslab the `require` of tslab's program
 */
export function patchCells(ofTslab: NodeJS.Require) {
  // A stack without lines that a person wrote is a fault of tslab: show its own frames.
  shortenStacks('exports', originOf, (sites) => sites.map((site) => `    at ${site}`));

  const executors = ofTslab('tslab/dist/executor.js');
  const { createExecutor } = executors;
  executors.createExecutor = (rootDir: string, convs: ConverterSet) =>
    createMendedExecutor(createExecutor, rootDir, convs);

  // tslab's reply says that a cell failed, but not how.
  const jupyter = ofTslab('tslab/dist/jupyter.js');
  jupyter.JupyterHandlerImpl = class extends jupyter.JupyterHandlerImpl {
    async handleExecute(...request: unknown[]) {
      const reply = await super.handleExecute(...request);
      return reply.status === 'error' ? { ...reply, ...this.executor.failure } : reply;
    }
  };
}
