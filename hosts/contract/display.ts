/** What a cell shows while it works, and how an interrupt stops its work: what both hosts have of it. */
import type { Figure } from '../../packages/figures';
import { checkText, formatValue } from '../../src/common/checks';
import type { LiveFigure, ProgressBar } from './contract';
import { Interruption } from './interruption';

/** How a host shows the states of a live figure, each replacing the last. */
export interface Frames {
  /** Draws a state that a newer one will replace; it is dropped if `isEnded()` is true by the time it is ready. */
  draw(figure: Figure, isEnded: () => boolean): void | Promise<void>;
  /** Shows the last state, which stays. */
  keep(figure: Figure): void | Promise<void>;
}

/** Milliseconds between two states of a live figure: at least, and at most however long drawing takes. */
const FRAME_PAUSE = { least: 500, most: 2000 };
/** A pause is at least this many times as long as the drawing before it, so drawing hardly slows the work. */
const FRAME_REST = 19;

/**
 * Starts a figure that is updated in place. `update` returns at once: the newest state is drawn soon after, at most
 * twice per second and in at most a twentieth of the time; the states between are left out. `done` rejects if a state
 * could not be drawn.
 */
export function startLiveFigure({ draw: drawFrame, keep }: Frames): LiveFigure {
  let last: Figure | undefined;
  let waiting: Figure | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let drawing = false;
  let next = 0;
  let ended = false;
  let failure: unknown;

  const schedule = () => {
    if (drawing || ended || timer || !waiting) return;
    timer = setTimeout(draw, Math.max(0, next - performance.now()));
  };
  const draw = async () => {
    timer = undefined;
    const figure = waiting as Figure;
    waiting = undefined;
    drawing = true;
    const started = performance.now();
    try {
      await drawFrame(figure, () => ended);
    } catch (error) {
      failure ??= error;
    }
    const now = performance.now();
    next = now + Math.min(FRAME_PAUSE.most, Math.max(FRAME_PAUSE.least, FRAME_REST * (now - started)));
    drawing = false;
    schedule();
  };

  return {
    update(figure) {
      if (ended) return;
      last = figure;
      waiting = figure;
      schedule();
    },
    async done(figure = last) {
      // From here on a state that is still being drawn is dropped, so the last one stays.
      ended = true;
      clearTimeout(timer);
      if (figure) await keep(figure);
      if (failure) throw failure;
    },
  };
}

const BAR_WIDTH = 24;

/**
 * Starts a bar with count, rate and time left.
 * @param put replaces the shown state of the bar; `last` is true for the text that stays
 * @param total steps to go, at least 1
 */
export function startBar(put: (text: string, last: boolean) => void, total: number, label = ''): ProgressBar {
  if (!(typeof total === 'number' && total >= 1))
    throw new RangeError(`progressBar: expected a total of at least 1, found ${formatValue(total)}`);
  checkText('label', label);
  /** Where the rate is counted from: the start or, of work that is resumed, the first update. */
  let origin = { count: 0, time: performance.now() };
  const before = label ? `${label}: ` : '';
  let count = 0;
  /** Whole steps; a part of one fills the bar only. */
  const counted = () => `${Math.floor(count)}/${total}`;
  let updates = 0;
  let drawn = Number.NEGATIVE_INFINITY;
  let ended = false;
  const bar = () => {
    const filled = Math.round((BAR_WIDTH * Math.min(count, total)) / total);
    const seconds = (performance.now() - origin.time) / 1000;
    const steps = count - origin.count;
    const rate = steps / seconds;
    const timing = steps > 0 && seconds > 0 ? ` · ${rateText(rate)} · ${clock((total - count) / rate)} left` : '';
    put(`${before}▕${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)}▏ ${counted()}${timing}`, false);
    drawn = performance.now();
  };
  bar();
  return {
    update(done) {
      if (ended) return;
      count = done;
      if (updates++ === 0 && done > 1) origin = { count: done, time: performance.now() };
      if (performance.now() - drawn >= 200) bar();
    },
    finish() {
      if (ended) return;
      ended = true;
      put(`${before}${counted()}`, true);
    },
  };
}

const rateText = (rate: number): string => (rate >= 10 ? `${Math.round(rate)}/s` : `${rate.toPrecision(2)}/s`);

/** `0:04`, `25:00` or `1:02:03`; a day and more is `23:59:59`. */
function clock(seconds: number): string {
  const shown = new Date(1000 * Math.min(86_399, Math.max(0, Math.ceil(seconds))));
  return shown
    .toISOString()
    .slice(11, 19)
    .replace(/^(00:)?0?/, '');
}

/**
 * Runs awaited work that an interrupt stops. Work that awaits is not stopped from outside: it must look at the signal,
 * and let the event loop turn now and then (a timer or `nextTurn`, not only resolved promises).
 * @param listen calls the listener at an interrupt, and returns what ends that
 * @returns what the work returns; rejects with an {@link Interruption} if it was interrupted, even if it ended with a
 * part done. The notebook then shows one line: that of the Interruption which the work threw, or else `Interrupted.`
 */
export async function runInterruptible<T>(
  work: (signal: AbortSignal) => Promise<T>,
  listen: (listener: () => void) => () => void,
): Promise<T> {
  const controller = new AbortController();
  const end = listen(() => controller.abort(new Interruption()));
  try {
    const result = await work(controller.signal);
    controller.signal.throwIfAborted();
    return result;
  } catch (error) {
    if (error instanceof Interruption || !controller.signal.aborted) throw error;
    // Work that received the signal throws its own error.
    throw error instanceof Error && error.name === 'AbortError' ? controller.signal.reason : error;
  } finally {
    end();
  }
}
