// Numbers in text: each that stands for a result has to be printed by a cell, or a mark says where it comes from.
// `--check` asks this of the chapters and pages below before it executes anything. editions/README.md tells writers the
// rules.
import { existsSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { chapterNames, root } from '../../packages/system/project';

/** What is checked. A page that is not in this list may hold any number. */
export const CHECKED = [
  'README.md',
  'packages/runs/README.md',
  'tools/bench/README.md',
  'editions/book/glossary.md',
  ...chapterNames().map((name) => `notebooks/${name}`),
  'editions/book/questions.md',
  'editions/book/claims.md',
  'editions/book/event-camera.md',
  'editions/class/README.md',
];

/** The table of the map. */
const MAP = 'editions/map/map.csv';

/**
 * What `npm run bench -- --update` measured last. If it exists, a mark that names the benchmark has to agree with it.
 */
const BENCH = 'tools/bench/measured.json';

/** Sizes that every chapter uses. A number of these needs no mark. */
const SIZES = new Map([
  [128, 'images in a batch'],
  [255, 'the brightest value of a pixel'],
  [468, 'batches in an epoch'],
  [784, 'pixels of an image'],
  [7_840, 'weights'],
  [9_999, 'test images but one'],
  [10_000, 'test images'],
  [46_800, 'batches in 100 epochs'],
  [60_000, 'training images'],
]);

/**
 * Before these a number is a result, however small it is: "2 times as fast", but not "fires 2 times". Minutes are
 * missing: those of a chapter and of its exercises are a plan.
 */
const UNIT =
  /^[\s\u00a0]?(%|times(?= (?:as|the|more|less|fewer|faster|slower|larger|smaller|longer)\b)|(?:points?|percent|seconds?|ms|s|[kMG]B|[np]J)(?![\p{L}\p{N}_]))/u;

/**
 * A number that stands alone: no part of a name (float32, SHA-256), of a version (0.1.0) or of a pattern of bits
 * (0110).
 */
const NUMBER =
  /(?<![\p{L}\p{N}_.,]|[\p{L}_]-)(?:0|[1-9]\d{0,2}(?:,\d{3})+|[1-9]\d*)(?:\.\d+)?(?:e[+-]?\d+)?(?![\p{L}\p{N}_]|[.,]\d)/gu;

/** A number as it stands in a text. */
interface Written {
  text: string;
  value: number;
  decimals: number;
  /** '' without one */
  unit: string;
  /** where it begins */
  at: number;
}

/** A number in an output or, `set`, in the code of a cell. */
interface Shown {
  value: number;
  unit: string;
  set?: boolean;
}

/** What a mark is for: a cell of a chapter, or a section of a page. */
interface Block {
  place: string;
  text: string;
}

/** A cell of a notebook, as far as it matters here. */
interface Cell {
  cell_type: string;
  source: string | string[];
  outputs?: { text?: string | string[]; data?: Record<string, string | string[]> }[];
}

/** The numbers of a text. */
function numbersIn(text: string): Written[] {
  return [...text.matchAll(NUMBER)].map(({ 0: digits, index }) => {
    const [, decimals = ''] = /\.(\d+)/.exec(digits) ?? [];
    const [, exponent = '0'] = /e([+-]?\d+)/.exec(digits) ?? [];
    const [, unit = ''] = UNIT.exec(text.slice(index + digits.length)) ?? [];
    const value = Number(digits.replaceAll(',', ''));
    return { text: digits, value, decimals: decimals.length - Number(exponent), unit, at: index };
  });
}

/**
 * Whether a number is of a kind that has to be shown: it has a unit or decimals, or is larger than 100. Other whole
 * numbers count or name something: ten neurons, step 3, chapter 6. Years and the sizes of the tutorial are known.
 */
function isResult({ text, value, decimals, unit }: Written) {
  if (unit !== '' || decimals > 0) return true;
  return value > 100 && !SIZES.has(value) && !/^(?:19|20)\d\d$/.test(text);
}

const blank = (found: string) => found.replace(/[^\n]/g, ' ');

/** A text in which only prose is left; every character keeps its place. */
function prose(markdown: string) {
  return markdown
    .replace(/<!--[\s\S]*?-->/g, blank)
    .replace(/^(```+|~~~+)[\s\S]*?^\1/gm, blank)
    .replace(/`[^`\n]+`/g, blank)
    .replace(/\$\$[\s\S]*?\$\$/g, blank)
    .replace(/\$[^$\n]+\$/g, blank)
    .replace(/(?<!\])\[[^\]]*\]\(https?:[^)]*\)/g, blank)
    .replace(/(?<=\])\([^()\s]*(?:\([^()\s]*\)[^()\s]*)*\)/g, blank)
    .replace(/^(?:#{1,6} |>).*$/gm, blank)
    .replace(/https?:\S+/g, blank);
}

/** Whether `exact`, rounded as the text rounds, is the number in the text. */
function isRounded({ value, decimals }: Written, exact: number) {
  const size = 10 ** -decimals;
  return Math.abs(value - exact) <= size * (0.5 + 1e-9);
}

/**
 * Whether a cell shows a number. In an output it may have more digits, and a percentage may be a share (0.9273 for
 * 92.73 %); any other unit is the same. What the code sets has no unit and is not rounded.
 */
function isShown(number: Written, shown: Shown[]) {
  return shown.some(({ value, unit, set }) => {
    if (set) return number.unit === '' && number.value === value;
    if (number.unit === '%' && unit === '') {
      const isInColumn = number.decimals > 0 && isRounded(number, value); // "test accuracy (%)" stands above it
      return isInColumn || (Math.abs(value) <= 1 && isRounded(number, 100 * value));
    }
    if (number.unit !== '') return number.unit === unit && isRounded(number, value);
    return isRounded(number, value) || (unit === '%' && isRounded(number, value / 100));
  });
}

/** The numbers that a chapter's cells print and set; figures say theirs in a sentence. */
function shownBy(notebook: { cells: Cell[] }): Shown[] {
  const code = notebook.cells.filter(({ cell_type }) => cell_type === 'code');
  const outputs = code.flatMap(({ outputs }) => outputs ?? []);
  const printed = outputs.map(({ text, data }) => [text ?? data?.['text/plain'] ?? ''].flat().join(''));
  const sources = code.map(({ source }) =>
    [source]
      .flat()
      .join('')
      .replace(/\/\/.*|\/\*[\s\S]*?\*\//g, '')
      .replace(/(?<=\d)_(?=\d)/g, ''),
  );
  return [
    ...printed.flatMap((text) => numbersIn(text).map(({ value, unit }) => ({ value, unit }))),
    ...sources.flatMap((text) => numbersIn(text).map(({ value }) => ({ value, unit: '', set: true }))),
  ];
}

const OPERATIONS: Record<string, (a: number, b: number) => number> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
};

interface Mark {
  /** the number that it accounts for */
  number: Written;
  /** whether the benchmark measured it */
  byBench?: boolean;
  /** what it is computed from */
  terms?: Written[];
  /** what that gives, computed from left to right */
  exact?: number;
}

/** The marks of a block, and what is wrong with them. editions/README.md shows the three kinds. */
function marksOf(text: string) {
  const marks: Mark[] = [];
  const wrong: string[] = [];
  for (const [mark, kind, rest] of text.matchAll(/<!--\s*(constant|measured|computed):([\s\S]*?)-->/g)) {
    const entries = kind === 'measured' ? rest.slice(rest.lastIndexOf(':') + 1).split(/,\s/) : rest.split(';');
    if (kind === 'measured' && !/\S.*:/.test(rest)) wrong.push(`${mark}: expected a command, a colon and the numbers`);
    for (const entry of entries.map((one) => one.trim())) {
      const [number, ...terms] = numbersIn(entry);
      const operators = [...entry.matchAll(/ ([-+*/]) /g)].map(([, operator]) => operator);
      if (number?.at !== 0) {
        wrong.push(`${mark}: expected a number first, found "${entry}"`);
      } else if (kind === 'constant' && !/\p{L}{2}/u.test(entry)) {
        wrong.push(`${mark}: expected what ${number.text} is`);
      } else if (kind !== 'computed') {
        marks.push({ number, byBench: kind === 'measured' && rest.trim().startsWith('npm run bench') });
      } else if (!entry.includes('=') || operators.length === 0 || terms.length !== operators.length + 1) {
        wrong.push(`${mark}: expected "${number.text} = a - b" (or +, *, /), found "${entry}"`);
      } else {
        const values = terms.map(({ value }) => value);
        const exact = values.reduce((left, right, i) => OPERATIONS[operators[i - 1]](left, right));
        marks.push({ number, terms, exact });
      }
    }
  }
  return { marks, wrong };
}

/** Whether a mark speaks of this number; "3 GB" in a mark is not "3 s" in the text. */
const isMeant = (mark: Mark, { text, unit }: Written) =>
  mark.number.text === text && (mark.number.unit === '' || mark.number.unit === unit);

/** The sentence, the row of a table or the item of a list around a place. */
function sentenceAround(text: string, at: number) {
  const before = text.slice(0, at);
  const begin = Math.max(...['. ', '? ', '! ', '\n\n', '\n|', '\n- ', '\n#'].map((end) => before.lastIndexOf(end) + 1));
  const after = text.slice(at).search(/[.?!](?=[\s)*]|$)|\n\n|\|\s*\n/);
  return text
    .slice(begin, after < 0 ? text.length : at + after + 1)
    .replace(/<!--[\s\S]*?-->/g, '')
    .replace(/\s+/g, ' ')
    .replace(/^[-*] /, '')
    .trim();
}

/** The paragraph around a place: what it links to, and its "chapter 4", name where else its numbers may be shown. */
function paragraphAround(text: string, at: number) {
  const end = text.indexOf('\n\n', at);
  return text.slice(text.lastIndexOf('\n\n', at) + 1, end < 0 ? text.length : end);
}

/** What is wrong with the computed numbers of a block. */
function wronglyComputed(marks: Mark[], shown: Shown[]) {
  const units = new Set(['', '%', ...shown.map(({ unit }) => unit)]);
  const isKnown = (term: Written) =>
    /^10+$/.test(String(term.value)) || // a factor of units
    [...units].some((unit) => isShown({ ...term, unit }, shown)) ||
    marks.some(({ number }) => number.value === term.value);
  return marks.flatMap(({ number, terms = [], exact = number.value }) => {
    const unknown = terms.filter((term) => isResult(term) && !isKnown(term));
    // "About 70" for 68.8: zeros at the end are rounded, too.
    const zeros = number.decimals > 0 ? '' : (/0*$/.exec(String(number.value))?.[0] ?? '');
    const isRight = isRounded({ ...number, decimals: number.decimals - zeros.length }, exact);
    return [
      ...unknown.map(
        ({ text }) => `${number.text} is computed from ${text}, which no cell prints and no mark explains`,
      ),
      ...(isRight ? [] : [`a mark computes ${number.text}, but its terms give ${Number(exact.toPrecision(6))}`]),
    ];
  });
}

/**
 * What stands in a text and is neither printed nor explained by a mark.
 * @param own what its cells show
 * @param named what is shown where a paragraph points to
 * @param bench what the benchmark measured, if it is there
 */
function unaccounted(
  blocks: Block[],
  own: Shown[],
  named: (paragraph: string) => Shown[],
  bench: Shown[] | undefined,
): string[] {
  return blocks.flatMap(({ place, text }) => {
    const { marks, wrong } = marksOf(text);
    const written = numbersIn(prose(text));
    const idle = marks.filter((mark) => !written.some((number) => isMeant(mark, number)));
    const unmeasured = marks.filter(
      ({ number, byBench }) => byBench && bench && !isShown({ ...number, unit: '' }, bench),
    );
    const ofMarks = [
      ...wrong,
      ...unmeasured.map(
        ({ number }) => `a mark says that the benchmark measured ${number.text}, but ${BENCH} does not have it`,
      ),
      ...(marks.length > 0 ? wronglyComputed(marks, [...own, ...named(text)]) : []),
      ...idle.map(({ number }) => `a mark speaks of ${number.text}, which is not in the text`),
    ];
    const open = written
      .filter((number) => isResult(number) && !marks.some((mark) => isMeant(mark, number)))
      .filter((number) => !isShown(number, own) && !isShown(number, named(paragraphAround(text, number.at))));
    const ofText = open.map(({ text: digits, unit, at }) => {
      const sentence = sentenceAround(text, at);
      const what = `${digits}${unit && ` ${unit}`} is printed by no cell, and no mark says what it is`;
      return sentence ? `${what}: "${sentence}"` : what;
    });
    return [...ofMarks, ...ofText].map((what) => `${place}: ${what}`);
  });
}

/**
 * A chapter's text cell by cell, or a page's section by section.
 * @param file as a path of the project
 */
function blocksOf(file: string, content: string): Block[] {
  if (!file.endsWith('.ipynb')) {
    const sections = content.split(/^(?=#{1,6} )/m);
    const title = (section: string) => /^#+ (.*)/.exec(section)?.[1] ?? 'the top';
    return sections.map((text) => ({ place: `"${title(text)}"`, text }));
  }
  const cells = JSON.parse(content).cells as Cell[];
  return cells.flatMap(({ cell_type, source }, i) =>
    cell_type === 'markdown' ? [{ place: `cell ${i + 1}`, text: [source].flat().join('') }] : [],
  );
}

/**
 * Checks texts of the project.
 * @param files as paths of the project
 * @param folder the clone, or a copy of it
 * @returns a line for each number that is not accounted for
 */
export function checkNumbers(files = CHECKED, folder = root) {
  const texts = new Map<string, string>(); // chapters have megabytes of figures, and many paragraphs name them
  const read = (file: string) => {
    const text = texts.get(file) ?? readFileSync(join(folder, file), 'utf8');
    texts.set(file, text);
    return text;
  };
  const chapters = chapterNames(join(folder, 'notebooks')).map((name) => ({ name, number: Number.parseInt(name, 10) }));
  const seen = new Map<string, Shown[]>();
  const shownIn = (name: string) => {
    if (!seen.has(name)) seen.set(name, shownBy(JSON.parse(read(posix.join('notebooks', name)))));
    return seen.get(name) ?? [];
  };
  const map = existsSync(join(folder, MAP)) ? numbersIn(read(MAP).replaceAll(',', ' ')) : [];
  const bench = existsSync(join(folder, BENCH)) ? numbersIn(read(BENCH)) : undefined;
  /** Whether a page names a section of this chapter: [[Does it work?]]. */
  const isCited = (paragraph: string, name: string) =>
    [...paragraph.matchAll(/\[\[([^\]]+)\]\]/g)].some(([, heading]) =>
      read(posix.join('notebooks', name)).includes(`## ${heading.replace(/\s+/g, ' ')}`),
    );
  const named = (paragraph: string) => [
    ...chapters
      .filter(
        ({ name, number }) =>
          paragraph.includes(name) ||
          new RegExp(`chapters? \\[?${number}\\b`, 'i').test(paragraph) ||
          isCited(paragraph, name),
      )
      .flatMap(({ name }) => shownIn(name)),
    ...(/\]\([^)]*\bmap\.(?:csv|html|md)/.test(paragraph) ? map : []),
  ];
  return files.flatMap((file) => {
    const own = file.endsWith('.ipynb') ? shownIn(posix.basename(file)) : [];
    return unaccounted(blocksOf(file, read(file)), own, named, bench).map((line) => `${file}: ${line}`);
  });
}
