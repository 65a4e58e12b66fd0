/** Both engines, made for this host: TensorFlow.js on WebAssembly for the readable one, one thread for the fast one. */
import type { EngineOptions } from '../common/engine';
import { EventEngine } from '../event/engine';
import { isEventEngine } from '../host/engine-name';
import { TfjsEngine, type TfjsEngineOptions } from '../training/tfjs-engine';
import { initBackend } from './backend';
import { siteFile } from './kernel';

let kernelBytes: Promise<Uint8Array> | undefined;

/**
 * Makes an engine. What the options leave out has the tutorial's defaults. The event engine has one thread here, whatever
 * `threads` says: more would need a page that is isolated from others, and its results do not depend on it.
 * @example
 * const engine = await createEngine('event', { data: await loadMnist(), neuron: { tau: 3 } });
 * const { loss } = await engine.trainBatch(0, Uint32Array.of(0, 1, 2));
 * await engine.close();
 * @throws RangeError that names the option that is out of range
 */
export function createEngine(name: 'event', options: EngineOptions): Promise<EventEngine>;
export function createEngine(name: 'tfjs', options: TfjsEngineOptions): Promise<TfjsEngine>;
export function createEngine(name: 'event' | 'tfjs', options: TfjsEngineOptions): Promise<EventEngine | TfjsEngine>;
export async function createEngine(name: 'event' | 'tfjs', options: TfjsEngineOptions) {
  if (isEventEngine(name, options)) {
    kernelBytes ??= siteFile('kernel.wasm');
    // Not kept if it failed: the next call tries again.
    kernelBytes.catch(() => {
      kernelBytes = undefined;
    });
    return EventEngine.create(options, { kernel: await kernelBytes });
  }
  await initBackend();
  return new TfjsEngine(options);
}
