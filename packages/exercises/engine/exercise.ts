/** What an exercise is made of: cases to try an answer on, an oracle, and the mistakes that are known. */

/** An answer of any signature. */
export type AnyAnswer = (...args: never[]) => unknown;

/** A case with functions among its arguments: they are made for each call, and `seen` tells how they were used. */
export interface Trial<A> {
  args: A;
  /** What the answer did, such as the calls that it made. It is compared like a result. */
  seen?: () => unknown;
  /** The same in words, for the message about an unknown mistake. */
  description?: () => string;
}

/** The arguments of one call, or a function that makes them. */
export type Probe<A> = A | (() => Trial<A>);

/** An answer that is wrong in a known way: the diagnosis, the test of the check, and a line of the teacher's notes. */
export interface Mistake<F> {
  /** What the teacher may expect, in a few words. */
  expect: string;
  /** What the check says: one or two sentences that ask the next question, and never the result. */
  diagnosis: string;
  as: F;
  /** Other ways to make the same mistake. */
  also: readonly F[];
}

export interface Exercise<F extends AnyAnswer = AnyAnswer> {
  /** The small project that it is a milestone of. */
  project?: string;
  /** How long it takes, an estimate. */
  minutes: number;
  /**
   * Whether it can be left out: what follows builds on the others, the core of the chapter. Only here: the task, the
   * chapter's top, the progress and the teacher's notes say so, too, and are compared with it.
   */
  optional?: true;
  /** Names of the arguments, for messages. */
  names: readonly string[];
  /** Cases that tell every mistake from the right answer and from every other mistake. */
  probes: readonly Probe<Parameters<F>>[];
  /** The right answer, from the package's own functions where it has them. */
  oracle: F;
  /**
   * How far a number may be from the oracle's, relative where it is above 1. Default 1e-5: tensors hold 32-bit floats.
   */
  tolerance?: number;
  /** For a result that has no single right value: the part of it that is compared. */
  compared?: (result: ReturnType<F>) => unknown;
  mistakes: Record<string, Mistake<F>>;
  /** Right answers that are written differently; the tests hold the check to accepting them. */
  forms: readonly [F, F, ...F[]];
}

/** The minutes of these exercises, of the core alone and of all. */
export function minutesOf(exercises: readonly Pick<Exercise, 'minutes' | 'optional'>[]): { core: number; all: number } {
  const sum = (some: typeof exercises) => some.reduce((minutes, exercise) => minutes + exercise.minutes, 0);
  return { core: sum(exercises.filter(({ optional }) => !optional)), all: sum(exercises) };
}

/** An exercise whose parts are checked against one signature. */
export const exercise = <F extends AnyAnswer>(parts: Exercise<F>): Exercise<F> => parts;

/** A known mistake: what to expect, what the check says, and the answer itself, in one way or in several. */
export const mistake = <F>(expect: string, diagnosis: string, as: F, ...also: F[]): Mistake<F> => ({
  expect,
  diagnosis,
  as,
  also,
});

/** Thrown by `todo()`: this answer has not been attempted. */
export class NotAttempted extends Error {
  override name = 'NotAttempted';
}

/** Thrown when an answer never returns. */
export class NeverEnds extends Error {
  override name = 'NeverEnds';
}

/** Placeholder for an answer: it fits every type, and the check says "not attempted". */
export function todo(): never {
  throw new NotAttempted('not attempted');
}

/** Calls of one function that no answer needs. */
const MAX_CALLS = 10_000;

/** Wraps a function that an answer gets, and stops an answer that calls it endlessly. */
export function counted<A extends unknown[], R>(work: (...args: A) => R): (...args: A) => R {
  let calls = 0;
  return (...args) => {
    if (++calls > MAX_CALLS) throw new NeverEnds(`more than ${MAX_CALLS} calls`);
    return work(...args);
  };
}
