/** Every exercise by its id, and the signatures that their answers have. */

import { parts } from '../../../notebooks/chapters.json';
import type { Exercise } from '../engine/exercise';
import { hiddenLayer, hiddenLayerProject } from './a-hidden-layer';
import { aMemory, aMemoryPays } from './a-memory';
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
import { neuronsRemember, neuronsRememberProject } from './what-neurons-remember';
import { whatTimeDoes } from './what-time-does';
import { timing, timingProject } from './when-timing-matters';
import { withoutLabels, withoutLabelsReward } from './without-labels';

/** The exercises of each chapter by its name, in any order: `notebooks/chapters.json` says which chapter comes first. */
export const BY_CHAPTER = {
  'a-hidden-layer': { ...hiddenLayer, ...hiddenLayerProject },
  'a-memory': { ...aMemory, ...aMemoryPays },
  'an-event-camera': { ...anEventCamera, ...anEventCameraMotion },
  'ann-baseline': annBaseline,
  convolutions: { ...convolutions, ...convolutionsMaps, ...convolutionsProject },
  'event-driven': { ...eventDriven, ...eventDrivenTables },
  'exact-times': { ...exactTimes, ...exactTimesDelays },
  'from-an-ann': { ...fromAnAnn, ...fromAnAnnProject },
  'is-it-worth-it': { ...worthIt, ...worthItProject },
  'lif-neuron': { ...lifNeuron, ...lifRun, ...lifCurrent, ...lifSurrogate, ...lifBack, ...lifProject },
  'on-a-chip': { ...onAChipLeak, ...onAChip, ...onAChipProject },
  'out-and-in': outAndIn,
  'poisson-encoding': poissonEncoding,
  'read-the-potential': { ...readPotential, ...readShares, ...readPotentialProject },
  'training-loop': { ...trainingLoop, ...trainingLoopProject },
  visualization: { ...visualizationClosest, ...visualization },
  'what-neurons-remember': { ...neuronsRemember, ...neuronsRememberProject },
  'what-time-does': whatTimeDoes,
  'when-timing-matters': { ...timing, ...timingProject },
  'without-labels': { ...withoutLabels, ...withoutLabelsReward },
};

type Chapters = typeof BY_CHAPTER;

export type ExerciseId = { [C in keyof Chapters]: keyof Chapters[C] }[keyof Chapters];

/** All members of a union in one type. */
type Together<U> = (U extends unknown ? (one: U) => void : never) extends (all: infer All) => void ? All : never;
type Exercises = Together<Chapters[keyof Chapters]>;

/**
 * The signature of each exercise's answer. TypeScript computes all of them anew for each cell that calls `check`, so
 * nothing is looked for here: asking every chapter for every exercise took some 10 ms more.
 */
export type Answers = { [K in ExerciseId]: Exercises[K]['oracle'] };

/** All exercises, in the order of the chapters. That in Python has its own, in packages/exercises/python/. */
export const ALL = Object.fromEntries(
  parts
    .flatMap(({ chapters }) => chapters)
    .flatMap(({ name }, chapter) =>
      Object.entries<object>(BY_CHAPTER[name as keyof Chapters] ?? {}).map(([id, exercise]) => [
        id,
        { ...exercise, chapter },
      ]),
    ),
) as unknown as Readonly<Record<ExerciseId, Exercise & { chapter: number }>>;
