// Updates every text that repeats notebooks/chapters.json or the exercises: tables of chapters, the first cells of
// chapters, schedules of a class, and the teacher's notes, in each language. `npm run exercises -- --tables` writes them.
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
type Translate = (english: string) => string;

/** A chapter's heading; in a translation below a line with its cell's id. */
const HEADING = /^(<!-- .* -->\n)?# \d+\. .*/;
/** The time that a chapter takes, in its first cell. */
const TIME = /^(\*\*(?:Time:\*\*|时间\*\*：) ?).*?[.。]/m;
const TABLE = /^\|.*(?:\n\|.*)+/gm;
/** A link to a chapter in a table, with or without its number. */
const LINK = /\[(\d+\. )?[^\]]+\]\(([^)]*?)\d\d-([a-z-]+)\.ipynb\)/;
/** A row of a schedule. A comma after the title means that the class does only part of the chapter. */
const LESSON = /(\d+) \| Chapter \d+( with its core exercises)?: ([^|,.]*[^|,. ])(,?)/;

const exercisesOf = ({ number }: Chapter) => minutesOf(Object.values(ALL).filter(({ chapter }) => chapter === number));

/** The time that a chapter takes, as its first cell says it. */
function timeOf(chapter: Chapter) {
  const { core, all } = exercisesOf(chapter);
  const which = core === all ? 'exercises' : `core exercises, ${all} for all`;
  return `about ${chapter.minutes} minutes${all > 0 ? `, and about ${core} more for the ${which}` : ''}.`;
}

const chapterIn = (row: string) => chapterOf(LINK.exec(row)?.[3] ?? '');

/** A row whose link has the present number, title and file of its chapter. */
const updateLink = (row: string) =>
  row.replace(LINK, (link, number, folder) => {
    const chapter = chapterIn(link);
    return chapter ? `[${number ? `${chapter.number}. ` : ''}${chapter.title}](${folder}${chapter.file})` : link;
  });

function updateNeeds(row: string) {
  const needs = chapterIn(row)?.needs.map((name) => `*${chapterOf(name)?.title}*`) ?? [];
  return updateLink(row).replace(/[^|]*\|$/, ` ${needs.join(', ') || 'nothing'} |`);
}

const updateLesson = (row: string) =>
  row.replace(LESSON, (_, minutes, core = '', title, comma) => {
    const chapter = CHAPTERS.find((one) => one.title === title);
    if (!chapter) throw new UserError(`a schedule: expected the title of a chapter, found ${title}`);
    const whole = chapter.minutes + (core ? exercisesOf(chapter).core : 0);
    return `${comma ? minutes : whole} | Chapter ${chapter.number}${core}: ${title}${comma}`;
  });

/** Rows for all chapters but the one that contains the table, with links to the same folder as before. */
const questionRows = (rows: string[], say: Translate, own?: Chapter) =>
  byPart(CHAPTERS).flatMap(({ part, chapters }) => [
    `| **${say(part)}** | |`,
    ...chapters
      .filter((chapter) => chapter !== own)
      .map(({ number, title, file, question }) => {
        const link = `[${number}. ${say(title)}](${LINK.exec(rows.join())?.[2] ?? ''}${file})`;
        return `| ${link} | ${say(question)} |`;
      }),
  ]);

/** How the rows of a table are updated, by the end of its header. */
const TABLES: Record<string, (rows: string[], say: Translate, own?: Chapter) => string[]> = {
  'chapter | question |': questionRows,
  '章 | 问题 |': questionRows,
  'chapter | read beside it |': (rows) => rows.map(updateLink).sort(new Intl.Collator('en', { numeric: true }).compare),
  '| what they must know first |': (rows) => rows.map(updateNeeds),
  'minutes | what |': (rows) => rows.map(updateLesson),
};

/** @param own the chapter that contains the text */
function updateText(text: string, say: Translate, own?: Chapter) {
  const updated = text.replace(TABLE, (table) => {
    const [head, rule, ...rows] = table.split('\n');
    const end = Object.keys(TABLES).find((one) => head.endsWith(one));
    return end ? [head, rule, ...TABLES[end](rows, say, own)].join('\n') : table;
  });
  if (!own || !HEADING.test(text)) return updated;
  return updated
    .replace(HEADING, (_, above = '') => `${above}# ${own.number}. ${say(own.title)}`)
    .replace(TIME, (_, mark) => mark + say(timeOf(own)));
}

/** A cell's source as the file of its notebook has it. */
const jsonLines = (text: string) => JSON.stringify(text.split(/(?<=\n)/), null, 4).slice(1, -2);

/** The updated files, by their paths from the root. */
export function tables(): Map<string, string> {
  const read = (file: string) => readFileSync(join(root, file), 'utf8').replaceAll('\r\n', '\n');
  const inEnglish: Translate = (text) => text;
  const notebooks = chapterNames().map((name) => readChapter(name));
  const files = new Map([['editions/class/exercises.md', teachersNotes(notebooks)]]);
  for (const file of ['README.md', 'src/README.md', 'editions/class/README.md', 'editions/class/adopt.md'])
    files.set(file, updateText(read(file), inEnglish));
  for (const language of LANGUAGES) {
    const phrases = readPhrases(language, ['chapters']);
    const say: Translate = (english) => phrases.translate(english) ?? english;
    files.set(`README.${language}.md`, updateText(read(`README.${language}.md`), say));
    for (const { name, file, english, cells } of listTranslations(language)) {
      const own = chapterOf(name);
      if (!own) continue;
      const [path, otherPath] = [relative(root, english), relative(root, file)];
      let [notebook, other] = [read(path), updateText(read(otherPath), say, own)];
      for (const before of cells.filter(({ cell_type }) => cell_type === 'markdown').map(textOf)) {
        const after = updateText(before, inEnglish, own);
        notebook = notebook.replace(jsonLines(before), () => jsonLines(after));
        // The translation stays up to date, since both texts change alike.
        other = other.replace(stampOf(before), stampOf(after));
      }
      files.set(path, notebook).set(otherPath, other);
    }
  }
  return files;
}

/** Renames the chapters' files to their numbers, and writes the updated files. */
export function writeTables() {
  for (const name of chapterNames()) {
    const file = chapterOf(name)?.file;
    if (!file) throw new UserError(`notebooks/${name}: expected a chapter of notebooks/chapters.json, found another`);
    renameSync(join(chaptersFolder, name), join(chaptersFolder, file));
  }
  for (const [file, text] of tables()) writeWhole(join(root, file), text);
}
