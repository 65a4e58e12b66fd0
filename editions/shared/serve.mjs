// A small static web server, for this computer only.
import { createServer } from 'node:http';
import { escapeHtml } from '../../packages/system/html.mjs';
import { isReading, pathOf, sendFile } from '../../packages/system/static-files.mjs';

/**
 * What a page and its workers have to come with to share memory: no other site's page may then reach into it. What it loads
 * from other sites, such as a picture in a reader's notebook, comes without cookies.
 */
export const ISOLATION = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'credentialless',
};

/**
 * What stands in place of a page that is not built yet. It looks again by itself.
 * @param {string} doing
 */
const waitingPage = (doing) => `<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="refresh" content="2">
<title>Not built yet</title>
<body style="font: 1rem system-ui, sans-serif; max-width: 34rem; margin: 20vh auto; padding: 0 1rem">
<h1 style="font-size: 1.4rem">This page is not built yet</h1>
<p role="status">${escapeHtml(doing)}</p>
<p>It opens here as soon as it is there.</p>
</html>
`;

/**
 * Serves a folder on 127.0.0.1.
 * @param {string} folder
 * @param {number} [port] a free one by default
 * @param {string} [below] the path that the folder has on the server, such as /a/b
 * @param {{
 *   only?: string[], headers?: Record<string, string>, compresses?: boolean, instead?: Record<string, string>,
 *   building?: (folder: string) => string | undefined,
 * }} [options] `only`: the folders in it that are served; all of it by default. The path above them leads to the first. `headers` of
 *   each answer. `compresses` what can be compressed: a test's browser on this computer gains nothing by that. `instead` JSON that is
 *   sent in place of files, by their paths in the folder. `building` says what is done for a folder in it that is still being built
 * @returns {Promise<{ port: number, close(): void }>} the port and what ends the server
 */
export async function serve(
  folder,
  port = 0,
  below = '',
  { only, headers = {}, compresses = true, instead = {}, building = () => undefined } = {},
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
    if (sendFile(request, response, folder, path.slice(below.length), only, compresses)) return;
    const doing = building(path.slice(below.length).split('/')[1]);
    if (doing === undefined) return end(404);
    const type = { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store', 'retry-after': '2' };
    response.writeHead(503, type).end(request.method === 'HEAD' ? undefined : waitingPage(doing));
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
