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
  const loads = new Map<string, Promise<void>>();
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

  /** Reads a file of declarations, and what it imports. */
  async function loadDeclarations(url: string): Promise<void> {
    const waiting = [url];
    for (let count = 0; waiting.length > 0 && count < FILES; count++) {
      const next = waiting.pop() as string;
      const path = toPath(next);
      if (texts.has(path)) continue;
      texts.set(path, '');
      urlOfPath.set(path, next);
      try {
        const text = await (await read(next)).text();
        texts.set(path, text);
        const { importedFiles, referencedFiles } = ts.preProcessFile(text);
        for (const { fileName } of [...importedFiles, ...referencedFiles]) {
          const found = target(fileName, next);
          if (found !== undefined) waiting.push(found);
        }
      } catch {
        texts.delete(path); // what it would declare is `any`
      }
    }
  }

  async function loadModule(url: string): Promise<void> {
    const response = await read(url);
    const named = response.headers.get('X-TypeScript-Types') ?? NAMED.exec((await response.text()).slice(0, HEAD))?.[1];
    if (!named) return;
    const declarations = new URL(named, response.url || url).href;
    await loadDeclarations(declarations);
    if (texts.has(toPath(declarations))) paths.set(url, toPath(declarations));
  }

  return {
    async load(urls) {
      const all = urls.map((url) => {
        // A module that cannot be read has no types; that it cannot be loaded is said when the cell runs.
        const known = loads.get(url) ?? loadModule(url).catch(() => {});
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
