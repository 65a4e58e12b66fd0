/** The table of many runs, from the site. */
import { type MapTable, parseMap } from '../../packages/runs/map';
import { siteFile } from './kernel';

/**
 * Loads the table of many runs and checks it.
 * @throws Error in one line: line, column, what was expected, what was found, what to do
 */
export const readMap = async (): Promise<MapTable> =>
  parseMap(new TextDecoder().decode(await siteFile('map.csv')), 'map.csv');
