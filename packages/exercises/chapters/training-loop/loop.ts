/** The order of the calls in the training loop, on a network that writes them down. */
import { counted, exercise, mistake as m, type Trial } from '../../engine/exercise';
import { worded } from '../../engine/values';

/** A network that writes down what is done to it. */
export interface Net {
  /** Draws the spikes of one step of this batch. */
  encode(batch: number): number;
  /** Shows these spikes to the network for one step. */
  step(spikes: number): void;
  /** One step of the optimizer, on the rates over all steps since the last one. */
  update(): void;
  /** Forgets all potentials. */
  reset(): void;
}

type Loop = (net: Net, batches: number[], T: number) => void;

const MANY_CALLS = 12;
/** Spikes have numbers that no batch has, so that a batch is not taken for them. */
const FIRST_SPIKES = 100;

/** What a loop makes the network do, so that two orders that mean the same are the same. */
const watched = (batches: number[], T: number) => (): Trial<[Net, number[], number]> => {
  const done: unknown[] = [];
  const calls: string[] = [];
  const drawn: number[] = [];
  let [sinceReset, sinceUpdate] = [0, 0];
  let startsAtRest = false;
  const shown = new Set<number>();
  const net: Net = {
    encode: counted((batch) => {
      calls.push(`encode(${worded(batch)})`);
      return FIRST_SPIKES + drawn.push(batch) - 1;
    }),
    step: counted((spikes) => {
      const batch = drawn[spikes - FIRST_SPIKES];
      calls.push(batch === undefined ? `step(${worded(spikes)})` : 'step');
      done.push(['step', batch ?? 'no spikes', shown.has(spikes) ? 'again' : 'fresh', ++sinceReset]);
      shown.add(spikes);
      sinceUpdate++;
    }),
    update: counted(() => {
      calls.push('update');
      done.push(['update', sinceUpdate, sinceReset]);
      sinceUpdate = 0;
    }),
    reset: counted(() => {
      calls.push('reset');
      startsAtRest ||= shown.size === 0;
      sinceReset = 0;
    }),
  };
  const description = () => {
    if (calls.length === 0) return 'calls nothing of the net';
    return `calls ${calls.slice(0, MANY_CALLS).join(', ')}${calls.length > MANY_CALLS ? ', …' : ''}`;
  };
  // A reset before the first batch does the same for the next epoch as one after the last batch.
  const next = () => ['next epoch', startsAtRest || sinceReset === 0 ? 'starts at rest' : 'starts from this one'];
  return { args: [net, [...batches], T], seen: () => [...done, next()], description };
};

/** The loop, with each part wherever the options put it. */
const loop =
  ({ reset = 'batch', update = 'batch', encode = 'step' } = {}): Loop =>
  (net, batches, T) => {
    for (const batch of batches) {
      let spikes = encode === 'batch' ? net.encode(batch) : batch + 1000;
      for (let t = 0; t < T; t++) {
        if (encode === 'step') spikes = net.encode(batch);
        net.step(spikes);
        if (update === 'step') net.update();
        if (reset === 'step') net.reset();
      }
      if (reset === 'before') net.reset();
      if (update === 'batch') net.update();
      if (reset === 'batch') net.reset();
      if (reset === 'first' && batch === batches[0]) net.reset();
      if (reset === 'between' && batch !== batches.at(-1)) net.reset();
    }
    if (update === 'end') net.update();
    if (reset === 'end') net.reset();
  };

export const trainLoop = exercise<Loop>({
  minutes: 8,
  names: ['net', 'batches', 'T'],
  probes: [watched([0, 1], 3), watched([4, 2, 9], 2)],
  oracle: loop(),
  mistakes: {
    'no-reset': m(
      'forgets the reset',
      'The second batch starts from the potentials of the first. What is missing between them?',
      loop({ reset: 'never' }),
    ),
    'reset-once': m(
      'resets only after the first batch, or only at the very end',
      'There is one reset for all batches. From which potentials does each batch start?',
      loop({ reset: 'first' }),
      loop({ reset: 'end' }),
    ),
    'last-not-reset': m(
      'resets between two batches, and not after the last',
      'The potentials of your last batch stay. From which does the next epoch start?',
      loop({ reset: 'between' }),
    ),
    'reset-each-step': m(
      'resets after every step',
      'Your neurons forget after every step, so they cannot gather current. When should they forget?',
      loop({ reset: 'step' }),
    ),
    'update-each-step': m(
      'updates after every step',
      'You update after every step. Over how many steps is the rate in the loss taken?',
      loop({ update: 'step' }),
      loop({ update: 'step', reset: 'step' }),
    ),
    'no-update': m(
      'forgets the update',
      'No weight changes here. Which of the four calls makes the network learn?',
      loop({ update: 'never' }),
      loop({ update: 'never', reset: 'never' }),
    ),
    'encode-once': m(
      'encodes once per batch',
      'The same spikes are shown in every step, so chance never averages out. How often should you encode?',
      loop({ encode: 'batch' }),
    ),
    'reset-before-update': m(
      'resets before the update',
      'The potentials are gone when you update. What does the gradient still need them for?',
      loop({ reset: 'before' }),
    ),
    'no-encode': m(
      'shows the batch itself',
      'The network is shown something that you did not encode. Where do its spikes come from?',
      loop({ encode: 'never' }),
      (net, batches, T) => {
        for (const batch of batches) {
          for (let t = 0; t < T; t++) {
            net.encode(batch);
            net.step(batch);
          }
          net.update();
          net.reset();
        }
      },
    ),
    'steps-outside': m(
      'goes through the steps outside and through the batches inside',
      'You show every batch for one step before any gets a second one. Which of the two loops belongs inside?',
      (net, batches, T) => {
        for (let t = 0; t < T; t++) {
          for (const batch of batches) net.step(net.encode(batch));
          net.update();
          net.reset();
        }
      },
      (net, batches, T) => {
        for (let t = 0; t < T; t++) {
          for (const batch of batches) {
            net.step(net.encode(batch));
            net.update();
            net.reset();
          }
        }
      },
      (net, batches, T) => {
        for (let t = 0; t < T; t++) for (const batch of batches) net.step(net.encode(batch));
        net.update();
        net.reset();
      },
    ),
    'one-update': m(
      'updates once at the very end',
      'There is a single update for all batches. When has one batch been shown completely?',
      loop({ update: 'end' }),
      loop({ update: 'end', reset: 'end' }),
      loop({ update: 'end', reset: 'never' }),
    ),
    'place-in-list': m(
      'encodes the place in the list instead of the batch that stands there',
      'You encode places in the list. Which batch stands at such a place?',
      (net, batches, T) => {
        for (const place of batches.keys()) loop()(net, [place], T);
      },
      (net, batches, T) => {
        for (const place of Object.keys(batches)) loop()(net, [place as never], T); // as for … in does
      },
    ),
  },
  forms: [
    (net, batches, T) => {
      for (const batch of batches) {
        net.reset(); // a reset before each batch does the same as one after it
        for (let t = 0; t < T; t++) net.step(net.encode(batch));
        net.update();
      }
    },
    (net, batches, T) => {
      for (const batch of batches) {
        const steps = Array.from({ length: T }, () => net.encode(batch));
        for (const spikes of steps) net.step(spikes);
        net.update();
        net.reset();
      }
    },
  ],
});
