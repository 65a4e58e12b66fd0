// The chapters as notebooks/chapters.json lists them, by part and in their order. Each has a name, which is that of its
// file without the number, a title, the question that it answers, its minutes without the exercises, which know their
// own, and the names of the chapters that it builds on. It is in TypeScript unless it says another language.
import { parts } from '../../notebooks/chapters.json';

export const CHAPTERS = parts
  .flatMap(({ part, chapters }) => chapters.map((chapter) => ({ language: 'typescript', ...chapter, part })))
  .map((chapter, number) => ({ ...chapter, number, file: `${String(number).padStart(2, '0')}-${chapter.name}.ipynb` }));

/** A chapter's name without its number, of `07-a-hidden-layer.ipynb`, `07-a-hidden-layer` or `zh/07-a-hidden-layer`. */
export const topicOf = (name: string) => name.replace(/^(?:[a-z]{2}\/)?\d+-|\.ipynb$/g, '');

/** What is listed of a chapter, by its name with or without the number. */
export const chapterOf = (name: string) => CHAPTERS.find((chapter) => chapter.name === topicOf(name));

/** Whether a chapter is in Python: it runs in .venv-peers, and in the tab it is to be read. */
export const isPython = (name: string) => chapterOf(name)?.language === 'python';

/** Some chapters by part; a part without any is left out. */
export const byPart = <Named extends { name: string }>(some: Named[]) =>
  parts
    .map(({ part }) => ({ part, chapters: some.filter(({ name }) => chapterOf(name)?.part === part) }))
    .filter(({ chapters }) => chapters.length > 0);
