/**
 * Translates a cell by TypeScript itself if stripping types is not enough (namespaces, decorators, `accessor`,
 * `import x = y`, enums with computed values), or if it has `using`, which Safari lacks. This moves lines, so the result
 * maps each line to its line in the cell.
 */
import { decode } from '@jridgewell/sourcemap-codec';
import type * as TypeScript from 'typescript';
import type { Emitted } from '../protocol';

type Ts = typeof TypeScript;

/** Whether sucrase translates the value of an enum member correctly: it would add a reverse mapping to computed strings. */
const isLiteral = (ts: Ts, node: TypeScript.Expression): boolean =>
  ts.isStringLiteral(node) || ts.isNumericLiteral(node) || ts.isPrefixUnaryExpression(node);

/** Whether only TypeScript itself can translate a cell. */
function needsEmit(ts: Ts, file: TypeScript.SourceFile): boolean {
  const visit = (node: TypeScript.Node): boolean => {
    if (ts.isDecorator(node) || ts.isImportEqualsDeclaration(node) || node.kind === ts.SyntaxKind.AccessorKeyword)
      return true;
    if (ts.isModuleDeclaration(node)) return true;
    if (ts.isEnumMember(node) && node.initializer && !isLiteral(ts, node.initializer)) return true;
    // tslab's TypeScript has no such flag. `await using` has it, too.
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

/** The cell in JavaScript, if it needs TypeScript itself. */
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
  // Types leave no code: the value is that of the last other statement.
  const last = file.statements.findLast((one) => !isOnlyType(ts, one));
  return { code: text, lines, hasValue: last !== undefined && ts.isExpressionStatement(last) };
}

/** For each line of the output its first line in the source; that of the line before, if it has none. */
function linesOf(mappings: string, count: number): number[] {
  const found = decode(mappings);
  const lines: number[] = [];
  for (let i = 0; i < count; i++) {
    const from = found[i]?.find((segment) => segment.length > 1)?.[2];
    lines.push(from === undefined ? (lines.at(-1) ?? 1) : from + 1);
  }
  return lines;
}
