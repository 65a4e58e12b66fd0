import type { Figure } from '../../packages/figures';
import type { LiveFigure } from './contract';

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
