/** What checks say, in another language: by the English sentence, `{0}` and `{1}` for what a check fills in. */

export type Phrases = Readonly<Record<string, string>>;

const HOLE = /\{(\d)\}/g;

/** Says sentences in another language; one that is in no table stays English. */
export function speaker(phrases: Phrases): (english: string) => string {
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
