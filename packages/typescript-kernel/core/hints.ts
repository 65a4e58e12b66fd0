// What a cell shows of TypeScript's errors, and what to do about an undeclared name.

/** TypeScript's codes for a name that nothing declares; the last is for one that resembles another. */
const UNKNOWN_NAME = [2304, 2503, 18004, 2552];

/** Its codes for what follows from one: a parameter whose type nothing says. */
const FOLLOWS = [7006, 7031];

const RESEMBLES = / Did you mean '([\w$]+)'\?$/;

/** What engines say of such a name when the cell runs; the last is Safari. */
const UNDEFINED_NAME = / is not defined$|Can't find variable: /;

/** Such a name of a page, in the text about it. */
const OF_PAGE = /(?:Error: |name '|variable: )(?:window|document|localStorage|sessionStorage)\b/;

const PAGE_HINT = 'It belongs to a page; a cell runs outside of one.';
/** Misspelt names get this, too: a kernel does not know the notebook's cells. */
const CELL_HINT = 'If a cell above declares it, run that cell first.';

const withHint = (text: string) => `${text.replace(/[.?]?$/, '.')} ${OF_PAGE.test(text) ? PAGE_HINT : CELL_HINT}`;

/** A type error, as TypeScript words it. */
interface Problem {
  code: number;
  messageText: string;
}

/** One at a place of a cell; line and column from 1. */
export interface TypeProblem extends Problem {
  line: number;
  column: number;
}

/** More would be a wall. */
const SHOWN = 50;

const DISPLAY = "To show HTML: import { display } from 'tslab'; display.html('…')";

/** Cells that TypeScript cannot read, by their texts without the contents of quotes, and the hint for each. */
const MISREAD = [
  // As people write an object: `{ a: 1, b: 2 }`.
  [
    /^\s*\{\s*(?:[\p{ID_Continue}$]+|"")\s*[:,][^;]*\}\s*;?\s*$/u,
    'A line that begins with { is a block. An object needs parentheses around it: ({ … })',
  ],
  [/^\s*(?:%%?|!)\w/, `A line that begins with % or ! is a command of IPython; this cell is TypeScript. ${DISPLAY}`],
  [
    /<([A-Za-z][\w.]*)(?:\s[^<>]*)?(?:\/>|>[\s\S]*<\/\1\s*>)|<>[\s\S]*<\/>/,
    `A cell is TypeScript without JSX. ${DISPLAY}`,
  ],
] as const;

const QUOTED = /'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`/g;

/** TypeScript's codes for what cannot be read. */
const isSyntax = (code: number) => code >= 1000 && code < 2000;
/** That for "')' expected." and the like. */
const MISSING = 1005;

/**
 * Where a cell shows an error of TypeScript. What it misses it reports at what comes instead: an open parenthesis at the
 * end of a line, on the next one.
 * @param start from 0
 * @param source of the cell
 */
export function placeOf(code: number, start: number, source: string) {
  const end = source.slice(0, start).trimEnd().length;
  const offset = code === MISSING && source.slice(end, start).includes('\n') ? end : start;
  const lines = source.slice(0, offset).split('\n');
  return { offset, line: lines.length - 1, character: lines[lines.length - 1].length };
}

/**
 * Of type errors with unknown names, each name once, without what follows from it. After a restart most names of a cell
 * are unknown, and those that it declares itself are all that they can resemble.
 * @param source of the cell
 */
function unknownOnce<P extends Problem>(problems: P[], source: string): P[] {
  const isUnknown = ({ code }: Problem) => UNKNOWN_NAME.includes(code);
  const texts = new Set(problems.filter(isUnknown).map(({ messageText }) => messageText));
  if (texts.size === 0) return problems;
  const several = texts.size > 1;
  const isOfCell = (name: string) =>
    new RegExp(`\\b(?:const|let|var|function|class)\\b[^=;(]*${name.replaceAll('$', '\\$')}\\b`).test(source);
  return problems.flatMap((one) => {
    if (!isUnknown(one)) return FOLLOWS.includes(one.code) ? [] : [one];
    if (!texts.delete(one.messageText)) return [];
    const [, other] = RESEMBLES.exec(one.messageText) ?? [];
    if (!other || !several || !isOfCell(other)) return [one];
    return [{ ...one, code: UNKNOWN_NAME[0], messageText: one.messageText.replace(RESEMBLES, '') }];
  });
}

/**
 * The same type errors, the first unknown name with its hint; where something cannot be read, that alone.
 * @param source of the cell
 */
export function withHints<P extends Problem>(problems: P[], source: string): P[] {
  const unread = problems.filter(({ code }) => isSyntax(code));
  const [syntax] = unread;
  if (syntax) {
    const [, messageText] = MISREAD.find(([form]) => form.test(source.replace(QUOTED, '""'))) ?? [];
    return messageText ? [{ ...syntax, messageText }] : unread;
  }
  const shown = unknownOnce(problems, source);
  const first = shown.find(({ code, messageText }) => UNKNOWN_NAME.includes(code) && !RESEMBLES.test(messageText));
  return shown.map((one) => (one === first ? { ...one, messageText: withHint(one.messageText) } : one));
}

/**
 * The line that a cell shows of a type error: `2:9 - Property 'encodee' does not exist on type 'PoissonEncoder'.`
 * @param line from 1
 * @param column from 1
 */
export const problemLine = (line: number, column: number, text: string) => `${line}:${column} - ${text}`;

/** The lines that a cell shows of all its type errors, each with its end. */
export function problemLines(problems: TypeProblem[], source: string) {
  const shown = withHints(problems, source);
  const lines = shown.map(({ line, column, messageText }) => `${problemLine(line, column, messageText)}\n`);
  const more = lines.length > SHOWN ? `… ${lines.length - SHOWN} more\n` : '';
  return lines.slice(0, SHOWN).join('') + more;
}

/**
 * The text of an error that ended a cell, with the hint if it is about an unknown name. TypeScript says it before the
 * cell runs, unless types are missing or the name is hidden from them.
 * @param text message and frames
 */
export const withRuntimeHint = (text: string) =>
  text.replace(/^ReferenceError: .*(?=\n {4}at cell )/, (line) => (UNDEFINED_NAME.test(line) ? withHint(line) : line));
