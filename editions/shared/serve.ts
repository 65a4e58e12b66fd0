// A small read-only static web server, for the browser edition and tests. Not sirv, which compresses nothing by
// itself, serves a folder's page without its trailing slash, and follows links that lead out of the folder, as send does.
import { createReadStream, realpathSync, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, sep } from 'node:path';
import { pipeline } from 'node:stream';
import { createGzip } from 'node:zlib';
import { contentType } from 'mime-types';

/**
 * The headers with which a page and its workers may share memory: pages of other sites cannot reach into it, and files
 * of other sites, such as a picture in a reader's notebook, are requested without cookies.
 */
export const ISOLATION = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'credentialless',
};

const typeOf = (file: string) =>
  extname(file) === '' ? 'text/plain; charset=utf-8' : contentType(extname(file)) || 'application/octet-stream';

/** Types that shrink to a third: the first visit of the browser edition would be 11 MB otherwise. */
const COMPRESSIBLE = /^text\/|[/+](json|wasm|xml)/;

/** Matches an Accept-Encoding that allows gzip. A weight of 0 forbids it. */
const ACCEPTS_GZIP = /\bgzip\b(?! *; *q=0)/i;

/**
 * The decoded path of a request; undefined for one that cannot be decoded, for the address of another server, and for two
 * slashes or a backslash (a slash to browsers), which would lead to another server in a redirect.
 */
function pathOf({ url = '' }: IncomingMessage) {
  try {
    const path = decodeURIComponent(url.replace(/[?#].*$/s, ''));
    return path.startsWith('/') && !/\/\/|\\/.test(path) ? path : undefined;
  } catch {
    return undefined;
  }
}

/** The file at a path below a folder, or 'folder'; undefined if it is missing, or if a link leads out of the folder. */
function lookUp(folder: string, path: string): { file: string; size: number } | 'folder' | undefined {
  try {
    const real = realpathSync(folder);
    const file = realpathSync(join(folder, path));
    if (file !== real && !file.startsWith(real + sep)) return undefined;
    const status = statSync(file);
    if (status.isDirectory()) return path.endsWith('/') ? lookUp(folder, `${path}index.html`) : 'folder';
    return status.isFile() ? { file, size: status.size } : undefined;
  } catch {
    return undefined;
  }
}

/** Answers a request with a file of that size. */
function sendFile(request: IncomingMessage, response: ServerResponse, file: string, size: number, compresses: boolean) {
  const type = typeOf(file);
  const isCompressible = compresses && COMPRESSIBLE.test(type);
  const isCompressed = isCompressible && ACCEPTS_GZIP.test(String(request.headers['accept-encoding'] ?? ''));
  response.writeHead(200, {
    'content-type': type,
    ...(isCompressed ? { 'content-encoding': 'gzip' } : { 'content-length': size }),
    ...(isCompressible ? { vary: 'accept-encoding' } : {}),
    'cache-control': 'no-cache',
    'x-content-type-options': 'nosniff',
  });
  if (request.method === 'HEAD') response.end();
  // An error, such as a reader who has left, ends both streams.
  else if (isCompressed) pipeline(createReadStream(file), createGzip(), response, () => {});
  else pipeline(createReadStream(file), response, () => {});
}

interface Options {
  /** the only subfolders that are served; the path above them redirects to the first */
  only?: string[];
  /** headers of every answer */
  headers?: Record<string, string>;
  /** whether to compress; not worth it for a test's browser on this computer */
  compresses?: boolean;
  /** what to send in place of files, by their paths in the folder */
  instead?: Record<string, string | Uint8Array>;
}

/**
 * Serves a folder to this computer.
 * @param port a free one by default
 * @param below the path of the folder on the server, such as /a/b
 * @returns the port, and a function that ends the server
 */
export async function serve(
  folder: string,
  port = 0,
  below = '',
  { only, headers = {}, compresses = true, instead = {} }: Options = {},
) {
  const find = (name: string) => {
    if (!only) return lookUp(folder, name);
    // In each of `only` by itself, so that a path cannot leave it.
    const [, top = '', rest = ''] = /^\/([^/]*)(.*)$/s.exec(name) ?? [];
    return only.includes(top) ? lookUp(join(folder, top), rest) : undefined;
  };
  const server = createServer((request, response) => {
    const answer = (status: number, body: string | Uint8Array, type = 'text/plain; charset=utf-8') => {
      response.writeHead(status, { 'content-type': type, 'x-content-type-options': 'nosniff' });
      response.end(request.method === 'HEAD' ? undefined : body);
    };
    // With DNS rebinding, a page of another site reaches this server but names its own site as the host.
    if (!/^(127\.0\.0\.1|localhost)(:\d+)?$/i.test(request.headers.host ?? ''))
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
    if (only && name === '/') return response.writeHead(302, { location: `${path}${only[0]}/` }).end();
    const found = find(name);
    if (!found) return answer(404, 'not here\n');
    if (found !== 'folder') return sendFile(request, response, found.file, found.size, compresses);
    // A page's relative addresses need the slash.
    response.writeHead(301, { location: String(request.url).replace(/(?=[?#]|$)/, '/') }).end();
  });
  await new Promise<void>((done, failed) => server.on('error', failed).listen(port, '127.0.0.1', done));
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
