/**
 * The types of notebooks: TypeScript's language service over one file per cell that ran and one for the current cell.
 * As in tslab, the scope of a cell is the file of the previous cell: source files get a `parent`, and names are looked up
 * from parent to parent. So the newest declaration of a name wins, an earlier `let` can be assigned to, and positions are
 * those of the cell, since no text is added.
 */
import type * as TypeScript from 'typescript';
import { positionOf } from '../../../core/hints';
import { moduleAt, OWN_MODULE, urlOf } from '../imports';
import type { CompilerSettings, Completions, Lost, Match, TypeProblem } from '../protocol';
import { adviceOn, describeCall, describeInfo, matching, wordAt } from './describe';

type Ts = typeof TypeScript;

/** The content of the file that `buildDeclarations` writes. */
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

/** TypeScript's codes for a module without declarations. */
const NO_MODULE = [2307, 2732, 2792, 7016];

interface Cell {
  path: string;
  text: string;
  version: number;
  /** Names whose declarations it did not reach. */
  lost: string[];
}

/** Files are added in blocks of this many cells: with each change of the list TypeScript reads it again. */
const FILE_BLOCK = 64;
/** A future cell. */
const EMPTY = { text: '', version: 0 };

/** State that the notebooks of a page share. */
export class Library {
  readonly settings: TypeScript.CompilerOptions;
  readonly folders = new Set(['/']);
  readonly registry: TypeScript.DocumentRegistry;
  readonly resolved = new Map<string, TypeScript.ResolvedModuleWithFailedLookupLocations>();
  private readonly snapshots = new Map<string, TypeScript.IScriptSnapshot>();
  /** Incremented for each new text of a cell. */
  version = 1;

  constructor(
    readonly ts: Ts,
    readonly declarations: Declarations,
    readonly site: CompilerSettings,
  ) {
    const { files } = declarations;
    // The options of tslab, except the target: browsers know the current syntax.
    this.settings = {
      target: ts.ScriptTarget.ESNext,
      module: ts.ModuleKind.ESNext,
      moduleResolution: ts.ModuleResolutionKind.Bundler,
      moduleDetection: ts.ModuleDetectionKind.Force,
      esModuleInterop: true,
      strict: site.strict,
      skipLibCheck: true,
      noEmit: true,
      lib: declarations.lib.map((name) => `lib.${name}.d.ts`),
      types: [],
    };
    for (const path of Object.keys(files)) {
      for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) {
        this.folders.add(path.slice(0, at));
      }
    }
    this.registry = ts.createDocumentRegistry(true, '/');
  }

  snapshotOf(path: string): TypeScript.IScriptSnapshot | undefined {
    const text = this.declarations.files[path];
    if (text === undefined) return undefined;
    const known = this.snapshots.get(path) ?? this.ts.ScriptSnapshot.fromString(text);
    this.snapshots.set(path, known);
    return known;
  }
}

/** The types of one notebook. */
export class NotebookTypes {
  private readonly folder: string;
  private readonly cells: Cell[] = [];
  private current: Cell;
  private readonly host: TypeScript.LanguageServiceHost;
  private readonly service: TypeScript.LanguageService;

  constructor(
    private readonly library: Library,
    name: string,
  ) {
    this.folder = `/cells/${name}`;
    this.current = this.fresh();
    this.host = this.createHost();
    this.service = library.ts.createLanguageService(this.host, library.registry);
  }

  private fresh(): Cell {
    const path = this.positionOf(this.cells.length);
    return { path, text: '', version: ++this.library.version, lost: [] };
  }

  /** The number of cells with files, including empty ones of future cells. */
  private get room(): number {
    return FILE_BLOCK * Math.ceil((this.cells.length + 1) / FILE_BLOCK);
  }

  private positionOf(index: number): string {
    return `${this.folder}/${index + 1}.ts`;
  }

  private cellOf(path: string): Pick<Cell, 'text' | 'version'> | undefined {
    if (!path.startsWith(`${this.folder}/`)) return undefined;
    const index = Number(path.slice(this.folder.length + 1, -'.ts'.length)) - 1;
    if (index === this.cells.length) return this.current;
    return this.cells[index] ?? (index >= 0 && index < this.room ? EMPTY : undefined);
  }

  private createHost(): TypeScript.LanguageServiceHost {
    const { library, folder } = this;
    const textOf = (path: string) => this.cellOf(path)?.text ?? library.declarations.files[path];
    return {
      getCompilationSettings: () => library.settings,
      // Includes empty files of future cells: as long as the list stays the same, TypeScript keeps what it knows.
      getScriptFileNames: () => [
        ...library.declarations.ambient,
        ...Array.from({ length: this.room }, (_, i) => this.positionOf(i)),
      ],
      getScriptVersion: (path) => String(this.cellOf(path)?.version ?? 1),
      getScriptSnapshot: (path) => {
        const cell = this.cellOf(path);
        return cell ? library.ts.ScriptSnapshot.fromString(cell.text) : library.snapshotOf(path);
      },
      getProjectVersion: () => String(library.version),
      getCurrentDirectory: () => folder,
      getDefaultLibFileName: () => '/lib/lib.d.ts',
      fileExists: (path) => textOf(path) !== undefined,
      readFile: textOf,
      // For `import('.')` TypeScript adds a slash.
      directoryExists: (path) => library.folders.has(path.replace(/(?<=.)\/$/, '')),
      getDirectories: () => [],
      useCaseSensitiveFileNames: () => true,
      resolveModuleNameLiterals: (literals, from) => literals.map(({ text }) => this.resolve(text, from)),
    };
  }

  private resolve(module: string, from: string): TypeScript.ResolvedModuleWithFailedLookupLocations {
    const { resolved } = this.library;
    // For each new cell a program resolves every import of every file again: keep the answers.
    const key = `${from.startsWith('/cells/') ? '' : from}\0${module}`;
    const known = resolved.get(key) ?? this.lookUp(module, from);
    resolved.set(key, known);
    return known;
  }

  private lookUp(module: string, from: string): TypeScript.ResolvedModuleWithFailedLookupLocations {
    const { ts, settings, declarations } = this.library;
    const path = Object.hasOwn(declarations.modules, module) ? declarations.modules[module] : undefined;
    // In a package a name means the version that is installed for the package.
    if (path === undefined || from.startsWith('/node_modules/')) {
      const found = ts.resolveModuleName(module, from, settings, this.host as TypeScript.ModuleResolutionHost);
      if (path === undefined || found.resolvedModule) return found;
    }
    return declaredAt(path);
  }

  /** Modules whose names begin with a text. */
  private modulesLike(text: string): Match[] {
    const { declarations, site } = this.library;
    const names = new Set([OWN_MODULE, ...Object.keys(declarations.modules), ...Object.keys(site.modules)]);
    const found = [...names].filter((name) => name.startsWith(text));
    return found.map((name) => ({ text: name, kind: 'module' }));
  }

  /**
   * The messages of a diagnostic, one per link of a chain. A module without types is `any`, so it is not an error if it
   * can be imported.
   */
  private problemsOf({ code, messageText, start = 0, length = 0 }: TypeScript.Diagnostic) {
    const text = this.current.text.slice(start, start + length);
    if (!NO_MODULE.includes(code)) {
      const lines = this.library.ts.flattenDiagnosticMessageText(messageText, '\n').split(/\n */);
      return [adviceOn(code, text) ?? lines.map((line) => ({ code, messageText: line }))].flat();
    }
    const { site } = this.library;
    try {
      urlOf(text.slice(1, -1), site, site.siteUrl);
      return [];
    } catch (error) {
      return [{ code, messageText: (error as Error).message }];
    }
  }

  private get program(): TypeScript.Program {
    return this.service.getProgram() as TypeScript.Program;
  }

  /** Sets the text of the current cell, and links the scopes of all cells. */
  private open(text: string): TypeScript.SourceFile {
    if (text !== this.current.text) this.current = { ...this.current, text, version: ++this.library.version };
    const { program } = this;
    let parent: TypeScript.SourceFile | undefined;
    for (const { path, lost } of [...this.cells, this.current]) {
      const file = program.getSourceFile(path) as TypeScript.SourceFile;
      (file as { parent?: TypeScript.Node }).parent = parent;
      const { locals } = file as { locals?: Map<string, unknown> };
      for (const name of lost) locals?.delete(name);
      parent = file;
    }
    return parent as TypeScript.SourceFile;
  }

  check(code: string): TypeProblem[] {
    const { service, library } = this;
    this.open(code);
    const { path } = this.current;
    const found = [...service.getSyntacticDiagnostics(path), ...service.getSemanticDiagnostics(path)].filter(
      ({ category }) => category === library.ts.DiagnosticCategory.Error,
    );
    found.sort((a, b) => (a.start ?? 0) - (b.start ?? 0));
    return found.flatMap((one) => {
      const { line, character } = positionOf(one.code, one.start ?? 0, code);
      return this.problemsOf(one).map((problem) => ({ line: line + 1, column: character + 1, ...problem }));
    });
  }

  complete(code: string, position: number): Completions {
    const module = moduleAt(code, position);
    if (module) return { ...module, matches: this.modulesLike(module.text) };
    this.open(code);
    const options = { includeCompletionsForModuleExports: false, includeCompletionsWithInsertText: false };
    const entries = this.service.getCompletionsAtPosition(this.current.path, position, options)?.entries ?? [];
    const { text, ...place } = wordAt(code, position);
    return { ...place, matches: matching(entries, text) };
  }

  /** Type and documentation of the name at a position, or of the surrounding call; null if there is none. */
  inspect(code: string, position: number): string | null {
    this.open(code);
    const { path } = this.current;
    const at = (place: number) => {
      const info = this.service.getQuickInfoAtPosition(path, place);
      // An undeclared name has the type `any`.
      return info && info.kind === '' && describeInfo(info) === 'any' ? undefined : info;
    };
    const info = at(position) ?? (/[([,]$/.test(code.slice(0, position)) ? undefined : at(position - 1));
    if (info) return describeInfo(info);
    const call = this.service.getSignatureHelpItems(path, position, undefined);
    return call ? describeCall(call) : null;
  }

  /** A cell starts: cells that are edited meanwhile see its names. */
  starts(code: string): void {
    this.open(code);
    this.cells.push(this.current);
    this.current = this.fresh();
  }

  /** The cell has ended: later cells see its names, except those in `lost`. */
  ended(lost: Lost): void {
    const cell = this.cells.pop();
    if (cell && lost !== 'all') this.cells.push({ ...cell, lost });
    // A new cell, without the text of requests that came meanwhile.
    this.current = this.fresh();
  }

  /** Frees its memory; it cannot be used afterwards. */
  dispose(): void {
    this.service.dispose();
  }
}

function declaredAt(path: string): TypeScript.ResolvedModuleWithFailedLookupLocations {
  const extension = /\.d\.[cm]ts$/.exec(path)?.[0] ?? '.d.ts';
  return { resolvedModule: { resolvedFileName: path, extension, isExternalLibraryImport: true } };
}
