/** Every exercise by its id, and the signatures that their answers have. */

import type { Exercise } from '../engine/exercise';
import { hiddenLayer } from './a-hidden-layer/exercises';
import { hiddenLayerProject } from './a-hidden-layer/project';
import { aMemory } from './a-memory/exercises';
import { aMemoryPays } from './a-memory/pays';
import { aMemoryProject } from './a-memory/project';
import { anEventCamera } from './an-event-camera/exercises';
import { anEventCameraMotion } from './an-event-camera/motion';
import { annBaseline } from './ann-baseline/exercises';
import { convolutions } from './convolutions/exercises';
import { convolutionsMaps } from './convolutions/maps';
import { convolutionsProject } from './convolutions/project';
import { eventDriven } from './event-driven/exercises';
import { eventDrivenTables } from './event-driven/tables';
import { exactTimesDelays } from './exact-times/delays';
import { exactTimes } from './exact-times/exercises';
import { fromAnAnn } from './from-an-ann/exercises';
import { fromAnAnnProject } from './from-an-ann/project';
import { worthIt } from './is-it-worth-it/exercises';
import { worthItProject } from './is-it-worth-it/project';
import { lifBack } from './lif-neuron/back';
import { lifCurrent } from './lif-neuron/current';
import { lifNeuron } from './lif-neuron/neuron';
import { lifProject } from './lif-neuron/project';
import { lifRun } from './lif-neuron/run';
import { lifSurrogate } from './lif-neuron/surrogate';
import { onAChip } from './on-a-chip/exercises';
import { onAChipLeak } from './on-a-chip/leak';
import { onAChipProject } from './on-a-chip/project';
import { outAndIn } from './out-and-in/exercises';
import { poissonEncoding } from './poisson-encoding/exercises';
import { readPotential } from './read-the-potential/exercises';
import { readPotentialProject } from './read-the-potential/project';
import { readShares } from './read-the-potential/shares';
import { trainingLoop } from './training-loop/exercises';
import { trainingLoopProject } from './training-loop/project';
import { visualizationClosest } from './visualization/closest';
import { visualization } from './visualization/exercises';
import { whatTimeDoes } from './what-time-does/exercises';
import { timing } from './when-timing-matters/exercises';
import { timingProject } from './when-timing-matters/project';
import { withoutLabels } from './without-labels/exercises';
import { withoutLabelsReward } from './without-labels/reward';

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
