// Files of a folder over HTTP, to be read only: for the small web servers of this project. No library: sirv compresses
// nothing by itself and shows a folder's page without its slash; it and send follow links that lead out of the folder.
import { createReadStream, realpathSync, statSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join, sep } from 'node:path';
import { pipeline } from 'node:stream';
import { createGzip } from 'node:zlib';
import { contentType } from 'mime-types';

/** The type of a file, by its name. */
export const typeOf = (file: string) =>
  extname(file) === '' ? 'text/plain; charset=utf-8' : contentType(extname(file)) || 'application/octet-stream';

/** What is sent in a third of its size: the browser edition's first visit is 11 MB otherwise. */
const COMPRESSIBLE = /^text\/|[/+](json|wasm|xml)/;

/** Whether a request only wants to read. */
export const isReading = ({ method }: IncomingMessage) => method === 'GET' || method === 'HEAD';

/** What in a request's Accept-Encoding admits gzip: a weight of 0 forbids it. */
const TAKES_GZIP = /\bgzip\b(?! *; *q=0)/i;

/**
 * The path that a request names, decoded; undefined if it is not ours: what does not decode, the address of another
 * server, and two slashes (or a backslash, which browsers read as a slash), which in a redirect would lead to another
 * server.
 */
export function pathOf({ url = '' }: IncomingMessage) {
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
function found(folder: string, path: string): { file: string; size: number } | { isFolder: true } | undefined {
  try {
    const top = realpathSync(folder);
    const file = realpathSync(join(folder, path));
    if (file !== top && !file.startsWith(top + sep)) return undefined;
    const status = statSync(file);
    if (status.isDirectory()) return path.endsWith('/') ? found(folder, `${path}index.html`) : { isFolder: true };
    return status.isFile() ? { file, size: status.size } : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Answers a request with a file.
 * @param request one with a path (`pathOf`)
 * @param folder where the file is
 * @param path the decoded path of it, from that folder, with a slash at its beginning
 * @param only the folders in it that are served; all of it by default
 * @param compresses what can be compressed, if the request admits it
 * @returns whether there is such a file; if not, nothing was answered
 */
export function sendFile(
  request: IncomingMessage,
  response: ServerResponse,
  folder: string,
  path: string,
  only?: string[],
  compresses: boolean = true,
): boolean {
  if (only) {
    // One by one: nothing next to them can be reached.
    const [, name = '', rest = ''] = /^\/([^/]*)(.*)$/s.exec(path) ?? [];
    return only.includes(name) && sendFile(request, response, join(folder, name), rest, undefined, compresses);
  }
  const there = found(folder, path);
  if (!there) return false;
  if ('isFolder' in there) {
    // Relative addresses of a page count from its folder.
    response.writeHead(301, { location: String(request.url).replace(/(?=[?#]|$)/, '/') }).end();
    return true;
  }
  const { file, size } = there;
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
  return true;
}
