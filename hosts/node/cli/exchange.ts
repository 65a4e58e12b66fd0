/** Loads and saves networks of other programs: `--weights`, `--save-nir`, `--save-safetensors`. */
import { existsSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import {
  checkFileName,
  checkNirLayer,
  type FileNetwork,
  fromFile,
  MOST_BYTES,
  toNir,
  toSafetensors,
} from '../../../packages/formats/exchange';
import type { SavedNetwork } from '../../../packages/formats/layers-model';
import { type EngineState, freshState } from '../../../packages/networks/options/engine';
import {
  LAYER_OPTIONS,
  type LayerShape,
  plainLayers,
  type ResolvedLayer,
} from '../../../packages/networks/options/layers';
import { differingOption } from '../../../packages/networks/options/neuron-options';
import { hiddenOf } from '../../../packages/networks/options/weights';
import type { ResolvedRun } from '../../../packages/runs/document';
import { isOfRun } from '../../../packages/runs/node/run-folder';
import { assertWritable, identityOf, readNamed, writeFileAtomic } from '../../../packages/system/files';
import { typedIn } from './arguments';
import { UsageError } from './failures';
import { FIGURE_FILES } from './figures';
import type { Places } from './folder';
import type { Options } from './options';

/** Initial weights from a file. */
export interface Start {
  state: EngineState;
  /** Description: `weights.pth (Adam's step 2340, epoch 5)`. */
  description: string;
}

/**
 * Reads the weights named by `--weights`.
 * @throws UsageError if the file is invalid or its network differs from the run's
 */
export function readStart({ engine }: ResolvedRun, { weights: name }: Options): Start | undefined {
  if (name === undefined || engine.name === 'ann') return undefined;
  const file = resolve(typedIn(), name);
  let content: FileNetwork;
  const { layers, readout } = engine;
  try {
    checkFileName(name);
    if (!existsSync(file)) throw new Error(`expected a file, found nothing at ${file}`);
    content = fromFile(readNamed(file, file, MOST_BYTES), file, layers[0].convolve && layers);
  } catch (error) {
    throw new UsageError(`--weights: ${(error as Error).message}`);
  }
  refuseAnother(file, content, layers);
  if (content.readout && content.readout !== readout) {
    throw new UsageError(
      `--weights: ${file}: expected --readout ${readout}, found ${content.readout}; give the options that it was trained with`,
    );
  }
  const { weights, state = freshState(weights), epoch } = content;
  const known = [
    ...(state.step > 0 ? [`step ${state.step} of Adam`] : []),
    ...(epoch === undefined ? [] : [`after its epoch ${epoch}`]),
  ];
  return { state, description: known.length > 0 ? `${file} (${known.join(', ')})` : file };
}

/** Layer options that make up a shape; neurons are compared separately. */
const SHAPE_OPTIONS = LAYER_OPTIONS.filter((name) => name !== 'neuron');

/** Serializes the shapes of a network's layers, for comparison. */
const kindOf = (layers: readonly LayerShape[]): string =>
  JSON.stringify(layers.map((layer) => Object.fromEntries(SHAPE_OPTIONS.map((name) => [name, layer[name]]))));

/** @throws UsageError if the file's network differs from the run's */
function refuseAnother(file: string, { weights, neuron, layers }: FileNetwork, wanted: readonly ResolvedLayer[]): void {
  const [expected, found] = [kindOf(wanted), kindOf(layers ?? plainLayers(hiddenOf(weights.length)?.hidden))];
  if (expected !== found) {
    throw new UsageError(
      `--weights: ${file}: expected the layers ${expected}, found ${found}; give the options that it was trained with`,
    );
  }
  wanted.forEach(({ neuron: own, learn }, i) => {
    const there = layers?.[i].neuron ?? neuron;
    // A learnt τ starts from its value in the file.
    const differs = there && differingOption(learn ? { ...there, tau: own.tau } : there, own);
    if (!differs) return;
    throw new UsageError(
      `--weights: ${file}: expected neurons with ${differs} ${own[differs]}, found ${there[differs]}; give the options that it was trained with`,
    );
  });
}

/** Output formats, by the option that names the file. */
const WRITERS = [
  { name: 'saveNir', flag: '--save-nir', write: toNir },
  { name: 'saveSafetensors', flag: '--save-safetensors', write: toSafetensors },
] as const;

const exportsOf = (options: Options) =>
  WRITERS.flatMap(({ name, ...writer }) => {
    const file = options[name];
    return file === undefined ? [] : [{ ...writer, file: resolve(typedIn(), file) }];
  });

/** Called before training. @throws UsageError if a network cannot be written as requested, or would overwrite a file */
export function refuseExports({ engine }: ResolvedRun, options: Options, places: Places): void {
  const files = exportsOf(options);
  const [one, other] = files;
  if (other && identityOf(one.file) === identityOf(other.file)) {
    throw new UsageError(`${other.flag}: expected another file than for ${one.flag}, found ${one.file} for both`);
  }
  const figures = FIGURE_FILES.map((name) => identityOf(join(places.outDir, name)));
  for (const { flag, file } of files) {
    if (isOfRun(file, places) || figures.includes(identityOf(file))) {
      throw new UsageError(`${flag}: expected a name that the run does not use itself, found ${file}; choose another`);
    }
    const folder = dirname(file);
    if (!existsSync(folder) || !statSync(folder).isDirectory()) {
      throw new UsageError(`${flag}: expected a file in a folder that exists, found no folder ${folder}`);
    }
    try {
      assertWritable(file);
    } catch (error) {
      throw new UsageError(`${flag}: ${(error as Error).message}`);
    }
    if (existsSync(file) && !options.overwrite) {
      throw new UsageError(
        `${flag}: expected a new file, found one at ${file}; choose another name, or replace it with --overwrite`,
      );
    }
  }
  if (options.saveNir === undefined || engine.name === 'ann') return;
  engine.layers.forEach((layer, i) => {
    try {
      checkNirLayer(layer);
    } catch (error) {
      throw new UsageError(`--save-nir: engine.layers.${i}: ${(error as Error).message}`);
    }
  });
}

/** Called after training. @returns the files written */
export function writeExports(options: Options, network: SavedNetwork): string[] {
  return exportsOf(options).map(({ write, file }) => {
    writeFileAtomic(file, write(network));
    return file;
  });
}
