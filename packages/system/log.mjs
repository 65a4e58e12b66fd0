// What a child prints, in a file.
import { createWriteStream } from 'node:fs';

/**
 * Begins a log. If it cannot be written, on a full disk say, `onFailure` is told why, once, and the rest is left out:
 * the work goes on without its log.
 * @param {string} file replaced if it is there
 * @param {(message: string) => void} onFailure
 */
export function openLog(file, onFailure) {
  const stream = createWriteStream(file);
  stream.on('error', ({ message }) => onFailure(`${file}: cannot be written (${message})`));
  /** @param {string} line */
  const add = (line) => void stream.write(`${line}\n`);
  /**
   * Resolves when all that could be written is in the file.
   * @returns {Promise<void>}
   */
  const end = () =>
    new Promise((done) => {
      if (stream.closed) return done();
      stream.once('close', () => done());
      stream.end();
    });
  return { add, end };
}
