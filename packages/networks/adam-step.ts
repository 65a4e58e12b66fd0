/** Adam on plain numbers, for engines that need no TensorFlow. */

import { pow } from './exact';
import type { EngineState } from './options/engine';

/** Changes weights and moments in place by one step of Adam, as PyTorch computes it. */
export function adamStep(state: EngineState, gradient: ArrayLike<number>, learningRate: number): void {
  const { weights, m, v } = state;
  const step = ++state.step;
  const stepSize = learningRate / (1 - pow(0.9, step));
  const root2 = Math.sqrt(1 - pow(0.999, step));
  for (let i = 0; i < weights.length; i++) {
    const g = gradient[i];
    m[i] += (g - m[i]) * 0.1;
    v[i] = v[i] * 0.999 + g * g * 0.001;
    weights[i] -= (stepSize * m[i]) / (Math.sqrt(v[i]) / root2 + 1e-8);
  }
}
