/** Delays of connections, in steps. */
import { checkOptions, formatValue } from '../../../src/common/checks';
import { group, type Infer, toggle, whole } from './schema';

/** The longest delay, in steps. */
export const MAX_DELAY = 100;

/**
 * Each connection of a layer, from an input i to a neuron j, has a delay d from 0 to `most` steps, which need not be
 * whole: of a spike in step t it brings the neuron W (1 − f) in step t + k and W f in the next, where k is d rounded
 * down and f = d − k (the linear kernel of snnTorch's `SynapticDelay`, which has a delay for each neuron).
 *
 *     x_j[t] = Σ_i W_ij ((1 − f_ij) s_i[t − k_ij] + f_ij s_i[t − k_ij − 1])
 *
 * What would arrive after the last step is lost, unless the neurons are not reset. All delays are drawn uniformly from 0
 * to `most`, and stay so unless they are learnt: then Adam moves them at `most` times its rate (at 0.01 by up to a
 * hundredth of their range in a step), and never out of the range. Their gradient is that of the share f; where d is a
 * whole number it is the slope to its right, or to its left at `most`.
 */
export const DELAY = group(
  { doc: 'delay what each connection sends by a number of steps of its own, drawn from the seed' },
  {
    /** A whole number from 1 to 100, less than there are steps. */
    most: whole(1, MAX_DELAY, {
      doc: 'delay what each connection sends, by up to so many steps, fewer than T, drawn from the seed; what would arrive after the last step is lost, unless the neurons are not reset',
      required: true,
    }),
    /** Default false. */
    learn: toggle({
      doc: 'learn the delays, too, at as many times the learning rate as they have steps at most',
      default: false,
    }),
  },
);

/** The delays of a layer. */
export interface Delay extends Pick<Infer<typeof DELAY>, 'most'> {
  learn?: boolean;
}

/** A layer's delays as they are asked for, without what is the default. @throws RangeError unless they are some */
export function resolveDelay(some: Delay): Delay {
  if (some !== null) checkOptions('delay', some, ['most', 'learn']);
  const { most, learn = false } = some ?? {};
  DELAY.fields.most.check('most of the delay', most);
  DELAY.fields.learn.check('learn of the delay', learn);
  return { most: most as number, ...(learn && { learn }) };
}

/** @throws RangeError unless the layers' delays are shorter than T steps, and the first one hears spikes */
export function checkDelays(layers: readonly { delay?: Delay }[], T: number, encoder?: string): void {
  layers.forEach(({ delay }, i) => {
    if (!delay) return;
    if (delay.most >= T) {
      throw new RangeError(`layers[${i}]: most of the delay: expected fewer than T = ${T} steps, found ${delay.most}`);
    }
    if (i === 0 && encoder === 'direct') {
      throw new RangeError(
        `encoder: expected spikes, which the delays of the first layer need, found ${formatValue(encoder)}`,
      );
    }
  });
}
