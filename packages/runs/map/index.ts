/** The map: a table of many runs that can be recomputed byte for byte. */
export type { SettingName } from '../shorthands';
export { parseMap, runOfRow } from './parse';
export {
  beyondChance,
  type ComparedSide,
  type Comparison,
  type Difference,
  type Estimate,
  estimate,
  orderOf,
  pairedDifference,
} from './statistics';
export { type Choice, formatCommand, type Group, MapTable, type Measure, type Row } from './table';
