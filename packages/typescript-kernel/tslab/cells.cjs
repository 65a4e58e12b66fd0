'use strict';
// How a cell runs and ends: the files beside this one print its errors and its last value, and an interrupt, which is
// planned, leaves one calm line on stdout instead of a stack.
const { nameCell, nameFile, forgetMaps } = require('./origins.cjs');
const { describeError } = require('./errors.cjs');
const { describeValue, shortenTensors } = require('./values.cjs');

/** How long a cell that stops itself may take to do so, in ms. */
const GRACE = 5000;

const STILL_RUNNING = `Interrupted. The cell did not stop within ${GRACE / 1000} s and may still be running.`;

/** The mark of a listener of SIGINT that ends its cell itself: the package's `interruptible` has it. */
const ENDS_ITS_CELL = Symbol.for('lif-fc-mnist.ends-its-cell');

const endsItself = () => process.listeners('SIGINT').some((listener) => listener[ENDS_ITS_CELL] === true);

/** TypeScript's codes for a name that nothing declares. */
const UNKNOWN_NAME = [2304, 2503, 18004];

/**
 * A learner who has restarted the kernel has no variables; the first unknown name reminds of that. A kernel does not know
 * the notebook's cells, so this is true of a misspelt name, too.
 */
function hint(diagnostics) {
  const first = diagnostics.find(({ code }) => UNKNOWN_NAME.includes(code));
  if (first) {
    const text = first.messageText.replace(/[.?]?$/, '.');
    first.messageText = `${text} If a cell above declares it, run that cell first.`;
  }
  return diagnostics;
}

/** A converter whose cells have names and maps. */
function named(converter, number) {
  const convert = (earlier, source) => {
    const result = converter.convert(earlier, source);
    hint(result.diagnostics ?? []);
    for (const { path, data } of result.sideOutputs ?? []) nameFile(path, data);
    if (result.output) {
      result.output = nameCell(result.output, { number: number(), source, isAsync: result.hasToplevelAwait });
    }
    forgetMaps();
    return result;
  };
  return { ...converter, convert };
}

/** Whether an error is what an interrupt leaves: of a loop that never waits, of tslab, or of work that was told to stop. */
const isInterrupt = (error, wasInterrupted) =>
  error?.code === 'ERR_SCRIPT_EXECUTION_INTERRUPTED' ||
  (wasInterrupted && (error?.message === 'Interrupted asynchronously' || error?.name === 'AbortError'));

/** Work that stopped by itself may say how far it came: `Interrupted after 12 of 100 epochs.` */
const interruptText = ({ name, message }) =>
  name === 'AbortError' && message.startsWith('Interrupted ') ? message : 'Interrupted.';

/** An executor of tslab's that ends its cells as described above. `failure` is how the last cell failed. */
function createMendedExecutor(createExecutor, rootDir, convs) {
  let number = 0;
  let interrupted = false;
  let overdue = false;
  let timer;
  const failed = (ename, evalue, traceback) => {
    executor.failure = { ename, evalue, traceback };
  };

  const output = {
    log: (value) => console.log(describeValue(value)),
    error(first, ...rest) {
      // A type error comes as a format and its parts, what a cell has thrown comes alone.
      if (rest.length > 0) {
        console.error(first, ...rest);
        if (!executor.failure) failed('TypeScript', String(rest.at(-1)), []);
      } else if (isInterrupt(first, interrupted)) {
        const text = overdue ? STILL_RUNNING : interruptText(first);
        console.log(text);
        failed('Interrupted', text, []);
      } else {
        const text = describeError(first);
        console.error(text);
        failed(first?.name ?? 'Error', String(first?.message ?? first), text.split('\n'));
      }
    },
  };

  const nodeConverter = named(convs.node, () => number);
  const inner = createExecutor(
    rootDir,
    {
      node: nodeConverter,
      get browser() {
        return convs.browser;
      },
      close: () => convs.close(),
    },
    output,
  );

  const executor = {
    ...inner,
    failure: undefined,
    async execute(source) {
      number++;
      interrupted = false;
      overdue = false;
      executor.failure = undefined;
      shortenTensors();
      try {
        return await inner.execute(source);
      } finally {
        clearTimeout(timer);
        timer = undefined;
      }
    },
    interrupt() {
      const again = interrupted;
      interrupted = true;
      // Work that stops by itself says how far it came, and is not running any more when the next cell starts.
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
exports.mendCells = (ofTslab) => {
  const executors = ofTslab('tslab/dist/executor.js');
  const { createExecutor } = executors;
  executors.createExecutor = (rootDir, convs) => createMendedExecutor(createExecutor, rootDir, convs);

  // tslab's answer says that a cell has failed, but not how.
  const { JupyterHandlerImpl } = ofTslab('tslab/dist/jupyter.js');
  const { handleExecute } = JupyterHandlerImpl.prototype;
  JupyterHandlerImpl.prototype.handleExecute = async function (...args) {
    const reply = await handleExecute.apply(this, args);
    return reply.status === 'error' ? { ...reply, ...this.executor.failure } : reply;
  };
};
