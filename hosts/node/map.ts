/** The table of many runs, from the package or from a file of one's own. */
import { existsSync } from 'node:fs';
import { type MapTable, parseMap } from '../../packages/runs/map';
import { projectPath, readFile } from '../../packages/system/files.cjs';
import { asOneLine, checkOptions, checkText } from '../../src/common/checks';

const COMMITTED = ['editions', 'map', 'map.csv'];

/** Bytes of a table, ten times that of as many runs as a file of grids may have. */
const MOST_BYTES = 32 * 2 ** 20;

export interface MapOptions {
  /** A table made by `npm run map`; by default the package's own. */
  file?: string;
}

/**
 * Reads the table of many runs and checks it.
 * @example
 * const map = await readMap();
 * console.log(map.where({ grid: 'tau-and-T', tau: 2, T: 100, decayInput: true }).mean());
 * @throws Error in one line: file, line, column, what was expected, what was found, what to do
 */
export async function readMap(options: MapOptions = {}): Promise<MapTable> {
  checkOptions('readMap', options, ['file']);
  const { file } = options;
  if (file !== undefined) checkText('file', file);
  const path = file ?? projectPath(...COMMITTED);
  const name = asOneLine(file ?? COMMITTED.join('/'));
  if (!existsSync(path))
    throw new Error(`${name}: expected the table of the map, found none; \`npm run map\` makes it`);
  let content: Buffer;
  try {
    content = readFile(path, MOST_BYTES);
  } catch (error) {
    throw new Error(`${name}: ${(error as Error).message}`);
  }
  return parseMap(content.toString('utf8'), name);
}
