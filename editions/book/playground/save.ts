/** Networks that leave the page as files. */
import type { SavedNetwork } from '../../../packages/formats/layers-model';
import { download } from '../page/download';
import { loadScript } from './scripts';

export type Format = 'nir' | 'safetensors';

export const loadExchange = () =>
  loadScript('playground-exchange.js', 'playgroundExchange', 'the script that reads and writes files');

/**
 * Offers a network as a file.
 * @param layers such as 784-10
 * @returns the file's name
 */
export async function saveNetwork(layers: string, network: SavedNetwork, format: Format): Promise<string> {
  const exchange = await loadExchange();
  const name = `network-${layers}.${format}`;
  download(name, exchange[format](network));
  return name;
}
