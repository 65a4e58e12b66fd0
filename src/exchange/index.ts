/** Networks that leave for other programs, and come back. */
export { fromNir, toNir } from './nir';
export { fromPth, type PthNetwork } from './pth';
export { fromSafetensors, type ReadNetwork, toSafetensors } from './safetensors';
