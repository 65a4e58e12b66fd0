/** The small project of the chapter: a third layer that convolves, and learns. */
import { exercise, mistake as m } from '../../engine/exercise';
import { range, toList } from '../../engine/values';

type Layer = { kernel: number; pools: boolean };
type Shapes = (size: number, layers: Layer[]) => number[];
type Silent = (spikes: number[], channels: number) => ArrayLike<number>;
type Choose = (gains: number[], silent: number[][]) => number;

const PROJECT = 'A third layer that learns';

const shapes =
  (after: (size: number, layer: Layer) => number): Shapes =>
  (size, layers) => {
    let side = size;
    return layers.map((layer) => {
      side = after(side, layer);
      return side;
    });
  };
/** The channels of which this holds. */
const silent =
  (holds: (spikes: number[], channels: number, c: number) => boolean): Silent =>
  (spikes, channels) =>
    range(channels).filter((c) => holds(spikes, channels, c));
const chosen =
  (holds: (row: number[]) => boolean): Choose =>
  (gains, silent) =>
    gains[silent.findIndex(holds)] ?? gains[gains.length - 1];

export const convolutionsProject = {
  'third-shapes': exercise<Shapes>({
    project: PROJECT,
    minutes: 7,
    optional: true,
    names: ['size', 'layers'],
    probes: [
      [
        28,
        [
          { kernel: 5, pools: true },
          { kernel: 5, pools: true },
          { kernel: 3, pools: false },
        ],
      ],
      [
        17,
        [
          { kernel: 3, pools: true },
          { kernel: 2, pools: true },
        ],
      ],
    ],
    tolerance: 0,
    oracle: shapes((size, { kernel, pools }) => Math.floor((size - kernel + 1) / (pools ? 2 : 1))),
    mistakes: {
      'always-pools': m(
        'pools in every layer',
        'Here every layer halves its map. Which ones do?',
        shapes((size, { kernel }) => Math.floor((size - kernel + 1) / 2)),
      ),
      'never-pools': m(
        'leaves pooling out',
        'Your maps shrink by their kernels alone. What does a pool make of a map?',
        shapes((size, { kernel }) => size - kernel + 1),
      ),
      'from-the-image': m(
        'begins each layer at the first map',
        'Each of your layers reads the first map. What does the second layer read?',
        (size, layers) => layers.map(({ kernel, pools }) => Math.floor((size - kernel + 1) / (pools ? 2 : 1))),
      ),
      'keeps-size': m(
        'takes a map to be as large as what it reads',
        'Here a kernel may reach beyond the edge. At how many places does all of it fit?',
        shapes((size, { pools }) => Math.floor(size / (pools ? 2 : 1))),
      ),
      'one-less': m(
        'forgets a position',
        'A kernel as large as the map has no place here. How many does it have?',
        shapes((size, { kernel, pools }) => Math.floor((size - kernel) / (pools ? 2 : 1))),
      ),
      'not-whole': m(
        'keeps halves of neurons',
        'Your maps have sizes that are not whole. What becomes of a last row without a partner?',
        shapes((size, { kernel, pools }) => (size - kernel + 1) / (pools ? 2 : 1)),
      ),
    },
    forms: [
      (size, layers) => {
        const out: number[] = [];
        let side = size;
        for (const { kernel, pools } of layers) {
          side = side - kernel + 1;
          if (pools) side = (side - (side % 2)) / 2;
          out.push(side);
        }
        return out;
      },
      (size, layers) =>
        layers.map((_, i) =>
          layers
            .slice(0, i + 1)
            .reduce((side, { kernel, pools }) => Math.trunc((side + 1 - kernel) * (pools ? 0.5 : 1)), size),
        ),
    ],
  }),
  'third-silent': exercise<Silent>({
    project: PROJECT,
    minutes: 7,
    optional: true,
    names: ['spikes', 'channels'],
    probes: [
      [[0, 2, 0, 0, 0, 0, 1, 0, 0, 3, 0, 0], 3],
      [[0, 0, 0, 4, 0, 0, 0, 1], 4],
      [[1, 1, 0, 1], 2],
      [[0, 0, 0, 1], 2],
      [[1, 1, 0, 1, 1, 1, 1, 1, 1, 1, 0, 1], 12],
    ],
    compared: toList,
    oracle: silent((spikes, channels, c) => spikes.every((count, i) => i % channels !== c || count === 0)),
    mistakes: {
      'map-by-map': m(
        'takes the map of a channel to stand in one piece',
        'Here a channel is a piece of the list. Which numbers stand next to one another, those of one position or of one channel?',
        silent((spikes, channels, c) => {
          const positions = spikes.length / channels;
          return spikes.slice(c * positions, (c + 1) * positions).every((count) => count === 0);
        }),
      ),
      'silent-somewhere': m(
        'takes one silent neuron for a silent channel',
        'Here one neuron without a spike is enough. What if its channel fires elsewhere?',
        silent((spikes, channels, c) => spikes.some((count, i) => i % channels === c && count === 0)),
      ),
      'those-that-fire': m(
        'lists the channels that fire',
        'These channels do fire. Which ones are asked for?',
        silent((spikes, channels, c) => spikes.some((count, i) => i % channels === c && count > 0)),
      ),
      'sorted-as-text': m(
        'sorts without comparing numbers',
        '“sort()” compares numbers as texts, so 11 comes before 2. Which function must you give it?',
        (spikes, channels) =>
          Array.from(
            silent((counts, of, c) => counts.every((count, i) => i % of !== c || count === 0))(spikes, channels),
          ).sort(),
      ),
      'first-position': m(
        'looks at the first position alone',
        'Your answer looks at the corner of the map alone. Where else can a channel fire?',
        silent((spikes, _, c) => spikes[c] === 0),
      ),
    },
    forms: [
      (spikes, channels) => {
        const totals = new Array<number>(channels).fill(0);
        for (let i = 0; i < spikes.length; i++) totals[i % channels] += spikes[i];
        return totals.flatMap((total, c) => (total === 0 ? [c] : []));
      },
      (spikes, channels) => {
        const awake = new Set(spikes.flatMap((count, i) => (count > 0 ? [i % channels] : [])));
        return range(channels).filter((c) => !awake.has(c));
      },
    ],
  }),
  'third-gain': exercise<Choose>({
    project: PROJECT,
    minutes: 6,
    optional: true,
    names: ['gains', 'silent'],
    // As in a network: behind a layer that is silent as a whole, all are.
    probes: [
      [
        [1, 3, 6, 12, 24],
        [
          [1, 1, 1],
          [0.25, 0.75, 1],
          [0.25, 0.5, 0.75],
          [0.125, 0.25, 0.5],
          [0, 0, 0.25],
        ],
      ],
      [
        [2, 4, 8, 16],
        [
          [0.75, 0.875],
          [0.5, 0.5],
          [0, 0],
          [0, 0],
        ],
      ],
      [
        [3, 5, 7],
        [
          [0.75, 1, 1],
          [0.5, 0.25, 1],
          [0.75, 0.875, 0.75],
        ],
      ],
      [
        [5, 10],
        [
          [1, 1],
          [0.75, 1],
        ],
      ],
      [
        [1, 2, 4],
        [
          [1, 1],
          [0.75, 1],
          [0.5, 1],
        ],
      ],
      [
        [1, 2],
        [
          [0.75, 0, 0],
          [0, 0, 0],
        ],
      ],
      [
        [1, 2, 4, 8],
        [
          [1, 1],
          [0.25, 0.25],
          [0.25, 0.5],
          [0.5, 1],
        ],
      ],
    ],
    tolerance: 0,
    oracle: chosen((row) => row.every((share) => share < 1)),
    mistakes: {
      'half-of-each': m(
        'asks for half of each layer',
        'Here at most half of a layer may be silent. Through how many of its channels does a spike have to get?',
        chosen((row) => row.every((share) => share <= 0.5)),
      ),
      'all-awake': m(
        'asks for every channel',
        'Here every channel has to fire. Is one of a layer not enough?',
        chosen((row) => row.every((share) => share === 0)),
      ),
      'any-layer': m(
        'asks for one layer that is awake',
        'Here one layer that is awake is enough. Through how many layers does a spike have to get?',
        chosen((row) => row.some((share) => share < 1)),
      ),
      'largest-that-wakes': m(
        'takes the largest gain that is enough',
        'This gain is enough, but so is another one. Which of them does the task ask for?',
        (gains, silent) => gains[silent.findLastIndex((row) => row.every((share) => share < 1))] ?? gains.at(-1) ?? 0,
      ),
      'smallest-if-none': m(
        'takes the smallest gain if none is enough',
        'Where no gain is enough you take the smallest. Which one does the task ask for?',
        (gains, silent) =>
          gains[
            Math.max(
              0,
              silent.findIndex((row) => row.every((share) => share < 1)),
            )
          ],
      ),
      place: m(
        'returns the place in the list',
        'This is the place in the list. Which gain stands there?',
        (gains, silent) => {
          const found = silent.findIndex((row) => row.every((share) => share < 1));
          return found < 0 ? gains.length - 1 : found;
        },
      ),
      smallest: m(
        'takes the smallest gain',
        'This is the smallest of all gains. What if a layer is silent as a whole with it?',
        (gains) => gains[0],
      ),
      largest: m(
        'takes the largest gain',
        'This is the largest of all gains. Which is the first with which every layer is awake?',
        (gains) => gains[gains.length - 1],
      ),
    },
    forms: [
      (gains, silent) => {
        for (let i = 0; i < gains.length; i++) if (Math.max(...silent[i]) < 1) return gains[i];
        return gains[gains.length - 1];
      },
      (gains, silent) => gains.find((_, i) => !silent[i].includes(1)) ?? gains.at(-1) ?? 0,
      // What reaches the last layer went through all.
      (gains, silent) => gains.find((_, i) => silent[i][silent[i].length - 1] < 1) ?? gains[gains.length - 1],
    ],
  }),
};
