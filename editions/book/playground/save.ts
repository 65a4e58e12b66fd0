/** Saves networks as files. */
import type { SavedNetwork } from '../../../packages/formats/layers-model';
import { download } from '../../shared/page/dom';
import { t } from '../../shared/page/words';
import { loadScript } from '../page/assets';
import type { EXCHANGE } from './exchange';

export type Format = 'nir' | 'safetensors';

/** Loads the script that reads and writes network files. */
export async function loadExchange(): Promise<typeof EXCHANGE> {
  await loadScript('playground-exchange.js');
  return window.playgroundExchange;
}

/**
 * Offers a network as a file.
 * @param layers such as 784-10
 * @param what a description of the network
 * @returns a message: the file's name, or why nothing was saved
 */
export async function saveNetwork(
  layers: string,
  network: SavedNetwork,
  format: Format,
  what: string,
): Promise<string> {
  try {
    const exchange = await loadExchange();
    const name = `network-${layers}.${format}`;
    download(name, exchange[format](network));
    return t`Saved as ${name}: ${what}.`;
  } catch (error) {
    return t`Not saved: ${(error as Error).message}`;
  }
}
