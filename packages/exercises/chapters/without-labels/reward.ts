/** A reward as a third factor of a weight, and how far a threshold grows. */

import { exercise, mistake as m } from '../../engine/exercise';
import { sum } from '../../engine/values';

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
