/** Every exercise by its id, and the signatures that their answers have. */
import { chapter1 } from './chapter-1';
import { chapter2Back } from './chapter-2-back';
import { chapter2Current } from './chapter-2-current';
import { chapter2Neuron } from './chapter-2-neuron';
import { project2 } from './chapter-2-project';
import { chapter2Run } from './chapter-2-run';
import { chapter2Surrogate } from './chapter-2-surrogate';
import { chapter3 } from './chapter-3';
import { chapter4 } from './chapter-4';
import { project4 } from './chapter-4-project';
import { chapter5 } from './chapter-5';
import { chapter5Closest } from './chapter-5-closest';
import { chapter6 } from './chapter-6';
import { chapter7 } from './chapter-7';
import { project7 } from './chapter-7-project';
import { chapter8 } from './chapter-8';
import { chapter8Tables } from './chapter-8-tables';
import { chapter9 } from './chapter-9';
import { chapter9Back } from './chapter-9-back';
import { project9 } from './chapter-9-project';
import { chapter10 } from './chapter-10';
import { chapter10Back } from './chapter-10-back';
import { project10 } from './chapter-10-project';
import { chapter11 } from './chapter-11';
import type { Exercise } from './exercise';

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
  ...chapter9Back,
  ...project9,
  ...chapter10,
  ...chapter10Back,
  ...project10,
  ...chapter11,
};

export type ExerciseId = Extract<keyof typeof TYPED, string>;

/** The signature of each exercise's answer. */
export type Answers = { [K in ExerciseId]: (typeof TYPED)[K]['oracle'] };

/** All exercises, in the order of the chapters. */
export const ALL = TYPED as unknown as Readonly<Record<ExerciseId, Exercise>>;
