// Generates the teacher's notes, editions/class/exercises.md, from the exercises and the chapters.
import { ALL, GENERAL, minutesOf } from '../../../packages/exercises';
import { type Notebook, partOf, textOf } from '../../shared/cells';

type Exercise = (typeof ALL)['lif-charge'];

const plural = (count: number, word: string) => `${count} ${word}${count === 1 ? '' : 's'}`;

/** The titles of tasks, by the exercise's id. */
function titlesOf(chapters: Notebook[]) {
  const titles: Record<string, string> = {};
  for (const { cells } of chapters) {
    for (const cell of cells) {
      const { id, role } = partOf(cell);
      if (role === 'task' && id) titles[id] = (textOf(cell).split('\n')[0] ?? '').replace(/^#+\s*/, '').trim();
    }
  }
  return titles;
}

/** Verdicts that only the report of a class gives, since the cell ended before its check printed anything. */
const IN_REPORTS = {
  'cell-fails': {
    expect: 'a type error, or an error outside of the function',
    question: 'What does the message below the cell say?',
  },
  'kernel-died': {
    expect: 'a cell that ends its kernel, or needs too much memory',
    question: 'What does this cell call that the task does not ask for?',
  },
  'not-reached': { expect: 'a cell above ended the notebook', question: 'Does everything run with *Run All Cells*?' },
};

const escapeBars = (text: string) => text.replaceAll('|', '\\|');

/** A table of mistakes, with what to expect and what to ask back. */
function tableOf(mistakes: [name: string, expect: string, question: string][]) {
  const rows = mistakes.map(
    ([name, expect, question]) => `| ${escapeBars(expect)} | ${escapeBars(question)} | \`${name}\` |`,
  );
  return ['', '| what to expect | what to ask back | name |', '|---|---|---|', ...rows];
}

function timeOf(exercises: Exercise[]) {
  const { all, core } = minutesOf(exercises);
  return `about ${all} minutes, ${core} of them for the core`;
}

const introduction = (exercises: Exercise[]) => `# The exercises: what to expect, and what to ask back

<!-- Made by \`npm run exercises -- --tables\` from packages/exercises/. Do not edit it by hand. -->

There are ${plural(exercises.length, 'exercise')} for ${timeOf(exercises)}: those that are not marked
*optional*. Each check knows some mistakes. It names the mistake in brackets and asks a question. When somebody calls you,
ask the same question once more, and let them answer it on paper before they type.

The minutes are estimates from the length of the task and of the answer; no person has been timed. A language model in the
role of a newcomer has tried each check with wrong answers. Plan half as much again for people who are new to TypeScript.
\`npm run exercises -- --report FOLDER\` prints which mistakes are in notebooks that were handed in.

## Mistakes of every exercise

Every check looks for these as well, and the report of a class names them, too.`;

/** The notes, from these chapters. */
export function teachersNotes(chapters: Notebook[]) {
  const titles = titlesOf(chapters);
  const all = Object.entries<Exercise>(ALL);
  const everywhere = Object.entries({ ...GENERAL, ...IN_REPORTS });
  const lines = [introduction(Object.values(ALL))];
  lines.push(...tableOf(everywhere.map(([name, { expect, question }]) => [name, expect, question])));
  for (const chapter of new Set(all.map(([, exercise]) => exercise.chapter))) {
    const own = all.filter(([, exercise]) => exercise.chapter === chapter);
    const exercises = own.map(([, exercise]) => exercise);
    lines.push('', `## Chapter ${chapter}: ${plural(own.length, 'exercise')}, ${timeOf(exercises)}`);
    let before: string | undefined;
    for (const [id, { project, minutes, optional, mistakes }] of own) {
      if (project && project !== before) {
        const whole = minutesOf(exercises.filter((other) => other.project === project)).all;
        lines.push('', `### Project: ${project} (${whole} minutes${optional ? ', optional' : ''})`);
      }
      before = project;
      const time = `${plural(minutes, 'minute')}${optional && !project ? ', optional' : ''}`;
      lines.push('', `${project ? '####' : '###'} ${titles[id] ?? id} (\`${id}\`, ${time})`);
      lines.push(
        ...tableOf(Object.entries(mistakes).map(([name, { expect, diagnosis }]) => [name, expect, diagnosis])),
      );
    }
  }
  return `${lines.join('\n')}\n`;
}
