// The parts of the course, for every list of its chapters. A chapter's number is that of its file in notebooks/.

/** Each part, and the chapter that it begins with, without its number: a part reaches to the next one. */
export const PARTS = [
  { part: 'The tutorial', first: 'start' },
  { part: 'Deeper', first: 'what-time-does' },
  { part: 'Other ways to learn', first: 'exact-times' },
  { part: 'Use', first: 'is-it-worth-it' },
  { part: 'Appendix', first: 'event-driven' },
];

/**
 * The name of a chapter without its number, `07-a-hidden-layer.ipynb`, `07-a-hidden-layer` or `zh/07-a-hidden-layer`.
 */
export const topicOf = (name: string) => name.replace(/^(?:[a-z]{2}\/)?\d+-|\.ipynb$/g, '');

/** Whether a chapter is in Python: it runs in .venv-peers, and in the tab it is to be read. */
export const isPython = (name: string) => topicOf(name) === 'onwards';

/**
 * The chapters by part; a part without any is left out.
 * @param chapters in their order
 */
export function byPart<Chapter extends { name: string }>(chapters: Chapter[]) {
  const parts: { part: string; chapters: Chapter[] }[] = [];
  for (const chapter of chapters) {
    const begun = PARTS.find(({ first }) => first === topicOf(chapter.name));
    if (begun || parts.length === 0) parts.push({ part: (begun ?? PARTS[0]).part, chapters: [] });
    parts.at(-1)?.chapters.push(chapter);
  }
  return parts;
}
