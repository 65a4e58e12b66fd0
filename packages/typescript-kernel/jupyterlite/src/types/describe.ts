/**
 * Formats TypeScript's answers for the user: completions, types of names, signatures, advice on undeclared names, and
 * whether a cell is complete.
 */
import type * as TypeScript from 'typescript';
import { NODE_HINT } from '../imports';
import type { Match } from '../protocol';

/** The name around the cursor. */
export function wordAt(code: string, position: number): { start: number; end: number; text: string } {
  const [before] = /[\p{ID_Continue}$]*$/u.exec(code.slice(0, position)) as RegExpExecArray;
  const [after] = /^[\p{ID_Continue}$]*/u.exec(code.slice(position)) as RegExpExecArray;
  return { start: position - before.length, end: position + after.length, text: before + after };
}

/** TypeScript's kinds that have another name in Jupyter. */
const KINDS: Record<string, string> = {
  ...Object.fromEntries(['method', 'local function', 'construct', 'call'].map((kind) => [kind, 'function'])),
  ...Object.fromEntries(['const', 'let', 'var', 'local var', 'using', 'await using'].map((kind) => [kind, 'instance'])),
  ...Object.fromEntries(['getter', 'setter', 'accessor', 'enum member'].map((kind) => [kind, 'property'])),
  ...Object.fromEntries(['interface', 'type parameter', 'primitive type'].map((kind) => [kind, 'type'])),
  'local class': 'class',
  parameter: 'param',
};

/** Completions in tslab's order: prefix, prefix in another case, anywhere in the name. */
export function matching(entries: TypeScript.CompletionEntry[], text: string): Match[] {
  const lower = text.toLowerCase();
  const rankOf = (name: string) => {
    const small = name.toLowerCase();
    return [name.startsWith(text), small.startsWith(lower), small.includes(lower)].indexOf(true);
  };
  const ranked = entries.map((entry) => ({ ...entry, rank: rankOf(entry.name) })).filter(({ rank }) => rank >= 0);
  // By name if there is no word yet, else in the order of TypeScript.
  const byName = (a: string, b: string) => (text === '' ? a.localeCompare(b) : 0);
  ranked.sort((a, b) => a.rank - b.rank || a.sortText.localeCompare(b.sortText) || byName(a.name, b.name));
  return ranked.map(({ name, kind }) => ({ text: name, kind: KINDS[kind] ?? kind }));
}

const join = (parts: TypeScript.SymbolDisplayPart[] = []) => parts.map(({ text }) => text).join('');

/** In the format of tslab: type, empty line, comment, tags. */
export function describeInfo({ displayParts, documentation = [], tags = [] }: Partial<TypeScript.QuickInfo>): string {
  const head = join(displayParts);
  const filled = tags.filter(({ text }) => join(text) !== '');
  const tagged = filled.map(({ name, text }) => (name === 'param' ? '@param ' : '') + join(text));
  const notes = [...documentation.map(({ text }) => text), ...tagged];
  return [head, ...(head !== '' && notes.length > 0 ? [''] : []), ...notes].join('\n');
}

/** All signatures of a function, and the documentation of the one that matches so far. */
export function describeCall({ items, selectedItemIndex }: TypeScript.SignatureHelpItems): string {
  const forms = items.map(({ prefixDisplayParts, parameters, separatorDisplayParts, suffixDisplayParts }) => {
    const inner = parameters.map(({ displayParts }) => join(displayParts)).join(join(separatorDisplayParts));
    return join(prefixDisplayParts) + inner + join(suffixDisplayParts);
  });
  const { documentation, tags } = items[selectedItemIndex] as TypeScript.SignatureHelpItem;
  return [...forms, describeInfo({ documentation, tags })].join('\n').trimEnd();
}

// TypeScript's advice is for authors of projects; this is for authors of cells.
/** TypeScript's codes for undeclared names: those that advise to install Node's types, and all. */
const NODES = [2580, 2591];
const UNKNOWN = [2304, 2581, 2592, 2582, 2593, 2584, ...NODES];

/**
 * The message for an undeclared name; its code gets no further hint if the message is complete. Undefined for other
 * problems.
 */
export function adviceOn(code: number, name: string): { code: number; messageText: string } | undefined {
  if (!UNKNOWN.includes(code)) return undefined;
  const messageText = `Cannot find name '${name}'.`;
  return NODES.includes(code)
    ? { code: 2580, messageText: `${messageText} ${NODE_HINT}` }
    : { code: 2304, messageText };
}

/** TypeScript's codes for an unterminated string or regular expression, which further lines cannot complete. */
const OF_ONE_LINE = [1002, 1161];

export type Completeness = 'complete' | 'incomplete' | 'invalid';

/** Whether code is complete, as a console asks when Enter is pressed. */
export function completeness(ts: typeof TypeScript, code: string): Completeness {
  // An empty line ends the input.
  if (/(^|\n)\s*\n\s*$/.test(code)) return 'complete';
  const { diagnostics = [] } = ts.transpileModule(code, { reportDiagnostics: true });
  const [first] = diagnostics.toSorted((a, b) => (a.start ?? 0) - (b.start ?? 0));
  if (!first) return 'complete';
  const isAtEnd = (first.start ?? 0) >= code.trimEnd().length;
  return isAtEnd && !OF_ONE_LINE.includes(first.code) ? 'incomplete' : 'invalid';
}
