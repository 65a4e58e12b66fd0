// A small static web server, for this computer only.
import { createServer } from 'node:http';
import { isReading, pathOf, sendFile } from '../../../packages/system/static-files.mjs';

/**
 * What a page and its workers have to come with to share memory: no other site's page may then reach into it. What it loads
 * from other sites, such as a picture in a reader's notebook, comes without cookies.
 */
export const ISOLATION = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'credentialless',
};

/**
 * Serves a folder on 127.0.0.1.
 * @param {string} folder
 * @param {number} [port] a free one by default
 * @param {string} [below] the path that the folder has on the server, such as /a/b
 * @param {{
 *   only?: string[], headers?: Record<string, string>, compresses?: boolean, instead?: Record<string, string>,
 * }} [options] `only`: the folders in it that are served; all of it by default. The path above them leads to the first. `headers` of
 *   each answer. `compresses` what can be compressed: a test's browser on this computer gains nothing by that. `instead` JSON that is
 *   sent in place of files, by their paths in the folder
 * @returns {Promise<{ port: number, close(): void }>} the port and what ends the server
 */
export async function serve(
  folder,
  port = 0,
  below = '',
  { only, headers = {}, compresses = true, instead = {} } = {},
) {
  const server = createServer((request, response) => {
    /** @param {number} status */
    const end = (status) => response.writeHead(status).end();
    const path = pathOf(request);
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    if (!isReading(request)) return response.writeHead(405, { allow: 'GET, HEAD' }).end();
    if (path === undefined) return end(400);
    if (!path.startsWith(`${below}/`)) return end(404);
    if (only && path === `${below}/`) return response.writeHead(302, { location: `${path}${only[0]}/` }).end();
    const text = instead[path.slice(below.length)];
    if (text !== undefined)
      return response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' }).end(text);
    if (!sendFile(request, response, folder, path.slice(below.length), only, compresses)) end(404);
  });
  await new Promise((done, failed) => server.on('error', failed).listen(port, '127.0.0.1', () => done(undefined)));
  return {
    port: /** @type {import('node:net').AddressInfo} */ (server.address()).port,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
