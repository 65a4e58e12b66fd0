// What notebooks/chapters.json and the exercises say, wherever a text repeats it: tables of chapters, the heads of the
// chapters, schedules of a class, the teacher's notes, in each language. `npm run exercises -- --tables` writes it.
import { readFileSync, renameSync } from 'node:fs';
import { join, relative } from 'node:path';
import { ALL, minutesOf } from '../../../packages/exercises';
import { byPart, CHAPTERS, chapterOf } from '../../../packages/system/chapters';
import { chapterNames, chaptersFolder, root, UserError, writeWhole } from '../../../packages/system/project';
import { LANGUAGES, listTranslations, stampOf, textOf } from '../../../translations/blocks';
import { readPhrases } from '../../../translations/phrases';
import { readChapter } from '../../shared/copies';
import { teachersNotes } from './notes';

type Chapter = (typeof CHAPTERS)[number];
type Say = (english: string) => string;

/** The heading of a chapter; in a translation a line with its cell's id stands above it. */
const HEADING = /^(<!-- .* -->\n)?# \d+\. .*/;
/** How long a chapter takes, in its head. */
const TIME = /^(\*\*(?:Time:\*\*|时间\*\*：) ?).*?[.。]/m;
const TABLE = /^\|.*(?:\n\|.*)+/gm;
/** A link to a chapter in a table: its label may begin with a number. */
const LINK = /\[(\d+\. )?[^\]]+\]\(([^)]*?)\d\d-([a-z-]+)\.ipynb\)/;
/** A row of a schedule. A comma after the title says that the class does a part of the chapter. */
const LESSON = /(\d+) \| Chapter \d+( with its core exercises)?: ([^|,.]*[^|,. ])(,?)/;

const exercisesOf = ({ number }: Chapter) => minutesOf(Object.values(ALL).filter(({ chapter }) => chapter === number));

/** How long a chapter takes, as its head says. */
function timeOf(chapter: Chapter) {
  const { core, all } = exercisesOf(chapter);
  const which = core === all ? 'exercises' : `core exercises, ${all} for all`;
  return `about ${chapter.minutes} minutes${all > 0 ? `, and about ${core} more for the ${which}` : ''}.`;
}

const linkedIn = (row: string) => chapterOf(LINK.exec(row)?.[3] ?? '');

/** A row whose link has the number, title and file that its chapter has now. */
const relinked = (row: string) =>
  row.replace(LINK, (link, number, folder) => {
    const chapter = linkedIn(link);
    return chapter ? `[${number ? `${chapter.number}. ` : ''}${chapter.title}](${folder}${chapter.file})` : link;
  });

function withNeeds(row: string) {
  const needs = linkedIn(row)?.needs.map((name) => `*${chapterOf(name)?.title}*`) ?? [];
  return relinked(row).replace(/[^|]*\|$/, ` ${needs.join(', ') || 'nothing'} |`);
}

const rescheduled = (row: string) =>
  row.replace(LESSON, (_, minutes, core = '', title, comma) => {
    const chapter = CHAPTERS.find((one) => one.title === title);
    if (!chapter) throw new UserError(`a schedule: expected the title of a chapter, found ${title}`);
    const whole = chapter.minutes + (core ? exercisesOf(chapter).core : 0);
    return `${comma ? minutes : whole} | Chapter ${chapter.number}${core}: ${title}${comma}`;
  });

/** The rows of all chapters but that in which they stand, with links to where they were linked. */
const questions = (rows: string[], say: Say, own?: Chapter) =>
  byPart(CHAPTERS).flatMap(({ part, chapters }) => [
    `| **${say(part)}** | |`,
    ...chapters
      .filter((chapter) => chapter !== own)
      .map(({ number, title, file, question }) => {
        const link = `[${number}. ${say(title)}](${LINK.exec(rows.join())?.[2] ?? ''}${file})`;
        return `| ${link} | ${say(question)} |`;
      }),
  ]);

/** What becomes of a table's rows, by the end of its head. */
const TABLES: Record<string, (rows: string[], say: Say, own?: Chapter) => string[]> = {
  'chapter | question |': questions,
  '章 | 问题 |': questions,
  'chapter | read beside it |': (rows) => rows.map(relinked).sort(new Intl.Collator('en', { numeric: true }).compare),
  '| what they must know first |': (rows) => rows.map(withNeeds),
  'minutes | what |': (rows) => rows.map(rescheduled),
};

/** @param own the chapter that the text is of */
function textAgain(text: string, say: Say, own?: Chapter) {
  const again = text.replace(TABLE, (table) => {
    const [head, rule, ...rows] = table.split('\n');
    const end = Object.keys(TABLES).find((one) => head.endsWith(one));
    return end ? [head, rule, ...TABLES[end](rows, say, own)].join('\n') : table;
  });
  if (!own || !HEADING.test(text)) return again;
  return again
    .replace(HEADING, (_, above = '') => `${above}# ${own.number}. ${say(own.title)}`)
    .replace(TIME, (_, mark) => mark + say(timeOf(own)));
}

/** A cell's lines as they stand in the file of its notebook. */
const linesIn = (text: string) => JSON.stringify(text.split(/(?<=\n)/), null, 4).slice(1, -2);

/** Every file in which something is repeated, by its path from the root, as it should be. */
export function tables(): Map<string, string> {
  const read = (file: string) => readFileSync(join(root, file), 'utf8').replaceAll('\r\n', '\n');
  const inEnglish: Say = (text) => text;
  const notebooks = chapterNames().map((name) => readChapter(name));
  const files = new Map([['editions/class/exercises.md', teachersNotes(notebooks)]]);
  for (const file of ['README.md', 'src/README.md', 'editions/class/README.md', 'editions/class/adopt.md'])
    files.set(file, textAgain(read(file), inEnglish));
  for (const language of LANGUAGES) {
    const phrases = readPhrases(language, ['chapters']);
    const say: Say = (english) => phrases.translate(english) ?? english;
    files.set(`README.${language}.md`, textAgain(read(`README.${language}.md`), say));
    for (const { name, file, english, cells } of listTranslations(language)) {
      const own = chapterOf(name);
      if (!own) continue;
      const [path, otherPath] = [relative(root, english), relative(root, file)];
      let [notebook, other] = [read(path), textAgain(read(otherPath), say, own)];
      for (const then of cells.filter(({ cell_type }) => cell_type === 'markdown').map(textOf)) {
        const now = textAgain(then, inEnglish, own);
        notebook = notebook.replace(linesIn(then), () => linesIn(now));
        // What has been translated stays so, since both texts change alike.
        other = other.replace(stampOf(then), stampOf(now));
      }
      files.set(path, notebook).set(otherPath, other);
    }
  }
  return files;
}

/** Gives the chapters' files their numbers, and writes what has changed. */
export function writeTables() {
  for (const name of chapterNames()) {
    const file = chapterOf(name)?.file;
    if (!file) throw new UserError(`notebooks/${name}: expected a chapter of notebooks/chapters.json, found another`);
    renameSync(join(chaptersFolder, name), join(chaptersFolder, file));
  }
  for (const [file, text] of tables()) writeWhole(join(root, file), text);
}
