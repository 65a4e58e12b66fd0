/**
 * The service worker: makes visited pages work offline. It tries the network first, so that an old chapter never hides a
 * newer one, and adds the headers with which threads share memory, because few static hosts send them.
 */
/// <reference lib="webworker" />
export {};

declare const self: ServiceWorkerGlobalScope;

const CACHE = `lif-fc-mnist ${new URL(self.registration.scope).pathname}`;
/** Replaced by the build: files that a chapter needs and workers load, which the page does not see. */
declare const NEEDED: string[];
/** Replaced by the build: the headers with which pages and workers share memory. */
declare const ISOLATION: Record<string, string>;

self.addEventListener('install', () => void self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

const isOurs = (url: string) => url.startsWith(self.registration.scope);

async function answer(event: FetchEvent): Promise<Response> {
  const { request } = event;
  const cache = await caches.open(CACHE);
  try {
    const response = await fetch(request);
    // A browser without free space cannot store the file, but the reader still gets it.
    if (response.status === 200) event.waitUntil(cache.put(request, response.clone()).catch(() => {}));
    return withHeaders(request, response);
  } catch (error) {
    // The query names the notebook; the page is the same for all.
    const kept = (await cache.match(request)) ?? (await cache.match(request, { ignoreSearch: true }));
    if (kept) return withHeaders(request, kept);
    throw error;
  }
}

function withHeaders({ destination }: Request, response: Response): Response {
  // A redirect, which the browser follows itself, has status 0.
  if (response.status === 0 || !['document', 'iframe', 'worker'].includes(destination)) return response;
  const headers = new Headers(response.headers);
  // Set, not appended: browsers ignore such a header if the host sends it as well and it occurs twice.
  for (const [name, value] of Object.entries(ISOLATION)) headers.set(name, value);
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
}

self.addEventListener('fetch', (event) => {
  const { request } = event;
  if (request.method === 'GET' && isOurs(request.url)) event.respondWith(answer(event));
});

/** The page lists the files that it loaded before this worker started. */
self.addEventListener('message', (event) => {
  const loaded = [...(event.data as string[]), self.registration.scope].filter(isOurs);
  const needed = NEEDED.map((path) => new URL(path, self.registration.scope).href);
  event.waitUntil(
    keep([...new Set([...loaded, ...needed])]).then((whole) => event.source?.postMessage(whole ? 'ready' : 'partly')),
  );
});

/** Caches files. Returns whether all of them are cached. */
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
