/**
 * The types of notebooks: TypeScript's language service over one file per cell that ran and one for the current cell. The
 * scope of a cell is the file of the cell that ran before it, as tslab does it: source files get a `parent`, and the
 * look-up of names goes from parent to parent. So the newest declaration of a name wins, an earlier `let` can be assigned
 * to, and no text is added: positions are the cell's own.
 */
import type * as TypeScript from 'typescript';
import { isRelative, moduleAt, OWN_MODULES, scriptsIn, urlOf } from '../imports';
import type { CompilerSettings, Completions, Lost, Match, TypeProblem } from '../protocol';
import { adviceOn } from './advice';
import type { Remote } from './remote';

type Ts = typeof TypeScript;

/** What `buildDeclarations` writes. */
export interface Declarations {
  /** Texts by path. */
  files: Record<string, string>;
  /** Path of the declarations of each module that cells may import. */
  modules: Record<string, string>;
  /** Libraries of TypeScript, as the option `lib` names them. */
  lib: string[];
  /** Paths of declarations that are always there. */
  ambient: string[];
}

/** The types of one notebook. */
export interface NotebookTypes {
  check(code: string): TypeProblem[];
  complete(code: string, position: number): Promise<Completions>;
  /** The type and the documentation of what is at a position, or null. */
  inspect(code: string, position: number): string | null;
  /** Loads the types of what a text imports by URL. */
  prepare(code: string): Promise<void>;
  /** A cell runs: what is written meanwhile sees its names. */
  starts(code: string): void;
  /** It has ended: later cells see its names, except those that it did not reach. */
  ended(lost: Lost): void;
  /** Frees what it holds; it cannot be used after that. */
  dispose(): void;
}

/** TypeScript's codes for a module without declarations. */
const NO_MODULE = [2307, 2732, 2792, 7016];

interface Cell {
  path: string;
  text: string;
  version: number;
  /** Names that it declares, and that the notebook does not have from it. */
  lost: string[];
}

/**
 * Makes notebooks that share what they read. Each has a name and the URL of its folder.
 * @param remote where the types of imports by URL come from
 * @throws if the settings name a library that the declarations do not have
 */
export function createTypes(
  ts: Ts,
  declarations: Declarations,
  { lib = declarations.lib, siteUrl, strict, experimentalDecorators, ...imports }: CompilerSettings,
  remote: Remote,
): (name: string, folder: string) => NotebookTypes {
  const { files, modules, ambient } = declarations;
  const unknown = lib.find((name) => !Object.hasOwn(files, `/lib/lib.${name.toLowerCase()}.d.ts`));
  if (unknown !== undefined) {
    const known = Object.keys(files).flatMap((path) => /^\/lib\/lib\.((?:es|web)\w+)\.d\.ts$/.exec(path)?.[1] ?? []);
    throw new Error(`lib: expected some of ${known.join(', ')}, found ${unknown}`);
  }
  // The options of tslab, except the target: browsers know the current syntax.
  const settings: TypeScript.CompilerOptions = {
    target: ts.ScriptTarget.ESNext,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    moduleDetection: ts.ModuleDetectionKind.Force,
    esModuleInterop: true,
    strict,
    experimentalDecorators,
    skipLibCheck: true,
    noEmit: true,
    lib: lib.map((name) => `lib.${name.toLowerCase()}.d.ts`),
    types: [],
  };
  const folders = new Set(['/']);
  for (const path of Object.keys(files)) {
    for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) folders.add(path.slice(0, at));
  }
  const registry = ts.createDocumentRegistry(true, '/');
  const snapshots = new Map<string, TypeScript.IScriptSnapshot>();
  const resolved = new Map<string, TypeScript.ResolvedModuleWithFailedLookupLocations>();
  let version = 1;

  return (name, siteFolder) => {
    const folder = `/cells/${name}`;
    const cells: Cell[] = [];
    const fresh = (): Cell => ({ path: `${folder}/${cells.length + 1}.ts`, text: '', version: ++version, lost: [] });
    let current = fresh();
    const cellOf = (path: string) => (path === current.path ? current : cells.find((cell) => cell.path === path));
    const givenText = (path: string) => files[path] ?? remote.textOf(path);
    const textOf = (path: string) => cellOf(path)?.text ?? givenText(path);

    const host: TypeScript.LanguageServiceHost = {
      getCompilationSettings: () => settings,
      getScriptFileNames: () => [...ambient, ...cells.map(({ path }) => path), current.path],
      getScriptVersion: (path) => String(cellOf(path)?.version ?? 1),
      getScriptSnapshot(path) {
        const cell = cellOf(path);
        if (cell) return ts.ScriptSnapshot.fromString(cell.text);
        const text = givenText(path);
        if (text === undefined) return undefined;
        const known = snapshots.get(path) ?? ts.ScriptSnapshot.fromString(text);
        snapshots.set(path, known);
        return known;
      },
      getProjectVersion: () => String(version),
      getCurrentDirectory: () => folder,
      getDefaultLibFileName: () => '/lib/lib.d.ts',
      fileExists: (path) => textOf(path) !== undefined,
      readFile: textOf,
      directoryExists: (path) => folders.has(path),
      getDirectories: () => [],
      useCaseSensitiveFileNames: () => true,
      // Each new cell is a new root, for which a program resolves every import of every file again: answers are kept.
      resolveModuleNameLiterals: (literals, from) =>
        literals.map(({ text }) => {
          // What comes by URL can be there later.
          const url = from.startsWith('/cells/') ? urlFor(text) : undefined;
          const path = url === undefined ? remote.resolve(text, from) : remote.pathOf(url);
          if (path !== undefined) return declaredAt(path);
          if (url !== undefined) return { resolvedModule: undefined };
          const key = `${from.startsWith('/cells/') ? '' : from}\0${text}`;
          const known = resolved.get(key) ?? resolve(text, from);
          resolved.set(key, known);
          return known;
        }),
    };

    function resolve(module: string, from: string): TypeScript.ResolvedModuleWithFailedLookupLocations {
      const path = Object.hasOwn(modules, module) ? modules[module] : undefined;
      // Among packages a name means the version that is installed for the one that imports it.
      if (path === undefined || from.startsWith('/node_modules/')) {
        const found = ts.resolveModuleName(module, from, settings, host as TypeScript.ModuleResolutionHost);
        if (path === undefined || found.resolvedModule) return found;
      }
      return declaredAt(path);
    }

    function declaredAt(path: string): TypeScript.ResolvedModuleWithFailedLookupLocations {
      const extension = (/\.d\.[cm]ts$/.exec(path)?.[0] ?? ts.Extension.Dts) as TypeScript.Extension;
      return { resolvedModule: { resolvedFileName: path, extension, isExternalLibraryImport: true } };
    }

    /** What a cell can import whose name begins so. */
    async function modulesLike(text: string): Promise<Match[]> {
      const names = isRelative(text)
        ? await scriptsIn(siteUrl, siteFolder, text.slice(0, text.lastIndexOf('/') + 1))
        : new Set([...OWN_MODULES, ...Object.keys(modules), ...Object.keys(imports.modules)]);
      const found = [...names].filter((name) => name.startsWith(text));
      return found.map((name) => ({ text: name, kind: 'module' }));
    }

    /** The URL of a module that a cell imports and whose types the declarations do not have. */
    function urlFor(module: string): string | undefined {
      if (Object.hasOwn(modules, module)) return undefined;
      try {
        const url = urlOf(module, imports, siteFolder);
        return /^https?:/.test(url) ? url : undefined;
      } catch {
        return undefined; // the cell says so when it runs
      }
    }

    /** What is wrong; a module without types may exist, so its names are `any` without an error. */
    function problemsOf({ code, messageText, start = 0, length = 0 }: TypeScript.Diagnostic) {
      const text = current.text.slice(start, start + length);
      if (!NO_MODULE.includes(code)) {
        return [adviceOn(code, text) ?? linesOf(messageText).map((line) => ({ code, messageText: line }))].flat();
      }
      try {
        urlOf(text.slice(1, -1), imports, siteFolder);
        return [];
      } catch (error) {
        return [{ code, messageText: (error as Error).message }];
      }
    }

    const service = ts.createLanguageService(host, registry);

    /** Takes the current cell, and joins the scopes of all. */
    function open(text: string): TypeScript.SourceFile {
      if (text !== current.text) current = { ...current, text, version: ++version };
      const program = service.getProgram() as TypeScript.Program;
      let parent: TypeScript.SourceFile | undefined;
      for (const { path, lost } of [...cells, current]) {
        const file = program.getSourceFile(path) as TypeScript.SourceFile;
        (file as { parent?: TypeScript.Node }).parent = parent;
        const { locals } = file as { locals?: Map<string, unknown> };
        for (const name of lost) locals?.delete(name);
        parent = file;
      }
      return parent as TypeScript.SourceFile;
    }

    /** A name that is passed on has the kind of what it stands for. */
    function ofOrigin(entry: TypeScript.CompletionEntry): TypeScript.CompletionEntry {
      if (!entry.symbol || !(entry.symbol.flags & ts.SymbolFlags.Alias)) return entry;
      const checker = (service.getProgram() as TypeScript.Program).getTypeChecker();
      const { flags } = checker.getAliasedSymbol(entry.symbol);
      const kind = KINDS_BY_FLAG.find(([flag]) => flags & ts.SymbolFlags[flag])?.[1];
      return kind === undefined ? entry : { ...entry, kind };
    }

    return {
      check(code) {
        const file = open(code);
        const found = [
          ...service.getSyntacticDiagnostics(current.path),
          ...service.getSemanticDiagnostics(current.path),
        ].filter(({ category }) => category === ts.DiagnosticCategory.Error);
        found.sort((a, b) => (a.start ?? 0) - (b.start ?? 0));
        return found.flatMap((one) => {
          const { line, character } = ts.getLineAndCharacterOfPosition(file, one.start ?? 0);
          return problemsOf(one).map((problem) => ({ line: line + 1, column: character + 1, ...problem }));
        });
      },
      async complete(code, position) {
        const module = moduleAt(code, position);
        if (module) return { ...module, matches: await modulesLike(module.text) };
        open(code);
        const options = {
          includeCompletionsForModuleExports: false,
          includeCompletionsWithInsertText: false,
          includeSymbol: true,
        };
        const entries = service.getCompletionsAtPosition(current.path, position, options)?.entries ?? [];
        const { text, start, end } = wordAt(code, position);
        return { start, end, matches: matching(entries.map(ofOrigin), text) };
      },
      inspect(code, position) {
        open(code);
        const at = (place: number) => service.getQuickInfoAtPosition(current.path, place);
        const info = at(position) ?? (position > 0 ? at(position - 1) : undefined);
        return info ? describeInfo(info) : null;
      },
      async prepare(code) {
        if (!/\bimport\b/.test(code)) return;
        const names = ts.preProcessFile(code, true, true).importedFiles.map(({ fileName }) => fileName);
        const urls = names.flatMap((name) => urlFor(name) ?? []);
        if (urls.length === 0) return;
        await remote.load(urls);
        // Who asked about this text before found them missing.
        current = { ...current, version: ++version };
      },
      starts(code) {
        open(code);
        cells.push(current);
        current = fresh();
      },
      ended(lost) {
        const cell = cells.pop();
        if (cell && lost !== 'all') cells.push({ ...cell, lost });
        // A new one, so that it forgets questions asked meanwhile.
        current = fresh();
      },
      dispose: () => service.dispose(),
    };
  };
}

/** Each link of a chain of messages is a separate line. */
function linesOf(message: string | TypeScript.DiagnosticMessageChain): string[] {
  if (typeof message === 'string') return [message];
  return [message.messageText, ...(message.next ?? []).flatMap(linesOf)];
}

interface Word {
  start: number;
  end: number;
  text: string;
}

/** The name at the cursor, also where it stands in its middle. */
function wordAt(code: string, position: number): Word {
  const [before] = /[\p{ID_Continue}$]*$/u.exec(code.slice(0, position)) as RegExpExecArray;
  const [after] = /^[\p{ID_Continue}$]*/u.exec(code.slice(position)) as RegExpExecArray;
  return { start: position - before.length, end: position + after.length, text: before + after };
}

/** Kinds of TypeScript's that have another name in Jupyter. */
const KINDS: Record<string, string> = {
  ...Object.fromEntries(['method', 'local function', 'construct', 'call'].map((kind) => [kind, 'function'])),
  ...Object.fromEntries(['const', 'let', 'var', 'local var', 'using', 'await using'].map((kind) => [kind, 'instance'])),
  ...Object.fromEntries(['getter', 'setter', 'accessor', 'enum member'].map((kind) => [kind, 'property'])),
  ...Object.fromEntries(['interface', 'type parameter', 'primitive type'].map((kind) => [kind, 'type'])),
  'local class': 'class',
  parameter: 'param',
};

/** What a symbol is, the first that holds. */
const KINDS_BY_FLAG = [
  ['Function', 'function'],
  ['Class', 'class'],
  ['Enum', 'enum'],
  ['Variable', 'const'],
  ['Type', 'type'],
  ['Module', 'module'],
] as [keyof typeof TypeScript.SymbolFlags, TypeScript.ScriptElementKind][];

/** In tslab's order: those that begin with the word, those that do so in another case, those that hold it. */
function matching(entries: TypeScript.CompletionEntry[], text: string): Match[] {
  const lower = text.toLowerCase();
  const rank = (name: string) => {
    if (name.startsWith(text)) return 0;
    if (name.toLowerCase().startsWith(lower)) return 1;
    return name.toLowerCase().includes(lower) ? 2 : 3;
  };
  const keyed = entries.map(({ name, kind, sortText }, index) => ({
    name,
    kind,
    key: `${rank(name)}${sortText}`,
    index,
  }));
  const found = keyed.filter(({ key }) => !key.startsWith('3'));
  // Without a word by name, else in the order of TypeScript.
  found.sort((a, b) => a.key.localeCompare(b.key) || (text === '' ? a.name.localeCompare(b.name) : a.index - b.index));
  return found.map(({ name, kind }) => ({ text: name, kind: KINDS[kind] ?? kind }));
}

/** As tslab prints it: the type, an empty line, the comment, its tags. */
function describeInfo({ displayParts = [], documentation = [], tags = [] }: TypeScript.QuickInfo): string {
  const join = (parts: { text: string }[]) => parts.map(({ text }) => text).join('');
  const head = join(displayParts);
  const tail = tags.flatMap(({ name, text = [] }) => {
    const words = join(text);
    if (words === '') return [];
    return [name === 'param' ? `@param ${words}` : words];
  });
  const notes = [...documentation.map(({ text }) => text), ...tail];
  return [head, ...(head !== '' && notes.length > 0 ? [''] : []), ...notes].join('\n');
}
