import { availableParallelism } from 'node:os';

// One line of progress: on a terminal it changes in place, elsewhere a new one comes now and then.
const PERIOD_MS = 1000;
const QUIET_MS = 30_000;

/** `45 s`, `12 min`, `3 h 5 min` */
export function duration(seconds: number) {
  const minutes = Math.round(seconds / 60);
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** `1 run`, `2 runs` */
export const count = (n: number, word: string) => `${n} ${word}${n === 1 ? '' : 's'}`;

/**
 * Shows how far work has come, until the returned function is called.
 * @param what is done, `runs`
 * @param all how many
 * @param first seconds that everything may take, until something is done
 * @param look how many are done, and which share of the work that is
 */
export function showProgress(what: string, all: number, first: number, look: () => { done: number; share: number }) {
  const start = performance.now();
  const before = look().share;
  let said = start;
  const line = () => {
    const { done, share } = look();
    const passed = (performance.now() - start) / 1000;
    const left = share > before ? (passed * (1 - share)) / (share - before) : first * (1 - share) - passed;
    // Slower than estimated, and nothing is done yet: no guess.
    return `${done} of ${all} ${what} done${left > 0 ? `, about ${duration(left)} left` : ''}`;
  };
  const isTerminal = process.stdout.isTTY;
  const timer = setInterval(() => {
    if (isTerminal) process.stdout.write(`\r\x1b[K${line()}`);
    else if (performance.now() - said >= QUIET_MS) {
      said = performance.now();
      console.log(line());
    }
  }, PERIOD_MS);
  return () => {
    clearInterval(timer);
    if (isTerminal) process.stdout.write('\r\x1b[K');
  };
}

/**
 * Works through items, as many at a time as there are cores, and shows how far it has come.
 * @param what they are, `rows`
 * @param seconds that an item takes about
 */
export async function workThrough<I>(
  what: string,
  items: readonly I[],
  seconds: (item: I) => number,
  work: (item: I) => Promise<void>,
) {
  const sum = items.reduce((all, item) => all + seconds(item), 0);
  const cores = Math.min(availableParallelism(), items.length);
  let [done, share, next] = [0, 0, 0];
  const stop = showProgress(what, items.length, sum / cores, () => ({ done, share }));
  const onCore = async () => {
    while (next < items.length) {
      const item = items[next++];
      await work(item);
      done++;
      share += seconds(item) / sum;
    }
  };
  try {
    await Promise.all(Array.from({ length: cores }, onCore));
  } finally {
    stop();
  }
}
