/** Data besides MNIST, named as SpikingJelly's `datasets`: spike trains, in which time matters. */
export { makeSpikeTrains } from '../../../src/common/spike-trains';
export { EventCamera, events } from './camera';
export { exchangeUnits, permuteSteps, reverseTimes, shuffleTimes } from './controls';
export { eventTrains, type Recording, readEvents, splitByGroup } from './events';
export { readGestures } from './gestures';
export { randman } from './randman';
export { DIRECTIONS, movingThings, saccades } from './scenes';
export { readShd } from './shd';
export { yinYang } from './yin-yang';
