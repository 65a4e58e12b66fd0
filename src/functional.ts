import type { tf } from './backend';

/** Resets every neuron of the network between images (SpikingJelly's functional.reset_net). */
export function resetNet(net: tf.LayersModel): void {
  net.resetStates();
}
