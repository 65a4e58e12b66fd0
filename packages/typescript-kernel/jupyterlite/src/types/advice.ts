/** TypeScript's advice is for the one who has set up a project. This is for the one who writes a cell. */
import { ELSEWHERE } from '../imports';

/** TypeScript's codes for a name that nothing declares: those with advice to install Node's types, and all. */
const OF_NODE = [2580, 2591];
const MISSPELT = 2552;
const UNKNOWN = [2304, 2581, 2592, 2582, 2593, 2584, ...OF_NODE];

const INPUT = "To ask: await prompt('…')";
/** Names that people know from pages and from Python. */
const KNOWN: Record<string, string> = {
  input: INPUT,
  confirm: INPUT,
  alert: 'To print: console.log(…)',
};

/**
 * The message for an undeclared name, under a code that gets no second advice if it is complete; undefined for other
 * problems.
 */
export function adviceOn(code: number, name: string): { code: number; messageText: string } | undefined {
  const isKnown = Object.hasOwn(KNOWN, name);
  if (!UNKNOWN.includes(code) && !(code === MISSPELT && isKnown)) return undefined;
  const messageText = `Cannot find name '${name}'.`;
  const own = isKnown ? KNOWN[name] : OF_NODE.includes(code) ? ELSEWHERE.node : undefined;
  return own === undefined ? { code: 2304, messageText } : { code: 2580, messageText: `${messageText} ${own}` };
}
