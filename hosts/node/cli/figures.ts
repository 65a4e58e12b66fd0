/** The original's four figures of a run, as files or in a window. */
import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { accuracyCurve, digits, plot1dSpikes, plot2dHeatmap } from '../../../packages/figures';
import { rasterize, renderSvg } from '../../../packages/figures/node/render';
import type { Figure } from '../../../packages/figures/theme';
import { MNIST_SHAPE } from '../../../packages/networks/images';
import type { Trace } from '../../../packages/networks/options/engine';
import { countClasses, type Dataset, isImages, isSpikeTrains } from '../../../packages/networks/spike-trains';
import { writeFileAtomic } from '../../../packages/system/files';
import type { TrainingHistory } from '../../../src/training/history';

const NAMES = ['acc', 'input', '2d_heatmap', '1d_spikes'] as const;
const TYPES = ['png', 'svg'] as const;

type Figures = Partial<Record<(typeof NAMES)[number], Figure>>;

export interface Drawn {
  /** Only in spiking networks. */
  trace?: Trace;
  history: TrainingHistory;
  data: Dataset;
}

/** File names of the figures. */
export const FIGURE_FILES: readonly string[] = NAMES.flatMap((name) => TYPES.map((type) => `${name}.${type}`));

/** Lists the figures' files that exist in a folder. */
export function figureFilesIn(folder: string): string[] {
  return FIGURE_FILES.map((name) => join(folder, name)).filter(
    (file) => lstatSync(file, { throwIfNoEntry: false })?.isDirectory() === false,
  );
}

export function drawFigures({ trace, history, data }: Drawn): Figures {
  const neurons = countClasses(data);
  const names = isImages(data) ? data.names : undefined;
  return {
    acc: accuracyCurve(history.trainAccs, history.testAccs),
    input: drawInput(data),
    ...(trace && {
      '2d_heatmap': plot2dHeatmap(trace.v, { neurons, names }),
      '1d_spikes': plot1dSpikes(trace.spike, { neurons, names }),
    }),
  };
}

/** The first of the test data, as the network gets it. */
function drawInput(data: Dataset): Figure {
  if (!isSpikeTrains(data)) {
    const { rows, columns, channels } = isImages(data) ? data : MNIST_SHAPE;
    // Colours are drawn as their mean.
    const grey = Array.from({ length: rows * columns }, (_, pixel) => {
      const own = data.test.images.subarray(channels * pixel, channels * (pixel + 1));
      return own.reduce((sum, value) => sum + value, 0) / channels;
    });
    return digits(grey, { title: 'The first test image', size: [rows, columns] });
  }
  const { T, units: neurons, test } = data;
  const spikes = new Float32Array(T * neurons);
  for (let i = 0; i < test.starts[1]; i++) spikes[test.times[i] * neurons + test.units[i]] = 1;
  return plot1dSpikes(spikes, { neurons, title: 'The first test sample', what: 'unit', ylabel: 'input unit' });
}

/** Saves the figures as PNG and SVG, drawing each only once. */
export async function saveFigures(figures: Figures, folder: string): Promise<void> {
  for (const [name, figure] of Object.entries(figures)) {
    const svg = await renderSvg(figure);
    const contents = { png: await rasterize(svg), svg };
    for (const type of TYPES) writeFileAtomic(join(folder, `${name}.${type}`), contents[type]);
  }
}

/** Shows the figures in a window; resolves when it is closed. */
export async function showFigures(figures: Figures): Promise<void> {
  // Loaded on demand: the window's server takes longer to load than a training epoch.
  const { openWindow } = require('../notebook/window') as typeof import('../notebook/window');
  await (await openWindow(Object.values(figures))).closed;
}
