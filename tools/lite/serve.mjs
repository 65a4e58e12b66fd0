// A small static web server, for this computer only.
import { createReadStream, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, resolve, sep } from 'node:path';

const TYPES = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.ipynb': 'application/json',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.mjs': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
};

const found = (path) => statSync(path, { throwIfNoEntry: false });

/**
 * Serves a folder on 127.0.0.1.
 * @param below the path that the folder has on the server, such as /a/b
 * @returns the port and what ends the server
 */
export async function serve(folder, port = 0, below = '') {
  const top = resolve(folder);
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, 'http://localhost');
    const end = (status, headers = {}) => response.writeHead(status, headers).end();
    if (!pathname.startsWith(`${below}/`)) return end(404);
    let file;
    try {
      file = join(top, decodeURIComponent(pathname.slice(below.length)));
    } catch {
      return end(400);
    }
    if (file !== top && !file.startsWith(top + sep)) return end(404);
    if (found(file)?.isDirectory()) {
      // Relative addresses of a page count from its folder.
      if (!pathname.endsWith('/')) return end(301, { location: `${pathname}/` });
      file = join(file, 'index.html');
    }
    const size = found(file)?.isFile() ? found(file).size : undefined;
    if (size === undefined) return end(404);
    response.writeHead(200, {
      'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
      'content-length': size,
      'cache-control': 'no-cache',
    });
    if (request.method === 'HEAD') return response.end();
    createReadStream(file).pipe(response);
  });
  await new Promise((done, failed) => server.on('error', failed).listen(port, '127.0.0.1', done));
  return {
    port: server.address().port,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
