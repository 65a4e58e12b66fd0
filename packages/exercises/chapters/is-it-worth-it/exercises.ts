/** A fair comparison. */
import { exercise, mistake as m } from '../../engine/exercise';

type Fair = (a: number[], b: number[]) => number;

export const worthIt = {
  'matter-fair': exercise<Fair>({
    minutes: 5,
    names: ['a', 'b'],
    probes: [
      [
        [0.8, 0.9, 0.88],
        [0.7, 0.84, 0.89, 0.91, 0.9],
      ],
      [
        [0.5, 0.92, 0.75, 0.9],
        [0.85, 0.6],
      ],
    ],
    oracle: (a, b) => {
      const last = Math.min(a.length, b.length) - 1;
      return b[last] - a[last];
    },
    mistakes: {
      'best-of-each': m(
        'compares the best epochs',
        'This compares the best epoch of each, and the test images chose it. Which epoch could you have named before the run?',
        (a, b) => Math.max(...b) - Math.max(...a),
        (a, b) => {
          const epochs = Math.min(a.length, b.length);
          return Math.max(...b.slice(0, epochs)) - Math.max(...a.slice(0, epochs));
        },
      ),
      'last-of-each': m(
        'compares the last epochs, of which one is later',
        'One of the two was trained for longer. Up to which epoch do you know both?',
        (a, b) => (b.at(-1) as number) - (a.at(-1) as number),
      ),
      reversed: m(
        'subtracts the wrong way round',
        'The sign says that the other setting is ahead. From which one do you subtract?',
        (a, b) => {
          const last = Math.min(a.length, b.length) - 1;
          return a[last] - b[last];
        },
      ),
      'sign-lost': m(
        'returns the distance without its sign',
        'This does not say which of the two is ahead. What tells you that?',
        (a, b) => {
          const last = Math.min(a.length, b.length) - 1;
          return Math.abs(b[last] - a[last]);
        },
      ),
      'past-the-end': m(
        'takes the number of epochs for the index of the last one',
        'You read past the end of a list, which makes NaN. What is the index of the last of three values?',
        () => Number.NaN,
      ),
      'first-epoch': m(
        'compares the first epochs',
        'This compares the first epoch. Which is the latest that both have reached?',
        (a, b) => b[0] - a[0],
      ),
      means: m(
        'compares the means of all epochs',
        'The first epochs, in which nothing was learned yet, count here as well. At which single moment can you compare?',
        (a, b) => b.reduce((x, y) => x + y, 0) / b.length - a.reduce((x, y) => x + y, 0) / a.length,
      ),
    },
    forms: [
      (a, b) => {
        const epochs = Math.min(a.length, b.length);
        return (b.slice(0, epochs).at(-1) as number) - (a.slice(0, epochs).at(-1) as number);
      },
      (a, b) => {
        let difference = 0;
        for (let epoch = 0; epoch < a.length && epoch < b.length; epoch++) difference = b[epoch] - a[epoch];
        return difference;
      },
    ],
  }),
};
