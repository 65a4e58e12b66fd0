/** TypeScript's advice is for the one who has set up a project. This is for the one who writes a cell. */
import type { TypeProblem } from '../protocol';

/** TypeScript's codes for a name that nothing declares and for which it has advice, and what is said in its place. */
const OF_NODE = "It belongs to Node; a cell has a browser's names.";
const ADVICE: Record<number, string> = {
  2580: OF_NODE,
  2591: OF_NODE,
  2584: 'It belongs to a page; a cell runs in a worker, which has none.',
};

const UNKNOWN_NAME = 2304;
/** Advice about packages for the names of jQuery and of test runners, such as `$` and `test`. */
const ORDINARY = [2581, 2592, 2582, 2593];

const INPUT = "To ask: import { input } from 'jupyterlite-typescript-kernel'; await input('…')";
/** Names that people know from pages and from Python. */
const KNOWN: Record<string, string> = {
  input: INPUT,
  prompt: INPUT,
  confirm: INPUT,
  alert: 'To print: console.log(…)',
};

/** A problem that somebody who writes cells can do something about. */
export function advised(problem: TypeProblem): TypeProblem {
  const { code, messageText } = problem;
  const [text = '', name = ''] = /^Cannot find name '([^']*)'\./.exec(messageText) ?? [];
  if (text === '') return problem;
  const own = Object.hasOwn(KNOWN, name) ? KNOWN[name] : ADVICE[code];
  // Under another code, so that it gets no second advice, which is for unknown names.
  if (own !== undefined)
    return { ...problem, code: code === UNKNOWN_NAME ? 2584 : code, messageText: `${text} ${own}` };
  return ORDINARY.includes(code) ? { ...problem, code: UNKNOWN_NAME, messageText: text } : problem;
}
