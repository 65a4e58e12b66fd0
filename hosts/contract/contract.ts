/**
 * What every host of the tutorial offers, under the same names: Node with the tslab kernel (`hosts/node/`), and the
 * browser. A chapter uses these, the lesson and the packages, and so runs unchanged on each.
 */

import type { Figure } from '../../packages/figures';
import { type Engine, type EngineOptions, LOSS_NAMES } from '../../packages/networks/options/engine';
import type { TfjsEngineOptions } from '../../packages/networks/tfjs/engine';
import type { MapTable } from '../../packages/runs/map';
import type { Run, SavedRun } from '../../packages/runs/run-files';
import { checkObject, formatValue, listChoices } from '../../src/common/checks';
import type { Mnist } from '../../src/common/mnist';

/** A figure that changes while the cell runs. */
export interface LiveFigure {
  /** Draws a newer state; where they come faster than they can be drawn, some are left out. */
  update(figure: Figure): void;
  /** Shows the last state (or this one), which is kept; call it in `finally`. */
  done(figure?: Figure): Promise<void>;
}

/** A bar that fills in place. */
export interface ProgressBar {
  /** `count` steps are done, also a part of one. */
  update(count: number): void;
  /** Leaves `label: count/total`, and nothing that differs from run to run. */
  finish(): void;
}

export interface Host {
  /** Makes TensorFlow.js ready and returns the backend's name. Await it once, before the first tensor. */
  initBackend(): Promise<string>;
  /** Loads MNIST and checks it. */
  loadMnist(): Promise<Mnist>;
  /** Makes an engine from some options and the tutorial's defaults. */
  createEngine(name: 'event' | 'tfjs', options: EngineOptions | TfjsEngineOptions): Promise<Engine>;
  /** Puts a figure below the cell. */
  show(figure: Figure): Promise<void>;
  /** Starts a figure that is updated in place, for a cell with its own loop. */
  liveFigure(): LiveFigure;
  /** Starts a bar with count, rate and time left, for work that `withBar` does not know; `total` is at least 1. */
  progressBar(total: number, label?: string): ProgressBar;
  /** Runs awaited work of a cell's own that an interrupt stops. */
  interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T>;
  /** Keeps a run for later chapters, and returns where. */
  saveRun(run: Run, name?: string): Promise<string>;
  /** What `saveRun` kept. */
  loadRun(name?: string): Promise<SavedRun>;
  /**
   * Keeps bytes as a file that the reader can take away, over an earlier one of that name, which has an ending, and
   * returns where.
   */
  saveFile(name: string, bytes: Uint8Array): Promise<string>;
  /** The bytes of a file that `saveFile` kept or the reader has put there. */
  loadFile(name: string): Promise<Uint8Array>;
  /**
   * Bytes of the files in a folder of data of one's own, by their paths in it; in a browser, of those in the zip file of
   * that name that the reader has put there.
   */
  loadFolder(name: string): Promise<Record<string, Uint8Array>>;
  /** The table of many runs that comes with the project. */
  readMap(): Promise<MapTable>;
  /** SHA-256 of the bytes, in hexadecimal. */
  fingerprint(values: Float32Array): string;
}

/** What only the engine `tfjs` takes. */
const TFJS_ALONE = ['network', 'stepMode'] as const;

/**
 * Whether the event engine is asked for, and with options that it has; otherwise it is the tfjs engine.
 * @throws RangeError for another name; TypeError for what the event engine does not take: a loss that is a function, a
 *   network, a step mode
 */
export function isEventEngine(
  name: 'event' | 'tfjs',
  options: TfjsEngineOptions,
): options is TfjsEngineOptions & EngineOptions {
  if (name !== 'event' && name !== 'tfjs') {
    throw new RangeError(
      `engine: expected 'event' or 'tfjs', found ${typeof name === 'string' ? name : formatValue(name)}`,
    );
  }
  checkObject('createEngine', options, 'an object of options');
  if (name === 'tfjs') return false;
  if (typeof options.loss === 'function') {
    throw new TypeError(
      `loss: expected ${listChoices(LOSS_NAMES.map(formatValue))}, found a function, which the engine 'tfjs' alone takes`,
    );
  }
  const [given] = TFJS_ALONE.filter((option) => options[option] !== undefined);
  if (given) throw new TypeError(`${given}: expected none, since the engine 'tfjs' alone takes it, found one`);
  return true;
}
