/**
 * Lets `tf.nextFrame` wait for the next turn of the event loop. TensorFlow.js would take the worker's next animation
 * frame: 16 ms per call, and none at all while the tab is hidden. It looks when it is loaded, so this module is
 * imported first.
 */
import { nextTurn } from '../../packages/networks/queue';

globalThis.requestAnimationFrame = (callback) => {
  void nextTurn().then(() => callback(performance.now()));
  return 0;
};
