/** The networks of the page: its own three, two of which are loaded on demand, and a reader's. */

import { type ResolvedLayer, readLayers, shortForm } from '../../../packages/networks/options/layers';
import { bytes } from '../../shared/page/base64';
import { loadScript } from '../page/assets';
import { kernelBytes, single } from './assets';
import { Kernel } from './kernel';
import { shortName, type Weights } from './layers';
import type { NetworkName } from './link';

/** A network as written by editions/book/make/playground.ts. */
export interface Stored {
  /** Layers as written by `storeLayers`; neurons have default options except τ. */
  layers: string;
  tau: number;
  /** Base64 of float32. */
  weights: string;
}
declare global {
  interface Window {
    /** Networks loaded so far; each network's script adds its own. */
    playgroundNetworks: Partial<Record<NetworkName, Stored>>;
  }
}
window.playgroundNetworks = { single };

/** A network of the page or of a reader. */
export type ReaderName = NetworkName | 'own';

export interface Network extends Weights {
  name: ReaderName;
  /** Layer sizes, such as 784-10. */
  layers: string;
  kernel: Kernel;
  /** Time constant used in training. */
  tau: number;
  /** All layers, if some are convolutional. */
  convolved?: readonly ResolvedLayer[];
}

/** Creates a network with these layers. */
export async function networkOf(
  name: ReaderName,
  weights: Float32Array,
  layers: readonly ResolvedLayer[],
): Promise<Network> {
  const kernel = await Kernel.create(kernelBytes, weights, { layers });
  const plain = shortForm(layers);
  const { tau } = layers[layers.length - 1].neuron;
  const kind = plain ?? { convolved: layers };
  return { name, layers: shortName(layers), kernel, weights, tau, ...kind };
}

/** Creates one of the page's networks. */
async function load(name: NetworkName): Promise<Network> {
  if (name !== 'single') await loadScript(`playground-${name}.js`);
  const { layers, tau, weights } = window.playgroundNetworks[name] as Stored;
  return networkOf(name, new Float32Array(bytes(weights).buffer), readLayers(layers, { tau }));
}

const made = new Map<ReaderName, Promise<Network>>();

/** Stores a reader's network, replacing the previous one. */
export function keepOwn(network: Network): void {
  made.set('own', Promise.resolve(network));
}

/**
 * Returns a network, created on first use; a reader's must have been stored before.
 * @throws Error in one line if it cannot be loaded; the next call tries again
 */
export function getNetwork(name: ReaderName): Promise<Network> {
  const network = made.get(name) ?? load(name as NetworkName);
  made.set(name, network);
  network.catch(() => made.delete(name));
  return network;
}
