/** Data beside MNIST, named as SpikingJelly's `datasets`: spike trains, in which time matters. */
export { makeSpikeTrains } from '../common/spike-trains';
export { type RandmanOptions, randman } from './randman';
