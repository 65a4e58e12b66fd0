/** The map: a table of many runs that can be recomputed byte for byte. */
export { engineOptions, layersOfRun } from '../engine-options';
export { type Fields, parseMap, readSettings, settingsOfRow } from './parse';
export {
  formatCommand,
  formatOptions,
  isStandard,
  nameValue,
  SETTING_NAMES,
  SETTINGS,
  type SettingName,
  type Settings,
  tellSetting,
  whyLacking,
  withoutName,
} from './settings';
export {
  beyondChance,
  type Difference,
  type Estimate,
  estimate,
  pairedDifference,
} from './statistics';
export { type Choice, type Group, MapTable, type Measure, type Row } from './table';
