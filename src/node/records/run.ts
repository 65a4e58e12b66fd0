import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CLASSES, IMAGE_SIZE } from '../../common/mnist';
import { neuronOptions } from '../../common/neuron-options';
import type { Run, SavedRun } from '../../host/contract';
import { projectPath } from '../files';
import { readNpy, writeRun } from './index';

export async function saveRun(run: Run, name = 'run'): Promise<string> {
  writeRun(projectPath('build', name), run);
  return `build/${name}`;
}

export async function loadRun(name = 'run'): Promise<SavedRun> {
  const folder = projectPath('build', name);
  const array = (file: string) => readNpy(join(folder, file)).data;
  const v = array('v_t_array.npy') as Float32Array;
  const bytes = readFileSync(join(folder, 'lif_snn_mnist', 'weights.bin'));
  const model = JSON.parse(readFileSync(join(folder, 'lif_snn_mnist', 'model.json'), 'utf8'));
  const { tau, decayInput, vThreshold, vReset, surrogate, alpha, detachReset } =
    model.modelTopology.config.layers[2].config;
  return {
    trace: { v, spike: array('s_t_array.npy') as Float32Array },
    trainAccs: array('train_accs.npy') as Float64Array,
    testAccs: array('test_accs.npy') as Float64Array,
    weights: Float32Array.from({ length: IMAGE_SIZE * CLASSES }, (_, i) => bytes.readFloatLE(i * 4)),
    neuron: neuronOptions({ tau, decayInput, vThreshold, vReset, surrogate, alpha, detachReset }),
    T: v.length / CLASSES,
  };
}
