/**
 * The networks that the page can read with: its own three (two are loaded on demand) and a reader's.
 */

import { type ResolvedLayer, readLayers } from '../../../src/common/layers';
import { bytes } from '../../shared/page/base64';
import { loadScript } from '../page/assets';
import { kernelBytes, trainedTau, weights } from './assets';
import { Kernel } from './kernel';
import { layersOf, shortName, type Weights } from './layers';
import type { NetworkName } from './link';

declare global {
  /** What editions/book/make/playground.ts writes into scripts beside the page's own; weights are base64 of float32. */
  interface Window {
    playgroundHidden: { hidden: number; tau: number; weights: string };
    /** Its layers are as `storeLayers` writes them. */
    playgroundConvolutional: { layers: string; tau: number; weights: string };
  }
}

/** Who reads: a network of the page, or one that a reader has brought. */
export type ReaderName = NetworkName | 'own';

export interface Network extends Weights {
  name: ReaderName;
  /** Its layers, such as 784-10. */
  layers: string;
  kernel: Kernel;
  /** The time constant that it was trained with. */
  tau: number;
  /** All its layers, if some convolve. */
  convolved?: readonly ResolvedLayer[];
}

const make: Record<NetworkName, () => Promise<Network>> = {
  async single() {
    const kernel = await Kernel.create(kernelBytes, weights);
    return { name: 'single', layers: layersOf(), kernel, weights, tau: trainedTau };
  },
  async hidden() {
    await loadScript('playground-hidden.js');
    const { hidden, tau, weights: text } = window.playgroundHidden;
    const weights = new Float32Array(bytes(text).buffer);
    const kernel = await Kernel.create(kernelBytes, weights, hidden);
    return { name: 'hidden', layers: layersOf(hidden), kernel, weights, hidden, tau };
  },
  async convolutional() {
    await loadScript('playground-convolutional.js');
    const found = window.playgroundConvolutional;
    const { tau } = found;
    const weights = new Float32Array(bytes(found.weights).buffer);
    const convolved = readLayers(found.layers, { tau });
    const kernel = await Kernel.create(kernelBytes, weights, undefined, { layers: convolved });
    return { name: 'convolutional', layers: shortName(convolved), kernel, weights, convolved, tau };
  },
};

const made = new Map<ReaderName, Promise<Network>>();

/** Keeps a reader's network, in place of the one before. */
export function keepOwn(network: Network): void {
  made.set('own', Promise.resolve(network));
}

/**
 * A network, made on first use; a reader's own must have been kept before.
 * @throws an Error in one line if it cannot be loaded; the next call tries again
 */
export function getNetwork(name: ReaderName): Promise<Network> {
  const network = made.get(name) ?? make[name as NetworkName]();
  made.set(name, network);
  network.catch(() => made.delete(name));
  return network;
}
