/** What the engines take, made of the settings of a run. */
import type { EngineOptions } from '../../src/common/engine';
import { type LayerOptions, type ResolvedLayer, resolveLayers } from '../../src/common/layers';
import { DEFAULT_NEURON, type NeuronOptions } from '../../src/common/neuron-options';
import { SURROGATES } from '../../src/common/surrogates';
import type { Name, Option, Some } from './settings';

/** The options of the neurons of a run. The compiler asks for those that are missing here. */
export function neuronOf(settings: Some): NeuronOptions {
  const name = settings.surrogate ?? DEFAULT_NEURON.surrogateFunction.name;
  return {
    tau: settings.tau ?? DEFAULT_NEURON.tau,
    decayInput: settings.decayInput ?? DEFAULT_NEURON.decayInput,
    vThreshold: DEFAULT_NEURON.vThreshold,
    vReset: settings.softReset ? null : DEFAULT_NEURON.vReset,
    beta: settings.beta ?? DEFAULT_NEURON.beta,
    tauAdapt: settings.tauAdapt ?? DEFAULT_NEURON.tauAdapt,
    surrogateFunction: { name, alpha: settings.alpha ?? SURROGATES[name].alpha },
    detachReset: settings.detachReset ?? DEFAULT_NEURON.detachReset,
  };
}

/** Which layers the network of a run has, in the short form if that can say it. */
function networkOf(settings: Some): {
  neuron: NeuronOptions;
  hidden: number | undefined;
  layers: LayerOptions[] | undefined;
} {
  const { hidden, synapseTau, recurrent, learnTau, convolve, norm, delay, learnDelay } = settings;
  const neuron = neuronOf(settings);
  const widths = hidden ? String(hidden).split('-').map(Number) : [];
  const channels = convolve ? String(convolve).split('_').map(Number) : [];
  const learns = learnTau === 'layer' || learnTau === 'neuron';
  if (widths.length < 2 && !synapseTau && !recurrent && !learns && !delay && channels.length === 0)
    return { neuron, hidden: widths[0], layers: undefined };
  const all = {
    ...(synapseTau && { synapse: { tau: synapseTau } }),
    ...(delay && { delay: { most: delay, ...(learnDelay && { learn: true }) } }),
    ...(learns && { learn: learnTau === 'layer' ? ('tau' as const) : ('tau of each neuron' as const) }),
  };
  const normed = !norm || norm === 'none' ? {} : { norm: norm === 'batch' ? norm : { scale: 1 } };
  return {
    neuron,
    hidden: undefined,
    layers: [
      ...channels.map((count) => ({
        convolve: { channels: count, kernel: 5 },
        ...normed,
        pool: 'spikes' as const,
        ...all,
      })),
      ...widths.map((neurons) => ({ neurons, ...all, recurrent: recurrent ?? false })),
      all,
    ],
  };
}

/** What initial weights are multiplied by: a number, or one for each layer; undefined if by nothing. */
function gainsOf({ gain }: Some): number | number[] | undefined {
  const gains = String(gain ?? 1)
    .split('_')
    .map(Number);
  if (gains.length > 1) return gains;
  return gains[0] === 1 ? undefined : gains[0];
}

/**
 * All layers of the network of a run.
 * @throws RangeError as `resolveLayers`
 */
export const layersOfRun = (settings: Some): ResolvedLayer[] => resolveLayers(networkOf(settings));

/** Why these individually valid settings cannot be combined, and which of them to change; undefined if they can. */
export function contradiction(settings: Some): { setting: Name; expected: string } | undefined {
  const { dataset, hidden, loss, network, readout, recurrent, T, convolve, gain, norm, engine } = settings;
  const { delay, encoder } = settings;
  if (readout && readout !== 'spikes' && readout !== 'mean-potential' && loss === 'cross-entropy-counts') {
    return { setting: 'loss', expected: `mse, cross-entropy or cross-entropy-each-step with --readout ${readout}` };
  }
  if (dataset && dataset !== 'mnist' && network === 'ann') {
    return { setting: 'network', expected: `snn with --dataset ${dataset}` };
  }
  if ((dataset === 'randman' || dataset === 'yin-yang') && T === 1)
    return { setting: 'T', expected: `at least 2 with --dataset ${dataset}` };
  if (dataset === 'rows' && T !== 28) return { setting: 'T', expected: '28 with --dataset rows' };
  const convolved = convolve ? String(convolve).split('_').length : 0;
  if (convolved > 0) {
    // Of 28 pixels are left 12 and then 4, fewer than a kernel has.
    if (convolved > 2) return { setting: 'convolve', expected: 'at most two layers' };
    if (settings.synapseTau) return { setting: 'synapseTau', expected: 'none with --convolve' };
    if (delay) return { setting: 'delay', expected: 'none with --convolve' };
    if (settings.beta) return { setting: 'beta', expected: 'none with --convolve' };
    if (settings.learnTau === 'neuron') return { setting: 'learnTau', expected: 'none or layer with --convolve' };
  }
  if (norm && norm !== 'none') {
    if (convolved === 0) return { setting: 'norm', expected: 'none without --convolve' };
    if (engine !== 'tfjs') return { setting: 'engine', expected: 'tfjs with --norm' };
  }
  const layers = convolved + (hidden ? String(hidden).split('-').length : 0) + 1;
  const gains = String(gain ?? 1).split('_').length;
  if (gains !== 1 && gains !== layers)
    return { setting: 'gain', expected: `one number, or ${layers}, one for each layer` };
  if (settings.learnDelay && !delay) return { setting: 'learnDelay', expected: '--delay with it' };
  if (delay && T && delay >= T) return { setting: 'delay', expected: `fewer steps than T = ${T}` };
  if (delay && encoder === 'direct') return { setting: 'encoder', expected: 'spikes with --delay' };
  if (settings.ratePenalty && layers < 2) return { setting: 'ratePenalty', expected: 'a hidden layer' };
  if (settings.tauAdapt && settings.tauAdapt !== DEFAULT_NEURON.tauAdapt && !settings.beta)
    return { setting: 'tauAdapt', expected: '--beta with it' };
  if (settings.rateTarget && !settings.ratePenalty)
    return { setting: 'rateTarget', expected: '--rate-penalty with it' };
  if (recurrent && !hidden) return { setting: 'recurrent', expected: 'a hidden layer' };
  return undefined;
}

/**
 * The options of the engine of a run, without those that are left open. The compiler asks for those that are missing
 * here.
 * @throws RangeError for an ANN, which has another engine
 */
export function engineOptions(settings: Some): Omit<EngineOptions, 'data'> {
  if (settings.network === 'ann') throw new RangeError("network: expected a run of an 'snn', found one of an 'ann'");
  const { seed, T, batchSize, learningRate, loss, readout, encoder, reset, shift, threads } = settings;
  const { ratePenalty, rateTarget } = settings;
  const all: { [N in Exclude<keyof EngineOptions, 'data'>]-?: EngineOptions[N] | null } = {
    seed,
    T,
    batchSize,
    learningRate,
    loss,
    readout,
    reset,
    shift: shift || undefined,
    threads,
    gain: gainsOf(settings),
    ratePenalty: ratePenalty ? { weight: ratePenalty, target: rateTarget ?? 0 } : undefined,
    ...networkOf(settings),
    encoder: settings.dataset && settings.dataset !== 'mnist' ? undefined : encoder,
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined && value !== null));
}

/** What makes an option meaningless for a run: that it is an ANN, or on these data; undefined if nothing does. */
export function obstacleTo(
  { spiking, images, files }: Option,
  { network, dataset }: { network?: unknown; dataset?: unknown },
): 'ann' | 'randman' | 'rows' | 'yin-yang' | undefined {
  if (spiking && network === 'ann') return 'ann';
  if (images && dataset === 'rows') return 'rows';
  return (images || files) && (dataset === 'randman' || dataset === 'yin-yang') ? dataset : undefined;
}
