// From a place in code that runs to the place where a person wrote it: a line of a cell, of a file that a cell imports,
// of the package's source.
import { existsSync, readFileSync } from 'node:fs';
import { SourceMap, type SourceMapPayload } from 'node:module';
import { dirname, extname, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Origin, OriginOf } from '../core/errors';

/** This file runs compiled, in `dist/packages/typescript-kernel/tslab`. */
const project = resolve(__dirname, '..', '..', '..', '..');

/** Cells whose origins are known: those that ran last, so that a kernel that runs for days does not grow. */
const CELLS = 1000;

/** Text that tslab compiled -> the maps of its two steps, until the text gets its file. */
const unnamed = new Map<string, SourceMapPayload[]>();
/** Name of a script -> `(line, column) => origin`. */
const scripts = new Map<string, (line: number, column: number) => Origin | undefined>();

/**
 * Keeps the maps of a text, by which `nameCell` or `nameFile` finds its origins.
 * @param text compiled text
 * @param maps how to get from it to what was written, step by step
 */
export const keepMaps = (text: string, maps: SourceMapPayload[]) => unnamed.set(text, maps);

/** What tslab puts before the text of a cell when it runs it; the cell's first line starts behind it. */
const prefixOf = (isAsync: boolean) =>
  isAsync ? '(async function(exports, require) { ' : '(function(exports, require) { ';

interface Cell {
  number: number;
  source: string;
  /** whether it awaits at its top level */
  isAsync: boolean;
}

/**
 * Gives a compiled cell a name, by which frames of errors are found again.
 * @param text compiled text
 * @returns the text with its name in it
 */
export function nameCell(text: string, { number, source, isAsync }: Cell) {
  const name = `cell-${number}`;
  const written = source.split('\n');
  const find = follower(unnamed.get(text));
  const offset = prefixOf(isAsync).length;
  const end = text.split('\n').length;
  scripts.set(name, (line, column) => {
    if (line > end) return undefined; // where tslab calls the whole
    // tslab puts a line before what was written, so that TypeScript takes it for a module.
    const found = find(line - 1, Math.max(0, column - 1 - (line === 1 ? offset : 0))) - 1;
    const at = found >= 0 && found < written.length ? { line: found + 1, text: written[found].trim() } : {};
    return { cell: number, ...at };
  });
  scripts.delete(`cell-${number - CELLS}`);
  return `${text}\n//# sourceURL=${name}`;
}

/**
 * The same for a TypeScript file that a cell imports; it has a name already.
 * @param text compiled text
 */
export function nameFile(file: string, text: string) {
  const maps = unnamed.get(text);
  const find = follower(maps);
  const place = shortPath(file).replace(/\.js$/, extname(maps?.at(-1)?.sources[0] ?? file));
  scripts.set(file, (line, column) => ({ file: place, line: find(line - 1, column - 1) + 1 }));
}

/** Forgets maps that were never asked for. */
export const forgetMaps = () => unnamed.clear();

/** Follows a position (both numbers from 0) through maps; gives the line, or NaN. */
function follower(maps: SourceMapPayload[] = []) {
  const steps = maps.map((map) => new SourceMap(map));
  return (line: number, column: number) => {
    let at: { originalLine?: number; originalColumn?: number } = { originalLine: line, originalColumn: column };
    for (const step of steps) at = step.findEntry(at.originalLine ?? -1, at.originalColumn ?? 0);
    return at.originalLine ?? Number.NaN;
  };
}

function shortPath(file: string) {
  const short = relative(project, file);
  return short.startsWith('..') ? file : short.split(sep).join('/');
}

/** File of the package's build -> its source map, or undefined if it has none. */
const builtMaps = new Map<string, SourceMap | undefined>();

/** A file of the package as written, if the build left its map. */
function ofBuild(file: string, line: number, column: number): Origin {
  if (!builtMaps.has(file)) {
    const map = `${file}.map`;
    builtMaps.set(file, existsSync(map) ? new SourceMap(JSON.parse(readFileSync(map, 'utf8'))) : undefined);
  }
  const found = builtMaps.get(file)?.findEntry(line - 1, column - 1);
  if (!found || !('originalSource' in found)) return { file: shortPath(file), line };
  // The build is made in a folder of another depth and then moved: what counts is the path below the project.
  return { file: found.originalSource.replace(/^(\.\.\/)+/, ''), line: found.originalLine + 1 };
}

const LIBRARY = /.*[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)/s;
/** Both kernels' folder. */
const ours = dirname(__dirname) + sep;

export const originOf: OriginOf = (script, line, column) => {
  if (!script || script.startsWith('node:') || script.startsWith('evalmachine.') || script.startsWith(ours))
    return undefined;
  const library = LIBRARY.exec(script)?.[1]?.replaceAll('\\', '/');
  if (library !== undefined) return library === 'tslab' ? undefined : { library };
  const file = script.startsWith('file:') ? fileURLToPath(script) : script;
  const known = scripts.get(file);
  return known ? known(line, column) : ofBuild(file, line, column);
};
