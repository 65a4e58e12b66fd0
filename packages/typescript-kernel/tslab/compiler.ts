// TypeScript as tslab uses it, with six patches:
// - tslab keeps no source maps, so an error names a line of the compiled cell. Here maps are made in both of its steps
//   (TypeScript to modules of today, those to CommonJS), for `origins.ts`.
// - A variable of an earlier cell becomes `exports.name`, but not in the short form `{ name }`, which then fails as
//   "name is not defined". Here it becomes `{ name: exports.name }`.
// - tslab takes `h` in `const { h: x } = all` for such a variable, too, if the type of `all` comes from an earlier
//   cell, and writes `const { exports.h: x }`, which is read as a variable named `exports`. Here the property keeps its
//   name.
// - tslab reads all of `node_modules/@types` before the first cell, also what no cell ever imports: half of a kernel's
//   start. Here it reads Node's types; those of a package are read when a cell imports the package.
// - TypeScript records which file refers to which, twice for each cell, for builds that tslab never makes. Here that is
//   left out, and the one thing that tslab reads from it (which sources a cell imports) is found when tslab asks.
// - TypeScript reads declarations without their comments, where nobody reads those.
import type {
  BuilderProgram,
  CompilerOptions,
  CreateProgram,
  DiagnosticReporter,
  Expression,
  Node,
  Program,
  ResolvedModule,
  SourceFile,
  System,
  TransformerFactory,
  TranspileOptions,
  TypeChecker,
  Visitor,
  WatchStatusReporter,
} from '@tslab/typescript-for-tslab';
import { keepMaps } from './origins';

/** The declarations of earlier cells, as tslab shows them to TypeScript. */
const EARLIER_CELLS = '__prev__.d.ts';
const INLINE_MAP = /\n\/\/# sourceMappingURL=data:application\/json;base64,(\S+)\s*$/;
const MAP_COMMENT = /\n?\/\/# sourceMappingURL=\S*\s*$/;

// Before the first cell runs, TypeScript reads the declarations of Node, and those of TensorFlow.js with the package: 4
// MB, and most of it comments. The comments cost a kernel 0.4 seconds of a core and 12 MB. Here those of Node are not
// read, so hovering over a name of Node shows its type alone. Where many kernels share a machine, those of
// TensorFlow.js are not read either. Where a notebook runs without anybody who could hover, neither are those of
// JavaScript: 0.1 seconds more.
const OF_NODE = /\/node_modules\/(@types\/node|undici-types)\//;
const OF_BOTH = /\/node_modules\/(@types\/node|undici-types|@tensorflow|@webgpu)\//;
const OF_JAVASCRIPT = /\/node_modules\/@tslab\/typescript-for-tslab\/lib\/lib\.es/;

/** Whether a file is read without its comments. */
export const isStripped = (
  path: string,
  { LIF_FC_MNIST_SHARED: shared, LIF_FC_MNIST_HEADLESS: headless }: NodeJS.ProcessEnv = process.env,
) =>
  (shared === '1' || headless === '1' ? OF_BOTH : OF_NODE).test(path) || (headless === '1' && OF_JAVASCRIPT.test(path));

/** Comments, and what could hold the beginning of one: lines such as `/// <reference …`, which are kept, and texts. */
const PARTS = /\/\*[\s\S]*?\*\/|\/\/.*|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`/g;

/** The same declarations without comments of the form that may be longer than a line. */
export const withoutComments = (text: string) => text.replace(PARTS, (part) => (part.startsWith('/*') ? ' ' : part));

/** Changes how TypeScript reads files. */
function readWithoutComments(system: System) {
  const { readFile } = system;
  system.readFile = (path, encoding) => {
    const text = readFile(path, encoding);
    return text !== undefined && isStripped(path) ? withoutComments(text) : text;
  };
}

type Ts = typeof import('@tslab/typescript-for-tslab');

/** What is used of TypeScript and not published. */
interface Internals {
  bindSourceFile(file: SourceFile, options: CompilerOptions): void;
}

/** A file with what it imports, which is not published either. */
interface Importer extends SourceFile {
  resolvedModules?: { forEach(visit: (found: { resolvedModule?: ResolvedModule }) => void): void };
}

/**
 * A transformer that writes out the short properties whose value was declared in an earlier cell, and hides the names
 * of properties in patterns from tslab, which knows a name by its node.
 */
function keepProperties(ts: Ts, checker: TypeChecker): TransformerFactory<SourceFile> {
  const isEarlier = (node: Node) =>
    (checker.getShorthandAssignmentValueSymbol(node)?.declarations ?? []).some((declaration) =>
      declaration.getSourceFile().fileName.endsWith(`/${EARLIER_CELLS}`),
    );
  return (context) => {
    const { factory } = context;
    const visit: Visitor = (node) => {
      if (ts.isBindingElement(node) && node.propertyName && ts.isIdentifier(node.propertyName)) {
        const { dotDotDotToken, propertyName, name, initializer } = node;
        const property = factory.createIdentifier(propertyName.text);
        const unnoticed = factory.updateBindingElement(node, dotDotDotToken, property, name, initializer);
        return ts.visitEachChild(unnoticed, visit, context);
      }
      if (!ts.isShorthandPropertyAssignment(node) || !isEarlier(ts.getOriginalNode(node))) {
        return ts.visitEachChild(node, visit, context);
      }
      const value = factory.createPropertyAccessExpression(factory.createIdentifier('exports'), node.name.text);
      // `({ name = 1 } = object)` assigns to the earlier variable.
      const fallback = node.objectAssignmentInitializer;
      const target = fallback
        ? factory.createAssignment(value as Expression, ts.visitNode(fallback, visit) as typeof fallback)
        : value;
      return factory.createPropertyAssignment(factory.createIdentifier(node.name.text), target);
    };
    return (file) => ts.visitNode(file, visit) as SourceFile;
  };
}

/** The names of a file and of the sources that it imports; not of declarations, which tslab does not compile. */
function sourcesOf(program: Program, first: SourceFile) {
  const found = new Set([first.fileName]);
  const visit = (file: Importer) => {
    file.resolvedModules?.forEach(({ resolvedModule: to }) => {
      if (!to || to.resolvedFileName.endsWith('.d.ts') || found.has(to.resolvedFileName)) return;
      const next = program.getSourceFile(to.resolvedFileName);
      if (!next) return;
      found.add(next.fileName);
      visit(next);
    });
  };
  visit(first);
  return [...found];
}

function patched(ts: Ts & Internals) {
  return {
    createWatchCompilerHost(
      files: string[],
      options: CompilerOptions,
      system: System,
      _create: unknown,
      ...rest: [DiagnosticReporter?, WatchStatusReporter?]
    ) {
      const createProgram: CreateProgram<BuilderProgram> = (...args) => {
        const builder = ts.createAbstractBuilder(...args);
        const { getSourceFile } = builder;
        builder.getSourceFile = (name) => {
          // Bound, as tslab reads from it what a cell declares.
          const file = getSourceFile(name);
          if (file) ts.bindSourceFile(file, builder.getCompilerOptions());
          return file;
        };
        builder.getAllDependencies = (file) => sourcesOf(builder.getProgram(), file);
        const emit = builder.emit.bind(builder);
        builder.emit = (file, write, token, onlyDeclarations, transformers = {}) => {
          const properties = keepProperties(ts, builder.getProgram().getTypeChecker());
          const after = [properties, ...(transformers.after ?? [])];
          return emit(file, write, token, onlyDeclarations, { ...transformers, after });
        };
        return builder;
      };
      readWithoutComments(system);
      const patchedOptions = { ...options, inlineSourceMap: true, types: ['node'] };
      return ts.createWatchCompilerHost(files, patchedOptions, system, createProgram, ...rest);
    },

    transpileModule(text: string, { compilerOptions, ...rest }: TranspileOptions) {
      const first = INLINE_MAP.exec(text)?.[1];
      if (first === undefined) return ts.transpileModule(text, { compilerOptions, ...rest });
      const result = ts.transpileModule(text.replace(INLINE_MAP, '\n'), {
        ...rest,
        compilerOptions: { ...compilerOptions, sourceMap: true },
      });
      const outputText = result.outputText.replace(MAP_COMMENT, '');
      keepMaps(outputText, [
        JSON.parse(result.sourceMapText as string),
        JSON.parse(Buffer.from(first, 'base64').toString()),
      ]);
      return { ...result, outputText };
    },
  };
}

/**
 * Puts the patched TypeScript in place of tslab's.
 * @param ofTslab the `require` of tslab's program
 */
export function patchCompiler(ofTslab: NodeJS.Require) {
  const id = ofTslab.resolve('@tslab/typescript-for-tslab');
  const ts = ofTslab(id);
  // TypeScript's exports cannot be written to, but a copy can take their place.
  const copy = { ...Object.getOwnPropertyDescriptors(ts), ...Object.getOwnPropertyDescriptors(patched(ts)) };
  (ofTslab.cache[id] as NodeJS.Module).exports = Object.defineProperties({}, copy);
}
