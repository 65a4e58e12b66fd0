/**
 * Figures in a nodeplotlib window. We use its page and what this says by socket.io: it asks by `readplots`, and each
 * `plotdata` is a figure. Not its `plot` function, which listens on all interfaces, logs to stdout, and opens a page
 * that takes plotly.js and fonts from a CDN. Here the server is bound to 127.0.0.1, the page gets the plotly.js of this
 * package, and everything works without a network.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { dirname, extname, join } from 'node:path';
import { type Figure, PLOTLY_CONFIG } from '../../../packages/figures/theme';

const HOST = '127.0.0.1';
/**
 * The window counts as closed when its last page is gone and for so long, in ms, none asked for anything: a page that is
 * reloaded is gone while it loads.
 */
const GRACE = 3000;

/** Figures in a separate window. */
export interface FigureWindow {
  /** Resolves when the window was closed. */
  closed: Promise<void>;
  /** Closes it. */
  close(): Promise<void>;
}

/** The parts of socket.io that are used. */
interface Emitter {
  emit(event: string, data: unknown): unknown;
}
interface Client extends Emitter {
  on(event: string, listener: () => void): unknown;
}
interface Sockets extends Emitter {
  on(event: 'connection', listener: (client: Client) => void): unknown;
  close(): Promise<void>;
}

let current: { add(figure: Figure): void; window: FigureWindow } | undefined;

/**
 * Opens figures in a nodeplotlib window and says where on stderr, for a machine on which no browser can be opened.
 * The environment variable `NODEPLOTLIB_PORT` sets the port and opens no browser. While a window is open, further
 * figures are added to it.
 * @throws Error if the port is taken or no port number
 */
export async function openWindow(figures: Figure | readonly Figure[]): Promise<FigureWindow> {
  current ??= await start();
  for (const figure of [figures].flat() as Figure[]) current.add(figure);
  return current.window;
}

async function start(): Promise<NonNullable<typeof current>> {
  const wanted = process.env.NODEPLOTLIB_PORT;
  const port = Number(wanted || 0);
  if (!Number.isInteger(port) || port < 0 || port > 65535) {
    throw new Error(`NODEPLOTLIB_PORT: expected a port from 0 to 65535, found '${wanted}'`);
  }
  const plots: object[] = [];
  let pages = 0;
  let timer: NodeJS.Timeout | undefined;
  const closeLater = () => {
    clearTimeout(timer);
    if (pages === 0) timer = setTimeout(() => void window.close(), GRACE);
  };
  // It listens to what `server` hands on, and nowhere else.
  const inner = createServer();
  const sockets = openSockets(inner);
  sockets.on('connection', (client) => {
    pages++;
    clearTimeout(timer);
    client.on('disconnect', () => {
      pages--;
      closeLater();
    });
    client.on('readplots', () => {
      for (const plot of plots) client.emit('plotdata', plot);
    });
  });
  // The first page has as long as it takes.
  const server = serve(inner, () => timer && closeLater());
  try {
    await once(server.listen(port, HOST), 'listening');
  } catch (error) {
    await sockets.close();
    throw new Error(`NODEPLOTLIB_PORT=${port}: cannot listen on ${HOST} (${(error as Error).message})`);
  }
  const url = `http://${HOST}:${(server.address() as AddressInfo).port}`;
  const window: FigureWindow = {
    closed: new Promise((resolve) => server.once('close', resolve)),
    async close() {
      if (current?.window !== window) return window.closed;
      current = undefined;
      await sockets.close();
      clearTimeout(timer);
      server.close();
      // Polling clients keep their connections open, and the program would wait for them.
      server.closeAllConnections();
    },
  };
  console.error(`Figures: ${url} (the program ends when the window is closed)`);
  if (!wanted) openBrowser(url);
  const add = ({ data, layout }: Figure) => {
    const plot = { id: plots.length, data, layout, config: PLOTLY_CONFIG };
    plots.push(plot);
    sockets.emit('plotdata', plot);
  };
  return { add, window };
}

/** The socket.io that nodeplotlib brings, wherever npm has put it. */
function openSockets(server: Server): Sockets {
  const load = createRequire(createRequire(require.resolve('nodeplotlib')).resolve('@nestjs/platform-socket.io'));
  const { Server: SocketServer } = load('socket.io');
  return new SocketServer(server, { transports: ['polling'], serveClient: false });
}

const HTML = 'text/html; charset=utf-8';
const TYPES: Partial<Record<string, string>> = {
  '.html': HTML,
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
};

/**
 * A file of nodeplotlib's page, without what it takes from other hosts, or plotly.js from this machine; undefined for
 * an unknown path.
 */
async function readPage(path: string): Promise<{ type: string; content: string | Buffer } | undefined> {
  const [name] = /^\/(?:assets\/)?[\w.-]+$/.exec(path) ?? [];
  const type = name && TYPES[extname(name)];
  if (!type) return undefined;
  const folder = join(dirname(require.resolve('nodeplotlib')), 'lib', 'server', 'web');
  const file = name === '/plotly.min.js' ? require.resolve(`plotly.js-dist-min${name}`) : join(folder, name);
  if (!existsSync(file)) return undefined;
  const content = await readFile(file);
  return { type, content: type === HTML ? withoutOtherHosts(content.toString()) : content };
}

/** A page of another site whose name leads to 127.0.0.1 (DNS rebinding) names that site as the host. */
const isLocal = (host = ''): boolean => /^(127\.0\.0\.1|localhost)(:\d+)?$/i.test(host);

/** Serves pages of this machine alone, calls `loading` for each file, and passes on messages for socket.io. */
function serve(sockets: Server, loading: () => void): Server {
  const refuse = (response: ServerResponse, status: number, message: string) =>
    response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' }).end(`${message}\n`);
  return createServer(async (request, response) => {
    const path = request.url?.split('?')[0] ?? '';
    if (!isLocal(request.headers.host)) {
      return refuse(response, 403, 'expected the host 127.0.0.1 or localhost');
    }
    if (path.startsWith('/socket.io/')) return sockets.emit('request', request, response);
    // The page's own routes, such as /plots, are the page too.
    const found = await readPage(path.includes('.') ? path : '/index.html');
    if (found === undefined) return refuse(response, 404, 'no such file');
    loading();
    response.writeHead(200, { 'Content-Type': found.type, 'Content-Security-Policy': CONTENT_POLICY });
    response.end(found.content);
  });
}

// So the browser asks no other host, whatever a later nodeplotlib adds to its page.
const CONTENT_POLICY = "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:";

// One column that is wide enough for our figures, and no icon whose font came from elsewhere.
const PAGE_STYLE =
  'npl-plots{grid-template-columns:minmax(0,820px)!important;justify-content:center}.material-icons{visibility:hidden}';

function withoutOtherHosts(page: string): string {
  return page
    .replace(/https?:\/\/[^"']*plotly[^"']*\.js/g, '/plotly.min.js')
    .replace(/@font-face\s*\{[^}]*\}/g, '')
    .replace(/<link[^>]*rel="preconnect"[^>]*>/g, '')
    .replace('</head>', `<style>${PAGE_STYLE}</style></head>`);
}

function openBrowser(url: string): void {
  const [command, ...args] =
    process.platform === 'darwin'
      ? ['open', url]
      : process.platform === 'win32'
        ? ['cmd', '/c', 'start', '', url]
        : ['xdg-open', url];
  // The URL is printed already: a machine without a browser needs no second message.
  spawn(command, args, { stdio: 'ignore', detached: true })
    .on('error', () => {})
    .unref();
}
