/**
 * Declarations of what cells import by URL. A module names them in the header `X-TypeScript-Types`, as esm.sh does, or in its
 * first lines: `/// <reference types="…" />` or `// @ts-self-types="…"`, as for Deno. One that names none has the type `any`.
 */
import type * as TypeScript from 'typescript';

type Ts = typeof TypeScript;

/** Files of declarations for one module. */
const FILES = 200;
/** Characters of a module in which it may name its declarations. */
const HEAD = 2000;

const NAMED = /^\/\/(?:\/\s*<reference\s+types\s*=\s*|\s*@ts-self-types\s*=\s*)["']([^"'\n]+)["']/m;

const FOLDER = '/urls/';

export interface Remote {
  /** Fetches the declarations of modules, once. */
  load(urls: string[]): Promise<void>;
  /** Text of a file by the path that it has here. */
  textOf(path: string): string | undefined;
  /** Path of the declarations of a module. */
  pathOf(url: string): string | undefined;
  /** Path of what declarations import, if `from` is one of these files. */
  resolve(name: string, from: string): string | undefined;
}

/** @param patience milliseconds that a question waits for them; what comes later counts for later cells */
export function createRemote(ts: Ts, patience = 5000): Remote {
  const texts = new Map<string, string>();
  /** Modules that are read, or were, by URL. */
  const loads = new Map<string, Promise<void>>();
  /** Files of declarations, by URL, and what each names. */
  const files = new Map<string, Promise<string[]>>();
  const paths = new Map<string, string>();

  const toPath = (url: string) => {
    const path = FOLDER + url.replace('://', '/');
    return /\.d\.[cm]?ts$/.test(path) ? path : `${path}.d.ts`;
  };
  /** Where the declarations are that a file of declarations calls so. */
  const target = (name: string, from: string): string | undefined => {
    if (!/^(https?:|\.{0,2}\/)/.test(name)) return undefined;
    const { href } = new URL(name, from);
    if (/\.d\.[cm]?ts$/.test(href)) return href;
    return /\.[cm]?js$/.test(href) ? href.replace(/\.([cm]?)js$/, '.d.$1ts') : `${href}.d.ts`;
  };
  const urlOfPath = new Map<string, string>();

  async function read(url: string): Promise<Response> {
    const response = await fetch(url);
    if (!response.ok) throw new Error(`${url}: ${response.status}`);
    return response;
  }

  /** Reads a file of declarations; returns the URLs of those that it names. */
  async function readDeclarations(url: string): Promise<string[]> {
    const text = await (await read(url)).text();
    texts.set(toPath(url), text);
    urlOfPath.set(toPath(url), url);
    const { importedFiles, referencedFiles } = ts.preProcessFile(text);
    const imported = importedFiles.flatMap(({ fileName }) => target(fileName, url) ?? []);
    return [...imported, ...referencedFiles.map(({ fileName }) => new URL(fileName, url).href)];
  }

  /** Reads a file of declarations, and what it imports. Modules share files, so one may wait for what another has asked for. */
  async function loadDeclarations(url: string): Promise<void> {
    const seen = new Set<string>();
    const waiting = [url];
    while (waiting.length > 0 && seen.size < FILES) {
      const next = waiting.pop() as string;
      if (seen.has(next)) continue;
      seen.add(next);
      const named =
        files.get(next) ??
        readDeclarations(next).catch(() => {
          files.delete(next); // what it would declare is `any`
          return [];
        });
      files.set(next, named);
      waiting.push(...(await named));
    }
  }

  async function loadModule(url: string): Promise<void> {
    const response = await read(url);
    const named = response.headers.get('X-TypeScript-Types') ?? NAMED.exec((await response.text()).slice(0, HEAD))?.[1];
    if (!named) return;
    const declarations = new URL(named, response.url || url).href;
    await loadDeclarations(declarations);
    if (!texts.has(toPath(declarations))) throw new Error(`${declarations} could not be read`);
    paths.set(url, toPath(declarations));
  }

  return {
    async load(urls) {
      const all = urls.map((url) => {
        // A module that cannot be read has no types, until it can; running the cell reports that it cannot be loaded.
        const known = loads.get(url) ?? loadModule(url).catch(() => void loads.delete(url));
        loads.set(url, known);
        return known;
      });
      if (all.length === 0) return;
      let timer: ReturnType<typeof setTimeout> | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, patience);
      });
      await Promise.race([Promise.all(all), late]);
      clearTimeout(timer);
    },
    textOf: (path) => texts.get(path),
    pathOf: (url) => paths.get(url),
    resolve(name, from) {
      const url = urlOfPath.get(from);
      const found = url === undefined ? undefined : target(name, url);
      return found !== undefined && texts.has(toPath(found)) ? toPath(found) : undefined;
    },
  };
}
