/** Which of the two engines a chapter asks for. */
import type { TfjsEngineOptions } from '../training/tfjs-engine';

/**
 * Whether the event engine is asked for, and with options that it has; otherwise it is the tfjs engine.
 * @throws RangeError for another name; TypeError for a loss, which the event engine does not take
 */
export function isEventEngine(name: 'event' | 'tfjs', options: TfjsEngineOptions): boolean {
  if (name === 'tfjs') return false;
  if (name !== 'event') throw new RangeError(`engine: expected 'event' or 'tfjs', found ${name}`);
  if (options?.loss) throw new TypeError("loss: expected none, as the event engine has the MSE built in; use 'tfjs'");
  return true;
}
