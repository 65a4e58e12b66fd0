/** Which of the two engines a chapter asks for. */

import { checkObject, formatValue, listChoices } from '../../src/common/checks';
import { type EngineOptions, LOSS_NAMES } from '../../src/common/engine';
import type { TfjsEngineOptions } from '../../src/training/tfjs-engine';

/** What only the engine `tfjs` takes. */
export const TFJS_ALONE = ['network', 'stepMode'] as const;

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
