import { t } from '../../shared/page/words';

/** Where the book is, over http and from disk: Sphinx writes it into each page, and a translated page is further down. */
export function bookRoot(): string {
  const { content_root = './', up = '' } = document.documentElement.dataset;
  return content_root + up;
}

const loading = new Map<string, Promise<void>>();

/**
 * Loads a classic script below `_static/`, once: from disk a page may load scripts, but fetch nothing.
 * @throws Error that names the file, if it cannot be loaded; the next call tries again
 */
export function loadScript(file: string): Promise<void> {
  const known = loading.get(file);
  if (known) return known;
  const promise = new Promise<void>((done, fail) => {
    const script = document.createElement('script');
    script.src = `${bookRoot()}_static/${file}`;
    script.onload = () => done();
    script.onerror = () => {
      loading.delete(file);
      script.remove();
      fail(new Error(t`${file} did not arrive`));
    };
    document.head.append(script);
  });
  loading.set(file, promise);
  return promise;
}
