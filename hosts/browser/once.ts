/** Work that is done once for all who ask for it, and again only after it failed. */
export function once<A extends unknown[], T>(work: (...args: A) => Promise<T>): (...args: A) => Promise<T> {
  let done: Promise<T> | undefined;
  return (...args) => {
    done ??= work(...args);
    done.catch(() => {
      done = undefined;
    });
    return done;
  };
}
