/** Loaded only when a reader saves or loads a network. */
import { fromFile, toNir, toSafetensors } from '../../../packages/formats/exchange';

export const EXCHANGE = { fromFile, nir: toNir, safetensors: toSafetensors };

declare global {
  interface Window {
    playgroundExchange: typeof EXCHANGE;
  }
}

window.playgroundExchange = EXCHANGE;
