/** Type errors as a cell shows them. */
import type { TypeProblem } from './protocol';

/** TypeScript's codes for a name that nothing declares. */
const UNKNOWN_NAME = [2304, 2503, 18004];

/**
 * A learner who has restarted the kernel has no variables; the first unknown name reminds of that. A kernel does not know
 * the notebook's cells, so this is true of a misspelt name, too.
 */
export const withHint = (text: string): string =>
  `${text.replace(/[.?]?$/, '.')} If a cell above declares it, run that cell first.`;

/** The lines that a cell shows: `2:9 - Property 'encodee' does not exist on type 'PoissonEncoder'.` */
export function problemsText(problems: TypeProblem[]): string {
  const first = problems.find(({ code }) => UNKNOWN_NAME.includes(code));
  const line = (problem: TypeProblem) => {
    const text = problem === first ? withHint(problem.text) : problem.text;
    return `${problem.line}:${problem.column} - ${text}\n`;
  };
  return problems.map(line).join('');
}
