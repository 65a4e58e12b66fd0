/** The parts of an exercise: probes to run an answer on, an oracle, and known mistakes. */

/** An answer of any signature. */
export type AnyAnswer = (...args: never[]) => unknown;

/** A case whose arguments include functions, made for each call. */
export interface Trial<A> {
  args: A;
  /** Returns what the answer did, such as its calls of these functions; compared like a result. */
  seen?: () => unknown;
  /** The same in words, for the message of an unknown mistake. */
  description?: () => string;
}

/** The arguments of one call, or a function that makes them. */
export type Probe<A> = A | (() => Trial<A>);

/** A known wrong answer: its diagnosis, code to test the check with, and a line for the teacher's notes. */
export interface Mistake<F> {
  /** A short description for the teacher. */
  expect: string;
  /** The check's message: one or two sentences that ask the next question without giving the result away. */
  diagnosis: string;
  as: F;
  /** Other ways to make the same mistake. */
  also: readonly F[];
}

export interface Exercise<F extends AnyAnswer = AnyAnswer> {
  /** The project to which it belongs. */
  project?: string;
  /** Estimated time. */
  minutes: number;
  /**
   * Whether it can be skipped, because later exercises do not build on it. Texts that mention this (the task, the
   * chapter's top, the progress, the teacher's notes) are checked against this field.
   */
  optional?: true;
  /** Names of the arguments, for messages. */
  names: readonly string[];
  /** Cases that distinguish every mistake from the right answer and from other mistakes. */
  probes: readonly Probe<Parameters<F>>[];
  /** The right answer, by the package's own functions where possible. */
  oracle: F;
  /**
   * Allowed difference from the oracle's numbers, relative above 1. Default 1e-5, since tensors hold 32-bit floats.
   */
  tolerance?: number;
  /** Returns the part of a result to compare, if more than one result is right. */
  compared?: (result: ReturnType<F>) => unknown;
  mistakes: Record<string, Mistake<F>>;
  /** Right answers in other forms, which the check has to accept. */
  forms: readonly [F, F, ...F[]];
}

/** Total minutes of the core exercises, and of all. */
export function minutesOf(exercises: readonly Pick<Exercise, 'minutes' | 'optional'>[]): { core: number; all: number } {
  const sum = (some: typeof exercises) => some.reduce((minutes, exercise) => minutes + exercise.minutes, 0);
  return { core: sum(exercises.filter(({ optional }) => !optional)), all: sum(exercises) };
}

/** Types all parts of an exercise by one signature. */
export const exercise = <F extends AnyAnswer>(parts: Exercise<F>): Exercise<F> => parts;

/** A known mistake: its description, its diagnosis, and wrong answers of this kind. */
export const mistake = <F>(expect: string, diagnosis: string, as: F, ...also: F[]): Mistake<F> => ({
  expect,
  diagnosis,
  as,
  also,
});

/** Thrown by `todo()`, the placeholder of an answer. */
export class NotAttempted extends Error {
  override name = 'NotAttempted';
}

/** Thrown if an answer does not return. */
export class NeverEnds extends Error {
  override name = 'NeverEnds';
}

/** Placeholder for an answer, of every type; the check prints "not attempted". */
export function todo(): never {
  throw new NotAttempted('not attempted');
}

/** More calls of one function than any answer needs. */
const MAX_CALLS = 10_000;

/** Wraps an argument of an answer, and stops an answer that calls it endlessly. */
export function counted<A extends unknown[], R>(work: (...args: A) => R): (...args: A) => R {
  let calls = 0;
  return (...args) => {
    if (++calls > MAX_CALLS) throw new NeverEnds(`more than ${MAX_CALLS} calls`);
    return work(...args);
  };
}
