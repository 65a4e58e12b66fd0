/** Writes the table of layers (see layout.ts), which tells the kernels of all threads what the network is. */
import { LEARN_NAMES } from '../networks/options/layers';
import type { NeuronOptions } from '../networks/options/neuron-options';
import type { RatePenalty } from '../networks/options/rate-penalty';
import type { Kernel } from './kernel-module';
import * as table from './layout';
import type { MemoryMap, Part } from './memory';

/** The layer's parameter of this kind, or undefined. */
export const partOf = ({ parts }: MemoryMap, layer: number, kind: Part['kind']): Part | undefined =>
  parts.find((part) => part.layer === layer && part.kind === kind);

/** @param neurons neuron options of each layer */
export function writeTable(
  buffer: ArrayBufferLike,
  map: MemoryMap,
  { surrogates }: Kernel,
  neurons: readonly NeuronOptions[],
  ratePenalty?: RatePenalty,
): void {
  const { layers } = map;
  layers.forEach((layer, i) => {
    const entry = new DataView(buffer, table.LAYERS + i * table.LAYER_BYTES, table.LAYER_BYTES);
    const whole = (at: number, value: number | boolean = 0) => entry.setUint32(at, Number(value), true);
    const float = (at: number, value: number) => entry.setFloat32(at, value, true);
    const weights = partOf(map, i, 'weight');
    whole(table.NEURONS, layer.neurons);
    whole(table.COLUMNS, layer.columns);
    whole(table.WEIGHTS, weights?.offset);
    whole(table.WEIGHTS_STRIDE, weights?.stride);
    whole(table.READS, i === 0 ? map.moreInputs : layers[i - 1].makes);
    whole(table.PLACE, layer.place);
    whole(table.PLACE_STRIDE, layer.placeStride);
    whole(table.MAKES, layer.makes);
    const { tau, decayInput, vThreshold, vReset, beta, tauAdapt, surrogateFunction, detachReset } = neurons[i];
    float(table.TAU, tau);
    whole(table.DECAY_INPUT, decayInput);
    float(table.THRESHOLD, vThreshold);
    whole(table.HARD_RESET, vReset !== null);
    float(table.RESET_TO, vReset ?? 0);
    whole(table.SURROGATE, surrogates[surrogateFunction.name]);
    float(table.ALPHA, surrogateFunction.alpha);
    whole(table.DETACH_RESET, detachReset);
    float(table.SYNAPSE, layer.synapse ? 1 - 1 / layer.synapse.tau : 0);
    whole(table.LEARNS, layer.learn && 1 + LEARN_NAMES.indexOf(layer.learn));
    whole(table.TAUS, partOf(map, i, 'w')?.offset);
    whole(table.BIAS, partOf(map, i, 'bias')?.offset);
    const recurrent = partOf(map, i, 'recurrent');
    whole(table.RECURRENT, recurrent?.offset);
    whole(table.RECURRENT_STRIDE, recurrent?.stride);
    whole(table.FEEDBACK, layer.feedback);
    whole(table.FROM_NEXT, layer.fromNext);
    whole(table.DELAYS, partOf(map, i, 'delay')?.offset);
    whole(table.MOST_DELAY, layer.delay?.most);
    whole(table.LEARNS_DELAYS, layer.delay?.learn);
    whole(table.DELAYED, layer.delayed);
    whole(table.DELAYED_BYTES, layer.delayedBytes);
    float(table.BETA, layer.adapted ? beta : 0);
    float(table.ADAPT_KEPT, 1 - 1 / tauAdapt);
    whole(table.ADAPTED, layer.adapted);
    const isHeld = ratePenalty !== undefined && i < layers.length - 1;
    float(table.RATE_WEIGHT, isHeld ? ratePenalty.weight : 0);
    float(table.RATE_TARGET, isHeld ? ratePenalty.target : 0);
    const { convolve, convolved } = layer;
    whole(table.KERNEL, convolved?.kernel);
    whole(table.STRIDE, convolved?.stride);
    whole(table.PADDING, convolved?.padding);
    const isMean = layer.pool === 'currents';
    whole(table.MEAN_OF, isMean && convolve?.kernel);
    whole(table.MEAN_STRIDE, isMean && convolve?.stride);
    whole(table.EXPANDED, convolved?.expanded);
    whole(table.EXPANDED_GRADIENT, convolved?.expandedGradient);
    whole(table.CHANNELS, convolve?.channels);
    const [height, width] = convolved?.neurons ?? [];
    whole(table.HEIGHT, height);
    whole(table.WIDE, width);
    whole(table.POOL, convolved?.pool);
    const [mapHeight, mapWidth] = convolved?.makes ?? [];
    whole(table.MAP_HEIGHT, mapHeight);
    whole(table.MAP_WIDTH, mapWidth);
    const [inHeight, inWidth, inChannels] = convolved?.reads ?? [];
    whole(table.IN_HEIGHT, inHeight);
    whole(table.IN_WIDTH, inWidth);
    whole(table.IN_CHANNELS, inChannels);
    whole(table.POTENTIALS, convolved?.potentials);
    whole(table.READS_EVENTS, convolved?.readsEvents);
    whole(table.MAKES_EVENTS, convolved?.makesEvents);
    whole(table.MEANS, convolved?.means);
    whole(table.LIT, convolved?.lit);
    whole(table.BACKWARD, convolved?.backward);
    whole(table.UNITS, convolved?.units);
    whole(table.BEFORE, convolved?.before);
    whole(table.SLOPES, convolved?.slopes);
  });
}
