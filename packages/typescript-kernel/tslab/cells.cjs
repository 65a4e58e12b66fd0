'use strict';
// How a cell runs and ends: it shows its errors, its last value and an interrupt in the words of both kernels
// (`core/`).
const { inspect } = require('node:util');
const { setFlagsFromString } = require('node:v8');
const { countLate, describeFailure, describeLate, shortenStacks } = require('../core/errors.cjs');
const { placeOf, problemLine, withHints } = require('../core/hints.cjs');
const { interruption, interruptText, isAbort, stillRunning } = require('../core/interrupts.cjs');
const { describeValue } = require('../core/values.cjs');
const { forgetMaps, nameCell, nameFile, originOf } = require('./origins.cjs');
const { shortenTensors } = require('./tensors.cjs');

// Until its first cell is compiled, a kernel does everything once: TypeScript reads megabytes of declarations. The
// machine code that V8 optimizes meanwhile comes too late to be of use, and takes a quarter of a start's computing: 0.3
// s of 1.25 s. So V8 begins to optimize when the first cell begins to run.
let isStarting = false;

/** V8 optimizes nothing from now on. */
exports.beginStart = () => {
  isStarting = true;
  setFlagsFromString('--no-opt');
};

/** The first cell is compiled: V8 optimizes again. */
const endStart = () => {
  if (isStarting) setFlagsFromString('--opt');
  isStarting = false;
};

/** Captured before a cell can replace them. */
const [log, error] = [console.log.bind(console), console.error.bind(console)];

/** How long a cell that stops itself may take to do so, in ms. */
const GRACE = 5000;

/** The mark of a listener of SIGINT that ends its cell itself: the package's `interruptible` has it. */
const ENDS_ITS_CELL = Symbol.for('lif-fc-mnist.ends-its-cell');

const endsItself = () =>
  process.listeners('SIGINT').some((listener) => /** @type {any} */ (listener)[ENDS_ITS_CELL] === true);

/**
 * @typedef {import('tslab/dist/executor').ConverterSet} ConverterSet
 * @typedef {import('tslab/dist/executor').Executor} Executor
 * @typedef {import('../core/errors.cjs').Failure} Failure
 */

/**
 * A converter whose cells have names and maps.
 * @param {ConverterSet['node']} converter
 * @param {() => number} number of the cell
 */
function named(converter, number) {
  /** @type {ConverterSet['node']['convert']} */
  const convert = (earlier, source) => {
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
 * @param {any} error
 * @param {boolean} wasInterrupted
 */
function isInterrupt(error, wasInterrupted) {
  try {
    if (error?.code === 'ERR_SCRIPT_EXECUTION_INTERRUPTED') return true;
    return wasInterrupted && (isAbort(error) || error?.message === 'Interrupted asynchronously');
  } catch {
    return false; // it cannot be looked at
  }
}

const LATE = /** @type {const} */ ([
  ['uncaughtException', 'UncaughtException'],
  ['unhandledRejection', 'UnhandledPromiseRejection'],
]);

const late = countLate(error);

/** Shows unawaited errors as a cell shows its own; tslab would print them with `inspect`, which some values crash. */
function reportLate() {
  for (const [event, kind] of LATE) {
    process.removeAllListeners(event);
    process.on(/** @type {string} */ (event), (thrown) => late.add(() => describeLate(inspect, kind, thrown)));
  }
}

/**
 * An executor of tslab's that ends its cells as described above. `failure` is how the last cell failed.
 * @param {typeof import('tslab/dist/executor').createExecutor} createExecutor
 * @param {string} rootDir
 * @param {ConverterSet} convs
 */
function createMendedExecutor(createExecutor, rootDir, convs) {
  let number = 0;
  let interrupted = false;
  let overdue = false;
  /** @type {NodeJS.Timeout | undefined} */
  let timer;

  const output = {
    log: (/** @type {unknown} */ value) => {
      shortenTensors();
      log(describeValue(inspect, value));
    },
    /** @param {unknown} first @param {any[]} rest */
    error(first, ...rest) {
      if (rest.length > 0) {
        // A type error, as a format and its parts.
        const [file, line, column, text] = rest;
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
    failure: /** @type {Failure | undefined} */ (undefined),
    async execute(/** @type {string} */ source) {
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
 * @param {NodeJS.Require} ofTslab the `require` of tslab's program
 */
exports.patchCells = (ofTslab) => {
  // A stack without any code of a person is tslab's own fault, and its frames tell where.
  shortenStacks('exports', originOf, (sites) => sites.map((site) => `    at ${site}`));

  const executors = ofTslab('tslab/dist/executor.js');
  const { createExecutor } = executors;
  executors.createExecutor = (/** @type {string} */ rootDir, /** @type {ConverterSet} */ convs) =>
    createMendedExecutor(createExecutor, rootDir, convs);

  // tslab's answer says that a cell has failed, but not how.
  const jupyter = ofTslab('tslab/dist/jupyter.js');
  jupyter.JupyterHandlerImpl = class extends jupyter.JupyterHandlerImpl {
    async handleExecute(/** @type {unknown[]} */ ...request) {
      const reply = await super.handleExecute(...request);
      return reply.status === 'error' ? { ...reply, ...this.executor.failure } : reply;
    }
  };
};
