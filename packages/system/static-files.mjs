// Files of a folder over HTTP, to be read only: for the small web servers of this project.
import { createReadStream, realpathSync, statSync } from 'node:fs';
import { extname, join, sep } from 'node:path';
import { pipeline } from 'node:stream';
import { createGzip } from 'node:zlib';

/** @type {Record<string, string>} */
const TYPES = {
  '': 'text/plain; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.ipynb': 'application/json; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
};
/** The type of a file, by its name. @param {string} file */
export const typeOf = (file) => TYPES[extname(file)] ?? 'application/octet-stream';

/** What is sent in a third of its size: the browser edition's first visit is 11 MB otherwise. */
const COMPRESSIBLE = /^(text\/|image\/svg|application\/(json|wasm|manifest))/;

/** Whether a request only wants to read. @param {import('node:http').IncomingMessage} request */
export const isReading = ({ method }) => method === 'GET' || method === 'HEAD';

/** What in a request's Accept-Encoding admits gzip: a weight of 0 forbids it. */
const TAKES_GZIP = /\bgzip\b(?! *; *q=0)/i;

/**
 * The path that a request names, decoded; undefined if it is not ours: what does not decode, the address of another
 * server, and two slashes (or a backslash, which browsers read as a slash), which in a redirect would lead to another
 * server.
 * @param {import('node:http').IncomingMessage} request
 */
export function pathOf({ url = '' }) {
  try {
    const path = decodeURIComponent(url.replace(/[?#].*$/s, ''));
    return path.startsWith('/') && !/\/\/|\\/.test(path) ? path : undefined;
  } catch {
    return undefined;
  }
}

/**
 * What a path names below a folder: a file's path and size, or a folder; undefined if missing, or if it lies elsewhere.
 * @param {string} folder
 * @param {string} path
 * @returns {{ file: string, size: number } | { isFolder: true } | undefined}
 */
function found(folder, path) {
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
 * @param {import('node:http').IncomingMessage} request one with a path (`pathOf`)
 * @param {import('node:http').ServerResponse} response
 * @param {string} folder where the file is
 * @param {string} path the decoded path of it, from that folder, with a slash at its beginning
 * @param {string[]} [only] the folders in it that are served; all of it by default
 * @param {boolean} [compresses] what can be compressed, if the request admits it
 * @returns {boolean} whether there is such a file; if not, nothing was answered
 */
export function sendFile(request, response, folder, path, only, compresses = true) {
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
