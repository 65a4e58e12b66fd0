/**
 * Compiles a TypeScript cell to a function that runs it. Names that the cell declares stay local variables, so they are as
 * fast as in a file and functions get their names; `declare` gives the kernel accessors for them. Names of earlier cells
 * are read from `names`. No line moves, so line numbers of errors are those of the cell.
 */
import { getLineInfo, type Identifier, type ImportDeclaration, type Literal, Parser, type Program } from 'acorn';
import { transform } from 'sucrase';
import type { Emitted } from '../protocol';
import { bindVars, declaredNames, references } from './scope';

/** The parameters of a compiled cell and of its setters. Cells must not use these names. */
const CELL = '__cell__';
const VALUE = '__value__';
/** Where compiled cells read names of earlier cells. */
export const NAMES = `${CELL}.names`;

/** A syntax error in a cell. Line and column count from 1. */
export class CellSyntaxError extends SyntaxError {
  override name = 'SyntaxError';
  #brand = true;

  /** Unlike `instanceof`, this runs no code of a value that a cell threw. */
  static is(value: unknown): value is CellSyntaxError {
    return typeof value === 'object' && value !== null && #brand in value;
  }

  constructor(
    message: string,
    readonly line: number,
    readonly column: number,
  ) {
    super(message);
  }
}

/** A namespace: only TypeScript's own emit translates it; stripping types removes it. */
const NAMESPACE = /^[ \t]*(?:export[ \t]+)?(?:namespace|module)[ \t]+[\p{ID_Continue}$.]+\s*\{/gmu;

/** Declarations that become a `var` in JavaScript, without an earlier value. */
const REDECLARED = /\b(?:enum|namespace|module)\s+([\p{ID_Continue}$]+)/gu;

/** What the kernel passes to a compiled cell. */
export interface CellHost {
  /** The names that earlier cells have declared. */
  names: Record<string, unknown>;
  /** Receives the names that the cell declares, each with a getter and, unless it is constant, a setter. */
  declare(names: Record<string, [() => unknown, ((value: unknown) => void)?]>): void;
  /** Imports a module with the options of an `import()`; it must export the names in `needed`. */
  load(name: string, options?: ImportCallOptions, needed?: string[]): Promise<Record<string, unknown>>;
  /** Throws in a loop of a cell that was interrupted. */
  checkAlive(): void;
  /** Replaces internal names in the message of an error that the cell catches. */
  reword(error: unknown): void;
  /** The cell's `import.meta`. */
  meta: { url: string; resolve(name: string): string };
  /** The value of `import x from`. */
  defaultOf(module: Record<string, unknown>): unknown;
  /** The value of the last line, if it has one. */
  value?: unknown;
}

/** Strips the types of a cell; every line stays in its place. */
function withoutTypes(source: string): string {
  try {
    // As in Node, a first line `#!…` is a comment.
    return transform(source.replace(/^#!/, '//'), {
      transforms: ['typescript'],
      disableESTransforms: true,
      keepUnusedImports: true,
    }).code;
  } catch (error) {
    if (error instanceof TypeError) throw error; // from sucrase itself: a cell has changed a built-in
    const { message, loc } = error as Error & { loc?: { line: number; column: number } };
    const text = message.replace(/^Error transforming \S*: /, '').replace(/ \(\d+:\d+\)$/, '');
    throw new CellSyntaxError(text, loc?.line ?? 1, loc?.column ?? 1);
  }
}

const NEED_TYPES = 'need TypeScript itself, which is not there: this page has no types, or they have not loaded';

class CellParser extends Parser {
  /** Exports have no effect, so they may name variables of earlier cells. */
  checkLocalExport(): void {}
}

function parseProgram(code: string): Program {
  try {
    return CellParser.parse(code, { ecmaVersion: 'latest', sourceType: 'module' });
  } catch (error) {
    const { message, loc, pos } = error as Error & { loc: { line: number; column: number }; pos: number };
    const isAccessor = /\baccessor\s+$/.test(code.slice(0, pos));
    const what = code[pos] === '@' ? 'Decorators' : isAccessor ? 'Accessors' : undefined;
    const text = what ? `${what} ${NEED_TYPES}` : message;
    throw new CellSyntaxError(text.replace(/ \(\d+:\d+\)$/, ''), loc.line, loc.column + 1);
  }
}

const nameOf = (node: Identifier | Literal) => (node.type === 'Identifier' ? node.name : String(node.value));

/** The declaration that replaces an import. */
function importText(node: ImportDeclaration, used: Set<string>): string {
  const attributes = node.attributes.map(({ key, value }) => [nameOf(key), value.value]);
  const options = attributes.length > 0 ? JSON.stringify({ with: Object.fromEntries(attributes) }) : 'undefined';
  const module = (needed: string[]) =>
    `await ${CELL}.load(${JSON.stringify(node.source.value)}, ${options}, ${JSON.stringify(needed)})`;
  const named: string[] = [];
  const needed: string[] = [];
  const bindings: string[] = [];
  for (const specifier of node.specifiers) {
    const local = specifier.local.name;
    const name = specifier.type === 'ImportSpecifier' ? nameOf(specifier.imported) : 'default';
    if (specifier.type === 'ImportNamespaceSpecifier') bindings.push(`${local} = ${module([])}`);
    else if (name === 'default') bindings.push(`${local} = ${CELL}.defaultOf(${module([])})`);
    else {
      named.push(`${JSON.stringify(name)}: ${local}`);
      // A name that is never used as a value may be a type, which does not exist at run time.
      if (used.has(local)) needed.push(name);
    }
  }
  if (named.length > 0) bindings.push(`{ ${named.join(', ')} } = ${module(needed)}`);
  return bindings.length > 0 ? `const ${bindings.join(', ')};` : `${module([])};`;
}

/** The declared names that cannot be assigned to. */
function constants(program: Program): Set<string> {
  const body = program.body.filter((statement) => {
    const node = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement;
    return node?.type === 'VariableDeclaration' ? !/^(let|var)$/.test(node.kind) : node?.type === 'ImportDeclaration';
  });
  return declaredNames({ ...program, body });
}

/**
 * Compiles a cell to the source of a function of a {@link CellHost}.
 * @param isKnown whether an earlier cell has declared a name
 * @param emitted the cell in JavaScript, if TypeScript itself had to translate it
 * @throws {@link CellSyntaxError}
 */
export function compileCell(source: string, isKnown: (name: string) => boolean, emitted?: Emitted): string {
  const code = emitted?.code ?? withoutTypes(source);
  for (const { index, 0: text } of emitted ? [] : source.matchAll(NAMESPACE)) {
    const { line } = getLineInfo(source, index);
    const rest = code.split('\n').slice(line - 1);
    // In a string or a comment it stays.
    if (!rest.join('\n').startsWith(text)) refuse(source, index, `Namespaces ${NEED_TYPES}`);
  }
  const program = parseProgram(code);
  const { free, own, imports, catches, metas, usings, loops, starts } = references(program);
  const edits: { start: number; end: number; text: string }[] = [];
  const edit = (start: number, end: number, text: string) => edits.push({ start, end, text });
  for (const { start, end } of metas) edit(start, end, `${CELL}.meta`);
  const [using] = usings;
  if (using && !emitted) refuse(code, using.start, `Declarations with using ${NEED_TYPES}`);
  // A name that is not in the cell's source is a helper of TypeScript's emit.
  const declared = new Set([...declaredNames(program)].filter((name) => source.includes(name)));

  // TypeScript's emit ends with `export {}` where only types are exported.
  const end = program.body.findLast((node) => !emitted || !/^export \{\s*\};?$/.test(code.slice(node.start, node.end)));
  // It also puts what follows a `using` into a `try`.
  const last = emitted?.hasValue && end?.type === 'TryStatement' ? end.block.body.at(-1) : end;
  for (const node of program.body) {
    if (node.type === 'ImportDeclaration') {
      const lines = code.slice(node.start, node.end).replace(/[^\n]/g, '');
      edit(node.start, node.end, importText(node, own) + lines);
    } else if (node.type === 'ExportNamedDeclaration' && !node.source) {
      edit(node.start, node.declaration?.start ?? node.end, ';');
    } else if (node.type.startsWith('Export')) {
      refuse(code, node.start, 'A cell has no default export, and exports nothing of other modules');
    }
  }
  // Before the edits of the last line, which may begin where a loop ends.
  for (const { body } of loops) {
    if (body.type === 'BlockStatement') edit(body.start + 1, body.start + 1, ` ${CELL}.checkAlive();`);
    else {
      edit(body.start, body.start, `{ ${CELL}.checkAlive(); `);
      edit(body.end, body.end, ' }');
    }
  }
  if (last?.type === 'ExpressionStatement' && emitted?.hasValue !== false) {
    // The bounds of the statement, not of the expression, which may be in parentheses.
    const end = code[last.end - 1] === ';' ? last.end - 1 : last.end;
    starts.delete(last.start);
    edit(last.start, last.start, `;${CELL}.value = (`);
    edit(end, end, ')');
  }
  for (const { name, start, end, shorthand, called } of free) {
    if (!isKnown(name)) continue;
    const value = `${NAMES}.${name}`;
    if (shorthand) edit(start, end, `${name}: ${value}`);
    // Without a semicolon the parenthesis would continue the line above.
    else if (called) edit(start, end, `${starts.has(start) ? ';' : ''}(0, ${value})`);
    else edit(start, end, value);
  }

  for (const { name, start } of catches) edit(start, start, ` ${CELL}.reword(${name});`);
  for (const { start } of imports) edit(start, start + 'import'.length, `${CELL}.load`);

  const constant = constants(program);
  const accessors = [...declared].map((name) => {
    const set = constant.has(name) ? '' : `, (${VALUE}) => { ${name} = ${VALUE}; }`;
    return `${name}: [() => ${name}${set}]`;
  });
  // As in a script, a `var` keeps an earlier value until it gets a new one; enums and namespaces do not.
  const anew = new Set([...source.matchAll(REDECLARED)].map(([, name]) => name));
  const kept = [...bindVars(program, new Set())].filter((name) => isKnown(name) && !anew.has(name));
  const values = kept.map((name) => `${name} = ${NAMES}.${name}; `).join('');
  const declare = accessors.length > 0 ? `${CELL}.declare({ ${accessors.join(', ')} }); ` : '';
  return `(async (${CELL}) => { 'use strict'; ${declare}${values}${applyEdits(code, edits)}\n})`;
}

function refuse(text: string, position: number, message: string): never {
  const { line, column } = getLineInfo(text, position);
  throw new CellSyntaxError(message, line, column + 1);
}

function applyEdits(text: string, edits: { start: number; end: number; text: string }[]): string {
  let result = '';
  let at = 0;
  // Edits at the same position keep their order; an insertion at the end of an expression comes after the expression.
  for (const { start, end, text: inserted } of edits.sort((a, b) => a.start - b.start || a.end - b.end)) {
    result += text.slice(at, start) + inserted;
    at = end;
  }
  return result + text.slice(at);
}
