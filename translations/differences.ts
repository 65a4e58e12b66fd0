// Compares a translation with its English: code, formulas, links, numbers and other marks have to be the same. Also
// checks Chinese punctuation and spacing.

/** A text without HTML comments, which hold marks for the checks. */
export const withoutComments = (text: string) => text.replace(/<!--[\s\S]*?-->/g, '').trim();

const all = (text: string, pattern: RegExp, at = 1) => [...text.matchAll(pattern)].map((match) => match[at]);

/** The parts of a text that a translation must keep, by kind. */
function features(markdown: string) {
  const text = withoutComments(markdown);
  const fenced = all(text, /^```[\s\S]*?^```/gm, 0);
  const plain = text.replace(/^```[\s\S]*?^```/gm, '');
  const code = all(plain, /`([^`\n]+)`/g);
  const uncoded = plain.replace(/`[^`\n]+`/g, '');
  const formulas = all(uncoded, /(\$\$[\s\S]+?\$\$|\$[^$\n]+\$)/g).map((formula) => formula.replace(/\s+/g, ' '));
  const referring = uncoded.replace(/\$\$[\s\S]+?\$\$|\$[^$\n]+\$/g, '');
  // References name a section by its English heading in both languages.
  const sections = all(referring, /\[\[([^\]]+)\]\]/g);
  const prose = referring.replace(/\[\[[^\]]+\]\]/g, '');
  const words = prose.replace(/\]\([^)\s]*\)/g, ']').replace(/<[^>]*>/g, '');
  return {
    headings: all(prose, /^(#+) /gm),
    items: all(prose, /^\s*(-|\d+\.) /gm).map((mark) => mark.replace(/\d+/, '1')),
    rows: all(prose, /^(\|.*\|)$/gm).map((row) => String(row.split('|').length)),
    code: [...code, ...fenced],
    formulas,
    sections,
    images: all(prose, /!\[[^\]]*\]\(([^)\s]+)\)/g),
    links: all(prose, /(?<!!)\[[^\]]*\]\(([^)\s]+)\)/g),
    html: all(prose, /(<\/?[a-z][^>]*>)/g),
    bold: all(prose, /(\*\*)[^*\n]+\*\*/g),
    numbers: all(words.replace(/^\s*\d+\. /gm, ''), /(\d+(?:,\d{3})*(?:\.\d+)?)/g),
  };
}

/**
 * Faults of Chinese typography: bold that CommonMark does not recognize (`**词。**词`), half-width punctuation, Latin
 * letters without a space around them.
 */
export function styleFaults(markdown: string) {
  const prose = withoutComments(markdown)
    .replace(/^```[\s\S]*?^```/gm, '')
    .replace(/`[^`\n]+`/g, '`')
    .replace(/\$\$[\s\S]+?\$\$|\$[^$\n]+\$/g, '$')
    .replace(/\[\[[^\]]+\]\]/g, '`')
    .replace(/^> .*[A-Za-z]{3}.*$/gm, '');
  const sign = (one: string | undefined) => /^[^\p{L}\p{N}\s]$/u.test(one ?? ' ');
  const letter = (one: string | undefined) => /^[\p{L}\p{N}]$/u.test(one ?? ' ');
  const broken = prose.split('\n').flatMap((line) =>
    ['**', '*'].flatMap((mark) => {
      const parts = (mark === '*' ? line.replace(/^\s*\* /, '').replaceAll('**', '') : line).split(mark);
      return parts
        .filter(
          (part, i) =>
            i % 2 === 1 &&
            ((sign(part.at(-1)) && letter(parts[i + 1]?.[0])) || (sign(part[0]) && letter(parts[i - 1].at(-1)))),
        )
        .map((part) => mark + part + mark);
    }),
  );
  const words = prose.replace(/\]\([^)\s]*\)|<[^>]*>|《[^》]*》/g, ' ');
  const H = '\\p{Script=Han}';
  const wrong = all(
    words,
    new RegExp(`(${H}[,;:?!()]|[,;:?!(]${H}|${H}[A-Za-z0-9Α-Ωα-ω$\`]|[A-Za-z0-9Α-Ωα-ω$\`]${H}|\\d ?～ ?\\d)`, 'gu'),
  );
  const slanted = all(prose.replace(/\*\*/g, ''), /\*([\w][^*\n]*)\*/g);
  return [
    ...slanted.map((one) => `*${one}*: no stress on Latin letters`),
    ...broken.map((one) => `${one} is neither bold nor stressed for CommonMark`),
    ...wrong.map((one) => `"${one}": sign or space`),
  ];
}

/** The paragraphs, list items, table rows and code fences of a text, with wrapped lines joined. */
function paragraphs(text: string) {
  const opens = /^\s*(?:[-*] |\d+\. |#|\||>|:::|<|\$\$|!\[)/;
  const found: string[] = [];
  let open = false;
  for (const part of withoutComments(text).split(/(^```[\s\S]*?^```)/m)) {
    if (part.startsWith('```')) found.push(part);
    else {
      for (const line of part.split('\n')) {
        if (line.trim() === '') open = false;
        else if (open && !opens.test(line)) found[found.length - 1] += ` ${line.trim()}`;
        else found.push(line);
        if (line.trim() !== '') open = !/^\s*(?:#|\||:::)/.test(line);
      }
    }
    if (part.startsWith('```')) open = false;
  }
  return found;
}

/**
 * Compares paragraph by paragraph: `['numbers: 468 is missing', …]`.
 * @param entry whether it is a glossary entry, whose first lines are its names and differ
 */
export function differences(
  english: string,
  { text, allowed }: { text: string; allowed: Record<string, string> },
  entry = false,
) {
  const meaning = (one: string) => (entry ? one.replace(/^(?:\S.*\n)+/, '') : one);
  const [left, right] = [paragraphs(meaning(english)), paragraphs(meaning(text))];
  const pairs = left.length === right.length ? left.map((line, i) => [line, right[i]]) : [[english, text]];
  const compared = pairs.flatMap(([one, other]) => {
    const [from, to] = [features(one), features(other)];
    return (Object.keys(from) as (keyof typeof from)[]).flatMap((kind) => {
      if (allowed[kind]) return [];
      const [lost, added] = [[...from[kind]], [] as string[]];
      for (const item of to[kind]) {
        const at = lost.indexOf(item);
        if (at < 0) added.push(item);
        else lost.splice(at, 1);
      }
      return [...lost.map((item) => `${kind}: ${item} is missing`), ...added.map((item) => `${kind}: ${item} is new`)];
    });
  });
  const count = left.length === right.length ? [] : [`paragraphs: expected ${left.length}, found ${right.length}`];
  return [...count, ...compared, ...styleFaults(text)];
}
