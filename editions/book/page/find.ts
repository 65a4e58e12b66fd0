/** What is found before all else: questions that people ask and words of the glossary, also where a letter is wrong. */

/** The sections of a page: the id of each, '' for the top, its text, and its title. */
export type Sections = [id: string, text: string, title?: string][];

/** Words that say nothing about what is looked for. */
const SMALL = new Set(
  'a an and are be can do does for from how i if in is it its me mean means my not of on or s so that the there this to was what when where which who why will with'.split(
    ' ',
  ),
);
const FIRST = ['questions', 'glossary'];
/** How many of them are shown. */
const SHOWN = 4;

/** Its words. Chinese has no blanks between words: each pair of neighbours is one, as in the index (conf.py). */
export const wordsOf = (text: string): string[] =>
  (
    text
      .toLowerCase()
      .match(/\p{Script=Han}+|[^\P{L}\p{Script=Han}]+(?:[^\P{L}\p{Script=Han}]|\p{N})*|\p{N}[\p{L}\p{N}]*/gu) ?? []
  ).flatMap((run) =>
    HAN.test(run) && run.length > 2 ? Array.from({ length: run.length - 1 }, (_, i) => run.slice(i, i + 2)) : [run],
  );
export const HAN: RegExp = /\p{Script=Han}/u;

/** Whether one letter more, less, other or exchanged with its neighbour turns one word into another. */
export function isOneSlip(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 1 || a === b) return false;
  let at = 0;
  while (a[at] === b[at]) at++;
  const [x, y] = [a.slice(at), b.slice(at)];
  return (
    x.slice(1) === y ||
    x === y.slice(1) ||
    x.slice(1) === y.slice(1) ||
    (x[0] === y[1] && x[1] === y[0] && x.slice(2) === y.slice(2))
  );
}

/** The words of a question, each that no page has replaced by the most frequent one that is a slip away. */
export function corrected(words: readonly string[], texts: Readonly<Record<string, Sections>>): string[] {
  const counts = new Map<string, number>();
  for (const [, text] of Object.values(texts).flat()) {
    for (const word of wordsOf(text)) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  const known = [...counts.keys()];
  return words.map((word) => {
    if (word.length < 4 || known.some((one) => one.startsWith(word))) return word;
    const near = known.filter((one) => one.length > 2 && isOneSlip(word, one));
    return near.reduce((best, one) => ((counts.get(one) ?? 0) > (counts.get(best) ?? 0) ? one : best), near[0] ?? word);
  });
}

/** A word without the ending of a plural or a verb. */
const stem = (word: string) => (word.length > 4 ? word.replace(/(?:ing|ed|es|s)$/, '') : word);

/** Questions and words of the glossary that have all words that are looked for, the nearest first. */
export function nearest(
  query: readonly string[],
  texts: Readonly<Record<string, Sections>>,
): { page: string; id: string; title: string; text: string }[] {
  const wanted = query.filter((word) => !SMALL.has(word));
  const stems = (wanted.length > 0 ? wanted : query).map(stem);
  if (stems.length === 0) return [];
  const found = FIRST.flatMap((page) =>
    (texts[page] ?? []).flatMap(([id, text, title = '']) => {
      const [named, told] = [wordsOf(title).map(stem), new Set(wordsOf(text).map(stem))];
      if (id === '' || !stems.every((one) => told.has(one))) return [];
      const hits = stems.filter((one) => named.includes(one)).length;
      // A title that says nothing else is meant; a word that only occurs somewhere is not.
      const all = hits === stems.length;
      return hits === 0 ? [] : [{ page, id, title, text, score: hits + (all ? 1 : 0) + hits / named.length }];
    }),
  );
  const meanings = new Set<string>();
  return found
    .sort((a, b) => b.score - a.score)
    .filter(({ page, text }) => {
      // An entry of the glossary has several names.
      const meaning = page === 'glossary' ? text.slice(text.indexOf(': ')) : text;
      return !meanings.has(meaning) && meanings.add(meaning);
    })
    .slice(0, SHOWN);
}
