/** Finds the names that a program declares, and those that it uses from outside. */
import type * as estree from 'acorn';

type Node = estree.AnyNode;

/** How a name is used. */
interface Use {
  /** `{ name }`, which stands for `{ name: name }`. */
  shorthand: boolean;
  /** `name()`, where `this` must not become the object that holds the name. */
  called: boolean;
}

/** A name that is used but not declared in the program. */
interface Reference extends Use {
  name: string;
  start: number;
  end: number;
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';

function* children(node: Node): Generator<Node> {
  for (const value of Object.values(node)) {
    if (Array.isArray(value)) yield* value.filter(isNode);
    else if (isNode(value)) yield value;
  }
}

/** Adds the names that a pattern binds. */
function bind(node: Node | null | undefined, names: Set<string>): Set<string> {
  switch (node?.type) {
    case 'Identifier':
      names.add(node.name);
      break;
    case 'ObjectPattern':
      for (const property of node.properties) bind(property.type === 'RestElement' ? property : property.value, names);
      break;
    case 'ArrayPattern':
      for (const element of node.elements) bind(element, names);
      break;
    case 'RestElement':
      bind(node.argument, names);
      break;
    case 'AssignmentPattern':
      bind(node.left, names);
      break;
  }
  return names;
}

const isFunction = (node: Node) =>
  node.type === 'FunctionDeclaration' || node.type === 'FunctionExpression' || node.type === 'ArrowFunctionExpression';

/** Adds the names of every `var` of a function, at any depth. */
export function bindVars(node: Node, names: Set<string>): Set<string> {
  for (const child of children(node)) {
    if (isFunction(child) || child.type === 'StaticBlock') continue;
    if (child.type === 'VariableDeclaration' && child.kind === 'var') {
      for (const { id } of child.declarations) bind(id, names);
    }
    bindVars(child, names);
  }
  return names;
}

/** Adds the names that statements declare in their block. */
function bindBlock(statements: Node[], names = new Set<string>()): Set<string> {
  for (const statement of statements) {
    const node = statement.type === 'ExportNamedDeclaration' ? (statement.declaration ?? statement) : statement;
    if (node.type === 'VariableDeclaration') for (const { id } of node.declarations) bind(id, names);
    else if (node.type === 'FunctionDeclaration' || node.type === 'ClassDeclaration') bind(node.id, names);
    else if (node.type === 'ImportDeclaration') for (const { local } of node.specifiers) bind(local, names);
  }
  return names;
}

/** The names that a program declares for later ones. */
export function declaredNames(program: estree.Program): Set<string> {
  return bindVars(program, bindBlock(program.body));
}

/** What a program uses, and where the compiler edits it. */
interface References {
  /** Names that it does not declare. */
  free: Reference[];
  /** Names of its top level that it uses. */
  own: Set<string>;
  /** Its `import('…')`. */
  imports: estree.ImportExpression[];
  /** For each `catch`: the name of the caught value, and where the block begins. */
  catches: { name: string; start: number }[];
  /** Its `import.meta`. */
  metas: estree.MetaProperty[];
  /** Its `using` and `await using`. */
  usings: estree.VariableDeclaration[];
  /** Where expression statements begin: the line above may end without a semicolon. */
  starts: Set<number>;
  /** Its loops that await, except those in functions. */
  loops: Loop[];
}

type Loop =
  | estree.WhileStatement
  | estree.DoWhileStatement
  | estree.ForStatement
  | estree.ForInStatement
  | estree.ForOfStatement;

const isLoop = (node: Node): node is Loop => /^(Do)?While|^For/.test(node.type);

/** Whether a node awaits, not counting functions in it. */
const awaits = (node: Node): boolean =>
  node.type === 'AwaitExpression' ||
  (node.type === 'ForOfStatement' && node.await) ||
  (node.type === 'VariableDeclaration' && node.kind === 'await using') ||
  (!isFunction(node) && [...children(node)].some(awaits));

/** The names that a node declares for its contents. */
function namesIn(node: Node): Set<string> | undefined {
  switch (node.type) {
    case 'FunctionDeclaration':
    case 'FunctionExpression':
    case 'ArrowFunctionExpression': {
      const names = new Set(node.type === 'ArrowFunctionExpression' ? [] : ['arguments']);
      for (const one of [node.type === 'FunctionExpression' ? node.id : null, ...node.params]) bind(one, names);
      return names;
    }
    case 'ClassDeclaration':
    case 'ClassExpression':
      return bind(node.id, new Set());
    case 'BlockStatement':
      return bindBlock(node.body);
    case 'StaticBlock':
      return bindVars(node, bindBlock(node.body));
    case 'SwitchStatement':
      return bindBlock(node.cases.flatMap(({ consequent }) => consequent));
    case 'ForStatement':
      return bindBlock(node.init ? [node.init] : []);
    case 'ForInStatement':
    case 'ForOfStatement':
      return bindBlock([node.left]);
    case 'CatchClause':
      return bind(node.param, new Set());
  }
}

/** The children of a node that can contain references: no keys, labels, or names of other modules. */
function parts(node: Node): Node[] {
  switch (node.type) {
    case 'MemberExpression':
      return node.computed ? [node.object, node.property] : [node.object];
    case 'Property':
    case 'MethodDefinition':
    case 'PropertyDefinition':
      return ([node.computed && node.key, node.value] as unknown[]).filter(isNode);
    case 'LabeledStatement':
      return [node.body];
    case 'ExportNamedDeclaration':
      return node.declaration ? [node.declaration] : [];
    case 'BreakStatement':
    case 'ContinueStatement':
    case 'ImportDeclaration':
    case 'MetaProperty':
      return [];
    default:
      return [...children(node)];
  }
}

export function references(program: estree.Program): References {
  const lists = { free: [], imports: [], catches: [], metas: [], usings: [], loops: [] };
  const found: References = { ...lists, own: new Set(), starts: new Set() };
  const top = declaredNames(program);

  function note(node: Node): void {
    if (node.type === 'ImportExpression') found.imports.push(node);
    else if (node.type === 'MetaProperty' && node.meta.name === 'import') found.metas.push(node);
    else if (node.type === 'VariableDeclaration' && node.kind.endsWith('using')) found.usings.push(node);
    else if (node.type === 'CatchClause' && node.param?.type === 'Identifier') {
      found.catches.push({ name: node.param.name, start: node.body.start + 1 });
    }
    const list = node.type === 'SwitchCase' ? node.consequent : 'body' in node ? node.body : undefined;
    for (const one of Array.isArray(list) ? list : []) {
      if (one.type === 'ExpressionStatement') found.starts.add(one.start);
    }
  }

  function visit(node: Node, scopes: Set<string>[], isInFunction: boolean, use: Use): void {
    if (node.type === 'Identifier') {
      const { name, start, end } = node;
      if (scopes.some((scope) => scope.has(name))) return;
      if (top.has(name)) found.own.add(name);
      else found.free.push({ name, start, end, ...use });
      return;
    }
    note(node);
    if (!isInFunction && isLoop(node) && awaits(node)) found.loops.push(node);
    const names = namesIn(node);
    const inner = names ? [...scopes, names] : scopes;
    const scopesOf = (part: Node) => {
      // The value of a switch is outside its block, and default values do not see the variables of the body.
      if (node.type === 'SwitchStatement' && part === node.discriminant) return scopes;
      return isFunction(node) && part === node.body ? [...inner, bindVars(part, new Set())] : inner;
    };
    const shorthand = node.type === 'Property' && node.shorthand;
    for (const part of parts(node)) {
      const called =
        (node.type === 'CallExpression' && part === node.callee) ||
        (node.type === 'TaggedTemplateExpression' && part === node.tag);
      const isDefaulted = node.type === 'AssignmentPattern' && part === node.left;
      visit(part, scopesOf(part), isInFunction || isFunction(node), isDefaulted ? use : { shorthand, called });
    }
  }
  visit(program, [], false, { shorthand: false, called: false });
  return found;
}
