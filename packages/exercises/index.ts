/** Exercises that know what went wrong: `check` says whether an answer is right or, if not, which mistake it is. */
import { makeExercises } from './engine/session';

export { ALL, type Answers, type ExerciseId } from './chapters/all';
export type { Net } from './chapters/training-loop';
export type { Exercise } from './engine/exercise';
export { minutesOf, todo } from './engine/exercise';
export { GENERAL } from './engine/general';
export type { Verdict } from './engine/judge';
export type { Phrases } from './engine/phrases';
export { makeExercises, type Surroundings } from './engine/session';

/** The functions on a host that adds nothing. */
export const { judge, check, solved, progress, edition } = makeExercises();
