// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the texts are code.
/**
 * Cells, from top to bottom in one notebook, that tslab and the TypeScript kernel for JupyterLite run alike: same
 * status, same text, same displays. Where they differ, `differs` says why that is right, and `here` what this kernel
 * shows.
 */

/** What a cell shows, in a form that two kernels can be compared by. */
export interface Shown {
  status: string;
  ename?: string;
  stdout: string;
  stderr: string;
  /** Data of displays and updates, with ids by the order in which they appear. */
  displays: { data: Record<string, unknown>; id?: number; update: boolean }[];
}

export interface Row {
  name: string;
  cell: string;
  /** Why the kernels differ here. */
  differs?: string;
  /** What this kernel shows then; the rest is as `ok` without output. */
  here?: Partial<Shown>;
}

const waits = (ms: number) => `await new Promise((resolve) => setTimeout(resolve, ${ms}));`;

const LOST = 'tslab forgets all names of a cell that failed; here what it came to is kept, as in other kernels';

const ONE_VARIABLE = 'in tslab a function keeps its own copy of the variable; here they share it, as in one program';

export const ROWS: Row[] = [
  // The value of the last line.
  { name: 'a number', cell: '1 + 1' },
  { name: 'a string is printed as it is', cell: "'line 1\\nline 2'" },
  { name: 'nothing for undefined', cell: 'undefined' },
  { name: 'false and zero are values', cell: 'false' },
  { name: 'an object on the last line, in parentheses', cell: "({ a: 1, b: 'two', c: [1, 2, 3] })" },
  { name: 'a long array is cut', cell: 'Array.from({ length: 1000 }, (_, i) => i * i)' },
  { name: 'a short one is not', cell: '[1, 2, 3, 4, 5, 6]' },
  { name: 'nor for the sake of one value', cell: '[[1, 2, 3, 4, 5, 6], [1, 2, 3, 4, 5, 6, 7]]' },
  { name: 'a very long text on the last line is cut', cell: "'-'.repeat(5_000_000)" },
  { name: 'a typed array', cell: 'new Float32Array([0.1, 0.2, 3])' },
  { name: 'a map of objects', cell: "new Map([['a', { x: 1 }], ['b', { x: 2 }]])" },
  { name: 'a function', cell: '(function named() {})' },
  { name: 'a class', cell: '(class Shape {})' },
  {
    name: 'an object of a class',
    cell: 'class Point { constructor(public x: number, public y = 2) {} }\nnew Point(1)',
  },
  {
    name: 'an object of many lines loses its depth',
    cell: '({ rows: Array.from({ length: 5 }, (_, i) => ({ name: `row ${i}`, values: Array.from({ length: 4 }, (_, j) => ({ j, text: "x".repeat(30) })) })) })',
  },
  { name: 'a circle', cell: 'const round: any = { name: 1 };\nround.self = round;\nround' },
  { name: 'a long text is cut', cell: "({ text: '-'.repeat(5000) })" },
  { name: 'sparse and nested arrays', cell: '[[1, [2, [3, [4]]]], , undefined, null]' },
  {
    name: 'a promise that has a value',
    cell: 'Promise.resolve(7)',
    differs: 'no page can look into a promise without waiting for it; Node can',
    here: { stdout: 'Promise { <pending> }\n' },
  },
  {
    name: 'iterators of a map',
    cell: 'new Map([[1, 2]]).entries()',
    differs: 'no page can look into an iterator without moving it; Node can',
    here: { stdout: '[Map Iterator] {  }\n' },
  },
  { name: 'only the very last statement counts', cell: '5;\nconst notShown = 6;' },
  {
    name: 'a type behind it',
    cell: '5;\ninterface Behind { a: number }',
    differs: 'a type is nothing that runs, so the value before it is that of the last line',
    here: { stdout: '5\n' },
  },

  // Names, kept from cell to cell.
  {
    name: 'names are kept',
    cell: "const kept = 'kept';\nlet n = 1;\nvar v = [1];\nfunction f(x: number) { return x + 1; }",
  },
  { name: 'and read', cell: 'console.log(kept, n, v, f(1));' },
  { name: 'an earlier let is assigned to', cell: 'n = 41;\nn++;\nn' },
  { name: 'as part of a pattern', cell: '[n, v] = [7, [8, 9]];\nconsole.log(n, v);' },
  { name: 'as properties of a pattern', cell: '({ n, list: v } = { n: 3, list: [4] });\n[n, v]' },
  { name: 'shorthand { name } of an earlier name', cell: 'const all = { n, kept, v };\nall' },
  { name: 'a shorthand with a default', cell: 'let absent = 1;' },
  { name: 'of an earlier name', cell: '({ absent = 5 } = {} as { absent?: number });\nabsent' },
  { name: 'a name is declared again, as another type', cell: "let n = 'text';\nn.length" },
  { name: 'and as a class', cell: 'class n { static who = "class"; }\nn.who' },
  { name: 'a constant is declared again', cell: 'const kept = [1, 2];\nkept.map((x) => x * 2)' },
  { name: 'a constant cannot be assigned to', cell: 'kept = [];' },
  { name: 'an inner name hides an earlier one', cell: 'function hide(kept: string) { return kept; }\nhide("inner")' },
  {
    name: 'in blocks, loops and catches',
    cell: 'for (let kept = 0; kept < 2; kept++) console.log(kept);\ntry { throw 3; } catch (kept) { console.log(kept); }\n{ const kept = "block"; console.log(kept); }\nkept',
  },
  { name: 'a function counts', cell: 'let count = 0;\nfunction next() { return ++count; }\nnext();' },
  { name: 'and goes on in later cells', cell: 'next();\nnext();\ncount' },
  {
    name: 'a function that reads',
    cell: 'let limit = 1;\nfunction getLimit() { return limit; }',
  },
  {
    name: 'what a later cell has set',
    cell: 'limit = 10;\ngetLimit()',
    differs: ONE_VARIABLE,
    here: { stdout: '10\n' },
  },
  {
    name: 'destructuring declares',
    cell: 'const { a, b: { c = 3, ...others }, ...more } = { a: 1, b: { d: 4 }, e: 5 } as any;\nconst [first, , third = 9, ...tail] = [1, 2, undefined, 4, 5];',
  },
  { name: 'all its names', cell: '[a, c, others, more, first, third, tail]' },
  { name: 'declared without a value', cell: 'let later: number | undefined;\nvar empty: string;' },
  { name: 'and read', cell: '[later, empty]' },
  { name: 'calls that follow a line without a semicolon', cell: 'const noSemicolon = 1\nnext()\nf(1)' },
  { name: 'in branches and arrows', cell: 'if (count > 0) next()\nelse f(0)\nconst through = () => next()\nthrough()' },
  {
    name: 'a method of an object and its this',
    cell: 'const holder = { size: 3, grow() { return ++this.size; } };\nholder.grow()',
  },
  {
    name: 'a function without a holder has none',
    cell: 'function who(this: any) { return this === undefined || this === globalThis; }',
  },
  {
    name: 'also in a later cell',
    cell: 'who()',
    differs: 'tslab calls it as a method of its object of names',
    here: { stdout: 'true\n' },
  },
  {
    name: 'a tag of a template',
    cell: 'const tag = (parts: TemplateStringsArray, ...values: unknown[]) => parts.join("|") + values.join(",");',
  },
  { name: 'of an earlier cell', cell: 'tag`a${1}b${2}c`' },
  {
    name: 'labels, switches and names of members',
    cell: 'outer: for (const n of [1, 2]) { for (;;) { if (n === 1) continue outer; break outer; } }\nswitch (v.length) { case 1: { const v = "in"; console.log(v); } }\n({ n: 1 }).n',
  },
  { name: 'optional calls and members', cell: 'const maybe: any = undefined;\n[maybe?.x, maybe?.(), next?.name]' },
  { name: 'a function knows its name', cell: 'const arrow = () => 1;\nconst K = class {};\n[arrow.name, K.name]' },

  // TypeScript.
  {
    name: 'types, generics and casts leave nothing',
    cell: 'interface Box<T> { value: T }\ntype Pair = [number, string];\nfunction unbox<T extends unknown>(box: Box<T>): T { return box.value!; }\nconst pair: Pair = [1, "x"];\nunbox<number>({ value: 3 } as Box<number>)',
  },
  { name: 'types of an earlier cell', cell: 'const box: Box<Pair> = { value: pair };\nbox' },
  { name: 'an enum', cell: 'enum Color { Red, Green = 5, Blue }\nColor.Blue' },
  { name: 'of an earlier cell', cell: 'Color[5] + Color.Red' },
  {
    name: 'a class with fields, accessors and statics',
    cell: 'abstract class Animal { static count = 0; #secret = 1; protected readonly legs: number = 4; constructor() { Animal.count++; } abstract speak(): string; get secret() { return this.#secret; } }\nclass Dog extends Animal { speak() { return `${this.legs} ${this.secret}`; } }',
  },
  {
    name: 'of an earlier cell',
    cell: 'const dog = new Dog();\nconsole.log(dog.speak(), Animal.count, dog instanceof Animal);\ndog',
  },
  {
    name: 'overloads and this types',
    cell: 'function over(x: number): number;\nfunction over(x: string): string;\nfunction over(x: any) { return x; }\nover("s")',
  },
  {
    name: 'a decorator',
    cell: 'function seal(target: any, ..._: unknown[]) { target.isSealed = true; }\n@seal\nclass Sealed {}\n(Sealed as any).isSealed',
  },
  { name: 'of an earlier cell, on a class that can be read later', cell: '@seal\nclass SealedToo { one = 1; }' },
  { name: 'as here', cell: '[new SealedToo(), (SealedToo as any).isSealed, SealedToo.name]' },
  {
    name: 'a namespace',
    cell: 'namespace Geometry { export const tau = 6.28; export namespace Deep { export function half() { return tau / 2; } } }\nGeometry.Deep.half()',
  },
  {
    name: 'of an earlier cell, by another name',
    cell: 'import half = Geometry.Deep.half;\nhalf() + Geometry.tau',
    differs: 'tslab does not find it',
    here: { stdout: '9.42\n' },
  },
  {
    name: 'an accessor',
    cell: 'class Dial { accessor angle = 3; static accessor made = 1; }\nconst dial = new Dial();\ndial.angle += 1;\n[dial.angle, Dial.made]',
  },
  {
    name: 'an error in such a cell names its own line',
    cell: 'namespace Wrong {\n  // A comment, and types.\n  export type Size = number;\n  export function run(size: Size): number {\n    return (null as any).size + size;\n  }\n}\n\ninterface Gone { a: 1 }\nWrong.run(1);',
  },
  {
    name: 'also from a later cell',
    cell: '\nWrong.run(2);',
    differs: LOST,
    here: {
      status: 'error',
      ename: 'TypeError',
      stderr:
        "TypeError: Cannot read properties of null (reading 'size')\n    at cell [68], line 5, in run: return (null as any).size + size;\n    at cell [69], line 2: Wrong.run(2);\n",
    },
  },
  { name: 'an export changes nothing', cell: 'export {};\n"exported"' },

  // Waiting.
  { name: 'top-level await', cell: `${waits(5)}\nconst waited = await Promise.all([1, Promise.resolve(2)]);\nwaited` },
  {
    name: 'for await, beside another await',
    cell: 'async function* steps() { yield 1; yield 2; }\nlet sum = await 0;\nfor await (const x of steps()) sum += x;\nsum',
  },
  {
    name: 'for await alone',
    cell: 'let product = 1;\nfor await (const x of steps()) product *= x;\nproduct',
    differs: 'tslab does not see that this waits, and fails',
    here: { stdout: '2\n' },
  },
  {
    name: 'await in a later cell, of an earlier promise',
    cell: 'const slow = new Promise<string>((resolve) => setTimeout(() => resolve("slow"), 5));',
  },
  { name: 'is its value', cell: 'await slow' },
  {
    name: 'async functions keep their order',
    cell: `(async () => { ${waits(5)} console.log('second'); })();\nconsole.log('first');\n${waits(50)}`,
  },

  // Modules.
  {
    name: 'imports by name, of a default, of all',
    cell: "import twice, { answer, Counter as Count } from 'things';\nimport * as things from 'things';\n[twice(answer), new Count().next(), Object.keys(things).includes('total')]",
  },
  { name: 'in a later cell', cell: 'twice(answer) + new Count().count' },
  {
    name: 'of types alone',
    cell: "import { type Options } from 'things';\nimport type { Counter } from 'things';\nconst options: Options = { size: 3 };\noptions",
  },
  {
    name: 'of a type among values',
    cell: "import { Options, total } from 'things';\nconst more2: Options = { size: 4 };\ntypeof total",
  },
  { name: 'later on demand', cell: "const lazily = await import('things');\nlazily.answer" },
  {
    name: 'of a module that is not there',
    cell: "import { x } from 'not-there';",
    differs: 'tslab says what TypeScript looked for; here it is what a cell can import',
    here: {
      status: 'error',
      ename: 'TypeScript',
      stderr: "1:19 - Cannot find module 'not-there'. This page has 'things'. A URL can be imported, too.\n",
    },
  },
  { name: 'of an export that is not there', cell: "import { nothing } from 'things';\nnothing" },

  // Console.
  {
    name: 'log, with formats',
    cell: "console.log('%s is %d, %i, %f, %j %o %%', 'x', 1.5, 1.5, '2.5', { a: 1 }, [1]);\nconsole.log('a', 1, { b: [1, { c: {} }] }, [undefined, null], true);",
  },
  { name: 'error and warn', cell: "console.error('bad', new Map());\nconsole.warn('careful');\nconsole.info('info');" },
  {
    name: 'a table',
    cell: "console.table([{ a: 1, b: 'x' }, { a: 2.5, c: true }]);\nconsole.table({ lif: { accuracy: 0.9 }, ann: { accuracy: 0.92 } });\nconsole.table([1, 'two']);",
  },
  {
    name: 'groups',
    cell: "console.group('outer');\nconsole.log('in\\nside');\nconsole.group();\nconsole.error('deeper');\nconsole.groupEnd();\nconsole.groupEnd();\nconsole.log('out');",
  },
  {
    name: 'counts, assertions and dir',
    cell: "console.count();\nconsole.count('x');\nconsole.count();\nconsole.assert(1 > 2, 'not %s', 'so');\nconsole.assert(true);\nconsole.dir({ a: { b: { c: {} } } }, { depth: 0 });",
  },
  { name: 'many lines keep their order', cell: 'for (let i = 0; i < 500; i++) console.log(i);\nconsole.error("end");' },
  { name: 'an error is printed with its line', cell: "\nconsole.log(new Error('shown'));" },

  // Displays.
  {
    name: 'a display of one type',
    cell: "import { display, newDisplay } from 'tslab';\ndisplay.html('<b>bold</b>');\ndisplay.text('text');\ndisplay.markdown('*x*');",
  },
  { name: 'of raw data', cell: "display.raw('application/json', { a: [1, 2] } as any);" },
  { name: 'of bytes', cell: 'display.png(new Uint8Array([1, 2, 3]));' },
  {
    name: 'updated in place',
    cell: "const place = newDisplay();\nplace.text('0');\nplace.text('50');\nplace.html('<i>100</i>');",
  },
  { name: 'in a later cell', cell: "place.text('later');\nconst other = newDisplay();\nother.svg('<svg/>');" },

  // Errors.
  { name: 'a throw names its line', cell: 'const y = 3;\n\nconst x = (undefined as any).z;' },
  { name: 'a failed cell does not declare what it did not come to', cell: 'typeof x' },
  { name: 'but what it came to', cell: 'y + 1', differs: LOST, here: { stdout: '4\n' } },
  { name: 'a name', cell: "let twiceSaid = 'before';\nvar hoisted = 1;" },
  {
    name: 'and what takes its place too late',
    cell: 'interface Late { size: number }\nconst inTime: Late = { size: 2 };\nfunction ofTime() { return inTime.size; }\nthrow new Error("stop");\nlet twiceSaid = 1;\nvar hoisted = 2;',
  },
  {
    name: 'keeps its value and its type',
    cell: '[twiceSaid.toUpperCase(), hoisted]',
    differs: 'tslab forgets the value, too',
    here: { stdout: "[ 'BEFORE', 1 ]\n" },
  },
  {
    name: 'with the types and functions of that cell',
    cell: 'const another: Late = { size: ofTime() };\nanother',
    differs: LOST,
    here: { stdout: '{ size: 2 }\n' },
  },
  { name: 'but keeps what earlier names got', cell: "v = [1, 2, 3];\nthrow new Error('after');" },
  { name: 'as it is', cell: 'v' },
  {
    name: 'a function of an earlier cell',
    cell: 'function mean(values: number[]) {\n  // A comment and a type.\n  return values.reduce((a, b) => a + b) / values.length;\n}',
  },
  { name: 'names that cell and its line', cell: '\nmean(undefined as any);' },
  {
    name: 'through awaits and causes',
    cell: `const fails = async () => {\n  ${waits(1)}\n  throw new RangeError('late', { cause: new Error('why') });\n};\nawait fails();`,
  },
  {
    name: 'of a class',
    cell: 'class Deep {\n  run(): number { return this.go(); }\n  private go(): number { return (null as any).end; }\n}\nnew Deep().run();',
  },
  {
    name: 'a function that calls itself is shown once',
    cell: 'const deep = (n: number): number => (n > 0 ? 1 + deep(n - 1) : (null as any).end);\ndeep(1000);',
  },
  { name: 'what is thrown need be no error', cell: "throw 'text';" },
  { name: 'an object', cell: 'throw { code: 3 };' },
  {
    name: 'an error of its own class',
    cell: "class Refused extends Error { override name = 'Refused'; }\nthrow new Refused('no');",
  },
  { name: 'many errors', cell: "throw new AggregateError([new Error('one'), new Error('two')], 'both');" },
  { name: 'an error that is its own cause', cell: "const own = new Error('own');\nown.cause = own;\nthrow own;" },
  { name: 'what is thrown need have no text', cell: 'throw { toString() { throw 1; } };' },
  {
    name: 'an error whose message throws',
    cell: "throw Object.defineProperty(new Error(), 'message', { get() { throw 4; } });",
  },
  {
    name: 'a last line that cannot be printed',
    cell: "({ [Symbol.for('nodejs.util.inspect.custom')]() { throw 5; } })",
  },
  {
    name: 'a proxy that cannot be looked at, among what is printed',
    cell: "const shut: any = new Proxy({ a: 1 }, { get() { throw 7; }, ownKeys() { throw 8; }, getPrototypeOf() { throw 9; } });\nconsole.log('printed', shut, 1);\nconsole.error([shut]);\nconsole.dir(shut);\nshut",
    differs: 'Node prints what is behind a proxy; no page can look there',
    here: {
      stdout:
        'printed [a value that cannot be shown] 1\n[a value that cannot be shown]\n[a value that cannot be shown]\n',
      stderr: '[a value that cannot be shown]\n',
    },
  },
  {
    name: 'and one that nobody awaits',
    cell: `setTimeout(() => { throw Object.create(null); }, 1);\nPromise.reject({ toString() { throw 6; } });\n${waits(100)}`,
  },
  { name: 'and the next cell runs', cell: '1 + 1' },
  { name: 'of a module: the function that was called', cell: '\ntotal({} as any);' },
  { name: 'a rejected promise', cell: "await Promise.reject(new Error('rejected'));" },
  { name: 'in a timer', cell: `setTimeout(() => mean(null as any), 1);\n${waits(100)}` },
  { name: 'of a promise that nobody awaits', cell: `Promise.reject(new Error('nobody'));\n${waits(100)}` },

  // An error is about what the cell says, not about what the kernel makes of it.
  { name: 'names for what fails', cell: 'let u: any = {};\nlet absent2: any;' },
  { name: 'a method that is not there', cell: 'u.foo()' },
  { name: 'a function that is none', cell: 'u()' },
  { name: 'a class that is none', cell: 'new u()' },
  { name: 'what has no properties', cell: 'const { part } = absent2;' },
  {
    name: 'as a catch gets it',
    cell: 'try { u.foo(); } catch (error: any) { console.log(error.message); }',
    differs: 'of tslab a cell can see how it names variables',
    here: { stdout: 'u.foo is not a function\n' },
  },
  {
    name: 'a property that is frozen',
    cell: 'const ice: any = Object.freeze({ a: 1 });\nice.a = 2;',
    differs: 'tslab runs cells in sloppy mode, where such a write is silent; a module is strict',
    here: {
      status: 'error',
      ename: 'TypeError',
      stderr:
        "TypeError: Cannot assign to read only property 'a' of object '#<Object>'\n    at cell [131], line 2: ice.a = 2;\n",
    },
  },
  {
    name: 'a first line for a shell',
    cell: '#!/usr/bin/env node\n6',
    differs: 'tslab puts lines before the first',
    here: { stdout: '6\n' },
  },
  {
    name: 'what only a module has',
    cell: '\ntypeof import.meta.url',
    differs: 'tslab refuses it; here it is the place of the notebook',
    here: { stdout: 'string\n' },
  },

  // What TypeScript refuses.
  { name: 'an object without parentheses', cell: '{ a: 1, b: 2 }' },
  { name: 'a wrong type', cell: "const wrong: number = 'text';" },
  { name: 'a misspelt member', cell: 'kept.lenght' },
  { name: 'an unknown name, with a hint', cell: 'console.log(nothing1);\nneither.nor();' },
  { name: 'a misspelt name', cell: 'console.log(knt, kept2);' },
  {
    name: 'a wrong argument, with reasons',
    cell: 'mean([{ a: 1 }] as { a: number }[]);\nconst boxed: Box<number> = { value: "x" };',
  },
  { name: 'a syntax error', cell: 'const q = ;' },
  { name: 'a bracket that is missing', cell: 'mean([1, 2;' },
  { name: 'a name twice in one cell', cell: 'let twiceThere = 1;\nlet twiceThere = 2;' },
  { name: 'a cell that was refused did not run', cell: 'typeof twiceThere' },
  { name: 'a class', cell: 'class Closed { private go() {} }' },
  { name: 'and its private member', cell: 'new Closed().go();' },
  {
    name: 'functions for lines without semicolons',
    cell: 'function say(x: unknown) {\n  console.log(x)\n}\nfunction tag(x: TemplateStringsArray) {\n  console.log(x[0])\n}',
  },
  {
    name: 'calls that begin a line in a block',
    cell: 'for (let i = 0; i < 2; i++) {\n  const twice = i * 2\n  say(twice)\n  tag`in a loop`\n}',
  },
  { name: 'and in a case', cell: "switch (1) {\n  case 1:\n    const word = 'loud'\n    say(word)\n}" },
  {
    name: 'what looks like a namespace in a text',
    cell: 'const csharp = `\nnamespace Demo {\n}`;\n/*\nmodule Other {\n*/\ncsharp.length',
  },
  {
    name: 'a loop that awaits, and a last line directly behind it',
    cell: 'let steps = 0;\nconst step = async () => { steps++; };\nwhile (steps < 2) await step();steps',
  },
  {
    name: 'loops that await',
    cell: `let loops = 0;
while (loops < 2) { loops++; await null; }
do await loops++; while (loops < 4);
for (let i = await 0; i < 2; i++) loops++;
for await (const one of [1, 2]) loops += one;
loops`,
  },
  { name: 'nothing', cell: '' },
  { name: 'a var', cell: 'var often = 3;' },
  {
    name: 'that is declared again without a value',
    cell: 'var often: number, never: number;\n[often, never]',
    differs: 'of tslab it takes the value away; in a script it does not',
    here: { stdout: '[ 3, undefined ]\n' },
  },
  {
    name: 'is exported, which changes nothing',
    cell: 'export { often };\noften',
    differs: 'tslab shows no value of a cell that exports what it has from another',
    here: { stdout: '3\n' },
  },
  {
    name: 'an object and a class with names that are also variables',
    cell: 'const packet = { height: 1, pixels: [1, 2], deep: { depth: 4 } };\nclass Sensor { width = 3; static made = 4; }\nlet pixels = 5;\nlet height = 2;',
  },
  {
    name: 'a property of an earlier type gets another name',
    cell: 'const { height: tall, deep: { depth: low = 0 }, ...remaining } = packet;\nconst { width: wide } = new Sensor();\n[tall, low, remaining, wide, height]',
  },
  {
    name: 'an enum, a namespace and a var',
    cell: 'enum Signal { Red }\nnamespace Part { export const one = 1; }\nvar vary = 5;\nconst formerPart = Part;',
  },
  {
    name: 'an enum whose texts are computed',
    cell: "enum Words { One = `one`, Same = One, Both = 'a' + 'b', Number = 2 * 3 }\nWords",
  },
  { name: 'an enum begins anew', cell: 'enum Signal { Blue = 7 }\nSignal' },
  {
    name: 'and a namespace, which leaves the earlier one as it was',
    cell: 'namespace Part { export const two = 2; }\n[Part, formerPart]',
  },
  {
    name: 'what a switch looks at is not what its cases declare',
    cell: "switch (vary) { case 5: console.log('five'); break; default: const vary = 1; console.log(vary); }",
  },
  {
    name: 'nor are default values what the body declares',
    cell: 'function withDefault(a = vary) { var vary = 9; return [a, vary]; }\nwithDefault()',
  },
  {
    name: 'a var keeps its value where it gets no other, as in a script',
    cell: 'const before = vary;\nif (before === 0) { var vary = 6; }\n[before, vary]',
    differs: 'of tslab it takes the value away; in a script it does not',
    here: { stdout: '[ 5, 5 ]\n' },
  },
  {
    name: 'a parenthesis that is left open is missed at the end of its line',
    cell: 'function twice(x: number) {\n  return double(x\n\n}',
  },
];
