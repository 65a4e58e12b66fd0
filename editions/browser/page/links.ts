/**
 * Links of texts: a chapter opens in the application, and what the book shows opens in the book. By themselves they would lead
 * to the files.
 */
import type { NotebookContent, NotebookTracker } from './jupyter';

/** The first heading of a notebook; undefined if it has none. */
export const titleOf = ({ cells }: NotebookContent): string | undefined =>
  cells
    .filter(({ cell_type }) => cell_type === 'markdown')
    .map(({ source }) => /^#\s+(.+)$/m.exec([source].flat().join(''))?.[1])
    .find(Boolean);

/** The address at which the site shows a notebook. */
export const notebookAddress = (siteUrl: string, path: string): string =>
  new URL(`notebooks/index.html?path=${encodeURIComponent(path)}`, siteUrl).href;

/**
 * Where a link leads that the application has pointed at a file of the site; undefined if it is right as it is.
 * @param book the book as seen from the site, with a slash at its end; empty if there is none
 */
export function destinationOf(href: string, siteUrl: string, book: string): string | undefined {
  const files = new URL('files/', siteUrl).href;
  if (!href.startsWith(files)) return undefined;
  const [path, fragment] = href.slice(files.length).split('#');
  const hash = fragment ? `#${fragment}` : '';
  if (path.endsWith('.ipynb')) return notebookAddress(siteUrl, decodeURIComponent(path)) + hash;
  if (book && path.startsWith('build/book/'))
    return new URL(book + path.slice('build/book/'.length) + hash, siteUrl).href;
  return undefined;
}

export function followLinks(tracker: NotebookTracker, siteUrl: string, book: string): void {
  const linkOf = ({ target }: Event) =>
    target instanceof Element ? target.closest<HTMLAnchorElement>('a[href]') : null;
  const correct = (event: Event) => {
    const link = linkOf(event);
    const destination = link && destinationOf(link.href, siteUrl, book);
    if (!destination) return;
    link.href = destination;
    link.target = '_blank';
  };
  // Before it is followed, in whatever way: a click, the keyboard, or "open in a new tab".
  for (const type of ['pointerover', 'focusin', 'click']) document.addEventListener(type, correct, { capture: true });
  document.addEventListener(
    'click',
    (event) => {
      if (!linkOf(event)?.href.startsWith(notebookAddress(siteUrl, ''))) return;
      // The application would open its list of files instead.
      event.stopPropagation();
      void tracker.currentWidget?.context.save();
    },
    { capture: true },
  );
}
