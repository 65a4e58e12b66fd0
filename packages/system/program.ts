// How a program of ours begins and ends: its options, what it says of an error, and who ends it.
import { Command, InvalidArgumentError } from 'commander';
import { endWithParent, onSignals } from './parent';
import { causeOf } from './plain.mjs';
import { printable } from './project';
import { endChildren, Stopped } from './run';

/** What is printed of an error: one line if the user can fix it, the stack if unexpected. */
export function describe(error: unknown) {
  return causeOf(error)?.split('\n').map(printable).join('\n');
}

/**
 * Does the work of a program. An error ends it with what there is to say of it, and with its `exitStatus` or 1; a
 * signal, or the end of its caller, ends first what it started by `run`, also when the work is done and it serves
 * something.
 * @returns a function that stops handling signals
 */
export async function runProgram(
  name: string,
  work: () => Promise<void>,
  {
    tidy,
    interrupted,
  }: {
    /** called before it ends early */
    tidy?: () => void;
    /** said when a signal ends it */
    interrupted?: string;
  } = {},
) {
  let stopping = false;
  const stop = async (code: number, line: string | undefined) => {
    if (stopping) return; // Ctrl-C comes twice where another program of ours runs this one: from the terminal and from it
    stopping = true;
    if (line) console.error(`${name}: ${line}`);
    await endChildren();
    try {
      tidy?.();
    } catch (error) {
      console.error(`${name}: ${describe(error)}`);
    }
    process.exit(code);
  };
  const unhandle = onSignals((code) => stop(code, interrupted));
  const unwatch = endWithParent();
  try {
    await work();
  } catch (error) {
    // Ctrl-C reaches what this program waits for as well: its own handler, which is still to come, says what happened.
    await new Promise((done) => setTimeout(done, 100));
    const { exitStatus = 1 } = Object(error) as { exitStatus?: number };
    if (!(error instanceof Stopped)) await stop(exitStatus, describe(error));
    await new Promise(() => {}); // a signal came, whose handler ends the program
  }
  return () => {
    unhandle();
    unwatch();
  };
}

/** One line of commander's, as the project words such lines, with where to find help. */
function worded(text: string, name: string, typed: string) {
  const line = text
    .trim()
    .replace(/^error: /, '')
    .replace(/^option '(?:-\w, )?(--[\w-]+).*?' argument '(.*)' is invalid\. (.*)$/, '$1: $3, found $2')
    .replace(/^option '(?:-\w, )?(--[\w-]+) <(.*)>' argument missing$/, '$1: expected $2, found nothing')
    .replaceAll('\n', ' ')
    .replace(/\.$/, '');
  return `${name}: ${line}; \`${typed} --help\` lists the options\n`;
}

/**
 * A program whose options are read by commander.
 * @param typed what people type
 * @param name what its messages begin with
 */
export const command = (typed: string, name: string) =>
  new Command(typed)
    .allowExcessArguments(false)
    .configureOutput({ outputError: (text, write) => write(worded(text, name, typed)) })
    .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));

/** Reads a whole number from `least` to `most`. */
export const whole =
  (least: number, most: number): ((text: string) => number) =>
  (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`expected a whole number from ${least} to ${most}`);
  };
