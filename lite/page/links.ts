/** Links between chapters open the chapter itself. The application would open its list of files first, which opens the chapter. */
import type { NotebookTracker } from './jupyter';

/** The address at which the site shows a notebook. */
export const notebookAddress = (siteUrl: string, path: string): string =>
  new URL(`notebooks/index.html?path=${encodeURIComponent(path)}`, siteUrl).href;

/** The notebook that a link of a text leads to, as the application has noted it in the link. */
export function notebookOfLink(link: { dataset: DOMStringMap }): string | undefined {
  const { commandlinkerCommand, commandlinkerArgs } = link.dataset;
  if (commandlinkerCommand !== 'rendermime:handle-local-link') return undefined;
  const { path } = JSON.parse(commandlinkerArgs ?? '{}') as { path?: string };
  return path?.endsWith('.ipynb') ? path.replace(/^\//, '') : undefined;
}

export function followLinks(tracker: NotebookTracker, siteUrl: string): void {
  const follow = (event: MouseEvent) => {
    const link = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>('a') : null;
    const path = link && notebookOfLink(link);
    if (!path) return;
    event.preventDefault();
    event.stopPropagation();
    void tracker.currentWidget?.context.save();
    window.open(notebookAddress(siteUrl, path), '_blank', 'noopener');
  };
  // Before the application hears of it.
  document.addEventListener('click', follow, { capture: true });
}
