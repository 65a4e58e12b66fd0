// Maps positions in running code to where a person wrote them: in a cell, in a file that a cell imports, or in the
// package's source.
import { existsSync, readFileSync } from 'node:fs';
import { SourceMap, type SourceMapPayload } from 'node:module';
import { dirname, extname, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Origin, OriginOf } from '../core/errors';

/** This file runs compiled, in `dist/packages/typescript-kernel/tslab`. */
const project = resolve(__dirname, '..', '..', '..', '..');

/** How many cells' origins are kept, so that a kernel that runs for days does not grow. */
const KEPT_CELLS = 1000;

/** The source maps of both steps, by the compiled text, until the text gets a name. */
const unnamed = new Map<string, SourceMapPayload[]>();
/** Functions that find origins, by the name of the script. */
const scripts = new Map<string, (line: number, column: number) => Origin | undefined>();

/**
 * Keeps the source maps of a compiled text for `nameCell` or `nameFile`.
 * @param maps from the compiled text back to the source, step by step
 */
export const keepMaps = (text: string, maps: SourceMapPayload[]) => unnamed.set(text, maps);

/** What tslab puts before the first line of a compiled cell. */
const prefixOf = (isAsync: boolean) =>
  isAsync ? '(async function(exports, require) { ' : '(function(exports, require) { ';

interface Cell {
  number: number;
  source: string;
  /** whether it awaits at its top level */
  isAsync: boolean;
}

/**
 * Names a compiled cell, so that stack frames in it can be mapped.
 * @returns the compiled text with its name
 */
export function nameCell(text: string, { number, source, isAsync }: Cell) {
  const name = `cell-${number}`;
  const written = source.split('\n');
  const find = follower(unnamed.get(text));
  const offset = prefixOf(isAsync).length;
  const end = text.split('\n').length;
  scripts.set(name, (line, column) => {
    if (line > end) return undefined; // the line where tslab calls the cell
    // tslab adds a line before the source, which makes it a module.
    const found = find(line - 1, Math.max(0, column - 1 - (line === 1 ? offset : 0))) - 1;
    const at = found >= 0 && found < written.length ? { line: found + 1, text: written[found].trim() } : {};
    return { cell: number, ...at };
  });
  scripts.delete(`cell-${number - KEPT_CELLS}`);
  return `${text}\n//# sourceURL=${name}`;
}

/**
 * The same for a TypeScript file that a cell imports, which already has a name.
 * @param text compiled text
 */
export function nameFile(file: string, text: string) {
  const maps = unnamed.get(text);
  const find = follower(maps);
  const place = shortPath(file).replace(/\.js$/, extname(maps?.at(-1)?.sources[0] ?? file));
  scripts.set(file, (line, column) => ({ file: place, line: find(line - 1, column - 1) + 1 }));
}

/** Drops maps that were not used. */
export const forgetMaps = () => unnamed.clear();

/** Maps a position (counted from 0) through all maps; returns the line, or NaN. */
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

/** The source map of each built file of the package; undefined if it has none. */
const builtMaps = new Map<string, SourceMap | undefined>();

/** The origin of a position in a built file of the package, if its source map exists. */
function ofBuild(file: string, line: number, column: number): Origin {
  if (!builtMaps.has(file)) {
    const map = `${file}.map`;
    builtMaps.set(file, existsSync(map) ? new SourceMap(JSON.parse(readFileSync(map, 'utf8'))) : undefined);
  }
  const found = builtMaps.get(file)?.findEntry(line - 1, column - 1);
  if (!found || !('originalSource' in found)) return { file: shortPath(file), line };
  // The build was made at another depth, and then moved: keep the path from the root.
  return { file: found.originalSource.replace(/^(\.\.\/)+/, ''), line: found.originalLine + 1 };
}

const LIBRARY = /.*[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)/s;
/** The folder of both kernels. */
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
