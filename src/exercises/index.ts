/** Exercises that know what went wrong: `check` says whether an answer is right or, if not, which mistake it is. */
import { makeExercises } from './session';

export { ALL, type Answers, type ExerciseId } from './all';
export type { Net } from './chapter-4-loop';
export type { Exercise } from './exercise';
export { minutesOf, todo } from './exercise';
export { GENERAL } from './general';
export type { Verdict } from './judge';
export { makeExercises, type Surroundings } from './session';

/** The functions as they are on a host that adds nothing. */
export const { judge, check, solved, progress, edition } = makeExercises();
