/** The worker that runs cells. */
import type { Origin } from '../../../core/errors';
import { urlOf } from '../imports';
import type { Emitted, FromCells, Settings, ToCells } from '../protocol';
import { importFailure, jsonModule } from './import-failure';
import { placed, Session } from './session';

const post = (self as unknown as { postMessage(message: FromCells): void }).postMessage.bind(self);

/** A cell that ends its worker, or speaks in the kernel's name, would leave a kernel that never answers. */
for (const name of ['close', 'postMessage']) {
  const refuse = () => {
    throw new Error(`${name}() is the kernel's own here: a cell cannot use it`);
  };
  Object.defineProperty(self, name, { value: refuse, writable: true, configurable: true });
}

/** The cell that output belongs to: the one that runs, or the last. */
let current = 0;

/** A file's place is relative to the notebook, as an import's is, not to this worker's script. */
function lookBeside(folder: string): void {
  const { fetch } = self;
  self.fetch = (from, options) => placed(() => fetch(typeof from === 'string' ? new URL(from, folder) : from, options));
}

function start(settings: Settings, folder: string): Session {
  const own = new URL(self.location.href).href;
  lookBeside(folder);
  const byUrl = new Map(Object.entries(settings.modules).map(([name, url]) => [url, name]));
  return new Session({
    settings,
    folder,
    post: (message) => post({ ...message, id: current }),
    async load(name, options) {
      const url = urlOf(name, settings, folder);
      try {
        if (options === undefined) return await import(url);
        // esbuild takes only a literal there; a browser that knows no options says so when a cell asks for them.
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
      // What a module has loaded, such as a part of it.
      return /^(https?|blob):/.test(script) ? { library: script.replace(/^.*\//, '') } : undefined;
    },
  });
}

let session: Session | undefined;

async function execute(id: number, code: string, count: number, emitted?: Emitted): Promise<void> {
  try {
    const ending = (session as Session).execute(code, count, emitted);
    // Not before: what waits is of the last one.
    current = id;
    post({ type: 'reply', id, content: await ending });
  } catch {
    // A cell's own errors are its outcome. What comes here is one of the kernel, which a cell has broken.
    post({ type: 'broken', id });
  }
}

function receive({ data }: MessageEvent<ToCells>): void {
  if (data.type === 'start') {
    const { settings, folder } = data;
    session = start(settings, folder);
    post({ type: 'ready' });
    // A first import then finds the module in the browser's memory. If that fails now, the cell's import says why.
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
  session?.reportLate('UnhandledPromiseRejection', event.reason);
});
self.addEventListener('error', (event) => {
  event.preventDefault();
  session?.reportLate('UncaughtException', event.error ?? event.message);
});
