/** Spike-timing-dependent plasticity: pairs of spikes, where a weight comes to rest, and centres that move. */
import { exercise, mistake as m } from '../engine/exercise';
import { sum } from '../engine/values';

type Nearest = (sender: number[], receiver: number[], keep: number) => number;
type Rest = (p: number, target: number) => number;
type Move = (centres: number[][], image: number[], eta: number) => number[][];

/** What a spike makes of its side's trace: one that remembers the last spike alone, or one that remembers all. */
const last = (_: number): number => 1;
const more = (trace: number): number => trace + 1;
/** The change by pairs: what a spike makes of its side's trace, and what each side's spike reads. */
const byTraces =
  ({
    spike = { sender: last, receiver: last },
    fades = true,
    down = 0.5,
    read = (trace: number) => trace,
    ofThisStep = { sender: true, receiver: false },
  } = {}): Nearest =>
  (sender, receiver, keep) => {
    let [x, y, change] = [0, 0, 0];
    for (let t = 0; t < sender.length; t++) {
      if (fades) [x, y] = [keep * x, keep * y];
      const [xBefore, yBefore] = [x, y];
      if (sender[t]) x = spike.sender(x);
      if (receiver[t]) y = spike.receiver(y);
      const [heard, fired] = [ofThisStep.sender ? x : xBefore, ofThisStep.receiver ? y : yBefore];
      if (sender[t]) [change, y] = [change - down * fired, receiver[t] ? y : read(y)];
      if (receiver[t]) [change, x] = [change + heard, read(x)];
    }
    return change;
  };
const nearest = byTraces();

/** Where p of the winner's spikes raise a weight by `up` of its room, and the others lower it by `down` of itself. */
const rest = (p: number, up: number, down: number) => (p * up) / (p * up + (1 - p) * down);

const apart = (centre: readonly number[], image: readonly number[], of: (difference: number) => number) =>
  sum(centre.map((value, q) => of(value - image[q])));
const squared = (centre: readonly number[], image: readonly number[]) => apart(centre, image, (d) => d ** 2);
const product = (centre: readonly number[], image: readonly number[]) =>
  sum(centre.map((value, q) => value * image[q]));
/** The first of those with the highest value. */
const first = (values: readonly number[]) => values.indexOf(Math.max(...values));
/** The centres after an image: which of them are moved, and how one moves. */
const moved =
  (
    isMoved: (k: number, centres: number[][], image: number[]) => boolean,
    step = (value: number, pixel: number, eta: number) => value + eta * (pixel - value),
  ): Move =>
  (centres, image, eta) =>
    centres.map((centre, k) =>
      isMoved(k, centres, image) ? centre.map((value, q) => step(value, image[q], eta)) : [...centre],
    );
const isNearest = (k: number, centres: number[][], image: number[]) =>
  k === first(centres.map((centre) => -squared(centre, image)));

export const withoutLabels = {
  'stdp-nearest': exercise<Nearest>({
    minutes: 8,
    names: ['sender', 'receiver', 'keep'],
    probes: [
      [[1, 1, 0, 0], [0, 0, 0, 1], 0.5],
      [[0, 1, 0, 1, 0, 0], [1, 0, 0, 0, 1, 1], 0.75],
      [[1, 0, 1, 0, 1], [0, 0, 1, 1, 0], 0.5],
      [[0, 0, 0, 1, 1], [1, 1, 0, 0, 0], 0.5],
    ],
    oracle: nearest,
    mistakes: {
      'all-pairs': m(
        'adds 1 to a trace at each spike, so that all pairs count',
        'Here earlier spikes still count once a newer one has come. What does a trace look like that remembers the last spike alone?',
        byTraces({ spike: { sender: more, receiver: more } }),
        byTraces({ spike: { sender: more, receiver: last } }),
        byTraces({ spike: { sender: last, receiver: more } }),
      ),
      'never-fades': m(
        'lets no trace fade',
        'Here a spike of long ago counts as much as the last one. What happens to a trace from step to step?',
        byTraces({ fades: false }),
      ),
      'only-up': m(
        'leaves out the pairs in which the receiver fires first',
        'Here no weight ever falls. What does a spike of the sender do if the receiver has fired before?',
        byTraces({ down: 0 }),
      ),
      'same-size': m(
        'lets both kinds of pairs count the same',
        'Here a late sender lowers the weight as much as an early one raises it. How much does each kind count?',
        byTraces({ down: 1 }),
      ),
      'same-step-late': m(
        'does not count a sender that fires in the step of the receiver as early',
        'Here the sender’s spike of the same step comes too late to be heard. In which order must a step go?',
        byTraces({ ofThisStep: { sender: false, receiver: false } }),
      ),
      'same-step-twice': m(
        'lets two spikes of one step raise the weight and lower it',
        'Here spikes of the same step also lower the weight. Which of them counts as the earlier one?',
        byTraces({ ofThisStep: { sender: true, receiver: true } }),
      ),
      'used-up': m(
        'empties a trace once it has been read',
        'Here a spike takes part in one pair of its kind at most. Does reading a trace change it?',
        byTraces({ read: () => 0 }),
      ),
      'late-raises': m(
        'lets a late sender raise the weight, too',
        'Here a sender that fires too late raises the weight as well. Which way should it go?',
        byTraces({ down: -0.5 }),
      ),
      'only-down': m(
        'leaves out the pairs in which the sender fires first',
        'Here no weight ever rises. What does a spike of the receiver do if the sender has fired before?',
        (sender, receiver, keep) => nearest(sender, receiver, keep) - byTraces({ down: 0 })(sender, receiver, keep),
      ),
      'first-spike': m(
        'pairs with the first spike in place of the last',
        'Here a trace goes on fading while new spikes come. What does a new spike do to it?',
        byTraces({ spike: { sender: (trace) => trace || 1, receiver: (trace) => trace || 1 } }),
      ),
      reversed: m(
        'exchanges sender and receiver',
        'Here the weight rises when the receiver fires first. Who has to be early for that?',
        (sender, receiver, keep) => nearest(receiver, sender, keep),
      ),
    },
    forms: [
      (sender, receiver, keep) => {
        let change = 0;
        receiver.forEach((after, r) => {
          const s = sender.lastIndexOf(1, r);
          if (after && s >= 0) change += keep ** (r - s);
        });
        sender.forEach((before, s) => {
          const r = s > 0 ? receiver.lastIndexOf(1, s - 1) : -1;
          if (before && r >= 0) change -= 0.5 * keep ** (s - r);
        });
        return change;
      },
      (sender, receiver, keep) => {
        let [x, y, change] = [0, 0, 0];
        sender.forEach((before, t) => {
          x = before ? 1 : keep * x;
          y *= keep;
          change += receiver[t] * x - 0.5 * before * y;
          if (receiver[t]) y = 1;
        });
        return change;
      },
    ],
  }),
  'stdp-rest': exercise<Rest>({
    minutes: 6,
    names: ['p', 'target'],
    probes: [
      [0.5, 0.25],
      [0.1, 0.25],
      [0.9, 0.4],
      [1, 0.25],
      [0, 0.25],
    ],
    oracle: (p, target) => rest(p, 1 - target, target),
    mistakes: {
      share: m(
        'returns p',
        'This is where a weight rests if rises and falls are equally strong. What does the target do to them?',
        (p) => p,
      ),
      'target-exchanged': m(
        'lets the target raise and the rest lower',
        'Here rises have the size of the target. How large is 1 − target, and when does it count?',
        (p, target) => rest(p, target, 1 - target),
      ),
      turned: m(
        'returns the share of the falls',
        'This is what your weight lacks to 1. Which of the two pulls it up?',
        (p, target) => rest(1 - p, target, 1 - target),
      ),
      'to-the-end': m(
        'sends the weight to 0 or 1',
        'That would be so if the steps did not shrink near 0 and 1. What do 1 − w and w do to them?',
        (p, target) => (p > target ? 1 : 0),
      ),
      drift: m(
        'returns what the weight would gain on average without its bounds',
        'This is the mean of “trace − target”, which is a speed. At which w do rises and falls cancel?',
        (p, target) => p - target,
      ),
      ratio: m(
        'compares rises with falls and leaves w out of one side',
        'This is w / (1 − w). What is w?',
        (p, target) => (p === 1 ? 1e6 : (p * (1 - target)) / ((1 - p) * target)),
        (p, target) => (p * (1 - target)) / ((1 - p) * target || 1e-9),
      ),
    },
    forms: [
      (p, target) => (p * (1 - target)) / (p + target - 2 * p * target),
      (p, target) => {
        let [low, high] = [0, 1];
        for (let k = 0; k < 60; k++) {
          const w = (low + high) / 2;
          if (p * (1 - target) * (1 - w) > (1 - p) * target * w) low = w;
          else high = w;
        }
        return (low + high) / 2;
      },
    ],
  }),
  'stdp-centre': exercise<Move>({
    minutes: 6,
    names: ['centres', 'image', 'eta'],
    probes: [
      [
        [
          [0, 0],
          [1, 1],
          [4, 4],
        ],
        [0.75, 1.5],
        0.5,
      ],
      [
        [
          [1, 0, 0],
          [0, 2, 0],
        ],
        [0.5, 0, 0.25],
        0.25,
      ],
      // Another one is nearest by each pixel alone, and by the sum of the differences.
      [
        [
          [1.5, 3, 1.25],
          [2, 2, 2],
          [1, 4, 1],
        ],
        [1, 1, 1],
        0.5,
      ],
      // Another one is nearest by its largest difference alone.
      [
        [
          [3, 0],
          [2.5, 2.5],
        ],
        [0, 0],
        0.5,
      ],
    ],
    oracle: moved(isNearest),
    mistakes: {
      'most-alike': m(
        'moves the centre with the largest product',
        'A large centre has a large product with every image. Which centre is at the smallest distance?',
        moved((k, centres, image) => k === first(centres.map((centre) => product(centre, image)))),
        moved((k, centres) => k === first(centres.map((centre) => sum(centre)))),
      ),
      farthest: m(
        'moves the centre that is farthest away',
        'Here the centre with the largest distance moves. Which one is meant to learn?',
        moved((k, centres, image) => k === first(centres.map((centre) => squared(centre, image)))),
      ),
      'not-squared': m(
        'adds up the sizes of the differences',
        'Your distance is a sum of plain differences. What does the task do with each before it adds them up?',
        moved((k, centres, image) => k === first(centres.map((centre) => -apart(centre, image, Math.abs)))),
        moved((k, centres, image) => k === first(centres.map((centre) => -apart(centre, image, (d) => d)))),
      ),
      'largest-difference': m(
        'compares the largest differences',
        'Here the largest difference alone decides which centre is nearest. What does the task add up?',
        moved((k, centres, image) => {
          const largest = centres.map((centre) => Math.max(...centre.map((value, q) => Math.abs(value - image[q]))));
          return k === largest.indexOf(Math.min(...largest));
        }),
      ),
      'one-pixel': m(
        'compares one pixel of each centre',
        'Here a single pixel decides which centre is nearest. How many have to count?',
        moved((k, centres, image) => k === first(centres.map(([value]) => -((value - image[0]) ** 2)))),
        moved((k, centres, image) => k === first(centres.map((centre) => -squared(centre.slice(-1), image.slice(-1))))),
      ),
      'all-move': m(
        'moves all centres',
        'Then all centres end in the same place. How many of them may move?',
        moved(() => true),
      ),
      'only-losers': m(
        'moves every centre but the nearest',
        'Here the nearest one stays where it is. Which one is meant to learn?',
        moved((...all) => !isNearest(...all)),
      ),
      away: m(
        'moves away from the image',
        'Here the distance grows. Which way does “image − centre” point?',
        moved(isNearest, (value, pixel, eta) => value - eta * (pixel - value)),
      ),
      'adds-up': m(
        'adds the image without giving anything up',
        'Here a bright pixel makes its centre grow without end. What has to be taken away?',
        moved(isNearest, (value, pixel, eta) => value + eta * pixel),
      ),
      replaced: m(
        'puts the image in the place of the centre',
        'Here the centre forgets all earlier images. What does “eta” say?',
        moved(isNearest, (_, pixel) => pixel),
      ),
    },
    forms: [
      (centres, image, eta) => {
        const far = centres.map((centre) => Math.hypot(...centre.map((value, q) => value - image[q])));
        const winner = far.indexOf(Math.min(...far));
        const next = centres.map((centre) => centre.slice());
        next[winner] = next[winner].map((value, q) => (1 - eta) * value + eta * image[q]);
        return next;
      },
      (centres, image, eta) => {
        let [winner, least] = [0, Number.POSITIVE_INFINITY];
        for (const [k, centre] of centres.entries()) {
          const distance = squared(centre, image);
          if (distance < least) [winner, least] = [k, distance];
        }
        return centres.map((centre, k) => (k === winner ? centre.map((v, q) => v + eta * (image[q] - v)) : centre));
      },
    ],
  }),
};

// A reward as a third factor of a weight, and how far a threshold grows.

type Balance = (spikes: number, plus: number, fade: number) => number;
type Rewarded = (sender: number[], receiver: number[], reward: number[], keep: number) => number;

/** The change by rewards: what the eligibility is after a step, and what of it is rewarded. */
const rewarded =
  (
    eligible: (kept: number, trace: number, fired: number, keep: number) => number,
    worth = (reward: number, eligibility: number, _before: number) => reward * eligibility,
    { traceFirst = true } = {},
  ): Rewarded =>
  (sender, receiver, reward, keep) => {
    let [x, e, change] = [0, 0, 0];
    for (let t = 0; t < sender.length; t++) {
      const heard = x;
      x = keep * x + sender[t];
      const before = keep * e;
      e = eligible(e, traceFirst ? x : heard, receiver[t], keep);
      change += worth(reward[t], e, before);
    }
    return change;
  };

export const withoutLabelsReward = {
  'stdp-reward': exercise<Rewarded>({
    minutes: 8,
    names: ['sender', 'receiver', 'reward', 'keep'],
    probes: [
      [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 0, 1], 0.5],
      [[1, 1, 0, 0, 1], [0, 1, 0, 1, 0], [0, 1, 0, -1, 2], 0.75],
      [[0, 1, 0, 1], [1, 0, 1, 0], [1, 1, -1, 1], 0.5],
    ],
    oracle: rewarded((e, x, fired, keep) => keep * e + fired * x),
    mistakes: {
      'reward-now': m(
        'rewards a pair only in the step in which it is made',
        'Here a reward that comes later finds nothing to reward. What has to remember the pair until then?',
        rewarded((_, x, fired) => fired * x),
      ),
      'without-reward': m(
        'adds up the pairs, whatever the reward',
        'This is plain STDP. What does the third factor do to it?',
        (sender, receiver, _, keep) =>
          rewarded((_e, x, fired) => fired * x)(
            sender,
            receiver,
            sender.map(() => 1),
            keep,
          ),
      ),
      'never-fades': m(
        'never lets the eligibility fade',
        'Here a pair of long ago earns as much as one just made. What does “keep” do to what is eligible?',
        rewarded((e, x, fired) => e + fired * x),
      ),
      'one-step-late': m(
        'rewards what was eligible before this step',
        'A pair that is made in the step of the reward counts, too. In which order must a step go?',
        rewarded(
          (e, x, fired, keep) => keep * e + fired * x,
          (reward, _, before) => reward * before,
        ),
      ),
      'trace-late': m(
        'reads the trace before this step has changed it',
        'Here the trace is read as it was a step ago. Does a sender’s spike of this step count?',
        rewarded((e, x, fired, keep) => keep * e + fired * x, undefined, { traceFirst: false }),
      ),
      'fades-at-once': m(
        'lets a new pair fade in the step in which it is made',
        'Here a new pair has already faded when its first reward comes. In which order must a step go?',
        rewarded((e, x, fired, keep) => keep * (e + fired * x)),
      ),
      'sender-alone': m(
        'lets the sender’s trace alone be eligible',
        'Here a reward comes even if the receiver was silent. When does a pair exist?',
        rewarded((e, x, _, keep) => keep * e + x),
        rewarded((_, x) => x),
      ),
      'receiver-alone': m(
        'lets the receiver’s spikes alone be eligible',
        'Here a weight is rewarded whose sender was silent. When does a pair exist?',
        rewarded((e, _, fired, keep) => keep * e + fired),
      ),
    },
    forms: [
      (sender, receiver, reward, keep) =>
        sum(
          reward.map((r, t) =>
            sum(
              receiver
                .slice(0, t + 1)
                .map(
                  (fired, u) =>
                    r * keep ** (t - u) * fired * sum(sender.slice(0, u + 1).map((s, v) => s * keep ** (u - v))),
                ),
            ),
          ),
        ),
      (sender, receiver, reward, keep) => {
        let [trace, eligible, change] = [0, 0, 0];
        sender.forEach((spike, t) => {
          trace = trace * keep + spike;
          eligible *= keep;
          if (receiver[t] === 1) eligible += trace;
          change += reward[t] * eligible;
        });
        return change;
      },
    ],
  }),
  'stdp-balance': exercise<Balance>({
    minutes: 6,
    optional: true,
    names: ['spikes', 'plus', 'fade'],
    probes: [
      [1, 0.5, 0.25],
      [0.06, 0.3, 0.0004],
      [3, 0.2, 0.5],
    ],
    oracle: (spikes, plus, fade) => (spikes * plus * (1 - fade)) / fade,
    mistakes: {
      'before-fading': m(
        'returns what has grown just before it fades',
        'That is the growth before it fades after the image. How much of it is left?',
        (spikes, plus, fade) => (spikes * plus) / fade,
      ),
      'one-image': m(
        'returns what one image leaves',
        'This is what is left of one image. At which growth does an image add as much as fades?',
        (spikes, plus, fade) => spikes * plus * (1 - fade),
      ),
      'one-image-added': m(
        'returns what the spikes of one image add',
        'This is what the spikes of one image add. At which growth does as much fade after it?',
        (spikes, plus) => spikes * plus,
      ),
      'keep-for-fade': m(
        'divides by what stays instead of by what fades',
        'Here a slower fading gives a lower threshold. Which way should it be?',
        (spikes, plus, fade) => (spikes * plus) / (1 - fade),
        (spikes, plus, fade) => (spikes * plus * fade) / (1 - fade),
      ),
      'plus-lost': m(
        'leaves the size of the steps out',
        'Here it does not matter by how much a spike raises the threshold. Should it?',
        (spikes, _, fade) => (spikes * (1 - fade)) / fade,
        (spikes, _, fade) => spikes / fade,
      ),
    },
    forms: [
      (spikes, plus, fade) => spikes * plus * (1 / fade - 1),
      (spikes, plus, fade) => {
        let grown = 0;
        for (let image = 0; image < 60_000; image++) grown = (grown + spikes * plus) * (1 - fade);
        return grown;
      },
    ],
  }),
};
