// How a cell runs and ends: it shows its errors, its last value and an interrupt in the words of both kernels
// (`core/`).
import { inspect } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import type { ConverterSet } from 'tslab/dist/executor';
import { countLate, describeFailure, describeLate, type Failure, shortenStacks } from '../core/errors';
import { placeOf, problemLine, withHints } from '../core/hints';
import { interruption, interruptText, isAbort, stillRunning } from '../core/interrupts';
import { describeValue } from '../core/values';
import { forgetMaps, nameCell, nameFile, originOf } from './origins';
import { shortenTensors } from './tensors';

// Until its first cell is compiled, a kernel does everything once: TypeScript reads megabytes of declarations. The
// machine code that V8 optimizes meanwhile comes too late to be of use, and takes a quarter of a start's computing: 0.3
// s of 1.25 s. So V8 begins to optimize when the first cell begins to run.
let isStarting = false;

/** V8 optimizes nothing from now on. */
export function beginStart() {
  isStarting = true;
  setFlagsFromString('--no-opt');
}

/** The first cell is compiled: V8 optimizes again. */
function endStart() {
  if (isStarting) setFlagsFromString('--opt');
  isStarting = false;
}

/** Captured before a cell can replace them. */
const [log, error] = [console.log.bind(console), console.error.bind(console)];

/** How long a cell that stops itself may take to do so, in ms. */
const GRACE = 5000;

/** The mark of a listener of SIGINT that ends its cell itself: the package's `interruptible` has it. */
const ENDS_ITS_CELL = Symbol.for('lif-fc-mnist.ends-its-cell');

const endsItself = () =>
  process.listeners('SIGINT').some((listener) => ENDS_ITS_CELL in listener && listener[ENDS_ITS_CELL] === true);

/**
 * A converter whose cells have names and maps.
 * @param number of the cell
 */
function named(converter: ConverterSet['node'], number: () => number) {
  const convert: ConverterSet['node']['convert'] = (earlier, source) => {
    const result = converter.convert(earlier, source);
    endStart();
    result.diagnostics = withHints(result.diagnostics ?? [], source).map((one) =>
      one.fileName ? one : { ...one, start: placeOf(one.code, one.start.offset, source) },
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
 * Whether an error is what an interrupt leaves: of a loop that never waits, of tslab, or of work that was told to stop.
 */
function isInterrupt(thrown: unknown, wasInterrupted: boolean) {
  try {
    const error = thrown as NodeJS.ErrnoException | undefined;
    if (error?.code === 'ERR_SCRIPT_EXECUTION_INTERRUPTED') return true;
    return wasInterrupted && (isAbort(error) || error?.message === 'Interrupted asynchronously');
  } catch {
    return false; // it cannot be looked at
  }
}

const LATE = [
  ['uncaughtException', 'UncaughtException'],
  ['unhandledRejection', 'UnhandledPromiseRejection'],
] as const;

const late = countLate(error);

/** Shows unawaited errors as a cell shows its own; tslab would print them with `inspect`, which some values crash. */
function reportLate() {
  for (const [event, kind] of LATE) {
    process.removeAllListeners(event);
    process.on(event as string, (thrown) => late.add(() => describeLate(inspect, kind, thrown)));
  }
}

/** An executor of tslab's that ends its cells as described above. `failure` is how the last cell failed. */
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
  // The other converter is made when it is asked for.
  const inner = createExecutor(rootDir, Object.create(convs, { node: { value: node } }), output);

  const executor = {
    ...inner,
    failure: undefined as Failure | undefined,
    async execute(source: string) {
      if (number === 0) reportLate(); // tslab has its own listeners by now
      late.reset();
      number++;
      interrupted = false;
      overdue = false;
      executor.failure = undefined;
      shortenTensors();
      try {
        return await inner.execute(source);
      } catch (error) {
        output.error(error); // of tslab itself, which would otherwise show its insides
        return false;
      } finally {
        clearTimeout(timer);
        timer = undefined;
      }
    },
    interrupt() {
      const again = interrupted;
      interrupted = true;
      // Work that stops on request says how far it came, and is no longer running when the next cell starts.
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
 * Puts all of it into tslab.
 * @param ofTslab the `require` of tslab's program
 */
export function patchCells(ofTslab: NodeJS.Require) {
  // A stack without any code of a person is tslab's own fault, and its frames tell where.
  shortenStacks('exports', originOf, (sites) => sites.map((site) => `    at ${site}`));

  const executors = ofTslab('tslab/dist/executor.js');
  const { createExecutor } = executors;
  executors.createExecutor = (rootDir: string, convs: ConverterSet) =>
    createMendedExecutor(createExecutor, rootDir, convs);

  // tslab's answer says that a cell has failed, but not how.
  const jupyter = ofTslab('tslab/dist/jupyter.js');
  jupyter.JupyterHandlerImpl = class extends jupyter.JupyterHandlerImpl {
    async handleExecute(...request: unknown[]) {
      const reply = await super.handleExecute(...request);
      return reply.status === 'error' ? { ...reply, ...this.executor.failure } : reply;
    }
  };
}
