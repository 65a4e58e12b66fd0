// The chapters of notebooks/chapters.json, by part and in order. Each has a name (its file name without the number), a
// title, the question it answers, its minutes without exercises, and the names of the chapters it builds on. A chapter is
// in TypeScript unless it names another language.
import { parts } from '../../notebooks/chapters.json';

export const CHAPTERS = parts
  .flatMap(({ part, chapters }) => chapters.map((chapter) => ({ language: 'typescript', ...chapter, part })))
  .map((chapter, number) => ({ ...chapter, number, file: `${String(number).padStart(2, '0')}-${chapter.name}.ipynb` }));

/** A chapter's name without its number: from `07-a-hidden-layer.ipynb`, `07-a-hidden-layer` or `zh/07-a-hidden-layer`. */
export const topicOf = (name: string) => name.replace(/^(?:[a-z]{2}\/)?\d+-|\.ipynb$/g, '');

/** A chapter's entry, by its name with or without the number. */
export const chapterOf = (name: string) => CHAPTERS.find((chapter) => chapter.name === topicOf(name));

/** Whether a chapter is in Python: it runs in .venv-peers, and the browser edition only shows it. */
export const isPython = (name: string) => chapterOf(name)?.language === 'python';

/** Groups chapters by part; leaves out parts without any. */
export const byPart = <Named extends { name: string }>(some: Named[]) =>
  parts
    .map(({ part }) => ({ part, chapters: some.filter(({ name }) => chapterOf(name)?.part === part) }))
    .filter(({ chapters }) => chapters.length > 0);
