/** Scripts besides the page's own, loaded on demand: a page from disk can load nothing else. */

import { t } from '../../shared/page/words';
import type { EXCHANGE } from './exchange';

/** What editions/book/make/playground.mjs writes into playground-hidden.js. */
export interface HiddenNetwork {
  hidden: number;
  tau: number;
  /** Base64 of float32. */
  weights: string;
}

/** And into playground-convolutional.js. */
export interface ConvolutionalNetwork extends Omit<HiddenNetwork, 'hidden'> {
  /** As `storeLayers` writes them. */
  layers: string;
}

declare global {
  interface Window {
    playgroundHidden?: HiddenNetwork;
    playgroundConvolutional?: ConvolutionalNetwork;
    playgroundExchange?: typeof EXCHANGE;
  }
}

/** Known only while the page's script runs for the first time. */
const ownAddress = (document.currentScript as HTMLScriptElement | null)?.src ?? location.href;

/**
 * What a script has put under its global name.
 * @param what it brings, for the message
 * @throws Error in one line if it does not arrive; the next call tries again
 */
export function loadScript<K extends 'playgroundHidden' | 'playgroundConvolutional' | 'playgroundExchange'>(
  file: string,
  name: K,
  what: string,
): Promise<NonNullable<Window[K]>> {
  return new Promise((resolve, reject) => {
    const script = document.createElement('script');
    const end = () => {
      script.remove();
      const found = window[name];
      if (found) resolve(found);
      else reject(new Error(t`${what} did not arrive`));
    };
    script.src = new URL(file, ownAddress).href;
    script.addEventListener('load', end);
    script.addEventListener('error', end);
    document.head.append(script);
  });
}
