/**
 * The tutorial's loop: T steps through the network, the loss of what its outputs did, and the gradient back through all
 * steps.
 */
import * as tf from '@tensorflow/tfjs';
import type { Engine } from '../common/engine';
import type { RatePenalty } from '../common/rate-penalty';
import type { Trace } from '../common/trace';
import { readAll, readStep } from '../snn/functional';
import { findNeurons, forward, holdDelays } from '../snn/networks';
import { type Loss, penaltyOfRates } from './losses';

/** A batch as the network sees it. */
export interface Batch {
  /** One-hot labels [batch, 10]. */
  labels: tf.Tensor2D;
  /** The next time step's input: spikes, or images. */
  nextInput: () => tf.Tensor;
}

/** The network, and how batches are shown to it. */
export interface TimeLoop {
  network: tf.Sequential;
  options: Pick<Engine['options'], 'T' | 'readout' | 'loss' | 'ratePenalty'>;
  loss: Loss;
  /** Step by step, or all steps in one product of each dense layer. */
  stepMode: 'single' | 'multi';
}

/**
 * Firing rates, or the potentials that are read, [batch, 10], of T steps; differentiable. The network is not reset.
 * @param look gets the spikes or potentials of each step, of which all is kept for a gradient, and a norm takes the
 *   statistics of the batch; without it nothing is kept of a step but what `readStep` makes of it
 */
export function runSteps(
  { network, stepMode, options: { T, readout } }: TimeLoop,
  { nextInput }: Batch,
  look?: (step: tf.Tensor2D) => void,
): tf.Tensor2D {
  let read: tf.Tensor2D | undefined;
  const addStep = (makeStep: () => tf.Tensor) => {
    const before = read;
    const next = () => {
      const step = makeStep() as tf.Tensor2D;
      look?.(step);
      return readStep(readout, before, step);
    };
    read = look ? next() : tf.tidy(next);
    if (!look) before?.dispose();
  };
  if (stepMode === 'multi') {
    let steps = Array.from({ length: T }, nextInput);
    for (const layer of network.layers) {
      const inOneGo = () => tf.split(layer.apply(tf.concat(steps), { training: look !== undefined }) as tf.Tensor, T);
      steps = layer.stateful ? steps.map((step) => layer.apply(step) as tf.Tensor) : inOneGo();
    }
    for (const step of steps) addStep(() => step);
  } else {
    for (let t = 0; t < T; t++) addStep(() => forward(network, nextInput()));
  }
  return readAll(readout, read as unknown as tf.Tensor2D, T);
}

/** From here on the spikes of hidden neurons are counted, if their rates are penalized. */
function countHidden({ network, options: { T, ratePenalty } }: TimeLoop) {
  const hidden = ratePenalty ? findNeurons(network).slice(0, -1) : [];
  const kept: tf.Tensor[] = [];
  const counts: tf.Tensor[] = [];
  for (const [i, { neurons }] of hidden.entries()) {
    neurons.onSpikes = (spike) => {
      // What a layer makes of a step ends with its call.
      counts[i] = tf.keep(counts[i] ? tf.add(counts[i], spike) : tf.clone(spike));
      kept.push(counts[i]);
    };
  }
  return {
    /** A loss with the penalty, after T steps. */
    penalized: (loss: tf.Scalar): tf.Scalar =>
      counts.reduce<tf.Scalar>(
        (sum, count) => tf.add(sum, penaltyOfRates(tf.div(count, T), ratePenalty as RatePenalty)),
        loss,
      ),
    end: () => {
      for (const { neurons } of hidden) neurons.onSpikes = undefined;
      tf.dispose(kept);
    },
  };
}

/**
 * One step of the optimizer on a batch; returns the loss before it, and the rates, or the potentials that are read,
 * [batch, 10].
 */
export function learn(loop: TimeLoop, batch: Batch, optimizer: tf.Optimizer): { loss: number; rates: Float32Array } {
  const isOfSteps = loop.options.loss === 'cross-entropy-each-step';
  let rates = new Float32Array();
  const moveDelays = holdDelays(loop.network);
  const counting = countHidden(loop);
  const loss = optimizer.minimize(() => {
    const ofSteps: tf.Scalar[] = [];
    const rate = runSteps(loop, batch, (step) => {
      if (isOfSteps) ofSteps.push(loop.loss(batch.labels, step));
    });
    rates = Float32Array.from(rate.dataSync());
    return counting.penalized(isOfSteps ? tf.div(tf.addN(ofSteps), ofSteps.length) : loop.loss(batch.labels, rate));
  }, true) as tf.Scalar;
  counting.end();
  moveDelays();
  const [value] = loss.dataSync();
  loss.dispose();
  return { loss: value, rates };
}

/** Everything that the neurons do in all steps of a batch of one. */
export function record(loop: TimeLoop, batch: Batch): Trace {
  const layers = findNeurons(loop.network);
  const parts = layers.flatMap(({ neurons, synapse = neurons }) => [neurons, synapse]);
  const store = (storeSequences: boolean) => {
    for (const part of parts) part.storeSequences = storeSequences;
  };
  store(true);
  try {
    tf.dispose(tf.tidy(() => runSteps(loop, batch)));
    const flat = (steps: Float32Array[]) => Float32Array.from(steps.flatMap((step) => Array.from(step)));
    const traces = layers.map(({ neurons: { sequences }, synapse }): Trace => {
      const { x, h, v, spike } = sequences;
      return { current: flat(synapse?.x ?? x), h: flat(h), v: flat(v), spike: flat(spike) };
    });
    return traces.reduce((hidden, trace) => ({ ...trace, hidden }));
  } finally {
    store(false);
  }
}
