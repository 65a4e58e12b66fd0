/** The parts of the page that the playground works with. */
import { partOf } from '../../shared/page/dom';

export const part = partOf('pg');
export const root = part('root');
export const paper = part<HTMLCanvasElement>('canvas');
export const race = part<HTMLCanvasElement>('race');
export const views = {
  input: part<HTMLCanvasElement>('input'),
  spikes: part<HTMLCanvasElement>('spikes'),
  sum: part<HTMLCanvasElement>('sum'),
  hidden: part<HTMLCanvasElement>('hidden-neurons'),
};
export const sliders = {
  T: part<HTMLInputElement>('T'),
  tau: part<HTMLInputElement>('tau'),
  at: part<HTMLInputElement>('at'),
};
/** One of them is chosen. */
export const networkInputs = {
  single: part<HTMLInputElement>('single-layer'),
  hidden: part<HTMLInputElement>('hidden-layer'),
  convolutional: part<HTMLInputElement>('convolutional-layers'),
  own: part<HTMLInputElement>('own-network'),
};
export const fileInput = part<HTMLInputElement>('file');
export const seedInput = part<HTMLInputElement>('seed');
export const slowButton = part<HTMLButtonElement>('slow');
export const whyButton = part<HTMLButtonElement>('why');
export const rateItems = Array.from(part('rates').children) as HTMLElement[];

export const isPressed = (button: HTMLElement): boolean => button.getAttribute('aria-pressed') === 'true';
export const press = (button: HTMLElement, on: boolean): void => button.setAttribute('aria-pressed', String(on));
