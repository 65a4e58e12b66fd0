/**
 * Runs in the head of the page, before the application loads. Threads can share memory only in a page with certain headers.
 * If the host does not send them, the service worker does: the first visit is then reloaded, before anything large is
 * requested. If that is impossible, the page continues without shared memory.
 */

/** Milliseconds to wait for the service worker. */
const TIMEOUT = 3000;

/** Resolves to whether the service worker will handle the next load of the page. */
async function registered(): Promise<boolean> {
  const registration = await navigator.serviceWorker.register('../offline.js', { scope: '../' });
  const worker = registration.active ?? registration.waiting ?? registration.installing;
  if (!worker) return false;
  if (worker.state === 'activated') return true;
  return new Promise((resolve) => {
    worker.addEventListener('statechange', () => worker.state === 'activated' && resolve(true));
  });
}

async function isolate(): Promise<void> {
  if (crossOriginIsolated || !isSecureContext || !navigator.serviceWorker) return;
  // Reloading did not help.
  const [visit] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
  if (visit?.type === 'reload') return;
  const late = new Promise<false>((resolve) => setTimeout(() => resolve(false), TIMEOUT));
  if (!(await Promise.race([registered().catch(() => false), late]))) return;
  location.reload();
  await new Promise(() => {});
}

/** The application waits for this promise. */
(window as unknown as { isolated: Promise<void> }).isolated = isolate().then(() => {
  document.querySelector('#jupyter-lite-main')?.setAttribute('rel', 'preload');
});
