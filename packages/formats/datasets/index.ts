/** Data sets of spike trains, in which time matters; the module is named after SpikingJelly's `datasets`. */
export type { Images } from '../../networks/images';
export { makeSpikeTrains } from '../../networks/spike-trains';
export { EventCamera, events } from './camera';
export { exchangeUnits, permuteSteps, reverseTimes, shuffleTimes } from './controls';
export { eventFolder, eventTrains, type Recording, readEvents, splitByGroup } from './events';
export { readGestures } from './gestures';
export { fromArrays, fromIdx, imageFolder } from './images';
export { randman } from './randman';
export { DIRECTIONS, movingThings, saccades } from './scenes';
export { readShd } from './shd';
export { yinYang } from './yin-yang';
