// A small static web server, to be read only: of the browser edition, of a bundle, and of tests. No library: sirv
// compresses nothing by itself and shows a folder's page without its slash; it and send follow links that lead out of
// the folder.
import { createReadStream, realpathSync, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, sep } from 'node:path';
import { pipeline } from 'node:stream';
import { createGzip } from 'node:zlib';
import { contentType } from 'mime-types';

/**
 * What a page and its workers have to come with to share memory: no other site's page may then reach into it. What it
 * loads from other sites, such as a picture in a reader's notebook, comes without cookies.
 */
export const ISOLATION = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'credentialless',
};

/** The type of a file, by its name. */
const typeOf = (file: string) =>
  extname(file) === '' ? 'text/plain; charset=utf-8' : contentType(extname(file)) || 'application/octet-stream';

/** What is sent in a third of its size: the browser edition's first visit is 11 MB otherwise. */
const COMPRESSIBLE = /^text\/|[/+](json|wasm|xml)/;

/** What in a request's Accept-Encoding admits gzip: a weight of 0 forbids it. */
const TAKES_GZIP = /\bgzip\b(?! *; *q=0)/i;

/**
 * The path that a request names, decoded; undefined if it is not ours: what does not decode, the address of another
 * server, and two slashes (or a backslash, which browsers read as a slash), which in a redirect would lead to another
 * server.
 */
function pathOf({ url = '' }: IncomingMessage) {
  try {
    const path = decodeURIComponent(url.replace(/[?#].*$/s, ''));
    return path.startsWith('/') && !/\/\/|\\/.test(path) ? path : undefined;
  } catch {
    return undefined;
  }
}

/**
 * What a path names below a folder: a file's path and size, or a folder; undefined if missing, or if it lies elsewhere.
 */
function found(folder: string, path: string): { file: string; size: number } | 'folder' | undefined {
  try {
    const top = realpathSync(folder);
    const file = realpathSync(join(folder, path));
    if (file !== top && !file.startsWith(top + sep)) return undefined;
    const status = statSync(file);
    if (status.isDirectory()) return path.endsWith('/') ? found(folder, `${path}index.html`) : 'folder';
    return status.isFile() ? { file, size: status.size } : undefined;
  } catch {
    return undefined;
  }
}

/** Answers a request with a file of that size. */
function send(request: IncomingMessage, response: ServerResponse, file: string, size: number, compresses: boolean) {
  const type = typeOf(file);
  const isCompressible = compresses && COMPRESSIBLE.test(type);
  const isCompressed = isCompressible && TAKES_GZIP.test(String(request.headers['accept-encoding'] ?? ''));
  response.writeHead(200, {
    'content-type': type,
    ...(isCompressed ? { 'content-encoding': 'gzip' } : { 'content-length': size }),
    ...(isCompressible ? { vary: 'accept-encoding' } : {}),
    'cache-control': 'no-cache',
    'x-content-type-options': 'nosniff',
  });
  if (request.method === 'HEAD') response.end();
  // An error, such as a reader who has left, ends all of it.
  else if (isCompressed) pipeline(createReadStream(file), createGzip(), response, () => {});
  else pipeline(createReadStream(file), response, () => {});
}

interface Options {
  /** where to listen; only this computer reaches the default */
  host?: string;
  /** the folders in it that are served; all of it by default. The path above them leads to the first */
  only?: string[];
  /** another folder, whose files are served where the first has none */
  next?: string;
  /** of each answer */
  headers?: Record<string, string>;
  /** whether to compress what can be: a test's browser on this computer gains nothing by that */
  compresses?: boolean;
  /** what to send in place of files, by their paths in the folder */
  instead?: Record<string, string | Uint8Array>;
}

/**
 * Serves a folder.
 * @param port a free one by default
 * @param below the path that the folder has on the server, such as /a/b
 * @returns the port and what ends the server
 */
export async function serve(
  folder: string,
  port = 0,
  below = '',
  { host = '127.0.0.1', only, next, headers = {}, compresses = true, instead = {} }: Options = {},
) {
  const find = (name: string) => {
    // Of listed folders each by itself: nothing next to them can be reached.
    const [, top = '', rest = ''] = /^\/([^/]*)(.*)$/s.exec(name) ?? [];
    const first = only ? only.includes(top) && found(join(folder, top), rest) : found(folder, name);
    return first || (next && found(next, name));
  };
  const server = createServer((request, response) => {
    const answer = (status: number, body: string | Uint8Array, type = 'text/plain; charset=utf-8') => {
      response.writeHead(status, { 'content-type': type, 'x-content-type-options': 'nosniff' });
      response.end(request.method === 'HEAD' ? undefined : body);
    };
    // A page of another site whose name leads to 127.0.0.1 (DNS rebinding) names that site as the host.
    if (host === '127.0.0.1' && !/^(127\.0\.0\.1|localhost)(:\d+)?$/i.test(request.headers.host ?? ''))
      return answer(403, 'expected the host 127.0.0.1 or localhost\n');
    const path = pathOf(request);
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    if (!['GET', 'HEAD'].includes(request.method ?? '')) {
      response.setHeader('allow', 'GET, HEAD');
      return answer(405, 'GET only\n');
    }
    if (path === undefined) return answer(400, 'no such address\n');
    if (!path.startsWith(`${below}/`)) return answer(404, 'not here\n');
    const name = path.slice(below.length);
    if (Object.hasOwn(instead, name)) return answer(200, instead[name], typeOf(name.replace(/\/$/, '/index.html')));
    if (only && !next && name === '/') return response.writeHead(302, { location: `${path}${only[0]}/` }).end();
    const there = find(name);
    if (!there) return answer(404, 'not here\n');
    if (there !== 'folder') return send(request, response, there.file, there.size, compresses);
    // Relative addresses of a page count from its folder.
    response.writeHead(301, { location: String(request.url).replace(/(?=[?#]|$)/, '/') }).end();
  });
  await new Promise<void>((done, failed) => server.on('error', failed).listen(port, host, done));
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
