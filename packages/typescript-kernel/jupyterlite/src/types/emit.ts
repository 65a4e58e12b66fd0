/**
 * TypeScript's own emit of a cell, for what is more than types to take out: namespaces, decorators, `accessor`,
 * `import x = y`, and `using` where the engine does not know it. It moves lines, so it comes with the line of the cell for
 * each of its own.
 */
import type * as TypeScript from 'typescript';
import type { Emitted } from '../protocol';

import { KNOWS_USING } from '../using';

type Ts = typeof TypeScript;

/** Whether a cell has what only TypeScript itself can translate. */
function needsEmit(ts: Ts, file: TypeScript.SourceFile, knowsUsing: boolean): boolean {
  const visit = (node: TypeScript.Node): boolean => {
    if (ts.isDecorator(node) || ts.isImportEqualsDeclaration(node) || node.kind === ts.SyntaxKind.AccessorKeyword)
      return true;
    if (ts.isModuleDeclaration(node)) return true;
    // The TypeScript of tslab has no such flag. `await using` has this one, too.
    if (!knowsUsing && ts.isVariableDeclarationList(node) && node.flags & (ts.NodeFlags.Using ?? 0)) return true;
    return ts.forEachChild(node, (child) => visit(child) || undefined) ?? false;
  };
  return visit(file);
}

const isOnlyType = (ts: Ts, node: TypeScript.Statement): boolean =>
  ts.isTypeAliasDeclaration(node) ||
  ts.isInterfaceDeclaration(node) ||
  (ts.canHaveModifiers(node) &&
    ts.getModifiers(node)?.some(({ kind }) => kind === ts.SyntaxKind.DeclareKeyword) === true);

/** The cell in JavaScript, if it has something that needs this. */
export function emit(
  ts: Ts,
  code: string,
  experimentalDecorators: boolean,
  knowsUsing = KNOWS_USING,
): Emitted | undefined {
  if (!/@|\b(namespace|module|accessor|import|using)\b/.test(code)) return undefined;
  const file = ts.createSourceFile('cell.ts', code, ts.ScriptTarget.ES2022);
  if (!needsEmit(ts, file, knowsUsing)) return undefined;
  const { outputText, sourceMapText = '{"mappings":""}' } = ts.transpileModule(code, {
    compilerOptions: {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.ESNext,
      // A cell may import a type along with a value, and a later cell may use what this one only imports.
      verbatimModuleSyntax: true,
      experimentalDecorators,
      sourceMap: true,
    },
  });
  const text = outputText.replace(/\n?\/\/# sourceMappingURL=\S*\s*$/, '');
  const lines = linesOf(JSON.parse(sourceMapText).mappings, text.split('\n').length);
  // Types leave nothing, so the value is that of the statement before them.
  const last = file.statements.findLast((one) => !isOnlyType(ts, one));
  return { code: text, lines, hasValue: last !== undefined && ts.isExpressionStatement(last) };
}

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** The numbers of one segment of a source map. */
function numbersOf(segment: string): number[] {
  const numbers: number[] = [];
  let value = 0;
  let shift = 0;
  for (const digit of segment) {
    const bits = DIGITS.indexOf(digit);
    value += (bits & 31) << shift;
    shift += 5;
    if (bits & 32) continue;
    numbers.push(value & 1 ? -(value >> 1) : value >> 1);
    value = 0;
    shift = 0;
  }
  return numbers;
}

/** The first line of the source from which each line of the output comes; that before it, where it comes from none. */
function linesOf(mappings: string, count: number): number[] {
  const lines: number[] = [];
  let source = 0;
  let last = 1;
  for (const line of mappings.split(';')) {
    let first: number | undefined;
    for (const segment of line.split(',')) {
      const [, , step] = numbersOf(segment);
      if (step === undefined) continue;
      source += step;
      first ??= source + 1;
    }
    last = first ?? last;
    lines.push(last);
  }
  while (lines.length < count) lines.push(last);
  return lines;
}
