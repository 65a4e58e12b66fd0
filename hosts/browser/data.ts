/** What comes with the site: MNIST, as the host's part of `common/mnist`, and the table of many runs. */
import { type MapTable, parseMap } from '../../packages/runs/map';
import {
  DatasetError,
  MNIST_FILES,
  type Mnist,
  type MnistSplit,
  parseSplit,
  sharedBytes,
} from '../../src/common/mnist';
import { siteFile } from './kernel';

/**
 * Loads MNIST from the site, 11 MB, and checks every file by magic number and size.
 * @throws DatasetError in one line: which file, what was expected, what was found, what to do
 */
export const loadMnist = (): Promise<Mnist> => mnistFrom(siteFile);

/** As `loadMnist`, with the files that `load` gives for their names. */
async function mnistFrom(load: typeof siteFile): Promise<Mnist> {
  const [train, test] = await Promise.all([loadSplit('train', load), loadSplit('test', load)]);
  return { train, test };
}

/**
 * As `mnistFrom`, with files that a browser keeps: new ones once all are checked, since a login page may have answered
 * in their place; and if one is another's content, those that were kept are forgotten, so that the next call fetches.
 * @param cache none in a browser that keeps nothing
 */
export async function mnistIn(
  cache: Pick<Cache, 'match' | 'put' | 'delete'> | undefined,
  addressOf: (path: string) => string,
  load: typeof siteFile,
): Promise<Mnist> {
  const fresh = new Map<string, Uint8Array<ArrayBuffer>>();
  const kept: string[] = [];
  try {
    const images = await mnistFrom(async (path) => {
      const address = addressOf(path);
      const found = await cache?.match(address);
      if (found) {
        kept.push(address);
        return new Uint8Array(await found.arrayBuffer());
      }
      const content = await load(path);
      fresh.set(address, content);
      return content;
    });
    for (const [address, content] of fresh) await cache?.put(address, new Response(content)).catch(() => undefined);
    return images;
  } catch (error) {
    if (error instanceof DatasetError) for (const address of kept) await cache?.delete(address);
    throw error;
  }
}

async function loadSplit(split: 'train' | 'test', load: typeof siteFile): Promise<MnistSplit> {
  const [images, labels] = await Promise.all(MNIST_FILES[split].map((name) => loadFile(name, load)));
  return parseSplit(split, images, labels);
}

async function loadFile(name: string, load: typeof siteFile): Promise<Uint8Array> {
  const content = await load(`mnist/${name}.gz`);
  // Some servers say of a .gz file that it is compressed, and the browser has already decompressed it then.
  const plain = content[0] === 0x1f && content[1] === 0x8b ? await decompressed(name, content) : content;
  const bytes = sharedBytes(plain.length);
  bytes.set(plain);
  return bytes;
}

async function decompressed(name: string, content: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  try {
    const plain = new Blob([content]).stream().pipeThrough(new DecompressionStream('gzip'));
    return new Uint8Array(await new Response(plain).arrayBuffer());
  } catch (error) {
    throw new DatasetError(`${name}.gz: expected a gzip file, found ${(error as Error).message}; load the page again`);
  }
}

/**
 * Loads the table of many runs and checks it.
 * @throws Error in one line: line, column, what was expected, what was found, what to do
 */
export const readMap = async (): Promise<MapTable> =>
  parseMap(new TextDecoder().decode(await siteFile('map.csv')), 'map.csv');
