/** A page that was opened from disk cannot start the browser edition: its links lead to what to do instead. */
export function explainRunLinks(): void {
  if (window.location.protocol !== 'file:') return;
  const { content_root = './', up = '' } = document.documentElement.dataset;
  for (const link of document.querySelectorAll<HTMLAnchorElement>('a.run'))
    link.href = `${content_root}${up}hosting.html#from-disk`;
}
