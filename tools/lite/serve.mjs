// A small static web server, for this computer only.
import { createServer } from 'node:http';
import { sendFile } from '../system/static-files.mjs';

/**
 * Serves a folder on 127.0.0.1.
 * @param below the path that the folder has on the server, such as /a/b
 * @param only the folders in it that are served; all of it by default
 * @returns the port and what ends the server
 */
export async function serve(folder, port = 0, below = '', only = undefined) {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, 'http://localhost');
    const end = (status) => response.writeHead(status).end();
    if (!pathname.startsWith(`${below}/`)) return end(404);
    let path;
    try {
      path = decodeURIComponent(pathname.slice(below.length));
    } catch {
      return end(400);
    }
    if (!sendFile(request, response, folder, path, only)) end(404);
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
