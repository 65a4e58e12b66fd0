// What our programs share: reading options, reporting errors, and ending cleanly.
import { Command, InvalidArgumentError } from 'commander';
import { endWithParent, onSignals } from './parent';
import { messageOf } from './plain.mjs';
import { printable } from './project';
import { endChildren, Stopped } from './run';

/** The text to print for an error: one line if the user can fix it, the stack if it is unexpected. */
export function describe(error: unknown) {
  return messageOf(error)?.split('\n').map(printable).join('\n');
}

/**
 * Runs a program's work. An error is printed and ends the program with the error's `exitStatus`, or 1. A signal, or the
 * end of its caller, first ends what it started by `run`; also after the work, while the program serves something.
 * @returns a function that stops handling signals
 */
export async function runProgram(
  name: string,
  work: () => Promise<void>,
  {
    tidy,
    interrupted,
  }: {
    /** called before the program ends early */
    tidy?: () => void;
    /** printed when a signal ends the program */
    interrupted?: string;
  } = {},
) {
  let stopping = false;
  const stop = async (code: number, line: string | undefined) => {
    // Under another of our programs Ctrl-C arrives twice: from the terminal and from that program.
    if (stopping) return;
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
    // Ctrl-C also reaches the children, which may fail first: wait for our own handler, which prints `interrupted`.
    await new Promise((done) => setTimeout(done, 100));
    const { exitStatus = 1 } = Object(error) as { exitStatus?: number };
    if (!(error instanceof Stopped)) await stop(exitStatus, describe(error));
    await new Promise(() => {}); // the handler of the signal ends the program
  }
  return () => {
    unhandle();
    unwatch();
  };
}

/** Rewrites an error of commander to our form: expected, found, where to find help. */
function rewordError(text: string, name: string, typed: string) {
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
 * A commander program.
 * @param typed what people type to start it
 * @param name the start of its messages
 */
export const command = (typed: string, name: string) =>
  new Command(typed)
    .allowExcessArguments(false)
    .configureOutput({ outputError: (text, write) => write(rewordError(text, name, typed)) })
    .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));

/** Reads a whole number from `least` to `most`. */
export const whole =
  (least: number, most: number): ((text: string) => number) =>
  (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`expected a whole number from ${least} to ${most}`);
  };
