/** Every exercise by its id, and the signatures that their answers have. */

import type { Exercise } from '../engine/exercise';
import { hiddenLayer, hiddenLayerProject } from './a-hidden-layer';
import { aMemory, aMemoryPays, aMemoryProject } from './a-memory';
import { anEventCamera, anEventCameraMotion } from './an-event-camera';
import { annBaseline } from './ann-baseline';
import { convolutions, convolutionsMaps, convolutionsProject } from './convolutions';
import { eventDriven, eventDrivenTables } from './event-driven';
import { exactTimes, exactTimesDelays } from './exact-times';
import { fromAnAnn, fromAnAnnProject } from './from-an-ann';
import { worthIt, worthItProject } from './is-it-worth-it';
import { lifCurrent, lifNeuron, lifProject, lifRun } from './lif-neuron';
import { lifBack, lifSurrogate } from './lif-neuron-gradient';
import { onAChip, onAChipLeak, onAChipProject } from './on-a-chip';
import { outAndIn } from './out-and-in';
import { poissonEncoding } from './poisson-encoding';
import { readPotential, readPotentialProject, readShares } from './read-the-potential';
import { trainingLoop, trainingLoopProject } from './training-loop';
import { visualization, visualizationClosest } from './visualization';
import { whatTimeDoes } from './what-time-does';
import { timing, timingProject } from './when-timing-matters';
import { withoutLabels, withoutLabelsReward } from './without-labels';

/**
 * The chapters by name, in the order of `notebooks/`, which has their numbers: a chapter's number is its place here.
 */
export const CHAPTERS = {
  start: {},
  'ann-baseline': annBaseline,
  'lif-neuron': { ...lifNeuron, ...lifRun, ...lifCurrent, ...lifSurrogate, ...lifBack, ...lifProject },
  'poisson-encoding': poissonEncoding,
  'training-loop': { ...trainingLoop, ...trainingLoopProject },
  visualization: { ...visualizationClosest, ...visualization },
  'what-time-does': whatTimeDoes,
  'a-hidden-layer': { ...hiddenLayer, ...hiddenLayerProject },
  'when-timing-matters': { ...timing, ...timingProject },
  'read-the-potential': { ...readPotential, ...readShares, ...readPotentialProject },
  'a-memory': { ...aMemory, ...aMemoryPays, ...aMemoryProject },
  convolutions: { ...convolutions, ...convolutionsMaps, ...convolutionsProject },
  'an-event-camera': { ...anEventCamera, ...anEventCameraMotion },
  'exact-times': { ...exactTimes, ...exactTimesDelays },
  'without-labels': { ...withoutLabels, ...withoutLabelsReward },
  'is-it-worth-it': { ...worthIt, ...worthItProject },
  'from-an-ann': { ...fromAnAnn, ...fromAnAnnProject },
  'on-a-chip': { ...onAChipLeak, ...onAChip, ...onAChipProject },
  'out-and-in': outAndIn,
  onwards: {}, // in Python: packages/exercises/python
  'event-driven': { ...eventDriven, ...eventDrivenTables },
};

type Chapters = typeof CHAPTERS;

export type ExerciseId = { [C in keyof Chapters]: keyof Chapters[C] }[keyof Chapters];

/** All members of a union in one type. */
type Together<U> = (U extends unknown ? (one: U) => void : never) extends (all: infer All) => void ? All : never;
type Exercises = Together<Chapters[keyof Chapters]>;

/**
 * The signature of each exercise's answer. TypeScript computes all of them anew for each cell that calls `check`, so
 * nothing is looked for here: asking every chapter for every exercise took some 10 ms more.
 */
export type Answers = { [K in ExerciseId]: Exercises[K]['oracle'] };

/** All exercises, in the order of the chapters. */
export const ALL = Object.fromEntries(
  Object.values(CHAPTERS).flatMap((exercises, chapter) =>
    Object.entries<object>(exercises).map(([id, exercise]) => [id, { ...exercise, chapter }]),
  ),
) as unknown as Readonly<Record<ExerciseId, Exercise & { chapter: number }>>;
