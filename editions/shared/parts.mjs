// The parts of the course, for every list of its chapters. A chapter's number is that of its file in notebooks/.

/** Each part, and the chapter that it begins with, without its number: a part reaches to the next one. */
export const PARTS = [
  { part: 'The tutorial', first: 'start' },
  { part: 'Deeper', first: 'what-time-does' },
  { part: 'Other ways to learn', first: 'exact-times' },
  { part: 'Use', first: 'is-it-worth-it' },
  { part: 'Appendix', first: 'event-driven' },
];

/** What chapters' pages were called before they were numbered anew: their addresses lead to the new ones. */
export const FORMER = [
  '07-is-it-worth-it',
  '08-event-driven',
  '09-a-hidden-layer',
  '10-when-timing-matters',
  '11-out-and-in',
  '09-is-it-worth-it',
  '10-out-and-in',
  '11-event-driven',
  '14-read-the-potential',
  '12-out-and-in',
  '13-event-driven',
  '14-from-an-ann',
  '15-on-a-chip',
  '11-is-it-worth-it',
  '12-from-an-ann',
  '13-on-a-chip',
  '14-out-and-in',
  '15-event-driven',
];

/** The name of a chapter without its number, `07-a-hidden-layer.ipynb`, `07-a-hidden-layer` or `zh/07-a-hidden-layer`. */
export const topicOf = (/** @type {string} */ name) => name.replace(/^(?:[a-z]{2}\/)?\d+-|\.ipynb$/g, '');

/** Whether a chapter is in Python: it runs in .venv-peers, and in the tab it is to be read. */
export const isPython = (/** @type {string} */ name) => topicOf(name) === 'onwards';

/**
 * The chapters by part; a part without any is left out.
 * @template {{ name: string }} Chapter
 * @param {Chapter[]} chapters in their order
 */
export function byPart(chapters) {
  /** @type {{ part: string, chapters: Chapter[] }[]} */
  const parts = [];
  for (const chapter of chapters) {
    const begun = PARTS.find(({ first }) => first === topicOf(chapter.name));
    if (begun || parts.length === 0) parts.push({ part: (begun ?? PARTS[0]).part, chapters: [] });
    parts.at(-1)?.chapters.push(chapter);
  }
  return parts;
}
