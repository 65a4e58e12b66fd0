/** What random numbers are for beside the lesson's purposes. A number is never given twice: the bytes of runs depend on it. */
import { Purpose as OfTheLesson } from '../../src/common/random';

export const Purpose = {
  ...OfTheLesson,
  InitialOutputWeights: 5,
  Randman: 6,
  Control: 7,
  InitialHiddenWeights: 8,
  InitialRecurrentWeights: 9,
  Shift: 10,
  YinYang: 11,
  InitialDelays: 12,
  Scenes: 13,
} as const;
