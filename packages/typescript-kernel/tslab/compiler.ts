// Six patches of TypeScript as tslab uses it:
// - tslab has no source maps, so errors would name lines of the compiled cell. Here both of its steps (TypeScript to ES
//   modules, those to CommonJS) make maps for `origins.ts`.
// - tslab turns a variable of an earlier cell into `exports.name`, but not in the shorthand `{ name }`, which then fails
//   with "name is not defined". Here it becomes `{ name: exports.name }`.
// - tslab also turns `h` in `const { h: x } = all` into `exports.h` if the type of `all` comes from an earlier cell, and the
//   result declares a variable named `exports`. Here the property keeps its name.
// - tslab reads all of `node_modules/@types` before the first cell, which takes half of a kernel's start. Here it reads
//   only Node's types; those of a package are read when a cell imports the package.
// - TypeScript records references between files twice per cell, for incremental builds that tslab never makes. Here this is
//   skipped, and the only part that tslab reads (which sources a cell imports) is computed on demand.
// - TypeScript skips comments of declarations where they are not shown.
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

// Before the first cell runs, TypeScript reads the declarations of Node and TensorFlow.js: 4 MB, most of it comments, which
// cost a kernel 0.4 s of CPU time and 12 MB. Comments of Node are always skipped, so hovering over its names shows only
// types. Where many kernels share a machine, those of TensorFlow.js are skipped as well, and in headless runs those of
// JavaScript, too, which saves another 0.1 s.
const NODE_TYPES = /\/node_modules\/(@types\/node|undici-types)\//;
const NODE_AND_TENSORFLOW_TYPES = /\/node_modules\/(@types\/node|undici-types|@tensorflow|@webgpu)\//;
const JAVASCRIPT_TYPES = /\/node_modules\/@tslab\/typescript-for-tslab\/lib\/lib\.es/;

/** Whether a file is read without its comments. */
export const isStripped = (
  path: string,
  { LIF_FC_MNIST_SHARED: shared, LIF_FC_MNIST_HEADLESS: headless }: NodeJS.ProcessEnv = process.env,
) =>
  (shared === '1' || headless === '1' ? NODE_AND_TENSORFLOW_TYPES : NODE_TYPES).test(path) ||
  (headless === '1' && JAVASCRIPT_TYPES.test(path));

/** Comments, and what may contain the start of one: lines such as `/// <reference …` and strings, which are kept. */
const PARTS = /\/\*[\s\S]*?\*\/|\/\/.*|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`/g;

/** Removes block comments. */
export const withoutComments = (text: string) => text.replace(PARTS, (part) => (part.startsWith('/*') ? ' ' : part));

/** Makes TypeScript read declarations without comments. */
function readWithoutComments(system: System) {
  const { readFile } = system;
  system.readFile = (path, encoding) => {
    const text = readFile(path, encoding);
    return text !== undefined && isStripped(path) ? withoutComments(text) : text;
  };
}

type Ts = typeof import('@tslab/typescript-for-tslab');

/** Internals of TypeScript that are used here. */
interface Internals {
  bindSourceFile(file: SourceFile, options: CompilerOptions): void;
}

/** A file with its imports, also internal. */
interface Importer extends SourceFile {
  resolvedModules?: { forEach(visit: (found: { resolvedModule?: ResolvedModule }) => void): void };
}

/**
 * A transformer that expands shorthand properties with a variable of an earlier cell, and copies property names in
 * patterns, so that tslab, which identifies names by their nodes, does not replace them.
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

/** The names of a file and of the sources that it imports, without declarations, which tslab does not compile. */
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
          // tslab reads the names that a cell declares from the bound file.
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
 * Replaces tslab's TypeScript by the patched one.
 * @param ofTslab the `require` of tslab's program
 */
export function patchCompiler(ofTslab: NodeJS.Require) {
  const id = ofTslab.resolve('@tslab/typescript-for-tslab');
  const ts = ofTslab(id);
  // TypeScript's exports are read-only, but the module can be replaced by a copy.
  const copy = { ...Object.getOwnPropertyDescriptors(ts), ...Object.getOwnPropertyDescriptors(patched(ts)) };
  (ofTslab.cache[id] as NodeJS.Module).exports = Object.defineProperties({}, copy);
}
