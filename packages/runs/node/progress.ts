/**
 * What a learner's checks found, as data: for the report of a class, and on a hub for the teacher's page, if the
 * learner has agreed.
 */
import { appendFileSync, closeSync, constants, openSync } from 'node:fs';

/**
 * Adds one line to the file that the environment variable `LIF_FC_MNIST_PROGRESS` names, if it exists. A hub makes
 * it when the learner agrees, and removes it when the learner no longer does. The answer itself is not recorded.
 * @param exercise id, such as `lif-charge`
 * @param result `passed`, `todo`, `error`, `wrong`, or the name of the mistake
 */
export function recordProgress(exercise: string, result: string, now = new Date()): void {
  const path = process.env.LIF_FC_MNIST_PROGRESS;
  if (!path) return;
  let file: number;
  try {
    // Never creates it, and does not wait for a pipe's reader.
    file = openSync(path, constants.O_WRONLY | constants.O_APPEND | (constants.O_NONBLOCK ?? 0));
  } catch {
    return;
  }
  try {
    appendFileSync(file, `${JSON.stringify({ at: now.toISOString(), exercise, result })}\n`);
  } catch {
    // A full disk: the exercise is more important than what the teacher sees of it.
  } finally {
    closeSync(file);
  }
}
