/**
 * Every solution with one place changed, as people slip: `<` for `<=`, an index beside, a part left out. A check has to
 * refuse such a variant, unless it does the same on everything that the task allows. Those are listed in
 * `variants.json`, with the reason that a person found.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, test } from 'node:test';
import { runInNewContext } from 'node:vm';
import * as ts from 'typescript';
import type { Notebook } from '../../../editions/shared/cells';
import * as math from '../../networks/exact';
import { chapterNames } from '../../system/project';
import { ALL, type ExerciseId } from '..';
import { NeverEnds } from '../engine/exercise';
import { judgeAnswer, type Limit } from '../engine/judge';

const root = resolve(__dirname, '..', '..', '..');
const LISTED: Record<string, Record<string, string>> = JSON.parse(
  readFileSync(join(root, 'packages', 'exercises', 'test', 'variants.json'), 'utf8'),
);

/** A solution with one place changed. */
interface Variant {
  /** What was changed, in the solution's own text: "h >= 1 → h > 1". */
  change: string;
  source: string;
}

/** What people write for another operator. */
const OPERATORS: Record<string, readonly string[]> = {
  '<': ['<=', '>'],
  '<=': ['<', '>='],
  '>': ['>=', '<'],
  '>=': ['>', '<='],
  '===': ['!=='],
  '!==': ['==='],
  '+': ['-'],
  '-': ['+'],
  '*': ['/'],
  '/': ['*'],
  '%': ['/'],
  '**': ['*'],
  '&&': ['||'],
  '||': ['&&'],
  '+=': ['-=', '='],
  '-=': ['+=', '='],
  '*=': ['/=', '='],
  '/=': ['*=', '='],
};

/** What people write for another function or method. */
const CALLS: Record<string, readonly string[]> = {
  floor: ['ceil', 'round'],
  ceil: ['floor', 'round'],
  round: ['floor', 'ceil'],
  trunc: ['round', 'ceil'],
  min: ['max'],
  max: ['min'],
  some: ['every'],
  every: ['some'],
  indexOf: ['lastIndexOf'],
  lastIndexOf: ['indexOf'],
  findIndex: ['findLastIndex'],
  findLastIndex: ['findIndex'],
  find: ['findLast'],
};

/** What one node of a solution may become. */
function changesOf(node: ts.Node): string[] {
  const text = (part: ts.Node) => part.getText();
  if (ts.isBinaryExpression(node)) {
    const { left, right, operatorToken } = node;
    const operator = text(operatorToken);
    const others = (OPERATORS[operator] ?? []).map((other) => `${text(left)} ${other} ${text(right)}`);
    const isAssignment = operator.endsWith('=') && !/^[<>!=]=/.test(operator);
    return isAssignment ? others : [...others, text(left), text(right)];
  }
  if (ts.isPrefixUnaryExpression(node) && '-!'.includes(text(node)[0])) return [text(node.operand)];
  if (ts.isNumericLiteral(node)) return [`${Number(text(node)) + 1}`, `(${Number(text(node)) - 1})`];
  if (/^(true|false)$/.test(text(node))) return [`${text(node) === 'false'}`];
  if (ts.isElementAccessExpression(node)) {
    const [list, index] = [text(node.expression), text(node.argumentExpression)];
    return ts.isNumericLiteral(node.argumentExpression) ? [] : [`${list}[${index} + 1]`, `${list}[${index} - 1]`];
  }
  if (ts.isConditionalExpression(node)) {
    const [condition, yes, no] = [node.condition, node.whenTrue, node.whenFalse].map(text);
    return [yes, no, `${condition} ? ${no} : ${yes}`];
  }
  if (ts.isCallExpression(node)) {
    const args = node.arguments.map(text);
    const called = node.expression;
    const others: string[] = [];
    if (ts.isPropertyAccessExpression(called)) {
      const [object, name] = [text(called.expression), called.name.text];
      others.push(...(CALLS[name] ?? []).map((other) => `${object}.${other}(${args.join(', ')})`));
      if (['slice', 'filter', 'sort', 'toSorted', 'reverse', 'toReversed'].includes(name)) others.push(object);
      if (/^[Mm]ath$/.test(object)) return [...others, ...args.filter((arg) => !arg.startsWith('...'))];
    }
    for (let i = 0; i + 1 < args.length; i++) {
      const turned = args.with(i, args[i + 1]).with(i + 1, args[i]);
      if (!/=>/.test(turned[i] + turned[i + 1])) others.push(`${text(called)}(${turned.join(', ')})`);
    }
    return others;
  }
  if (ts.isExpressionStatement(node) || ts.isContinueStatement(node) || ts.isBreakStatement(node)) return [';'];
  if (ts.isIfStatement(node) && !node.elseStatement) return [text(node.thenStatement), ';'];
  return [];
}

/** Another parameter of the same type where one stands: rows for columns. */
function namesFor(node: ts.Node, parameters: Map<string, string>): string[] {
  if (!ts.isIdentifier(node) || !parameters.has(node.text)) return [];
  const { parent } = node;
  const isName =
    ts.isParameter(parent) ||
    (ts.isPropertyAccessExpression(parent) && parent.name === node) ||
    ((ts.isPropertyAssignment(parent) || ts.isVariableDeclaration(parent)) && parent.name === node) ||
    ts.isShorthandPropertyAssignment(parent) ||
    ts.isBindingElement(parent);
  if (isName) return [];
  return [...parameters].flatMap(([name, type]) =>
    name !== node.text && type === parameters.get(node.text) ? [name] : [],
  );
}

/** All variants of a cell between its two marks. */
export function variantsOf(cell: string): Variant[] {
  const file = ts.createSourceFile('answer.ts', cell, ts.ScriptTarget.ESNext, true);
  const [begin, end] = [cell.indexOf('// BEGIN SOLUTION'), cell.indexOf('// END SOLUTION')];
  const parameters = new Map<string, string>();
  const variants: Variant[] = [];
  const counts = new Map<string, number>();
  const visit = (node: ts.Node) => {
    const [from, to] = [node.getStart(), node.getEnd()];
    if (ts.isParameter(node) && to < begin && node.type) parameters.set(node.name.getText(), node.type.getText());
    if (ts.isTypeNode(node)) return;
    if (from > begin && to < end) {
      // A part in brackets: what is put in its place must not join what stands around it.
      const bare = !ts.isExpression(node) || ts.isExpressionStatement(node.parent);
      const all = [...changesOf(node), ...namesFor(node, parameters)].filter((other) => other !== node.getText());
      for (const other of new Set(all)) {
        // Around a short part stands what tells where it is.
        let shown: ts.Node = node;
        while (shown.getText().length < 12 && shown.parent && shown.parent.getText().length < 60) shown = shown.parent;
        const [first, last] = [shown.getStart(), shown.getEnd()];
        const put = bare ? other : `(${other})`;
        // `math.exp` and `Math.exp` are one: which a chapter calls is no business of this list.
        const words = (value: string) => value.replace(/\s+/g, ' ').replaceAll('Math.', 'math.').trim();
        const changed = words(cell.slice(first, from) + other + cell.slice(to, last));
        const name = `${words(shown.getText())} → ${changed}`;
        const count = (counts.get(name) ?? 0) + 1;
        counts.set(name, count);
        variants.push({
          change: count > 1 ? `${name} (${count})` : name,
          source: cell.slice(0, from) + put + cell.slice(to),
        });
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return variants;
}

/** The answer that a cell hands to its check; `before` has the answers that it may call, `math` what chapters have. */
function answerOf(cell: string, before: string): unknown {
  const source = `${before}\n${cell}`;
  const { outputText } = ts.transpileModule(source, { compilerOptions: { target: ts.ScriptTarget.ES2022 } });
  let answer: unknown;
  const check = (_: string, given: unknown) => {
    answer = given;
  };
  new Function('check', 'math', `'use strict';\n${outputText}`)(check, math);
  return answer;
}

/** Ends a variant without an end, sooner than the host does: solutions take a few milliseconds. */
const limit: Limit = (work) => {
  try {
    return runInNewContext('work()', { work }, { timeout: 400 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException | null)?.code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
    throw new NeverEnds('still running');
  }
};

/** The answer cells of the chapters, solved, and those of the same chapter that stand above each. */
const cells = chapterNames().flatMap((name) => {
  const { cells: all }: Notebook = JSON.parse(readFileSync(join(root, 'notebooks', name), 'utf8'));
  const answers = all.filter(
    ({ metadata }) => metadata.exercise?.role === 'answer' && Object.hasOwn(ALL, metadata.exercise.id ?? ''),
  );
  const sources = answers.map(({ source }) => [source].flat().join(''));
  return answers.map(({ metadata }, i) => ({
    id: metadata.exercise?.id as ExerciseId,
    cell: sources[i],
    before: sources
      .slice(0, i)
      .map((source) => source.replace(/^check\(.*$/m, ''))
      .join('\n'),
  }));
});

const total = { exercises: 0, variants: 0, equivalent: 0, refused: 0 };

describe('Each variant of a solution', () => {
  for (const { id, cell, before } of cells) {
    test(`of ${id} is refused, or listed with the reason why it is right, too`, () => {
      assert.equal(judgeAnswer(ALL[id], answerOf(cell, before), limit).status, 'passed');
      const listed = { ...LISTED[id] };
      const passed: string[] = [];
      total.exercises++;
      for (const { change, source } of variantsOf(cell)) {
        total.variants++;
        let verdict: { status: string; name?: string };
        try {
          verdict = judgeAnswer(ALL[id], answerOf(source, before), limit);
        } catch {
          verdict = { status: 'error' }; // it is no program, or declares what it has not got
        }
        const known = change in listed;
        delete listed[change];
        if (verdict.status !== 'passed') {
          total.refused++;
          assert.ok(!known || verdict.name === 'never-ends', `variants.json lists what is refused: ${id}, ${change}`);
        } else if (known) total.equivalent++;
        else passed.push(change);
      }
      assert.deepEqual(passed, [], 'refuse these, or list in variants.json why each is right');
      assert.deepEqual(Object.keys(listed), [], `variants.json lists what is no variant of ${id}`);
    });
  }

  test('is of an exercise that exists, and all are counted', () => {
    assert.deepEqual(
      Object.keys(LISTED).filter((id) => !Object.hasOwn(ALL, id)),
      [],
    );
    assert.equal(cells.length, Object.keys(ALL).length);
    console.log(
      `${total.exercises} exercises, ${total.variants} variants: ${total.equivalent} equivalent, ${total.refused} refused`,
    );
  });
});
