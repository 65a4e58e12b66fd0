/** How a learning rate changes while it is trained with. */
import { sinTurns } from './exact';

export const SCHEDULE_NAMES = ['constant', 'cosine'] as const;
export type ScheduleName = (typeof SCHEDULE_NAMES)[number];

/**
 * The learning rate when a share of all batches is done: that of the engine or, falling to 0 as half a cosine,
 * ½ (1 + cos(π done)) of it (PyTorch's `CosineAnnealingLR`).
 */
export const rateAt = (rate: number, schedule: ScheduleName, done: number): number =>
  schedule === 'constant' ? rate : 0.5 * rate * (1 + sinTurns(done / 2 + 0.25));
