// `npm run setup`: Python's packages, the native backend, dist/ and the kernel. tools/start.mjs, which has installed Node's
// packages, runs it before other programs.
import { join } from 'node:path';
import { runInForeground } from '../../packages/system/foreground';
import { waitForLock } from '../../packages/system/lock';
import { command, runProgram } from '../../packages/system/program';
import { program, root, UserError } from '../../packages/system/project';
import { seconds, step } from '../../packages/system/run';
import { check, checkNode, findPython, openKind } from '../machine.mjs';
import { build } from './build';
import { openBundle } from './bundle';
import { setUpNative } from './native';
import { BACKENDS, type Bundle, installPython, pending, writeKernel } from './steps';

const warn = (message: string | undefined) => message && console.warn(`warning: ${message}`);

function wantedBackend() {
  const wanted = process.env.LIF_FC_MNIST_BACKEND || undefined;
  if (wanted === undefined || BACKENDS.includes(wanted)) return wanted;
  console.error(`setup: LIF_FC_MNIST_BACKEND: expected native, wasm or cpu, found ${wanted}`);
  process.exit(2);
}

type Todo = ReturnType<typeof pending>;

const isPending = (todo: Todo) => todo.python !== undefined || todo.native || todo.build || todo.kernel;

/** The text for a step that is repeated because files are missing. */
const because = (reason: string | undefined) => (reason && reason !== 'new' ? `: ${reason}` : '');

/** Texts for where TensorFlow's library came from. */
const OUTCOMES = {
  present: 'already there',
  bundle: 'from the bundle',
  installer: "by the package's installer",
  wheel: 'libtensorflow from a wheel, addon compiled',
  none: 'unavailable',
};

/**
 * @param wanted the backend
 * @param from a bundle
 */
async function work(todo: Todo, wanted: string | undefined, from: string | undefined) {
  const start = performance.now();
  const python = todo.python ? findPython() : undefined;
  warn(checkNode());
  warn(python?.warning);
  const with_ = python ? `, Python ${python.version} from ${python.executable}` : '';
  console.log(`Setting up ${root} (Node ${process.versions.node}${with_}):`);

  let bundle: Bundle | undefined;
  if (from && (todo.python || todo.native)) {
    await step('Bundle', `checking the files of ${from}`, async (onLine) => {
      bundle = await openBundle(from, onLine);
    });
  }

  const environment = python
    ? step('Python packages', `a venv in .venv, pip install -r requirements.txt${because(todo.python)}`, (onLine) =>
        installPython(python, onLine, bundle),
      )
    : undefined;

  const native = async () => {
    await environment;
    if (!todo.native) return;
    let reason: string | undefined;
    const what =
      "TensorFlow's library for @tensorflow/tfjs-node, about 230 MB, once (the browser edition does without)";
    await step('Native backend', what, async (onLine) => {
      const state = await setUpNative(onLine, bundle);
      reason = state.outcome === 'none' ? state.reason : undefined;
      return OUTCOMES[state.outcome];
    });
    if (reason === undefined) return;
    const message = `no native backend: ${reason}`;
    if (wanted === 'native') throw new UserError(message);
    warn(`${message}. The tutorial uses the slower WebAssembly backend instead; see environment.md.`);
  };
  const compile = async () => {
    if (todo.build) await step('Build', 'src to dist', async () => build());
  };
  const kernel = async () => {
    await environment;
    if (!todo.kernel) return;
    await step('Kernel', 'tslab for the Jupyter in .venv', async () => writeKernel());
  };
  // In parallel, since pip mostly waits for disk and network. A step that fails does not stop the others, which need not
  // be repeated then.
  const results = await Promise.allSettled([native(), compile(), kernel()]);
  const errors = [...new Set(results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : [])))];
  const unexpected = errors.find(({ name }) => name !== 'UserError');
  if (unexpected) throw unexpected;
  if (errors.length > 0) throw new UserError(errors.map((error) => error.message).join('\nsetup: '));
  console.log(`Set up in ${seconds(start)}.`);
}

/** The options of set-up. */
interface Flags {
  quiet?: boolean;
  check?: boolean;
  retry?: boolean;
  from?: string;
}

/** Sets up what is missing. */
export async function setUp({ quiet, check: isCheck, retry, from }: Flags) {
  const start = performance.now();
  const main = async () => {
    if (isCheck) return check();
    // A served bundle is opened only if something is needed from it.
    if (from !== undefined && !/^https?:/.test(from)) await openKind(from);
    const wanted = wantedBackend();
    let todo = pending(wanted, retry);
    if (isPending(todo)) {
      await waitForLock(join(root, 'build', 'setup.lock'), 'set-up', (pid) =>
        console.log(`Another set-up (process ${pid}) is running in this clone; waiting for it.`),
      );
      todo = pending(wanted, retry);
      if (isPending(todo)) return work(todo, wanted, from ?? process.env.LIF_FC_MNIST_BUNDLE);
    }
    if (quiet) return;
    console.log(`Everything is set up (${seconds(start)}).`);
    if (todo.state?.outcome === 'none') {
      console.log(`There is no native backend: ${todo.state.reason}. Retry with \`npm run setup -- --retry\`.`);
    }
  };
  const end = await runProgram('setup', main, {
    interrupted: 'interrupted; run it again to continue with the interrupted step',
  });
  end();
}

/** Sets up, or makes or serves a bundle. */
async function main([first, ...rest]: string[]) {
  if (first === '--bundle') {
    await setUp({ quiet: true });
    process.exit(await runInForeground(...program('editions/class/bundle/bundle.ts', rest)));
  }
  const options = command('npm run setup --', 'setup')
    .description('Installs and builds what is missing. Other commands run it first.')
    .option('--quiet', 'print nothing when there is nothing to do')
    .option('--check', 'only say which Node and Python would be used')
    .option('--retry', 'retry a native backend that could not be installed before')
    .option('--from <bundle>', 'take everything from a bundle: a folder or an address, as LIF_FC_MNIST_BUNDLE does')
    .addHelpText('after', '\n`npm run setup -- --bundle` makes a bundle, or serves one: add --help for its options.');
  await setUp(options.parse().opts());
}

if (require.main === module) main(process.argv.slice(2));
