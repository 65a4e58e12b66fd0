// The teacher's notes on the exercises, editions/class/exercises.md: made of the exercises and chapters themselves.
import type { ALL } from '../../../packages/exercises';
import { type Notebook, partOf, textOf } from '../../shared/cells';

type Exercise = (typeof ALL)['lif-charge'];

const plural = (count: number, word: string) => `${count} ${word}${count === 1 ? '' : 's'}`;

/** What a task is called in its chapter. */
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

/** What only the report can name: here a cell ends before its check has printed anything. */
const OF_THE_REPORT = {
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

const bar = (text: string) => text.replaceAll('|', '\\|');

/**
 * @param exercises of the package, by id
 * @param chapters their notebooks
 * @param general the mistakes that every check knows
 */
export function teachersNotes(
  exercises: Record<string, Exercise>,
  chapters: Notebook[],
  general: Record<string, { expect: string; question: string }>,
) {
  const titles = titlesOf(chapters);
  const all = Object.entries(exercises);
  const minutesOf = (list: [string, Exercise][]) => list.reduce((sum, [, { minutes }]) => sum + minutes, 0);
  const coreOf = (list: [string, Exercise][]) => minutesOf(list.filter(([, { optional }]) => !optional));
  const lines = [
    '# The exercises: what to expect, and what to ask back',
    '',
    '<!-- Made by `npm run exercises -- --tables` from packages/exercises/. Do not edit it by hand. -->',
    '',
    `There are ${plural(all.length, 'exercise')} for about ${minutesOf(all)} minutes, ${coreOf(all)} of them for the core: those that are not marked`,
    '*optional*. Each check knows some mistakes. It names the mistake in brackets and asks a question. When somebody calls you,',
    'ask the same question once more, and let them answer it on paper before they type.',
    '',
    'The minutes are estimates from the length of the task and of the answer; no person has been timed. A language model in the',
    'role of a newcomer has tried each check with wrong answers. Plan half as much again for people who are new to TypeScript.',
    '`npm run exercises -- --report FOLDER` prints which mistakes are in notebooks that were handed in.',
  ];
  lines.push('', '## Mistakes of every exercise', '');
  lines.push('Every check looks for these as well, and the report of a class names them, too.', '');
  lines.push('| what to expect | what to ask back | name |', '|---|---|---|');
  for (const [name, { expect, question }] of [...Object.entries(general), ...Object.entries(OF_THE_REPORT)]) {
    lines.push(`| ${bar(expect)} | ${bar(question)} | \`${name}\` |`);
  }
  for (const chapter of new Set(all.map(([, exercise]) => exercise.chapter))) {
    const own = all.filter(([, exercise]) => exercise.chapter === chapter);
    const time = `about ${minutesOf(own)} minutes, ${coreOf(own)} of them for the core`;
    lines.push('', `## Chapter ${chapter}: ${plural(own.length, 'exercise')}, ${time}`);
    let project: string | undefined;
    for (const [id, exercise] of own) {
      if (exercise.project !== project && exercise.project) {
        const minutes = minutesOf(own.filter(([, other]) => other.project === exercise.project));
        const optional = exercise.optional ? ', optional' : '';
        lines.push('', `### Project: ${exercise.project} (${minutes} minutes${optional})`);
      }
      project = exercise.project;
      const level = project ? '####' : '###';
      const time = `${plural(exercise.minutes, 'minute')}${exercise.optional && !project ? ', optional' : ''}`;
      lines.push('', `${level} ${titles[id] ?? id} (\`${id}\`, ${time})`, '');
      lines.push('| what to expect | what to ask back | name |', '|---|---|---|');
      for (const [name, { expect, diagnosis }] of Object.entries(exercise.mistakes)) {
        lines.push(`| ${bar(expect)} | ${bar(diagnosis)} | \`${name}\` |`);
      }
    }
  }
  return `${lines.join('\n')}\n`;
}
