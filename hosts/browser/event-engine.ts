/** The fast engine, made for this host: workers help it. It loads no TensorFlow, so a page can have it alone. */

import { EventEngine } from '../../packages/event-engine/engine';
import { Pool } from '../../packages/event-engine/pool';
import type { EngineOptions } from '../../src/common/engine';
import { canShare, countThreads, loadHelpers } from './helper';
import { siteFile } from './kernel';
import { once } from './once';

const loadKernel = once((load: typeof siteFile): Promise<Uint8Array> => load('kernel.wasm'));

/** @param load where the package's files come from */
export async function createEventEngine(
  options: EngineOptions,
  load: typeof siteFile = siteFile,
): Promise<EventEngine> {
  if (!canShare()) return EventEngine.create(options, { kernel: await loadKernel(load) });
  const [kernel, startHelper] = await Promise.all([loadKernel(load), loadHelpers(load)]);
  const cores = navigator.hardwareConcurrency;
  return EventEngine.create(options, {
    kernel,
    threads: countThreads(),
    startThreads: (core, module) => new Pool(core, module, cores, startHelper),
  });
}
