/** Translations of messages, by the English sentence; `{0}` and `{1}` stand for values that a check fills in. */

export type Phrases = Readonly<Record<string, string>>;

const HOLE = /\{(\d)\}/g;

/** Translates sentences by a table; one that is not in it stays English. */
export function makeTranslator(phrases: Phrases): (english: string) => string {
  const patterns = Object.entries(phrases).flatMap(([english, other]) => {
    const holes = Array.from(english.matchAll(HOLE), ([hole]) => hole);
    if (holes.length === 0) return [];
    const parts = english.split(/\{\d\}/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
    return [{ pattern: new RegExp(`^(\\s*)${parts.join('([^]+?)')}$`), holes, other }];
  });
  return (english) => {
    if (Object.hasOwn(phrases, english)) return phrases[english];
    for (const { pattern, holes, other } of patterns) {
      const [, before, ...filled] = pattern.exec(english) ?? [];
      if (before !== undefined) return before + other.replace(HOLE, (hole) => filled[holes.indexOf(hole)]);
    }
    return english;
  };
}
