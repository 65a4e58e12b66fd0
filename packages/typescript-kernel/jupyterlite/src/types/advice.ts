/** TypeScript's advice is for the one who has set up a project. This is for the one who writes a cell. */
import { ELSEWHERE } from '../imports';
import type { TypeProblem } from '../protocol';

/** TypeScript's codes for a name that nothing declares and for which it would install Node's types. */
const OF_NODE = [2580, 2591];
/** The same of a page's library, and of packages, such as for `$` and `test`. */
const ORDINARY = [2581, 2592, 2582, 2593, 2584];
const UNKNOWN_NAME = 2304;
/** For a name about which all is said. */
const TOLD = 2584;

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
  const own = Object.hasOwn(KNOWN, name) ? KNOWN[name] : OF_NODE.includes(code) ? ELSEWHERE.node : undefined;
  if (own !== undefined) return { ...problem, code: TOLD, messageText: `${text} ${own}` };
  return ORDINARY.includes(code) ? { ...problem, code: UNKNOWN_NAME, messageText: text } : problem;
}
