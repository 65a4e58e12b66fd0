import { loadScript as load } from '../../shared/page/dom';
import { t } from '../../shared/page/words';

/** The book's root, over http or on disk. Sphinx writes its relative path into each page. */
export function bookRoot(): string {
  const { content_root = './', up = '' } = document.documentElement.dataset;
  return content_root + up;
}

/** Loads a classic script below `_static/`, once. */
export const loadScript = (file: string): Promise<void> =>
  load(`${bookRoot()}_static/${file}`, t`${file} did not arrive`);
