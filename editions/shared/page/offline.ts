/** Makes what was visited work without the network: the book, and by the same means the browser edition. */

/**
 * Registers the service worker where the browser allows one: over https, and on this computer.
 * @param more addresses that it keeps, besides what was loaded
 */
export async function workOffline(siteUrl: string, more: string[] = []): Promise<void> {
  if (!navigator.serviceWorker) return;
  try {
    await navigator.serviceWorker.register(new URL('offline.js', siteUrl), { scope: siteUrl });
    const { active } = await navigator.serviceWorker.ready;
    navigator.serviceWorker.addEventListener('message', ({ data }) => {
      document.documentElement.dataset.offline = String(data);
    });
    // What came before the worker was there: it takes these files from the browser's cache.
    const loaded = performance.getEntriesByType('resource').map(({ name }) => name);
    active?.postMessage([window.location.href, ...loaded, ...more]);
  } catch {
    // All but offline use still works.
  }
}

/** The book as an app. A page from disk is none, and its browser would complain. */
export function becomeApp(script: string): void {
  if (location.protocol === 'file:') return;
  const bookUrl = new URL('../', script).href;
  document.head.append(
    Object.assign(document.createElement('link'), { rel: 'manifest', href: `${bookUrl}manifest.webmanifest` }),
  );
  // A page that is still loading needs the network itself.
  addEventListener('load', () => void workOffline(bookUrl));
}
