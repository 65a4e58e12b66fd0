// The chapters as notebooks/chapters.json lists them: their order, their parts, and what there is to say of each.
import { parts } from '../../notebooks/chapters.json';

export interface Chapter {
  /** That of its file, without the number. */
  name: string;
  title: string;
  question: string;
  /** Without its exercises, which know their own. */
  minutes: number;
  /** The chapters that it builds on. */
  needs: string[];
  /** TypeScript if it says none. */
  language?: string;
}

const LISTED: { part: string; chapters: Chapter[] }[] = parts;

export const CHAPTERS = LISTED.flatMap(({ part, chapters }) => chapters.map((chapter) => ({ ...chapter, part }))).map(
  (chapter, number) => ({
    ...chapter,
    number,
    file: `${String(number).padStart(2, '0')}-${chapter.name}.ipynb`,
  }),
);

/** A chapter's name without its number, of `07-a-hidden-layer.ipynb`, `07-a-hidden-layer` or `zh/07-a-hidden-layer`. */
export const topicOf = (name: string) => name.replace(/^(?:[a-z]{2}\/)?\d+-|\.ipynb$/g, '');

/** What is listed of a chapter, by its name with or without the number. */
export const chapterOf = (name: string) => CHAPTERS.find((chapter) => chapter.name === topicOf(name));

/** Whether a chapter is in Python: it runs in .venv-peers, and in the tab it is to be read. */
export const isPython = (name: string) => chapterOf(name)?.language === 'python';

/** Some chapters by part; a part without any is left out. */
export const byPart = <Named extends { name: string }>(chapters: Named[]) =>
  LISTED.map(({ part }) => ({ part, chapters: chapters.filter(({ name }) => chapterOf(name)?.part === part) })).filter(
    ({ chapters: own }) => own.length > 0,
  );
