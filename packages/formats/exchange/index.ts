/** Networks that leave for other programs, and come back. */
export { type ConvertedAnn, type FromAnnOptions, fromAnn } from './ann';
export { checkFileName, type FileNetwork, fromFile, MOST_BYTES } from './file';
export { type IntegerLayer, type IntegerNetwork, toIntegers } from './integers';
export { checkNir, toNir } from './nir';
export { fromNir } from './nir-reader';
export { fromPth, type PthNetwork } from './pth';
export { fromSafetensors, type ReadNetwork, toSafetensors } from './safetensors';
