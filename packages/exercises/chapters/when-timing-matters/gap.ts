/** How far apart two spikes may be. */
import { charge } from '../../../../src/common/lif';
import { exercise, mistake as m } from '../../engine/exercise';

type Gap = (weight: number, tau: number) => number;

/** Whole numbers are compared with room for rounding, so that a share is the same mistake however it is added up. */
export const ROUNDING = 1e-9;

/** The widest gap between two spikes of this weight at which the second one makes the package's own neuron fire. */
function widestGap(weight: number, tau: number): number {
  const options = { tau, decayInput: false, vThreshold: 1, vReset: 0 };
  let v = charge(weight, 0, options);
  for (let gap = 1; ; gap++) {
    if (charge(weight, v, options) < 1) return gap - 1;
    v = charge(0, v, options);
  }
}

/** The gap, which is seldom whole, at which the second spike lifts the potential just to 1. */
const exactGap = (weight: number, factor: number) => Math.log((1 - weight) / weight) / Math.log(factor);

/** The same where the leak of the last step takes from the second spike, too. */
const fading =
  (steps: number): Gap =>
  (weight, tau) => {
    const factor = 1 - 1 / tau;
    let gap = 0;
    for (let left = weight * factor ** steps; (left + weight) * factor >= 1; left *= factor) gap++;
    return gap;
  };

export const timeGap = exercise<Gap>({
  minutes: 9,
  names: ['weight', 'tau'],
  probes: [
    [0.6, 2],
    [0.6, 20],
    [0.9, 5],
    [0.7, 10],
    [0.55, 2],
    [0.75, 40],
    [0.8, 2], // the second spike lifts the potential to 1 itself, and every factor is a power of 2
  ],
  tolerance: ROUNDING,
  oracle: widestGap,
  mistakes: {
    'one-too-many': m(
      'rounds up',
      'At this gap the neuron stays silent. To which side do you round?',
      (weight, tau) => widestGap(weight, tau) + 1,
      (weight, tau) => Math.ceil(exactGap(weight, 1 - 1 / tau) - ROUNDING),
      (weight, tau) => Math.round(exactGap(weight, 1 - 1 / tau)),
    ),
    'above-threshold': m(
      'lets the neuron fire above the threshold only',
      'Where the sum is exactly 1 your neuron stays silent. Does a neuron fire at its threshold, or only above it?',
      (weight, tau) => Math.ceil(exactGap(weight, 1 - 1 / tau) - ROUNDING) - 1,
    ),
    'second-fades': m(
      'lets the second spike fade, too, before it counts',
      'Your gap is too narrow: the second spike has already faded here. When does a neuron fire, before the leak of the next step or after it?',
      fading(0),
      fading(1),
    ),
    'input-decays': m(
      'lets the input decay, as without `decayInput: false`',
      'Your neuron never fires, however close both spikes are. With “decayInput: false”, is a weight divided by τ?',
      (weight, tau) => Math.floor(exactGap(weight / tau, 1 - 1 / tau) + ROUNDING),
      (weight, tau) => Math.floor(Math.max(0, exactGap(weight / tau, 1 - 1 / tau)) + ROUNDING),
    ),
    'first-spike-alone': m(
      'asks how long one spike alone takes to fade to half',
      'Your gap does not depend on the weight. What has to be left of the first spike, so that the second one reaches 1?',
      (_, tau) => Math.floor(Math.log(0.5) / Math.log(1 - 1 / tau)),
    ),
    'faded-to-weight': m(
      'asks when the share `weight` of the first spike is left',
      'At this gap the share “weight” of the first spike is left. How much must be left of it, so that the second one reaches 1?',
      (weight, tau) => Math.floor(Math.log(weight) / Math.log(1 - 1 / tau)),
    ),
    'starts-at-1': m(
      'lets the first spike lift the potential to 1',
      'The first spike fades from 1 here. To which potential does it lift the neuron?',
      (weight, tau) => Math.floor(Math.log(1 - weight) / Math.log(1 - 1 / tau)),
    ),
    'not-whole': m(
      'does not round',
      'This is not a whole number. At which whole gap does the neuron still fire?',
      (weight, tau) => exactGap(weight, 1 - 1 / tau),
    ),
    'leak-as-factor': m(
      'multiplies by 1/tau in each step',
      'This takes 1/τ for what is left. How much of v survives one step?',
      (weight, tau) => Math.floor(exactGap(weight, 1 / tau)),
    ),
    exponential: m(
      'takes exp(-gap / tau) for the leak',
      'For a large τ this is close, for a small one it is not. By which factor does one step of our neuron multiply v?',
      (weight, tau) => Math.floor(exactGap(weight, Math.exp(-1 / tau))),
    ),
    tau: m(
      'returns tau',
      'This is τ itself, whatever the weight. With which weight would a spike fire the neuron alone?',
      (_, tau) => tau,
    ),
    'second-forgotten': m(
      'asks when the first spike falls below the threshold that the weight leaves, plus one more step',
      'The steps between both spikes are counted one too many or one too few. How often has v leaked when the second spike arrives?',
      (weight, tau) => Math.floor(exactGap(weight, 1 - 1 / tau)) - 1,
    ),
  },
  forms: [
    (weight, tau) => {
      let [gap, left] = [0, weight];
      while (left * (1 - 1 / tau) + weight >= 1) {
        left *= 1 - 1 / tau;
        gap++;
      }
      return gap;
    },
    (weight, tau) => Math.floor(Math.log((1 - weight) / weight) / Math.log(1 - 1 / tau)),
  ],
});
