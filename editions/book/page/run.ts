import { bookRoot } from './assets';

/** A page that was opened from disk cannot start the browser edition: its links lead to what to do instead. */
export function explainRunLinks(): void {
  if (window.location.protocol !== 'file:') return;
  for (const link of document.querySelectorAll<HTMLAnchorElement>('a.run'))
    link.href = `${bookRoot()}hosting.html#from-disk`;
}
