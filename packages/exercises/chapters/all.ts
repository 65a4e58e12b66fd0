/** Every exercise by its id, and the signatures that their answers have. */

import type { Exercise } from '../engine/exercise';
import { chapter9 } from './a-hidden-layer/exercises';
import { project9 } from './a-hidden-layer/project';
import { chapter1 } from './ann-baseline/exercises';
import { chapter8 } from './event-driven/exercises';
import { chapter8Tables } from './event-driven/tables';
import { chapter7 } from './is-it-worth-it/exercises';
import { project7 } from './is-it-worth-it/project';
import { chapter2Back } from './lif-neuron/back';
import { chapter2Current } from './lif-neuron/current';
import { chapter2Neuron } from './lif-neuron/neuron';
import { project2 } from './lif-neuron/project';
import { chapter2Run } from './lif-neuron/run';
import { chapter2Surrogate } from './lif-neuron/surrogate';
import { chapter11 } from './out-and-in/exercises';
import { chapter3 } from './poisson-encoding/exercises';
import { chapter4 } from './training-loop/exercises';
import { project4 } from './training-loop/project';
import { chapter5Closest } from './visualization/closest';
import { chapter5 } from './visualization/exercises';
import { chapter6 } from './what-time-does/exercises';
import { chapter10 } from './when-timing-matters/exercises';
import { project10 } from './when-timing-matters/project';

const TYPED = {
  ...chapter1,
  ...chapter2Neuron,
  ...chapter2Run,
  ...chapter2Current,
  ...chapter2Surrogate,
  ...chapter2Back,
  ...project2,
  ...chapter3,
  ...chapter4,
  ...project4,
  ...chapter5Closest,
  ...chapter5,
  ...chapter6,
  ...chapter7,
  ...project7,
  ...chapter8,
  ...chapter8Tables,
  ...chapter9,
  ...project9,
  ...chapter10,
  ...project10,
  ...chapter11,
};

export type ExerciseId = Extract<keyof typeof TYPED, string>;

/** The signature of each exercise's answer. */
export type Answers = { [K in ExerciseId]: (typeof TYPED)[K]['oracle'] };

/** All exercises, in the order of the chapters. */
export const ALL = TYPED as unknown as Readonly<Record<ExerciseId, Exercise>>;
