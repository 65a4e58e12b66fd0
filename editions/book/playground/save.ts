/** Networks that leave the page as files. */
import type { SavedNetwork } from '../../../packages/formats/layers-model';
import { download } from '../../shared/page/dom';
import { t } from '../../shared/page/words';
import { loadScript } from './scripts';

export type Format = 'nir' | 'safetensors';

export const loadExchange = () =>
  loadScript('playground-exchange.js', 'playgroundExchange', t`the script that reads and writes files`);

/**
 * Offers a network as a file.
 * @param layers such as 784-10
 * @param what it is, in words
 * @returns what to say: the file's name, or why there is none
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
