/** Makes visited pages of the book and of the browser edition work offline. */

/**
 * Registers the service worker where the browser allows one: over https, and on localhost.
 * @param more addresses to cache besides those that the page has loaded
 */
export async function workOffline(siteUrl: string, more: string[] = []): Promise<void> {
  if (!navigator.serviceWorker) return;
  try {
    await navigator.serviceWorker.register(new URL('offline.js', siteUrl), { scope: siteUrl });
    const { active } = await navigator.serviceWorker.ready;
    navigator.serviceWorker.addEventListener('message', ({ data }) => {
      document.documentElement.dataset.offline = String(data);
    });
    // Files loaded before the worker started; it gets them from the browser's cache.
    const loaded = performance.getEntriesByType('resource').map(({ name }) => name);
    active?.postMessage([window.location.href, ...loaded, ...more]);
  } catch {
    // Everything but offline use still works.
  }
}

/** Makes the book installable as an app, unless it was opened from disk, where browsers would report an error. */
export function becomeApp(script: string): void {
  if (location.protocol === 'file:') return;
  const bookUrl = new URL('../', script).href;
  document.head.append(
    Object.assign(document.createElement('link'), { rel: 'manifest', href: `${bookUrl}manifest.webmanifest` }),
  );
  // After the page's own requests.
  addEventListener('load', () => void workOffline(bookUrl));
}
