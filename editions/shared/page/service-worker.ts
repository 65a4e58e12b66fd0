/**
 * The service worker: what was visited works offline. Network first; the cache is the fallback, so that no old chapter
 * hides a newer one. Pages and workers get the headers with which threads share memory, which few static hosts send.
 */
/// <reference lib="webworker" />
export {};

declare const self: ServiceWorkerGlobalScope;

const CACHE = `lif-fc-mnist ${new URL(self.registration.scope).pathname}`;
/** Replaced at the build: files that a chapter needs and that workers load, whose requests the page does not see. */
declare const NEEDED: string[];
/** Replaced at the build: the headers with which pages and workers share memory. */
declare const ISOLATION: Record<string, string>;

self.addEventListener('install', () => void self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

const isOurs = (url: string) => url.startsWith(self.registration.scope);

async function answer(event: FetchEvent): Promise<Response> {
  const { request } = event;
  const cache = await caches.open(CACHE);
  try {
    const response = await fetch(request);
    // A browser that is short of space stores no more; the reader still gets the file.
    if (response.status === 200) event.waitUntil(cache.put(request, response.clone()).catch(() => {}));
    return withHeaders(request, response);
  } catch (error) {
    // Without what follows the question mark: a page is the same for each notebook.
    const kept = (await cache.match(request)) ?? (await cache.match(request, { ignoreSearch: true }));
    if (kept) return withHeaders(request, kept);
    throw error;
  }
}

function withHeaders({ destination }: Request, response: Response): Response {
  // A redirect, which the browser follows itself, has status 0.
  if (response.status === 0 || !['document', 'iframe', 'worker'].includes(destination)) return response;
  const headers = new Headers(response.headers);
  // Set, not added: a header that the host sends as well would be there twice, and count for nothing.
  for (const [name, value] of Object.entries(ISOLATION)) headers.set(name, value);
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
}

self.addEventListener('fetch', (event) => {
  const { request } = event;
  if (request.method === 'GET' && isOurs(request.url)) event.respondWith(answer(event));
});

/** The page tells what it has loaded before this worker was there. */
self.addEventListener('message', (event) => {
  const loaded = [...(event.data as string[]), self.registration.scope].filter(isOurs);
  const needed = NEEDED.map((path) => new URL(path, self.registration.scope).href);
  event.waitUntil(
    keep([...new Set([...loaded, ...needed])]).then((whole) => event.source?.postMessage(whole ? 'ready' : 'partly')),
  );
});

/** Returns whether all of them are kept. */
async function keep(urls: string[]): Promise<boolean> {
  const cache = await caches.open(CACHE);
  let whole = true;
  for (const url of urls) {
    if (await cache.match(url)) continue;
    const response = await fetch(url).catch(() => undefined);
    if (response?.status === 200) await cache.put(url, response);
    else whole = false;
  }
  return whole;
}
