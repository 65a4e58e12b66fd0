// A small static web server: of the browser edition, of a bundle, and of tests.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isReading, pathOf, sendFile, typeOf } from './static-files';

/**
 * What a page and its workers have to come with to share memory: no other site's page may then reach into it. What it
 * loads from other sites, such as a picture in a reader's notebook, comes without cookies.
 */
export const ISOLATION = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'credentialless',
};

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
 * Serves a folder, to be read only.
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
    if (!isReading(request)) {
      response.setHeader('allow', 'GET, HEAD');
      return answer(405, 'GET only\n');
    }
    if (path === undefined) return answer(400, 'no such address\n');
    if (!path.startsWith(`${below}/`)) return answer(404, 'not here\n');
    const name = path.slice(below.length);
    if (Object.hasOwn(instead, name)) return answer(200, instead[name], typeOf(name.replace(/\/$/, '/index.html')));
    if (only && !next && name === '/') return response.writeHead(302, { location: `${path}${only[0]}/` }).end();
    if (sendFile(request, response, folder, name, only, compresses)) return;
    if (next && sendFile(request, response, next, name, undefined, compresses)) return;
    answer(404, 'not here\n');
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
