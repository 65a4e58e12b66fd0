/** Potentials that are read of outputs that never fire, on both engines. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createEngine } from '../../../hosts/node/engines';
import {
  ENCODER_NAMES,
  type Engine,
  type EngineOptions,
  freshState,
  READOUT_NAMES,
  type ReadoutName,
} from '../../../src/common/engine';
import { initialNetwork } from '../../../src/common/weights';
import { snn } from '../../../src/snn/networks';
import { computeSmallTensors, drawnByDay } from '../../../test/support/data';
import { assertClose } from '../../../test/support/golden';
import { defaults, mnist } from './engines';

computeSmallTensors();

const POTENTIALS = READOUT_NAMES.filter((name) => name !== 'spikes');

async function withEngine<R>(
  name: 'event' | 'tfjs',
  options: Partial<EngineOptions>,
  use: (engine: Engine) => Promise<R>,
) {
  const engine = await createEngine(name, { ...defaults, ...options } as EngineOptions);
  try {
    return await use(engine);
  } finally {
    await engine.close();
  }
}

const batch = (b: number, size: number) => Uint32Array.from({ length: size }, (_, i) => size * b + i);

/** Trains some batches; all that comes of it. */
const learn = (name: 'event' | 'tfjs', { hidden, batchSize = 8, ...options }: Partial<EngineOptions>) =>
  withEngine(name, { hidden, batchSize, ...options }, async (engine) => {
    await engine.restore(freshState(initialNetwork(0, hidden).map((weight) => 4 * weight)));
    const losses: number[] = [];
    for (let b = 0; b < 3; b++) losses.push((await engine.trainBatch(0, batch(b, batchSize))).loss);
    const rates = await engine.rates({ split: 'test', epoch: 0, indices: batch(0, 20) });
    return { losses, rates, state: await engine.state() };
  });

test('both engines learn the same with options drawn at random', async () => {
  let random = 1;
  const draw = <R>(...choices: readonly R[]): R => {
    random = (random * 48271) % 2147483647;
    return choices[random % choices.length];
  };
  for (let i = 0; i < drawnByDay(40, 18); i++) {
    const options: Partial<EngineOptions> = {
      T: draw(1, 2, 7, 16, 33, 130),
      seed: i,
      batchSize: draw(1, 3, 8),
      hidden: draw(undefined, 1, 13, 24),
      readout: draw(...POTENTIALS),
      loss: draw('mse', 'cross-entropy'),
      encoder: draw(...ENCODER_NAMES),
      reset: draw(true, false),
      neuron: {
        tau: draw(1.5, 2, 20),
        decayInput: draw(true, false),
        vThreshold: draw(0.5, 1),
        vReset: draw(0, -0.25, null),
        detachReset: draw(true, false),
      },
    };
    const [event, tfjs] = [await learn('event', options), await learn('tfjs', options)];
    const what = JSON.stringify(options);
    const most = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => Math.max(a, Math.abs(b)), 1);
    assertClose(tfjs.losses, event.losses, 1e-4 * most(event.losses), `losses with ${what}`);
    assertClose(tfjs.rates, event.rates, 1e-3 * most(event.rates), `potentials with ${what}`);
    assertClose(tfjs.state.weights, event.state.weights, 2e-3, `weights with ${what}`);
    assertClose(tfjs.state.potentials ?? [], event.state.potentials ?? [], 2e-2, `carried potentials with ${what}`);
  }
});

test('a readout that is unknown, that the loss does not fit, or that the network lacks is refused in one line', async () => {
  const create = (options: object, name: 'event' | 'tfjs' = 'event') => createEngine(name, { data: mnist, ...options });
  await assert.rejects(create({ readout: 'potential' }), {
    message: `readout: expected 'spikes', 'last-potential', 'mean-potential' or 'highest-potential', found 'potential'`,
  });
  const readout: ReadoutName = 'mean-potential';
  await assert.rejects(create({ readout: 'last-potential', loss: 'cross-entropy-counts' }), {
    message: `loss: expected 'mse' or 'cross-entropy' with readout 'last-potential', found 'cross-entropy-counts', which adds up all steps`,
  });
  await assert.rejects(create({ readout, network: snn() }, 'tfjs'), {
    message: `network: expected a NonSpikingLIFNode at its end for readout 'mean-potential', found another`,
  });
  await assert.rejects(create({ network: snn({ readout }) }, 'tfjs'), {
    message: `network: expected a LIFNode at its end for readout 'spikes', found another`,
  });
});
