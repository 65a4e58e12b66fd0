/**
 * The networks that the page can read with: its own three (two are loaded on demand) and a reader's.
 */

import { type ResolvedLayer, readLayers, shortForm } from '../../../packages/networks/options/layers';
import { bytes } from '../../shared/page/base64';
import { loadScript } from '../page/assets';
import { kernelBytes, single } from './assets';
import { Kernel } from './kernel';
import { shortName, type Weights } from './layers';
import type { NetworkName } from './link';

/** As editions/book/make/playground.ts writes it. */
export interface Stored {
  /** As `storeLayers` writes them; their neurons have the default options, but for τ. */
  layers: string;
  tau: number;
  /** Base64 of float32. */
  weights: string;
}
declare global {
  interface Window {
    /** Those that have come: scripts beside the page's own add to them. */
    playgroundNetworks: Partial<Record<NetworkName, Stored>>;
  }
}
window.playgroundNetworks = { single };

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

/** A network with these layers. */
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

/** A network of the page. */
async function load(name: NetworkName): Promise<Network> {
  if (name !== 'single') await loadScript(`playground-${name}.js`);
  const { layers, tau, weights } = window.playgroundNetworks[name] as Stored;
  return networkOf(name, new Float32Array(bytes(weights).buffer), readLayers(layers, { tau }));
}

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
  const network = made.get(name) ?? load(name as NetworkName);
  made.set(name, network);
  network.catch(() => made.delete(name));
  return network;
}
