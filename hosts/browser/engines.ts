/** Both engines, made for this host: TensorFlow.js on WebAssembly for the readable one, workers for the fast one. */

import { EventEngine } from '../../packages/event-engine/engine';
import type { EngineOptions, Learner } from '../../packages/networks/options/engine';
import { TfjsEngine, type TfjsEngineOptions } from '../../packages/networks/tfjs/engine';
import { isEventEngine } from '../contract/contract';
import { initBackend } from './backend';
import { createEventEngine, describeThreads } from './event-engine';
import { kernel } from './kernel';

/**
 * Makes an engine. What the options leave out has the tutorial's defaults. The event engine has all cores, where the
 * page is isolated from other sites, and one thread elsewhere, whatever `threads` says; its results do not depend on
 * it.
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
  if (isEventEngine(name, options)) return createEventEngine(options);
  await initBackend();
  return new TfjsEngine(options);
}

/** The last message and its cell: a cell that trains many networks prints it once. */
let said: { cell?: object; text?: string } = {};

/** Says below the cell how many threads an event engine has. */
export function announce(engine: Learner): void {
  if (!(engine instanceof EventEngine)) return;
  const { cell, display } = kernel();
  const now = { cell: cell(), text: describeThreads(engine.threads) };
  if (now.cell !== said.cell || now.text !== said.text) display({ data: { 'text/plain': now.text } });
  said = now;
}
