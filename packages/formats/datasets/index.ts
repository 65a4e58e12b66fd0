/** Data besides MNIST, named as SpikingJelly's `datasets`: spike trains, in which time matters. */
export { makeSpikeTrains } from '../../../src/common/spike-trains';
export { type CameraOptions, EventCamera, events, type Frame } from './camera';
export { exchangeUnits, permuteSteps, reverseTimes, shuffleTimes } from './controls';
export {
  type EventTrainsOptions,
  eventTrains,
  type LabelledRecordings,
  type Recording,
  readEvents,
  splitByGroup,
} from './events';
export { readAedat, readGestures } from './gestures';
export { type RandmanOptions, randman } from './randman';
export { rows } from './rows';
export { DIRECTIONS, type MovingThingsOptions, movingThings, saccades } from './scenes';
export { readShd, type ShdOptions } from './shd';
export { type YinYangOptions, yinYang } from './yin-yang';
