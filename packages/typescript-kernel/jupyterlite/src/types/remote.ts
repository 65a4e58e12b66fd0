/**
 * Declarations that come over the network: the file of `buildDeclarations`, and those of what cells import by URL. A module names them in the header `X-TypeScript-Types`, as esm.sh does, or
 * in its first lines: `/// <reference types="…" />` or `// @ts-self-types="…"`, as for Deno. One that names none has
 * the type `any`.
 */
import type * as TypeScript from 'typescript';
import type { Declarations } from './notebook';

/** Files of declarations for one module. */
const FILES = 200;
/** Characters of a module in which it may name its declarations. */
const HEAD = 2000;

const NAMED = /^\/\/(?:\/\s*<reference\s+types\s*=\s*|\s*@ts-self-types\s*=\s*)["']([^"'\n]+)["']/m;
const DECLARATIONS = /\.d\.[cm]?ts$/;

const pathFor = (url: string) => `/urls/${url.replace('://', '/')}${DECLARATIONS.test(url) ? '' : '.d.ts'}`;

async function read(url: string): Promise<Response> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  return response;
}

/** Where the declarations are that a file of declarations calls so; undefined if it means a package. */
function target(name: string, from: string): string | undefined {
  if (!/^(https?:|\.{0,2}\/)/.test(name)) return undefined;
  const { href } = new URL(name, from);
  if (DECLARATIONS.test(href)) return href;
  return /\.[cm]?js$/.test(href) ? href.replace(/\.([cm]?)js$/, '.d.$1ts') : `${href}.d.ts`;
}

export class Remote {
  /** What was read, by its path here. */
  private readonly files = new Map<string, { url: string; text: string }>();
  /** Files of declarations that are read, or were, by URL, and what each names. */
  private readonly named = new Map<string, Promise<string[]>>();
  /** The same of modules. */
  private readonly modules = new Map<string, Promise<void>>();
  /** Paths of the declarations of modules, by the modules' URLs. */
  private readonly paths = new Map<string, string>();

  /** @param patience milliseconds that a question waits for them; what comes later counts for later cells */
  constructor(
    private readonly ts: typeof TypeScript,
    private readonly patience = 5000,
  ) {}

  private async readDeclarations(url: string): Promise<string[]> {
    const text = await (await read(url)).text();
    this.files.set(pathFor(url), { url, text });
    const { importedFiles, referencedFiles } = this.ts.preProcessFile(text);
    const imported = importedFiles.flatMap(({ fileName }) => target(fileName, url) ?? []);
    return [...imported, ...referencedFiles.map(({ fileName }) => new URL(fileName, url).href)];
  }

  /**
   * Reads a file of declarations, and what it imports. Modules share files, so one may wait for what another has asked
   * for.
   */
  private async loadDeclarations(url: string): Promise<void> {
    const seen = new Set([url]);
    let read = 0;
    for (const next of seen) {
      if (read++ === FILES) return;
      const named =
        this.named.get(next) ??
        this.readDeclarations(next).catch(() => {
          this.named.delete(next); // what it would declare is `any`
          return [];
        });
      this.named.set(next, named);
      for (const one of await named) seen.add(one);
    }
  }

  private async loadModule(url: string): Promise<void> {
    const response = await read(url);
    const named = response.headers.get('X-TypeScript-Types') ?? NAMED.exec((await response.text()).slice(0, HEAD))?.[1];
    if (!named) return;
    const declarations = new URL(named, response.url || url).href;
    await this.loadDeclarations(declarations);
    const path = pathFor(declarations);
    if (!this.files.has(path)) throw new Error(`${declarations} could not be read`);
    this.paths.set(url, path);
  }

  /** Fetches the declarations of modules, once. */
  async load(urls: string[]): Promise<void> {
    const all = urls.map((url) => {
      // A module that cannot be read has no types, until it can; running the cell reports that it cannot be loaded.
      const known = this.modules.get(url) ?? this.loadModule(url).catch(() => void this.modules.delete(url));
      this.modules.set(url, known);
      return known;
    });
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise((resolve) => {
      timer = setTimeout(resolve, this.patience);
    });
    await Promise.race([Promise.all(all), late]);
    clearTimeout(timer);
  }

  /** Text of a file by the path that it has here. */
  textOf = (path: string): string | undefined => this.files.get(path)?.text;

  /** Path of the declarations of a module. */
  pathOf = (url: string): string | undefined => this.paths.get(url);

  /** Path of what declarations import, if `from` is one of these files. */
  resolve(name: string, from: string): string | undefined {
    const file = this.files.get(from);
    const url = file && target(name, file.url);
    const path = url && pathFor(url);
    return path && this.files.has(path) ? path : undefined;
  }
}

async function readFile(url: string): Promise<Declarations> {
  // A site that is built again keeps the file's name. The browser asks whether its copy is still good.
  const response = await fetch(url, { cache: 'no-cache' });
  if (!response.ok) throw new Error(`${response.status} ${response.statusText}`);
  const declarations = await response.json();
  if (typeof declarations?.files !== 'object') throw new Error('no file of buildDeclarations');
  return declarations;
}

/**
 * The first declarations that can be read, and a line about each file before it.
 * @param urls at least one
 * @throws if none can be read, about the last
 */
export async function readDeclarations(urls: string[]): Promise<{ declarations: Declarations; faults: string[] }> {
  const faults: string[] = [];
  for (const [i, url] of urls.entries()) {
    try {
      return { declarations: await readFile(url), faults };
    } catch (error) {
      const text = `${url}: ${(error as Error).message}`;
      if (i === urls.length - 1) throw new Error(text);
      faults.push(`declarations: ${text}; cells have only the types that the extension brings`);
    }
  }
  throw new Error('no declarations');
}
