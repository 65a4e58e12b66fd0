// How our programs read their options: one line for what they cannot use, and exit status 2.
import { Command, InvalidArgumentError } from 'commander';

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
