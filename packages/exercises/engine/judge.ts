/** Judges an answer: finds out whether it is right or, if not, which mistake it makes. */
import { type AnyAnswer, type Exercise, NeverEnds, NotAttempted, type Probe, type Trial } from './exercise';
import { GENERAL } from './general';
import {
  copy,
  type Flaw,
  findFlaw,
  findPlaces,
  flaw,
  isPromise,
  same,
  withoutExtras,
  worded,
  wordedArguments,
} from './values';

export interface Verdict {
  status: 'passed' | 'todo' | 'error' | 'wrong';
  /** The name of a known mistake. */
  name?: string;
  message: string;
}

/** Runs work and throws NeverEnds if it does not return. A host that cannot stop it just runs it. */
export type Limit = <T>(work: () => T) => T;

/** The outcome of one call. */
interface Outcome {
  result: unknown;
  seen: unknown;
  /** What the answer did in words. */
  description?: string;
  /** The arguments before the call. */
  args: unknown[];
  changed: boolean;
}

class Failed extends Error {
  constructor(
    readonly thrown: unknown,
    readonly args: unknown[],
  ) {
    super('the answer failed');
  }
}

const makeTrial = (probe: Probe<unknown[]>): Trial<unknown[]> =>
  typeof probe === 'function' ? probe() : { args: copy(probe) };

function call(answer: (...args: unknown[]) => unknown, probe: Probe<unknown[]>): Outcome {
  const { args, seen, description } = makeTrial(probe);
  const before = copy(args);
  try {
    const result = answer(...args);
    if (isPromise(result)) result.then(undefined, () => {}); // its rejection is ignored: a promise is wrong anyway
    const changed = !same(args, before, 0);
    return { result: copy(result), seen: copy(seen?.()), description: description?.(), args: before, changed };
  } catch (error) {
    throw new Failed(error, before);
  }
}

/** Results of the oracle and of known mistakes, kept since they never change. */
const known = new WeakMap<Exercise, Map<AnyAnswer, unknown[]>>();

/** Results of a known answer on each probe; the error where it throws, which equals no result. */
function collectResults(exercise: Exercise, answer: AnyAnswer): unknown[] {
  const map = known.get(exercise) ?? new Map<AnyAnswer, unknown[]>();
  known.set(exercise, map);
  const found = map.get(answer);
  if (found) return found;
  const results = exercise.probes.map((probe) => {
    try {
      return compared(exercise, call(answer as never, probe));
    } catch (error) {
      if (answer === exercise.oracle) throw error;
      return error;
    }
  });
  map.set(answer, results);
  return results;
}

const compared = ({ compared: part }: Exercise, { result, seen }: Outcome): unknown[] => [
  part && result !== undefined && !isPromise(result) ? part(result as never) : result,
  seen,
];

/** The first line of an error, shortened. */
function firstLine(error: unknown): string {
  const [line] = String(error).split('\n');
  return line.length > 120 ? `${line.slice(0, 119)}…` : line;
}

const OVERFLOW = /RangeError: .*call stack/i;
const TOO_LARGE = /(RangeError|InternalError): .*(array length|allocation failed|allocation size|out of memory)/i;

const NOT_ATTEMPTED = 'Not attempted yet.';
const CALLS_A_STUB = 'Not yet: it calls a function of yours that still has “return todo();”. Which exercise is that?';

function failure({ names }: Exercise, answer: unknown, error: unknown): Verdict {
  const thrown = error instanceof Failed ? error.thrown : error;
  if (thrown instanceof NotAttempted) {
    return { status: 'todo', message: /\btodo\b/.test(String(answer)) ? NOT_ATTEMPTED : CALLS_A_STUB };
  }
  const found = firstLine(thrown);
  if (TOO_LARGE.test(found)) {
    return stopped(flaw('too-large', `Your function asks for more memory than there is (${found}).`));
  }
  if (thrown instanceof NeverEnds || OVERFLOW.test(found)) {
    return stopped(flaw('never-ends', 'Your function was stopped: it does not end.'));
  }
  const where = error instanceof Failed ? wordedArguments(names, error.args).trimEnd() : '';
  return stopped({ name: 'throws', diagnosis: `Your function throws an error${where && ` ${where}`}: ${found}` });
}

const PRINTS = ['log', 'info', 'debug', 'warn', 'error', 'table', 'dir'] as const;

const wrong = ({ name, diagnosis }: Flaw): Verdict => ({ status: 'wrong', name, message: diagnosis });
const stopped = ({ name, diagnosis }: Flaw): Verdict => ({ status: 'error', name, message: diagnosis });

/**
 * Judges one answer on the probes of its exercise.
 * @param limit stops an answer that does not return, if the host can
 */
export function judgeAnswer(exercise: Exercise, answer: unknown, limit: Limit = (work) => work()): Verdict {
  if (typeof answer !== 'function') {
    return wrong({ name: 'no-function', diagnosis: GENERAL['no-function'].question });
  }
  let outcomes: Outcome[];
  let again: Outcome[];
  const printed = PRINTS.map((name) => [name, console[name]] as const);
  try {
    const everyProbe = () => exercise.probes.map((probe) => call(answer as never, probe));
    [outcomes, again] = limit(() => {
      const first = everyProbe();
      for (const name of PRINTS) console[name] = () => {}; // debug prints in an answer appear once per case
      return [first, everyProbe()];
    });
  } catch (error) {
    return failure(exercise, answer, error);
  } finally {
    for (const [name, print] of printed) console[name] = print;
  }
  const rightResults = collectResults(exercise, exercise.oracle);
  const { tolerance = 1e-5 } = exercise;
  if (outcomes.some(({ changed }) => changed)) {
    return wrong(flaw('changes-arguments', 'Your function changes its arguments.'));
  }
  const equal = (a: unknown[], b: unknown[]) => a.every((value, i) => same(value, b[i], tolerance));
  const [results, later] = [outcomes, again].map((all) =>
    all.map((outcome, i) => comparedSafely(exercise, outcome, rightResults[i] as unknown[])),
  );
  if (equal(results, rightResults)) {
    return equal(later, rightResults) ? { status: 'passed', message: 'Right.' } : wrong(KEEPS_STATE);
  }
  const first = firstFlaw(exercise, outcomes, rightResults);
  if (first?.name === 'promise') return wrong(first);
  if (!equal(later, results)) return wrong(KEEPS_STATE);
  for (const [name, { diagnosis, as, also }] of Object.entries(exercise.mistakes)) {
    if ([as, ...also].some((way) => equal(results, collectResults(exercise, way))))
      return { status: 'wrong', name, message: diagnosis };
  }
  if (first) return wrong(first);
  if (returnsRight(results, rightResults, tolerance)) return wrong(OTHER_CALLS);
  const at = results.findIndex((value, i) => !same(value, rightResults[i], tolerance));
  return { status: 'wrong', message: notYet(exercise, outcomes[at], (rightResults[at] as unknown[])[0]) };
}

const KEEPS_STATE = flaw('keeps-state', 'A second call with the same arguments returns something else.');
const OTHER_CALLS = flaw('other-calls', 'What your function returns is right, but not what it does on the way.');

/** Whether the results are right, so the mistake is in the calls. */
function returnsRight(results: unknown[], right: unknown[], tolerance: number): boolean {
  const returned = (all: unknown[]) => all.map((value) => (value as unknown[])[0]);
  return returned(right).some((value) => value !== undefined) && same(returned(results), returned(right), tolerance);
}

/**
 * The parts of an outcome to compare. `compared` may throw for results of the wrong type. Where the right answer returns
 * nothing, any result is accepted, such as that of `map` instead of a loop.
 */
function comparedSafely(exercise: Exercise, outcome: Outcome, [right]: unknown[]): unknown[] {
  let [result, seen]: unknown[] = [outcome.result, outcome.seen];
  if (right === undefined && !isPromise(result)) return [undefined, seen];
  try {
    [result, seen] = compared(exercise, outcome);
  } catch {}
  return [withoutExtras(result, right), seen];
}

function firstFlaw(exercise: Exercise, outcomes: Outcome[], rightResults: unknown[]): Flaw | undefined {
  // If only a part is compared, the oracle's whole result still shows the expected type.
  const like = (i: number) =>
    exercise.compared ? call(exercise.oracle as never, exercise.probes[i]).result : (rightResults[i] as unknown[])[0];
  for (const [i, { result, args }] of outcomes.entries()) {
    const found = findFlaw(result, like(i), wordedArguments(exercise.names, args).trimEnd());
    if (found) return found;
  }
  return undefined;
}

/** The message of an unknown mistake: a case, the answer's result, and where it is wrong. */
function notYet(
  { names, compared, tolerance = 1e-5 }: Exercise,
  { args, result, description }: Outcome,
  right: unknown,
) {
  const where = wordedArguments(names, args);
  if (right === undefined) {
    const did = description ? `${where}your function ${description}` : 'it does something else than the task asks for';
    return `Not yet: ${did}. What do you do on paper, and in which order?`;
  }
  const places = compared ? [] : findPlaces(withoutExtras(result, right), right, tolerance);
  const wrongAt = places.length > 0 ? `, wrong at ${places.join(', ')}` : '';
  return `Not yet: ${where}your function returns ${worded(result)}${wrongAt}. What do you get${wrongAt && ' there'} on paper?`;
}
