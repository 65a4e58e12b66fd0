#!/usr/bin/env node
// Starts our programs: `node tools/start.mjs tools/test.ts …`. Checks Node and Python, installs Node's packages if they are
// missing, sets up the rest, and runs the program, whose path is relative to the root. With --ready before it nothing is
// checked: so one program starts another. In the syntax of Node 14, with Node's own modules only.
import Module, { createRequire } from 'module';
import path from 'path';
import { messageOf, root, UserError } from '../packages/system/plain.mjs';
import * as machine from './machine.mjs';
import { install, whyPackagesOutdated } from './packages.mjs';

const SET_UP = 'tools/setup/setup.ts';
const DOCTOR = 'editions/class/doctor/doctor.ts';
/** Programs that set-up does not precede: they inspect it, are part of it, or run it themselves. */
const ALONE = [DOCTOR, SET_UP, 'tools/setup/build.ts', 'editions/browser/make/lite.ts'];

const require = createRequire(import.meta.url);

/** The value of `--from FOLDER` or `--from=FOLDER`. */
function bundleIn(args) {
  const at = args.findIndex((word) => /^--from(=|$)/.test(word));
  if (at === -1) return undefined;
  return args[at] === '--from' ? args[at + 1] : args[at].slice('--from='.length);
}

/** Prepares the start of a program; returns its path, or undefined if there is nothing to run. */
async function prepare([first, ...rest]) {
  const isReady = first === '--ready';
  const [typed, ...args] = isReady ? rest : [first, ...rest];
  if (!typed) throw new UserError('expected the path of a program after tools/start.mjs, found nothing');
  const program = path.relative(root, path.resolve(root, typed)).split(path.sep).join('/');
  const isHelp = args.includes('--help') || args.includes('-h');
  if (!isReady) {
    const lack = whyPackagesOutdated();
    if (program === DOCTOR && args.length === 0 && (lack || machine.isNodeUnsupported()))
      return machine.checkBeforeSetUp(lack);
    if (lack && program === SET_UP && args.includes('--check')) return machine.check();
    machine.checkNode();
    if (lack) await install((program === SET_UP && bundleIn(args)) || process.env.LIF_FC_MNIST_BUNDLE);
  }
  require('./sources.cjs');
  const isAlone = isReady || isHelp || ALONE.includes(program);
  if (!isAlone) await require(path.join(root, SET_UP)).setUp({ quiet: true });
  process.argv.splice(1, process.argv.length, path.join(root, program), ...args);
  return process.argv[1];
}

/** Prints an error and exits. */
function fail(error) {
  const isBare = error.code === 'MODULE_NOT_FOUND' && error.message.includes('tsx');
  console.error(`setup: ${isBare ? 'expected packages, found none: run `npm run setup`' : messageOf(error)}`);
  process.exit(1);
}

prepare(process.argv.slice(2))
  .catch(fail)
  // Not Module.runMain, which would treat a program below a package.json with "type": "module" as an ES module.
  .then((program) => program && Module._load(program, null, true));
