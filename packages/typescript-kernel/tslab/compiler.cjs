'use strict';
// TypeScript as tslab uses it, with four mends:
// - tslab keeps no source maps, so an error names a line of the compiled cell. Here maps are made in both of its steps
//   (TypeScript to modules of today, those to CommonJS), for `origins.cjs`.
// - A variable of an earlier cell becomes `exports.name`, but not in the short form `{ name }`, which then fails as
//   "name is not defined". Here it becomes `{ name: exports.name }`.
// - tslab reads all of `node_modules/@types` before the first cell, also what no cell ever imports: half of a kernel's
//   start. Here it reads Node's types; those of a package are read when a cell imports the package.
// - TypeScript records which file refers to which, twice for each cell, for builds that tslab never makes. Here that is left
//   out, and the one thing that tslab reads from it (which sources a cell imports) is found when tslab asks.
const { readWithoutComments } = require('./declarations.cjs');
const { keepMaps } = require('./origins.cjs');

/** The declarations of earlier cells, as tslab shows them to TypeScript. */
const EARLIER_CELLS = '__prev__.d.ts';
const INLINE_MAP = /\n\/\/# sourceMappingURL=data:application\/json;base64,(\S+)\s*$/;
const MAP_COMMENT = /\n?\/\/# sourceMappingURL=\S*\s*$/;

/** A transformer that writes out the short properties whose value was declared in an earlier cell. */
function writeOutShorthand(ts, checker) {
  const isEarlier = (node) =>
    (checker.getShorthandAssignmentValueSymbol(node)?.declarations ?? []).some((declaration) =>
      declaration.getSourceFile().fileName.endsWith(`/${EARLIER_CELLS}`),
    );
  return (context) => {
    const { factory } = context;
    const visit = (node) => {
      if (!ts.isShorthandPropertyAssignment(node) || !isEarlier(ts.getOriginalNode(node))) {
        return ts.visitEachChild(node, visit, context);
      }
      const value = factory.createPropertyAccessExpression(factory.createIdentifier('exports'), node.name.text);
      // `({ name = 1 } = object)` assigns to the earlier variable.
      const fallback = node.objectAssignmentInitializer;
      const target = fallback ? factory.createAssignment(value, ts.visitNode(fallback, visit)) : value;
      return factory.createPropertyAssignment(factory.createIdentifier(node.name.text), target);
    };
    return (file) => ts.visitNode(file, visit);
  };
}

/** The names of a file and of the sources that it imports; not of declarations, which tslab does not compile. */
function sourcesOf(program, first) {
  const found = new Set([first.fileName]);
  const visit = (file) => {
    file?.resolvedModules?.forEach(({ resolvedModule: to }) => {
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

function mended(ts) {
  return {
    createWatchCompilerHost(files, options, system, _createProgram, ...rest) {
      const createProgram = (...args) => {
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
          const shorthand = writeOutShorthand(ts, builder.getProgram().getTypeChecker());
          const after = [shorthand, ...(transformers.after ?? [])];
          return emit(file, write, token, onlyDeclarations, { ...transformers, after });
        };
        return builder;
      };
      readWithoutComments(system);
      const mendedOptions = { ...options, inlineSourceMap: true, types: ['node'] };
      return ts.createWatchCompilerHost(files, mendedOptions, system, createProgram, ...rest);
    },

    transpileModule(text, { compilerOptions, ...rest }) {
      const first = INLINE_MAP.exec(text)?.[1];
      if (first === undefined) return ts.transpileModule(text, { compilerOptions, ...rest });
      const result = ts.transpileModule(text.replace(INLINE_MAP, '\n'), {
        ...rest,
        compilerOptions: { ...compilerOptions, sourceMap: true },
      });
      const outputText = result.outputText.replace(MAP_COMMENT, '');
      keepMaps(outputText, [JSON.parse(result.sourceMapText), JSON.parse(Buffer.from(first, 'base64').toString())]);
      return { ...result, outputText };
    },
  };
}

/**
 * Puts the mended TypeScript in place of tslab's.
 * @param {NodeJS.Require} ofTslab the `require` of tslab's program
 */
exports.mendCompiler = (ofTslab) => {
  const id = ofTslab.resolve('@tslab/typescript-for-tslab');
  const ts = ofTslab(id);
  // TypeScript's exports cannot be written to, but a copy can take their place.
  const copy = { ...Object.getOwnPropertyDescriptors(ts), ...Object.getOwnPropertyDescriptors(mended(ts)) };
  ofTslab.cache[id].exports = Object.defineProperties({}, copy);
};
