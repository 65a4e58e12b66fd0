/**
 * Runs before the application loads, in the head of its page. Threads share memory only in a page that comes with
 * certain headers. Where the host does not send them, the service worker does; the first visit is then loaded once
 * more, before anything heavy was asked for. Where that is impossible, the page goes on without.
 */

/** Milliseconds that a reader waits for the service worker. */
const PATIENCE = 3000;

/** Whether the service worker answers the page's next load. */
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
  // It was loaded once more, and that did not help.
  const [visit] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
  if (visit?.type === 'reload') return;
  const late = new Promise<false>((resolve) => setTimeout(() => resolve(false), PATIENCE));
  if (!(await Promise.race([registered().catch(() => false), late]))) return;
  location.reload();
  await new Promise(() => {});
}

/** What the application waits for. */
(window as unknown as { isolated: Promise<void> }).isolated = isolate().then(() => {
  document.querySelector('#jupyter-lite-main')?.setAttribute('rel', 'preload');
});
