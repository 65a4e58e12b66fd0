#!/usr/bin/env node
// Starts every program of ours: `node tools/start.mjs tools/test.ts …`. Without Node's packages it says what is missing
// of Node and Python, and installs the packages; then it sets up what else is missing, and hands over to TypeScript.
// With --ready before the program's path, which counts from the root, all is set up: so one program starts another.
// In the syntax of Node 14, with Node's own modules alone.
import Module, { createRequire } from 'module';
import path from 'path';
import { causeOf, root, UserError } from '../packages/system/plain.mjs';
import * as machine from './machine.mjs';
import { install, packagesLack } from './packages.mjs';

const SET_UP = 'tools/setup/setup.ts';
const DOCTOR = 'editions/class/doctor/doctor.ts';
/** What looks at a set-up, makes a part of one, or starts it by itself where it needs one. */
const ALONE = [DOCTOR, SET_UP, 'tools/setup/build.ts', 'editions/browser/make/lite.ts'];

const require = createRequire(import.meta.url);

/** The value of `--from FOLDER` or `--from=FOLDER`. */
function bundleIn(args) {
  const at = args.findIndex((word) => /^--from(=|$)/.test(word));
  if (at === -1) return undefined;
  return args[at] === '--from' ? args[at + 1] : args[at].slice('--from='.length);
}

/** Prepares the start of a program: returns its path, undefined where all is said. */
async function prepare([first, ...rest]) {
  const isReady = first === '--ready';
  const [typed, ...args] = isReady ? rest : [first, ...rest];
  if (!typed) throw new UserError('expected the path of a program after tools/start.mjs, found nothing');
  const program = path.relative(root, path.resolve(root, typed)).split(path.sep).join('/');
  const isHelp = args.includes('--help') || args.includes('-h');
  if (!isReady) {
    const lack = packagesLack();
    if (program === DOCTOR && args.length === 0 && (lack || machine.isUnfit())) return machine.examine(lack);
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

/** Ends with what is to be said of an error. */
function refuse(error) {
  const isBare = error.code === 'MODULE_NOT_FOUND' && error.message.includes('tsx');
  console.error(`setup: ${isBare ? 'expected packages, found none: run `npm run setup`' : causeOf(error)}`);
  process.exit(1);
}

prepare(process.argv.slice(2))
  .catch(refuse)
  // Not Module.runMain, which would take a program below a package.json of ES modules for one.
  .then((program) => program && Module._load(program, null, true));
