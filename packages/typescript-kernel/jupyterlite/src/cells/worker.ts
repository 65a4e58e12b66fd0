/** The worker that runs cells. */
import type { Origin } from '../../../core/errors';
import { urlOf } from '../imports';
import type { Emitted, FromCells, Settings, ToCells } from '../protocol';
import { importFailure, jsonModule } from './import-failure';
import { Session, withCallerFrames } from './session';

const post = (self as unknown as { postMessage(message: FromCells): void }).postMessage.bind(self);

/** A cell that closes its worker, or posts messages in the kernel's name, would leave a kernel that never answers. */
for (const name of ['close', 'postMessage']) {
  const refuse = () => {
    throw new Error(`${name}() is the kernel's own here: a cell cannot use it`);
  };
  Object.defineProperty(self, name, { value: refuse, writable: true, configurable: true });
}

/** The cell that outputs belong to: the running or the last one. */
let current = 0;

/** Makes `fetch` resolve URLs against the notebook's folder, as imports do, not against this worker's script. */
function resolveFetchFrom(folder: string): void {
  const { fetch } = self;
  self.fetch = (from, options) =>
    withCallerFrames(() => fetch(typeof from === 'string' ? new URL(from, folder) : from, options));
}

function start(settings: Settings, folder: string): Session {
  const own = new URL(self.location.href).href;
  resolveFetchFrom(folder);
  const byUrl = new Map(Object.entries(settings.modules).map(([name, url]) => [url, name]));
  return new Session({
    settings,
    folder,
    post: (message) => post({ ...message, id: current }),
    async load(name, options) {
      const url = urlOf(name, settings, folder);
      try {
        if (options === undefined) return await import(url);
        // esbuild accepts only literal options; a browser without them fails only when a cell uses them.
        return await new Function('url', 'options', 'return import(url, options)')(url, options);
      } catch (error) {
        const read = options?.with?.type === 'json' ? await jsonModule(url) : undefined;
        if (read) return read;
        throw importFailure(error, name, url);
      }
    },
    originOf(script): Origin | undefined {
      if (script === own) return undefined;
      const library = byUrl.get(script);
      if (library !== undefined) return { library };
      // A script that a module has loaded.
      return /^(https?|blob):/.test(script) ? { library: script.replace(/^.*\//, '') } : undefined;
    },
  });
}

let session: Session | undefined;

async function execute(id: number, code: string, count: number, emitted?: Emitted): Promise<void> {
  try {
    const ending = (session as Session).execute(code, count, emitted);
    // Not earlier: outputs that are held back belong to the last cell.
    current = id;
    post({ type: 'reply', id, content: await ending });
  } catch {
    // Errors of a cell are its outcome; this is an error of the kernel, which a cell has broken.
    post({ type: 'broken', id });
  }
}

function receive({ data }: MessageEvent<ToCells>): void {
  if (data.type === 'start') {
    const { settings, folder } = data;
    session = start(settings, folder);
    post({ type: 'ready' });
    // So that a first import finds the module in memory. If loading fails now, the cell's import reports why.
    if (settings.preload)
      setTimeout(() => Object.values(settings.modules).forEach((url) => void import(url).catch(() => {})), 0);
  } else if (data.type === 'execute') void execute(data.id, data.code, data.count, data.emitted);
  else if (data.type === 'interrupt') session?.interrupt();
  else if (data.type === 'input') session?.receiveInput(data.value);
  else post({ type: 'reply', id: data.id, content: session?.canRun(data.code) ?? true });
}
self.addEventListener('message', receive);

self.addEventListener('unhandledrejection', (event) => {
  event.preventDefault();
  session?.reportUnawaited('UnhandledPromiseRejection', event.reason);
});
self.addEventListener('error', (event) => {
  event.preventDefault();
  session?.reportUnawaited('UncaughtException', event.error ?? event.message);
});
