// How a cell shows TypeScript's errors, with hints on undeclared names.

/** TypeScript's codes for an undeclared name; the last is for one that resembles another. */
const UNKNOWN_NAME = [2304, 2503, 18004, 2552];

/** Its codes for a parameter without a type, a consequence of an undeclared name. */
const CONSEQUENCES = [7006, 7031];

const RESEMBLES = / Did you mean '([\w$]+)'\?$/;

/** What engines say about an undeclared name when the cell runs; Safari has the last form. */
const UNDEFINED_NAME = / is not defined$|Can't find variable: /;

/** A message about a name that only pages have. */
const PAGE_NAME = /(?:Error: |name '|variable: )(?:window|document|localStorage|sessionStorage)\b/;

const PAGE_HINT = 'It belongs to a page; a cell runs outside of one.';
/** Shown for misspelt names, too: a kernel does not know which names cells above declare. */
const CELL_HINT = 'If a cell above declares it, run that cell first.';

const withHint = (text: string) => `${text.replace(/[.?]?$/, '.')} ${PAGE_NAME.test(text) ? PAGE_HINT : CELL_HINT}`;

/** A type error, as TypeScript words it. */
interface Problem {
  code: number;
  messageText: string;
}

/** A type error at a position of a cell; line and column count from 1. */
export interface TypeProblem extends Problem {
  line: number;
  column: number;
}

/** How many type errors a cell shows. */
const MAX_PROBLEMS = 50;

const DISPLAY = "To show HTML: import { display } from 'tslab'; display.html('…')";

/** Common cells that TypeScript cannot parse, by their text with quotes emptied, and a hint for each. */
const SYNTAX_HINTS = [
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

/** Whether this is one of TypeScript's codes for syntax errors. */
const isSyntax = (code: number) => code >= 1000 && code < 2000;
/** TypeScript's code for "')' expected." and the like. */
const EXPECTED = 1005;

/**
 * Where a cell shows an error of TypeScript. TypeScript reports something missing at the next token, which may be on the
 * next line; it is shown at the end of the line where it is missing.
 * @param start from 0
 * @param source of the cell
 */
export function positionOf(code: number, start: number, source: string) {
  const end = source.slice(0, start).trimEnd().length;
  const offset = code === EXPECTED && source.slice(end, start).includes('\n') ? end : start;
  const lines = source.slice(0, offset).split('\n');
  return { offset, line: lines.length - 1, character: lines[lines.length - 1].length };
}

/**
 * Type errors with each unknown name once, and without its consequences. After a restart most names of a cell are unknown,
 * and can only resemble names that the cell itself declares: such suggestions are dropped.
 * @param source of the cell
 */
function reportUnknownOnce<P extends Problem>(problems: P[], source: string): P[] {
  const isUnknown = ({ code }: Problem) => UNKNOWN_NAME.includes(code);
  const texts = new Set(problems.filter(isUnknown).map(({ messageText }) => messageText));
  if (texts.size === 0) return problems;
  const several = texts.size > 1;
  const isOfCell = (name: string) =>
    new RegExp(`\\b(?:const|let|var|function|class)\\b[^=;(]*${name.replaceAll('$', '\\$')}\\b`).test(source);
  return problems.flatMap((one) => {
    if (!isUnknown(one)) return CONSEQUENCES.includes(one.code) ? [] : [one];
    if (!texts.delete(one.messageText)) return [];
    const [, other] = RESEMBLES.exec(one.messageText) ?? [];
    if (!other || !several || !isOfCell(other)) return [one];
    return [{ ...one, code: UNKNOWN_NAME[0], messageText: one.messageText.replace(RESEMBLES, '') }];
  });
}

/**
 * Type errors with a hint at the first unknown name; only the syntax errors if there are any.
 * @param source of the cell
 */
export function withHints<P extends Problem>(problems: P[], source: string): P[] {
  const unread = problems.filter(({ code }) => isSyntax(code));
  const [syntax] = unread;
  if (syntax) {
    const [, messageText] = SYNTAX_HINTS.find(([form]) => form.test(source.replace(QUOTED, '""'))) ?? [];
    return messageText ? [{ ...syntax, messageText }] : unread;
  }
  const shown = reportUnknownOnce(problems, source);
  const first = shown.find(({ code, messageText }) => UNKNOWN_NAME.includes(code) && !RESEMBLES.test(messageText));
  return shown.map((one) => (one === first ? { ...one, messageText: withHint(one.messageText) } : one));
}

/**
 * The line that a cell shows of a type error: `2:9 - Property 'encodee' does not exist on type 'PoissonEncoder'.`
 * @param line from 1
 * @param column from 1
 */
export const problemLine = (line: number, column: number, text: string) => `${line}:${column} - ${text}`;

/** The lines that a cell shows for all its type errors, each with a line break. */
export function problemLines(problems: TypeProblem[], source: string) {
  const shown = withHints(problems, source);
  const lines = shown.map(({ line, column, messageText }) => `${problemLine(line, column, messageText)}\n`);
  const more = lines.length > MAX_PROBLEMS ? `… ${lines.length - MAX_PROBLEMS} more\n` : '';
  return lines.slice(0, MAX_PROBLEMS).join('') + more;
}

/**
 * The text of an error that ended a cell, with a hint if it is about an unknown name. TypeScript reports most of these
 * before the cell runs, but not without types, or if it cannot see the name.
 * @param text message and frames
 */
export const withRuntimeHint = (text: string) =>
  text.replace(/^ReferenceError: .*(?=\n {4}at cell )/, (line) => (UNDEFINED_NAME.test(line) ? withHint(line) : line));
