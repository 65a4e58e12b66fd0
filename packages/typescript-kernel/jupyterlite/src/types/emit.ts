/**
 * TypeScript's own emit of a cell, for what is more than types to take out (namespaces, decorators, `accessor`,
 * `import x = y`, enums with computed values) and for `using`, which Safari does not know. It moves lines, so it comes
 * with the line of the cell for each of its own.
 */
import { decode } from '@jridgewell/sourcemap-codec';
import type * as TypeScript from 'typescript';
import type { Emitted } from '../protocol';

type Ts = typeof TypeScript;

/** Whether an enum's member gets what sucrase knows; to a computed text it would add the way back, as to a number. */
const isLiteral = (ts: Ts, node: TypeScript.Expression): boolean =>
  ts.isStringLiteral(node) || ts.isNumericLiteral(node) || ts.isPrefixUnaryExpression(node);

/** Whether a cell has what only TypeScript itself can translate. */
function needsEmit(ts: Ts, file: TypeScript.SourceFile): boolean {
  const visit = (node: TypeScript.Node): boolean => {
    if (ts.isDecorator(node) || ts.isImportEqualsDeclaration(node) || node.kind === ts.SyntaxKind.AccessorKeyword)
      return true;
    if (ts.isModuleDeclaration(node)) return true;
    if (ts.isEnumMember(node) && node.initializer && !isLiteral(ts, node.initializer)) return true;
    // The TypeScript of tslab has no such flag. `await using` has this one, too.
    if (ts.isVariableDeclarationList(node) && node.flags & (ts.NodeFlags.Using ?? 0)) return true;
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
export function emit(ts: Ts, code: string): Emitted | undefined {
  if (!/@|\b(namespace|module|accessor|import|using|enum)\b/.test(code)) return undefined;
  const file = ts.createSourceFile('cell.ts', code, ts.ScriptTarget.ES2022);
  if (!needsEmit(ts, file)) return undefined;
  const { outputText, sourceMapText = '{"mappings":""}' } = ts.transpileModule(code, {
    compilerOptions: {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.ESNext,
      // A cell may import a type along with a value, and a later cell may use what this one only imports.
      verbatimModuleSyntax: true,
      sourceMap: true,
    },
  });
  const text = outputText.replace(/\n?\/\/# sourceMappingURL=\S*\s*$/, '');
  const lines = linesOf(JSON.parse(sourceMapText).mappings, text.split('\n').length);
  // Types leave nothing, so the value is that of the statement before them.
  const last = file.statements.findLast((one) => !isOnlyType(ts, one));
  return { code: text, lines, hasValue: last !== undefined && ts.isExpressionStatement(last) };
}

/** The first line of the source from which each line of the output comes; that before it, where it comes from none. */
function linesOf(mappings: string, count: number): number[] {
  const found = decode(mappings);
  const lines: number[] = [];
  for (let i = 0; i < count; i++) {
    const from = found[i]?.find((segment) => segment.length > 1)?.[2];
    lines.push(from === undefined ? (lines.at(-1) ?? 1) : from + 1);
  }
  return lines;
}
