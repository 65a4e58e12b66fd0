/** Which names a program declares, and which it takes from outside. */
import type * as estree from 'acorn';

type Node = estree.AnyNode;

/** A name that is used but not declared in the program. */
export interface Reference {
  name: string;
  start: number;
  end: number;
  /** `{ name }`, which stands for `{ name: name }`. */
  shorthand: boolean;
  /** `name()`, where the function must not take its holder for `this`. */
  called: boolean;
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

/** Adds the names of every `var` of a function, however deep it stands. */
function bindVars(node: Node, names: Set<string>): Set<string> {
  for (const child of children(node)) {
    if (isFunction(child) || child.type === 'StaticBlock') continue;
    if (child.type === 'VariableDeclaration' && child.kind === 'var') {
      for (const { id } of child.declarations) bind(id, names);
    }
    bindVars(child, names);
  }
  return names;
}

/** Adds the names that statements declare for their block. */
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

/** What a program uses. */
export interface References {
  /** Names that it does not declare. */
  free: Reference[];
  /** Names of its top level. */
  own: Set<string>;
  /** Its `import('…')`. */
  imports: estree.ImportExpression[];
  /** The name of what each `catch` has caught, and where its block begins. */
  catches: { name: string; start: number }[];
  /** Its `import.meta`. */
  metas: estree.MetaProperty[];
  /** Its `using` and `await using`. */
  usings: estree.VariableDeclaration[];
  /** Where statements begin that are an expression: the line above may end without a semicolon. */
  starts: number[];
  /** Its loops that await, except those of its functions. */
  loops: Loop[];
}

export type Loop =
  | estree.WhileStatement
  | estree.DoWhileStatement
  | estree.ForStatement
  | estree.ForInStatement
  | estree.ForOfStatement;

const isLoop = (node: Node): node is Loop => /^(Do)?While|^For/.test(node.type);

/** Whether a node awaits before it hands on to functions. */
const awaits = (node: Node): boolean =>
  node.type === 'AwaitExpression' ||
  (node.type === 'ForOfStatement' && node.await) ||
  (node.type === 'VariableDeclaration' && node.kind === 'await using') ||
  (!isFunction(node) && [...children(node)].some(awaits));

export function references(program: estree.Program): References {
  const lists = { free: [], imports: [], catches: [], metas: [], usings: [], starts: [], loops: [] };
  const found: References = { ...lists, own: new Set() };
  const top = declaredNames(program);

  const use = (node: estree.Identifier, scopes: Set<string>[], how: Partial<Reference> = {}) => {
    const { name, start, end } = node;
    if (scopes.some((scope) => scope.has(name))) return;
    if (top.has(name)) found.own.add(name);
    else found.free.push({ name, start, end, shorthand: false, called: false, ...how });
  };

  const start = (statements: Node[]) => {
    for (const node of statements) if (node.type === 'ExpressionStatement') found.starts.push(node.start);
  };
  let depth = 0;

  function visit(node: Node, scopes: Set<string>[]): void {
    if (depth === 0 && isLoop(node) && awaits(node)) found.loops.push(node);
    const all = (inner = scopes) => {
      for (const child of children(node)) visit(child, inner);
    };
    const within = (names: Set<string>) => all([...scopes, names]);
    switch (node.type) {
      case 'Identifier':
        use(node, scopes);
        return;
      case 'CallExpression':
      case 'TaggedTemplateExpression': {
        const callee = node.type === 'CallExpression' ? node.callee : node.tag;
        if (callee.type === 'Identifier') use(callee, scopes, { called: true });
        else visit(callee, scopes);
        for (const child of node.type === 'CallExpression' ? node.arguments : [node.quasi]) visit(child, scopes);
        return;
      }
      case 'ImportExpression':
        found.imports.push(node);
        all();
        return;
      case 'Property': {
        if (node.computed) visit(node.key, scopes);
        const { value } = node;
        if (!node.shorthand) visit(value, scopes);
        else if (value.type === 'Identifier') use(value, scopes, { shorthand: true });
        else if ((value as Node).type === 'AssignmentPattern') {
          const { left, right } = value as unknown as estree.AssignmentPattern;
          use(left as estree.Identifier, scopes, { shorthand: true });
          visit(right, scopes);
        }
        return;
      }
      case 'MemberExpression':
        visit(node.object, scopes);
        if (node.computed) visit(node.property, scopes);
        return;
      case 'MethodDefinition':
      case 'PropertyDefinition':
        if (node.computed) visit(node.key, scopes);
        if (node.value) visit(node.value, scopes);
        return;
      case 'MetaProperty':
        if (node.meta.name === 'import') found.metas.push(node);
        return;
      case 'VariableDeclaration':
        if (node.kind.endsWith('using')) found.usings.push(node);
        all();
        return;
      case 'LabeledStatement':
        visit(node.body, scopes);
        return;
      case 'BreakStatement':
      case 'ContinueStatement':
      case 'ImportDeclaration':
        return;
      case 'ExportNamedDeclaration':
        if (node.declaration) visit(node.declaration, scopes);
        return;
      case 'FunctionDeclaration':
      case 'FunctionExpression':
      case 'ArrowFunctionExpression': {
        const names = new Set(node.type === 'ArrowFunctionExpression' ? [] : ['arguments']);
        if (node.type === 'FunctionExpression') bind(node.id, names);
        for (const parameter of node.params) bind(parameter, names);
        if (node.body.type === 'BlockStatement') bindVars(node.body, names);
        const inner = [...scopes, names];
        depth++;
        for (const parameter of node.params) visit(parameter, inner);
        visit(node.body, inner);
        depth--;
        return;
      }
      case 'ClassDeclaration':
      case 'ClassExpression': {
        const inner = [...scopes, bind(node.id, new Set())];
        if (node.superClass) visit(node.superClass, inner);
        visit(node.body, inner);
        return;
      }
      case 'BlockStatement':
        start(node.body);
        within(bindBlock(node.body));
        return;
      case 'StaticBlock':
        start(node.body);
        within(bindVars(node, bindBlock(node.body)));
        return;
      case 'SwitchStatement':
        for (const { consequent } of node.cases) start(consequent);
        within(bindBlock(node.cases.flatMap(({ consequent }) => consequent)));
        return;
      case 'ForStatement':
      case 'ForInStatement':
      case 'ForOfStatement': {
        const head = node.type === 'ForStatement' ? node.init : node.left;
        within(head?.type === 'VariableDeclaration' && head.kind !== 'var' ? bindBlock([head]) : new Set());
        return;
      }
      case 'CatchClause':
        if (node.param?.type === 'Identifier')
          found.catches.push({ name: node.param.name, start: node.body.start + 1 });
        within(bind(node.param, new Set()));
        return;
      default:
        all();
    }
  }

  start(program.body);
  for (const statement of program.body) visit(statement, []);
  return found;
}
